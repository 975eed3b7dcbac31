// The last scans of this tab, and taking one back. Kept are codes and verdicts; names come from the
// engine, which has them encrypted.

import { $, button, element, icon } from "./dom.js";
import { clock } from "./times.js";
import { heading } from "./verdict.js";
import { say } from "./words.js";

const LENGTH = 30;
const LETS_IN = new Set(["admitted", "to_confirm"]);

export class Last {
  /** undo(entry) is there for those who may take scans back. */
  constructor(engine, undo) {
    this.engine = engine;
    this.undo = undo;
    this.key = `eventapp.last.${engine.state.event?.slug}`;
    this.entries = this.read();
    this.show();
  }

  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? [];
    } catch {
      return [];
    }
  }

  save() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.entries));
    } catch { /* it is a convenience: the log itself is the engine's */ }
  }

  add(result) {
    const { id, code, verdict, reason = null, checkpoint, direction, firstReadAt = null } = result;
    const entry = {
      id, code, verdict, reason, checkpoint, direction, firstReadAt, at: result.at ?? Date.now(),
      override: result.override ?? false,
    };
    this.entries = [entry, ...this.entries.filter((it) => it.id !== id)].slice(0, LENGTH);
    this.save();
    this.show();
  }

  /** The server's answer has come after the device's own. */
  settle(id, result) {
    const entry = this.entries.find((it) => it.id === id);
    if (!entry) return null;
    const before = { ...entry };
    entry.verdict = result.verdict;
    entry.reason = result.reason ?? null;
    entry.firstReadAt = result.firstReadAt ?? entry.firstReadAt;
    this.save();
    this.show();
    return before;
  }

  takenBack(id) {
    const entry = this.entries.find((it) => it.id === id);
    if (entry) entry.isUndone = true;
    this.save();
    this.show();
  }

  /** All that happened to somebody at a checkpoint. */
  takenBackAt({ code, checkpoint }) {
    for (const it of this.entries) if (it.code === code && it.checkpoint === checkpoint) it.isUndone = true;
    this.save();
    this.show();
  }

  show() {
    $("last-none").hidden = this.entries.length > 0;
    $("last").replaceChildren(...this.entries.map((it) => this.line(it)));
  }

  line(entry) {
    const zone = this.engine.state.event?.timezone;
    const gate = this.engine.state.checkpoints?.find(({ id }) => id === entry.checkpoint);
    const name = this.engine.person(entry.code)?.name ?? entry.code;
    const words = element("span", "app-line-words", entry.isUndone ? say("undone") : heading(entry, gate, zone));
    const made = element(
      "li", `app-line is-${entry.isUndone ? "undone" : entry.verdict}`,
      element("span", "app-line-time", clock(entry.at, zone)),
      element("span", "data-main", name),
      words,
    );
    if (this.undo && LETS_IN.has(entry.verdict) && !entry.isUndone) {
      const back = button("btn btn-sm btn-outline-primary", [icon("undo"), say("undo_short")], () => this.undo(entry));
      back.setAttribute("aria-label", say("undo_of", name));
      made.append(back);
    }
    return made;
  }
}
