// A verdict as a panel: colour, sign and words, and everything that staff need to say next.

import { uuid } from "../engine/codes.js";
import { element, icon } from "./dom.js";
import { categoryMark, groupMarks, notes, paint, place } from "./person.js";
import { clock } from "./times.js";
import { say } from "./words.js";

/** What is shown of a reading that could not be kept at all; none leaves the verdict before it. */
export function lost(engine, { code, checkpoint, direction = "in" }) {
  return {
    id: uuid(), kind: "scan", code, checkpoint, direction, at: Date.now(), verdict: "not_stored",
    reason: null, person: engine.person(code), firstReadAt: null, by: "device",
  };
}

/** What the large words are; `result.direction` is the way that was scanned. */
export function heading(result, checkpoint, zone) {
  const { verdict, reason, direction } = result;
  if (verdict === "refused") return say(reason) ?? say("unknown");
  if (verdict === "duplicate") {
    if (direction === "out") return say("duplicate_out");
    const at = clock(result.firstReadAt, zone);
    return at ? say("duplicate", at) : say("duplicate_in");
  }
  if (verdict === "admitted" && result.override) return say("override");
  if (verdict === "admitted" && direction === "out") return say("admitted_out");
  return say(verdict);
}

/** "Refused: why": the word as large as it can be, and why below it. */
function headline(text) {
  const made = element("span");
  const [word, why] = text.split(/(?<=:) /);
  made.append(element("span", "verdict-word", word));
  if (why) made.append(" ", element("span", "verdict-why", why));
  return made;
}

function hint(result, rights) {
  const key = `${result.reason ?? result.verdict}_hint`;
  return say(rights === "steward" ? `${key}_steward` : key) ?? say(key);
}

/** The panel; actions are buttons that stand below. */
export function panel(result, { checkpoint, zone, rights, actions = [] }) {
  const { verdict, person } = result;
  const made = element("section", `verdict verdict-${verdict}`);
  made.append(element("p", "verdict-head", icon(verdict), headline(heading(result, checkpoint, zone))));
  if (person) {
    made.append(element("p", "verdict-name", person.name));
    if (result.was && verdict === "admitted") made.append(element("p", "verdict-note", say("guest_was", result.was)));
    made.append(...notes(person).map((it) => element("p", "verdict-note", it)));
    if (person.position) made.append(element("p", "verdict-line", person.position));
    made.append(element("p", "verdict-line", place(person)));
    const marks = element("p", "verdict-line app-marks", ...groupMarks(person));
    if (person.category) {
      paint(made, person.category);
      marks.prepend(categoryMark(person.category));
    }
    made.append(marks);
  } else if (result.code) made.append(element("p", "verdict-line code", result.code));
  const more = hint(result, rights);
  if (more) made.append(element("p", "verdict-line", more));
  if (result.by === "device" && verdict !== "not_stored") {
    made.append(element("p", "verdict-small", say("by_device")));
  }
  if (actions.length) made.append(element("p", "app-actions", ...actions));
  return made;
}

/** A few lines in place of one person: what became of a delegation, of an undo. */
export function summary(verdict, title, lines, sign = verdict) {
  const made = element("section", `verdict verdict-${verdict}`);
  made.append(element("p", "verdict-head", icon(sign), headline(title)));
  made.append(...lines.map((it) => (it instanceof Node ? it : element("p", "verdict-line", it))));
  return made;
}
