// People as they are shown, with what is still on its way to the server taken into account.

import { normaliseCode } from "./codes.js";
import { addUp } from "./judge.js";

/** What an entry that was not answered yet does, by what this device made of it. */
function effect({ id, kind, shown, judged, direction, at, undoes, undone = null }) {
  return { id, kind, verdict: shown ?? judged, direction, at, undoes, undone };
}

/** What is true after entries of one person at one checkpoint that wait; before as in judge. */
export function withWaiting(before, entries, gate) {
  return addUp(before, entries.map(effect), gate?.passage);
}

export class People {
  constructor(roster, outbox) {
    this.roster = roster;
    this.outbox = outbox;
    this.counted = null; // {of, counts}: the last answer, and the state that it was of
    this.walkIns = new Map(); // by code, until the server knows them
  }

  /** Whose code it is, or null. */
  byCode(code) {
    const normal = normaliseCode(code);
    const line = this.roster.lineOf(normal);
    return line ? this.show(line) : this.walkIns.get(normal) ?? null;
  }

  search(text, limit) {
    return this.roster.search(text, limit).map((line) => this.show(line));
  }

  delegation(code) {
    const found = this.roster.delegation(code);
    if (!found) return null;
    return { delegation: found.delegation, people: found.lines.map((line) => this.show(line)) };
  }

  show(line) {
    const person = this.roster.show(line);
    const codes = new Set(line[1]);
    const waiting = this.outbox.all().filter(({ code }) => codes.has(code));
    for (const { id } of this.roster.tables.checkpoints) {
      const here = waiting.filter(({ checkpoint }) => checkpoint === id);
      const now = withWaiting(this.roster.passedAt(id, line[0]), here, this.roster.gate(id));
      if (now) person.passed[id] = now;
    }
    return person;
  }

  /** What is true of somebody where an entry was made, after that; before as in judge. */
  passed({ id: last, checkpoint }, id) {
    const codes = new Set(this.roster.lines.get(id)?.[1]);
    const here = this.outbox.all().filter((it) => it.checkpoint === checkpoint && codes.has(it.code));
    const until = here.slice(0, here.findIndex((it) => it.id === last) + 1);
    return withWaiting(this.roster.passedAt(checkpoint, id), until, this.roster.gate(checkpoint));
  }

  /** A person as the server has answered; null for null. */
  answered(delegate) {
    if (!delegate) return null;
    const line = this.roster.lines.get(delegate.id);
    const known = line ? this.show(line) : { passed: {}, status: "approved", delegation: null };
    const delegation = known.delegation?.name === delegate.delegation
      ? known.delegation
      : { id: null, name: delegate.delegation };
    return { ...known, ...delegate, delegation, group: this.withColour(delegate.group) };
  }

  /** The server's answers have no colours. */
  withColour(group) {
    const known = group && this.roster.tables.groups.find(({ letter }) => letter === group.letter);
    return group && { colour: known?.colour ?? "", ...group };
  }

  /** A function of a checkpoint: {passed, inside}, how many have come and how many of them are in. */
  counts() {
    const of = `${this.outbox.changes} ${this.roster.changes}`;
    if (this.counted?.of !== of) this.counted = { of, counts: this.count() };
    return this.counted.counts;
  }

  count() {
    const changed = new Map(); // by checkpoint and person
    for (const entry of this.outbox.all()) {
      const { checkpoint, code } = entry;
      const id = this.roster.lineOf(code)?.[0] ?? null;
      const key = `${checkpoint} ${id ?? code}`;
      const before = id === null ? null : this.roster.passedAt(checkpoint, id);
      if (!changed.has(key)) changed.set(key, { checkpoint, before, entries: [] });
      changed.get(key).entries.push(entry);
    }
    for (const it of changed.values()) {
      it.now = withWaiting(it.before, it.entries, this.roster.gate(it.checkpoint));
    }
    return (checkpoint) => {
      let passed = this.roster.passed.get(checkpoint)?.size ?? 0;
      let inside = this.roster.inside.get(checkpoint) ?? 0;
      for (const it of changed.values()) {
        if (it.checkpoint !== checkpoint) continue;
        passed += Number(Boolean(it.now)) - Number(Boolean(it.before));
        inside += Number(Boolean(it.now?.inside)) - Number(Boolean(it.before?.inside));
      }
      return { passed, inside };
    };
  }

  addWalkIn({ code, data }) {
    const delegation = this.roster.delegations.get(data.delegation);
    this.walkIns.set(code, {
      id: null,
      code,
      name: data.name ?? "",
      position: data.position ?? "",
      organisation: data.organisation ?? "",
      delegation: delegation ? { id: delegation.id, name: delegation.name } : null,
      category: this.roster.categories.get(data.category) ?? null,
      group: null,
      status: "walk_in",
      substitutes: null,
      reprint: false,
      passed: {},
    });
  }
}
