// Arrows go from seat to seat, over aisles; a press is a form, which the server answers.

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = event.target.closest?.(".hall td");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...cell.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentElement) + step[0]];
  let at = cell.cellIndex + step[1];
  while (row?.cells[at] && !row.cells[at].querySelector("button")) at += step[1] || 1;
  const button = row?.cells[at]?.querySelector("button");
  if (!button) return;
  event.preventDefault();
  button.focus();
});

// The plan is replaced after each press; what was pressed keeps the focus, and the hall its place.
let left = 0;
let pressed = "";
document.addEventListener("htmx:beforeSwap", () => {
  left = document.querySelector(".plan .table-frame")?.scrollLeft ?? 0;
  pressed = document.activeElement?.id ?? "";
});
document.addEventListener("htmx:afterSwap", () => {
  const frame = document.querySelector(".plan .table-frame");
  if (frame) frame.scrollLeft = left;
  if (pressed) document.getElementById(pressed)?.focus({ preventScroll: true });
});
