// What a reading is worth by what this device knows: the same rules as eventapp/checkin/verdicts.py.
// Pure. Times are milliseconds since 1970.

import { isWellFormed } from "./codes.js";

const SAME_MS = 2000; // one moment, by two measurements of a clock
const GONE = new Set(["refused", "cancelled"]);
const LETS_IN = new Set(["admitted", "override", "to_confirm"]);

/** Whether a verdict opens the door. */
export function letsIn(verdict) { return LETS_IN.has(verdict); }

/**
 * Why the person may not pass, or null when they may: who it is, whether they come at all, whether
 * this is the place, whether this is the time.
 *
 * gate: {kind, day, session, group, categories, opens_at, closes_at} or null;
 * person: {status, category, group, days, sessions} or null;
 * guest: they are taken along by the bus of a group that is not theirs.
 */
export function refusal(gate, person, at, guest = false) {
  if (!person) return "unknown";
  if (GONE.has(person.status)) return "cancelled";
  if (person.status !== "approved") return "not_approved";
  if (!gate || !belongs(gate, person, guest)) return "wrong_checkpoint";
  if (gate.opens_at && at < Date.parse(gate.opens_at)) return "not_open";
  if (gate.closes_at && at > Date.parse(gate.closes_at)) return "not_open";
  return null;
}

function belongs(gate, person, guest) {
  if (gate.categories?.length && !gate.categories.includes(person.category)) return false;
  switch (gate.kind) {
    case "door":
    case "meal":
      return gate.day === null || person.days.includes(gate.day);
    case "training":
      return person.sessions.includes(gate.session);
    case "bus":
      return gate.group !== null && (guest || gate.group === person.group);
    default:
      return false;
  }
}

/**
 * Whether somebody who may pass does so anew. before: {at, inside, moved} or null; moved is when they
 * last passed, and where that is not known they did not before they first came.
 */
export function passes(passage, before, direction, at) {
  if (passage === "many") return true;
  if (passage === "in_out") return isLate(before, at) || (direction === "in") !== Boolean(before?.inside);
  return before === null;
}

/**
 * {verdict, reason} of a reading. A code that nobody here has may be newer than the device's list:
 * if it could be one, its holder is let in, to be confirmed.
 */
export function judge({
  gate, person, code, before, direction = "in", at, override = false, guest = false,
}) {
  const reason = refusal(gate, person, at, guest);
  if (override && person) return { verdict: "admitted", reason: null };
  if (reason === "unknown" && isWellFormed(code) && gate) {
    const anew = passes(gate.passage, before, direction, at);
    return { verdict: anew ? "to_confirm" : "duplicate", reason: null };
  }
  if (reason) return { verdict: "refused", reason };
  const anew = passes(gate.passage, before, direction, at);
  return { verdict: anew ? "admitted" : "duplicate", reason: null };
}

/**
 * What is true of a person at a checkpoint after entries of the log that the server has not added up
 * yet, in their order; before as in judge, and what it has. An entry that is taken back by name did
 * nothing, what the others did stays.
 */
export function addUp(before, entries, passage) {
  const here = new Set(entries.map(({ id }) => id));
  const undone = new Set(entries.map(({ kind, undoes }) => (kind === "undo" ? undoes : null)));
  return entries.reduce((now, it) => {
    if (it.kind !== "undo") return undone.has(it.id) ? now : after(now, it);
    return here.has(it.undoes) ? now : takenBack(now, it, passage);
  }, before);
}

/**
 * The same after an undo of what the server has added up. undone: what is known of the entry that it
 * names, {verdict, direction, at} or null; without a name it is all that has happened.
 */
function takenBack(before, { verdict, undoes, undone }, passage) {
  if (!before || verdict !== "admitted") return before;
  if (!undoes || !undone) return null;
  if (!letsIn(undone.verdict)) return before;
  const hasMoved = (before.moved ?? -Infinity) > undone.at + SAME_MS;
  if (undone.direction === "out") return hasMoved ? before : { at: before.at, inside: true };
  // What was added up without it, or under another entry's time, stays.
  if (Math.abs(before.at - undone.at) <= SAME_MS) {
    return hasMoved && before.inside ? { at: before.moved, inside: true } : null;
  }
  const wasBack = passage === "in_out" && before.at < undone.at && !hasMoved;
  return wasBack ? { at: before.at, inside: false } : before;
}

/** What is true after a scan. */
export function after(before, { verdict, direction, at }) {
  if (!letsIn(verdict)) return before;
  if (!before && direction === "out") return null; // as long as nobody knows that they came
  const first = Math.min(before?.at ?? at, at);
  if (isLate(before, at)) return { ...before, at: direction === "out" ? before.at : first };
  return { at: first, inside: direction !== "out", moved: at };
}

/** Whether this happened before they last passed: it turns nothing back. */
function isLate(before, at) {
  const moved = before?.moved ?? before?.at ?? null;
  return moved !== null && at < moved;
}
