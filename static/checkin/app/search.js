// Finding somebody by name, without marks and in any order of words. Nobody leafs through a list:
// two letters at least, and ten people at most.

import { $, button, element, tell } from "./dom.js";
import { categoryMark, notes, place, since } from "./person.js";
import { say } from "./words.js";

const LIMIT = 10;
const TYPING_MS = 120;

export class Search {
  /**
   * choose(person) and print(person) are what the buttons beside a person do; history(person) is one
   * more of them.
   */
  constructor(engine, checkpoints, { choose, print, history }) {
    Object.assign(this, { engine, checkpoints, choose, print, history, timer: null });
    $("name").addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), TYPING_MS);
    });
    // From the name to the people found and among them by the arrows; Enter leads to the first.
    document.querySelector("[data-panel=find]").addEventListener("keydown", (event) => this.move(event));
  }

  find() {
    const query = $("name").value.trim();
    const letters = query.replace(/[^\p{L}\p{N}]/gu, "").length;
    const found = letters < 2 ? [] : this.engine.search(query, LIMIT);
    $("found").replaceChildren(...found.map((it) => this.entry(it)));
    const some = found.length < LIMIT ? say("found", found.length) : say("found_more", LIMIT);
    const note = found.length ? some : say("nobody");
    tell($("found-note"), !letters ? "" : letters < 2 ? say("more_letters") : note);
  }

  clear() {
    $("name").value = "";
    this.find();
  }

  entry(person) {
    const about = [person.position, place(person)].filter(Boolean).join(" · ");
    const marks = element("span", "app-marks");
    if (person.category) marks.append(categoryMark(person.category));
    if (person.status !== "approved") marks.append(element("span", "app-note", say("not_approved_short")));
    const came = since(person, this.checkpoints.id, this.engine.state.event?.timezone);
    if (came) marks.append(element("span", "", came));
    marks.append(...notes(person).map((it) => element("span", "app-note", it)));
    const item = element("li", "app-found", button("app-person", [
      element("span", "data-main", person.name), element("span", "data-sub", about), marks,
    ], () => this.choose(person)));
    const tools = element("div", "app-found-tools");
    if (person.status === "approved") {
      const print = button("btn btn-outline-primary", say("print"), () => this.print(person));
      print.setAttribute("aria-label", say("print_of", person.name));
      tools.append(print);
    }
    if (person.id) tools.append(this.history(person));
    if (tools.children.length) item.append(tools);
    return item;
  }

  move(event) {
    const people = [...$("found").querySelectorAll(".app-person")];
    const at = people.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || (event.key === "Enter" && document.activeElement === $("name"))) {
      if (event.key === "Enter") this.find();
      const now = [...$("found").querySelectorAll(".app-person")];
      now[Math.min(at + 1, now.length - 1)]?.focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (people[at - 1] ?? $("name")).focus();
    } else return;
    event.preventDefault();
  }
}
