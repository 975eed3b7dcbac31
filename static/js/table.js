// A box in the head of a table ticks all boxes of its rows, and shows whether all or some are.

function boxes(table) {
  return [...table.querySelectorAll("tbody .select input[type=checkbox]")];
}

function update(table) {
  const all = boxes(table);
  const ticked = all.filter((box) => box.checked).length;
  const whole = table.querySelector("[data-tick-all]");
  whole.checked = ticked > 0 && ticked === all.length;
  whole.indeterminate = ticked > 0 && ticked < all.length;
}

document.addEventListener("change", (event) => {
  const table = event.target.closest("table");
  if (!table?.querySelector("[data-tick-all]")) return;
  if (event.target.matches("[data-tick-all]")) {
    for (const box of boxes(table)) box.checked = event.target.checked;
  }
  update(table);
});

window.addEventListener("pageshow", () => {
  for (const whole of document.querySelectorAll("[data-tick-all]")) update(whole.closest("table"));
});
