// The badge designer: puts its parts together, and wires the bar above the canvas.

import { Actions } from "./actions.js";
import { Canvas } from "./canvas.js";
import { el } from "./fields.js";
import { boxOf } from "./geometry.js";
import { Keys } from "./keys.js";
import { Model } from "./model.js";
import { Pointer } from "./pointer.js";
import { Preview } from "./preview.js";
import { Properties } from "./properties.js";
import { Saving } from "./saving.js";
import { State } from "./state.js";

const $ = (id) => document.getElementById(id);
const page = $("designer");
const data = JSON.parse($("designer-data").textContent);
const words = JSON.parse($("designer-words").textContent);

const state = new State(data.template, data.revision);
const model = new Model(data, words);
const settings = { grid: 1, snaps: true };
const actions = new Actions(state, model);
page.hidden = false;
const canvas = new Canvas($("designer-canvas"), state, model);
const saving = new Saving(page, state, words, data);

/** Say where the selected element is, for who cannot see it. */
function tell() {
  if (state.selection.length !== 1) return;
  const { x, y, width, height } = boxOf(state.selected[0]);
  $("designer-place").textContent = words.is_at
    .replace("{name}", model.nameOf(state.selected[0]))
    .replace(/\{(\w+)\}/g, (_, name) => ({ x, y, width, height })[name].toFixed(1));
}

async function upload(file) {
  const body = new FormData();
  body.append("file", file);
  try {
    const answer = await fetch(data.addresses.images, {
      method: "POST", body, headers: { "X-CSRFToken": page.dataset.token }, credentials: "same-origin",
    });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const found = isJson ? await answer.json() : { message: answer.status === 413 ? words.too_large : words.not_uploaded };
    if (!answer.ok || !found.digest) throw new Error(found.message ?? words.not_uploaded);
    saving.tell("");
    if (!model.imageOf(found.digest)) model.images.push(found);
    return found;
  } catch (error) {
    saving.tell(error instanceof TypeError ? words.not_reached : error.message);
    return null;
  }
}

new Pointer(canvas, state, settings, tell);
new Keys(canvas, state, actions, { save: () => saving.save(), tell });
new Properties($("designer-properties"), state, model, actions, upload);
const preview = new Preview(page, state, canvas, model, data);

// --- The bar ---------------------------------------------------------------------------------------

$("designer-undo").addEventListener("click", () => state.undo());
$("designer-redo").addEventListener("click", () => state.redo());
for (const button of page.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => {
    actions.add(button.dataset.add);
    canvas.focus(state.selection[0]);
    tell();
  });
}
const file = $("designer-add-image");
file.addEventListener("change", async () => {
  const made = file.files[0] && await upload(file.files[0]);
  file.value = "";
  if (made) actions.add("image", made.digest);
});
$("designer-grid").addEventListener("change", (event) => { settings.grid = Number(event.target.value); });
$("designer-snaps").addEventListener("change", (event) => { settings.snaps = event.target.checked; });
for (const button of page.querySelectorAll("[data-side]")) {
  button.addEventListener("click", () => state.turnTo(Number(button.dataset.side)));
}

// --- Elements by name, in the order in which they are drawn -----------------------------------------

const rows = $("designer-elements");

function newRow(n) {
  const button = el("button", { type: "button", class: "designer-element" });
  button.addEventListener("click", (event) => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) state.toggle(n);
    else state.select([n]);
  });
  rows.append(el("li", {}, button));
}

function list() {
  while (rows.children.length > state.elements.length) rows.lastChild.remove();
  while (rows.children.length < state.elements.length) newRow(rows.children.length);
  state.elements.forEach((element, n) => {
    const button = rows.children[n].firstChild;
    button.textContent = `${n + 1}. ${model.nameOf(element)}`;
    button.setAttribute("aria-pressed", state.selection.includes(n));
  });
}

function nameOfTemplate() {
  const { vi, en } = state.doc.name;
  return (document.documentElement.lang === "en" ? en || vi : vi || en) || "–";
}

function bar() {
  $("designer-undo").disabled = !state.canUndo;
  $("designer-redo").disabled = !state.canRedo;
  $("designer-sides").hidden = state.doc.sides.length < 2;
  for (const button of page.querySelectorAll("[data-side]")) {
    button.setAttribute("aria-pressed", Number(button.dataset.side) === state.side);
  }
  document.querySelector("#designer-name").textContent = nameOfTemplate();
}

for (const name of ["change", "select"]) {
  state.addEventListener(name, () => {
    list();
    bar();
  });
}
list();
bar();

// --- As text -----------------------------------------------------------------------------------------

const text = $("designer-text");
const area = text.querySelector("textarea");
text.classList.add("has-script");
if (!area.dataset.typed) text.open = false;
text.addEventListener("toggle", () => {
  if (text.open && !area.dataset.typed) area.value = JSON.stringify(state.doc, null, 2);
});
$("designer-apply").hidden = false;
$("designer-apply").addEventListener("click", async () => {
  const wrong = await preview.wrongWith(area.value);
  if (!wrong) state.replace(JSON.parse(area.value));
  $("designer-apply-said").textContent = wrong || words.applied;
});
