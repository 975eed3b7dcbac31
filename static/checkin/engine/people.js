// People as they are shown, with what is still on its way to the server taken into account.

import { normaliseCode } from "./codes.js";
import { after } from "./judge.js";

/** What an entry that was not answered yet does, by what this device made of it. */
export function effect({ kind, shown, judged, direction, at }) {
  return { kind, verdict: shown ?? judged, direction, at };
}

export class People {
  constructor(roster, outbox) {
    this.roster = roster;
    this.outbox = outbox;
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
      let now = this.roster.passedAt(id, line[0]);
      for (const it of waiting) if (it.checkpoint === id) now = after(now, effect(it));
      if (now) person.passed[id] = now;
    }
    return person;
  }

  /** A person as the server has answered; null for null. */
  answered(delegate) {
    if (!delegate) return null;
    const line = this.roster.lines.get(delegate.id);
    const known = line ? this.show(line) : { passed: {}, status: "approved", delegation: null };
    const delegation = known.delegation?.name === delegate.delegation
      ? known.delegation
      : { id: null, name: delegate.delegation };
    return { ...known, ...delegate, delegation };
  }

  /** {passed, inside} of a checkpoint: how many have come, and how many of them are in. */
  counts(checkpoint) {
    const people = new Map(this.roster.passed.get(checkpoint));
    for (const entry of this.outbox.all()) {
      if (entry.checkpoint !== checkpoint) continue;
      const who = this.roster.lineOf(entry.code)?.[0] ?? entry.code;
      const before = people.get(who);
      const now = after(before ? { at: before[0], inside: before[1] } : null, effect(entry));
      if (now) people.set(who, [now.at, now.inside]);
      else people.delete(who);
    }
    let inside = 0;
    for (const [, isInside] of people.values()) inside += Number(Boolean(isInside));
    return { passed: people.size, inside };
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
