// Wishes in order: what one wish names, the others do not offer. The server checks it too.

function update(group) {
  const selects = [...group.querySelectorAll("select")];
  for (const select of selects) {
    const taken = selects.filter((other) => other !== select).map((other) => other.value);
    for (const option of select.options) {
      option.disabled = !["", "0"].includes(option.value) && taken.includes(option.value);
    }
  }
}

for (const group of document.querySelectorAll("[data-ranked]")) {
  group.addEventListener("change", () => update(group));
  update(group);
}
