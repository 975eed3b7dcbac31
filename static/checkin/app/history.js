// What the log says of somebody at this checkpoint: for supervisors, online.

import { $, button, element, icon, tell } from "./dom.js";
import { clock, isoDay, shortDay } from "./times.js";
import { heading } from "./verdict.js";
import { todayOf } from "./checkpoints.js";
import { named, say } from "./words.js";

export class History {
  /** explain(error) says why a call did not work. */
  constructor(engine, checkpoints, explain) {
    Object.assign(this, { engine, checkpoints, explain, asked: 0 });
    $("history-close").addEventListener("click", () => this.drop());
    $("history").addEventListener("close", () => this.forget());
  }

  /** A button that opens it. */
  action(person) {
    const open = button("btn btn-outline-primary", [icon("history"), say("history")], () => this.open(person));
    open.setAttribute("aria-label", say("history_of", person.name));
    return open;
  }

  async open({ code, name }) {
    const { current } = this.checkpoints;
    this.asked += 1;
    const { asked } = this;
    $("history-heading").textContent = name;
    $("history-where").textContent = current ? named(current) : "";
    tell($("history-note"), say("history_wait"));
    $("history").showModal();
    let found = [];
    let note;
    try {
      const { results } = await this.engine.api("history", { code });
      found = results.filter(({ checkpoint }) => checkpoint === current?.id);
      const { unsent } = this.engine.state;
      note = [!found.length && say("history_none"), unsent && say("unsent", unsent)].filter(Boolean).join(" ");
    } catch (error) {
      note = this.explain(error);
    }
    if (asked !== this.asked) return; // it is closed, or somebody else's
    $("history-list").replaceChildren(...found.map((it) => this.line(it)));
    tell($("history-note"), note);
  }

  line({ kind, verdict, reason, direction, happened_at: at, device, note }) {
    const { state } = this.engine;
    const zone = state.event?.timezone;
    const isUndo = kind === "undo" && verdict !== "refused";
    const words = isUndo
      ? say(verdict === "admitted" ? "undone" : "undo_nothing")
      : (direction !== "out" && say(`history_${verdict}`)) || heading({ verdict, reason, direction }, null, zone);
    const day = isoDay(at, zone);
    const when = [day !== todayOf(state) && shortDay(day), clock(at, zone)].filter(Boolean).join(" ");
    return element(
      "li", `app-line is-${isUndo ? "taken" : verdict}`,
      element("span", "app-line-time", when),
      element("span", "data-main", words),
      element("span", "app-line-words", [device, note].filter(Boolean).join(" · ")),
    );
  }

  /** A scan has come in: the next person is at the door. */
  drop() {
    if ($("history").open) $("history").close();
  }

  forget() {
    this.asked += 1;
    for (const id of ["history-heading", "history-where", "history-list"]) $(id).replaceChildren();
    tell($("history-note"), "");
  }
}
