// The list of delegates: how many are ticked, and ticking all of a page.
// The results are replaced as one types, so everything listens on the document.

function bulk() {
  return document.getElementById("bulk");
}

function boxes() {
  return [...document.querySelectorAll('#results input[name="ids"]')];
}

function update() {
  const form = bulk();
  if (!form) return;
  const all = boxes();
  const ticked = all.filter((box) => box.checked).length;
  form.querySelector("[data-ticked]").textContent = ticked;
  const whole = document.querySelector("[data-tick-all]");
  whole.checked = ticked > 0 && ticked === all.length;
  whole.indeterminate = ticked > 0 && ticked < all.length;
}

document.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-tick-all]")) {
    for (const each of boxes()) each.checked = box.checked;
  } else if (!box.matches('#results input[name="ids"]')) {
    return;
  }
  const some = boxes().some((each) => each.checked);
  bulk().querySelector(`input[name="scope"][value="${some ? "selected" : "all"}"]`).checked = true;
  update();
});

document.addEventListener("htmx:afterSettle", update);
window.addEventListener("pageshow", update);
