// "We go now": who is missing is looked at once more, then the roll is closed. It can be opened again.

import { $, element, tell } from "./dom.js";
import { place } from "./person.js";
import { call } from "./roll_list.js";
import { say } from "./words.js";

export class RollClose {
  /** close(missing) with [[id, 1 if they go their own way]]. */
  constructor(close) {
    this.excused = new Set();
    this.shown = null;
    $("roll-close-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const { roll } = this;
      const ticked = new Set([...$("roll-close-list").querySelectorAll("input:checked")].map(({ value }) => Number(value)));
      $("roll-close").close();
      close(roll, [...roll.missing, ...roll.excused]
        .filter(({ person }) => typeof person.id === "number")
        .map(({ person }) => [person.id, Number(ticked.has(person.id))]));
    });
    $("roll-close-cancel").addEventListener("click", () => $("roll-close").close());
    $("roll-close").addEventListener("close", () => $("roll-close-list").replaceChildren());
  }

  get isOpen() { return $("roll-close").open; }

  drop() {
    if (this.isOpen) $("roll-close").close();
  }

  open(roll, where) {
    this.excused = new Set(roll.excused.map(({ person }) => person.id));
    this.shown = null;
    $("roll-close-where").textContent = where;
    $("roll-close").showModal();
    this.show(roll);
  }

  /** Somebody may come running while it is open, or be ticked by the other leader. */
  show(roll) {
    this.roll = roll;
    const missing = [...roll.missing, ...roll.excused];
    const shown = missing.map(({ person }) => person.id).join(" ");
    tell($("roll-close-count"), missing.length ? say("roll_close_missing", missing.length) : say("roll_close_all", roll.here));
    $("roll-close-list").parentElement.hidden = !missing.length;
    if (shown === this.shown) return;
    this.shown = shown;
    for (const box of $("roll-close-list").querySelectorAll("input")) {
      this.excused[box.checked ? "add" : "delete"](Number(box.value));
    }
    $("roll-close-list").replaceChildren(...missing.map((it) => this.entry(it)));
  }

  entry({ person }) {
    const item = element("li", "roll-missing", element("span", "roll-who",
      element("span", "data-main", person.name), element("span", "data-sub", place(person))));
    const phone = call(person.phone, person.name);
    if (phone) item.append(phone);
    if (typeof person.id !== "number") return item;
    const box = element("input", "form-check-input");
    Object.assign(box, { type: "checkbox", value: person.id, checked: this.excused.has(person.id) });
    box.setAttribute("aria-label", say("roll_excuse_of", person.name));
    item.append(element("label", "choice", box, element("span", "", say("roll_excuse"))));
    return item;
  }
}
