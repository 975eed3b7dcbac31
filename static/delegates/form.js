// Offers only the offices of the chosen delegation. Without it all are there, grouped.

const delegation = document.querySelector("select[data-delegation]");
const office = document.querySelector("select[data-office]");

function narrow() {
  for (const group of office.querySelectorAll("optgroup")) {
    const other = group.dataset.delegation !== delegation.value;
    group.hidden = other;
    group.disabled = other;
  }
  if (office.selectedOptions[0]?.parentElement.disabled) office.value = "0";
  const offered = office.querySelectorAll("optgroup:not([disabled]) option");
  if (offered.length === 1 && office.value === "0") office.value = offered[0].value;
}

if (delegation && office) {
  delegation.addEventListener("change", narrow);
  narrow();
}
