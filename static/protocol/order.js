// An order is worked on where it stands: rows go up and down by their buttons, or by Alt with an
// arrow, and nothing is sent until it is saved. Without this the server does the same.

const form = document.querySelector("[data-order]");

function rows() {
  return [...form.querySelectorAll(".order-row")];
}

function renumber() {
  rows().forEach((row, at) => {
    for (const button of row.querySelectorAll("button[name=do]")) {
      button.value = button.value.replace(/:\d+$/, `:${at}`);
    }
  });
}

function changed(said = "") {
  renumber();
  document.querySelector("[data-unsaved]").hidden = false;
  form.querySelector("[data-said]").textContent = said;
}

function move(row, by, focused) {
  const at = rows().indexOf(row);
  const other = rows()[at + by];
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  focused.focus();
  row.scrollIntoView({ block: "nearest" });
  changed(form.dataset.moved.replace("{number}", at + by + 1));
}

let added = 0;

function add() {
  const row = form.querySelector("template").content.firstElementChild.cloneNode(true);
  added += 1;
  const text = row.querySelector("textarea");
  text.id = `new-rank-${added}`;
  row.querySelector("label").htmlFor = text.id;
  form.querySelector(".order-rows").append(row);
  changed();
  text.focus();
}

function remove(row) {
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  changed();
  (beside ?? form).querySelector("textarea, button")?.focus();
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const [what] = (button?.value ?? "").split(":");
  const row = button?.closest(".order-row");
  if (what === "up" || what === "down") move(row, what === "up" ? -1 : 1, button);
  else if (what === "remove") remove(row);
  else if (what === "add") add();
  else return;
  event.preventDefault();
});

form?.addEventListener("keydown", (event) => {
  const row = event.target.closest(".order-row");
  if (!row || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  move(row, event.key === "ArrowUp" ? -1 : 1, event.target);
});

form?.addEventListener("input", () => changed());
