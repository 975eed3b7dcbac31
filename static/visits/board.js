// People on the board are dragged: onto another person to swap, onto a group to move. What is sent
// is the form itself, with the ticks and the button that somebody without a mouse would use.
const form = document.getElementById("board");
let dragged = null;

const tick = (card) => card.querySelector("input");
const column = (node) => node.closest(".board-column");

function send(action, cards, to) {
  for (const box of form.querySelectorAll("input[name=who]")) box.checked = false;
  for (const card of cards) tick(card).checked = true;
  if (to !== undefined) form.elements.to.value = to;
  form.requestSubmit(form.querySelector(`button[value=${action}]`));
}

function target(event) {
  if (!dragged) return null;
  const to = event.target.closest(".board-column");
  if (!to || to === column(dragged)) return null;
  return event.target.closest(".board-column li") ?? to;
}

function mark(node) {
  for (const it of form.querySelectorAll(".is-over")) it.classList.remove("is-over");
  node?.classList.add("is-over");
}

for (const card of form.querySelectorAll(".board-column li")) card.draggable = true;

form.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".board-column li");
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", tick(dragged).value);
});
form.addEventListener("dragover", (event) => {
  const over = target(event);
  mark(over);
  if (over) event.preventDefault();
});
form.addEventListener("dragend", () => {
  dragged = null;
  mark(null);
});
form.addEventListener("drop", (event) => {
  const over = target(event);
  if (!over) return;
  event.preventDefault();
  if (over.matches("li")) send("swap", [dragged, over]);
  else send("move", [dragged], over.dataset.to);
});
