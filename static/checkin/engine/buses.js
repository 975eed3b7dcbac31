// The groups of site visits as this device knows them: their legs, who sits where, what was called.
// The rules are roll.js's.

import { uuid } from "./codes.js";
import { withWaiting } from "./people.js";
import { callRoll, closing, legOf, legsOf, newest } from "./roll.js";
import { byGivenName } from "./roster.js";
import { Revoked } from "./server.js";
import { Replaced } from "./vault.js";

const same = (a, b) => a.group === b.group && (a.bus ?? null) === (b.bus ?? null);

export class Buses {
  constructor(engine) {
    this.engine = engine;
  }

  get tables() { return this.engine.roster.tables; }

  /** The groups at whose checkpoints this device scans, each with its `buses`. */
  groups() {
    const own = this.engine.state.checkpoints.filter(({ kind }) => kind === "bus");
    const ids = new Set(own.map(({ group }) => group));
    return this.tables.groups
      .filter(({ id }) => ids.has(id))
      .map((it) => ({ ...it, buses: this.busesOf(it.id) }));
  }

  busesOf(group) { return (this.tables.buses ?? []).filter((it) => it.group === group); }

  legs(group) {
    const own = new Set(this.engine.state.checkpoints.map(({ id }) => id));
    return legsOf(group, this.tables).filter(({ id }) => own.has(id));
  }

  /** The roll that was closed at a checkpoint, as `closing` says it. */
  closed({ id, group }, bus) {
    return closing(this.engine.calls.all(), id, bus, this.busesOf(group).map((it) => it.id));
  }

  /** The leg at which a leader would go on, or null: one of `legs`. */
  legNow(group, bus = null) {
    const { state, calls } = this.engine;
    const counts = new Map(state.checkpoints.map((it) => [it.id, it.passed]));
    return legOf({
      legs: this.legs(group),
      rolls: calls.all(),
      bus,
      buses: this.busesOf(group).map(({ id }) => id),
      hasAny: (checkpoint) => Boolean(counts.get(checkpoint)),
      now: this.engine.now(),
    });
  }

  /**
   * The roll at a checkpoint, as `callRoll` gives it, each person as everywhere with `phone`,
   * `sits`, and `from` and `was` (where they sat before they were taken along, as ids and as `sits`; or
   * null); null where it is no bus's.
   */
  roll(checkpoint, bus = null) {
    const gate = this.engine.roster.gate(checkpoint);
    const legs = gate ? this.legs(gate.group) : [];
    const leg = legs.find(({ id }) => id === checkpoint);
    if (!leg) return null;
    const waiting = this.waiting(legs);
    const passedAt = (at, id) => {
      const before = typeof id === "number" ? this.engine.roster.passedAt(at, id) : null;
      return withWaiting(before, waiting.get(`${at} ${id}`) ?? [], this.engine.roster.gate(at));
    };
    const people = [...this.known(gate.group, legs, waiting, passedAt), ...this.unknown(waiting)];
    const buses = this.busesOf(gate.group).map(({ id }) => id);
    const rolls = this.engine.calls.all();
    return { leg, legs, ...callRoll({ group: gate.group, legs, leg, bus, buses, people, passedAt, rolls }) };
  }

  /** Entries that wait, by checkpoint and person; of a code that nobody has, by "?" and the code. */
  waiting(legs) {
    const { outbox, roster } = this.engine;
    const ours = new Set(legs.map(({ id }) => id));
    const found = new Map();
    for (const entry of outbox.all()) {
      if (!ours.has(entry.checkpoint)) continue;
      const key = `${entry.checkpoint} ${roster.lineOf(entry.code)?.[0] ?? `?${entry.code}`}`;
      found.set(key, [...found.get(key) ?? [], entry]);
    }
    return found;
  }

  /** Everybody who has a seat in the group, or was on board at one of the legs. */
  known(group, legs, waiting, passedAt) {
    const { roster, vault } = this.engine;
    const { phones, moved } = vault.notes;
    const movedBy = new Map(moved.map((it) => [it.id, it]));
    const there = new Set(legs.flatMap((leg) => [...roster.passed.get(leg.id)?.keys() ?? []]));
    for (const key of waiting.keys()) there.add(Number(key.split(" ")[1]));
    const found = [];
    for (const [id, line] of roster.lines) {
      const { from, ...seat } = seatOf(roster.seat(line), movedBy.get(id));
      if (seat.group !== group && !there.has(id)) continue; // most of an event
      const { status } = roster.facts(line);
      const isOurs = seat.group === group && status === "approved";
      if (!isOurs && !legs.some((leg) => passedAt(leg.id, id))) continue;
      const person = roster.show(line);
      const was = from && this.shown(from);
      found.push({ ...person, sits: person.group, ...seat, from, was, phone: phones[id] ?? "", coming: status === "approved" });
    }
    return found.sort((a, b) => byGivenName(a.name, b.name) || a.id - b.id);
  }

  shown({ group, bus }) {
    const known = this.engine.roster.groups.get(group);
    return known ? this.engine.roster.shownGroup(known, this.engine.roster.buses.get(bus)) : { letter: "", bus: "" };
  }

  /** Codes that were let in here to be confirmed: somebody is on board, and nobody knows who. */
  unknown(waiting) {
    const { people } = this.engine;
    const codes = [...waiting.keys()].filter((key) => key.includes("?")).map((key) => key.split("?")[1]);
    return [...new Set(codes)].map((code) => ({
      ...(people.byCode(code) ?? { name: code, delegation: null, organisation: "", status: "unknown" }),
      id: `?${code}`, code, sits: null, group: null, bus: null, from: null, phone: "", coming: true,
    }));
  }

  /** Who has a seat in a group and comes: names by id. */
  members(group) {
    const { roster } = this.engine;
    const found = new Map();
    for (const [id, line] of roster.lines) {
      if (roster.seat(line).group !== group || roster.facts(line).status !== "approved") continue;
      found.set(id, roster.show(line));
    }
    return found;
  }

  /** Where somebody sits by what is known here, {group, bus}, ids or null, and `listed`: by the list. */
  seat(code) {
    const { roster, vault } = this.engine;
    const line = roster.lineOf(code);
    if (!line) return null;
    const listed = roster.seat(line);
    return { ...seatOf(listed, vault.notes.moved.find(({ id }) => id === line[0])), listed };
  }

  // --- What changes --------------------------------------------------------------------------

  /** Somebody was taken into a bus of a group; until the list says so, they sit there for this device. */
  async took(code, to) {
    const { roster, vault } = this.engine;
    const line = roster.lineOf(code);
    if (!line || same(roster.seat(line), to)) return;
    const others = vault.notes.moved.filter(({ id }) => id !== line[0]);
    await this.write({ moved: [...others, { id: line[0], from: roster.seat(line), to }] });
  }

  /** They were not: taken back before the list had them there. */
  async left(code) {
    const { roster, vault } = this.engine;
    const line = roster.lineOf(code);
    const kept = vault.notes.moved.filter(({ id, from }) => id !== line?.[0] || !same(roster.seat(line), from));
    if (kept.length < vault.notes.moved.length) await this.write({ moved: kept });
  }

  /** Close the roll at a checkpoint, or open it again: {kind, bus, present, missing, guests}. */
  async call({ checkpoint, bus = null, kind = "closed", present = 0, missing = [], guests = 0 }) {
    await this.engine.settled();
    if (!this.engine.server) throw new Revoked("this browser is no device any more");
    const { readAt: calledAt, ...moment } = this.engine.readings.moment();
    await this.engine.calls.add({
      id: uuid(), checkpoint, bus, kind, calledAt, ...moment, at: this.engine.now(), present, missing, guests,
    });
    this.engine.tabs.tell({ kind: "calls" });
    this.engine.changed();
    this.engine.link.poke();
  }

  /** What the server has kept is known from then on, also before it says so. */
  learn(kept) {
    const told = kept.map(({ id, checkpoint, bus, kind, at, present, missing, guests }) => (
      { id, checkpoint, bus, kind, at, present, missing, guests }
    ));
    return this.write({ rolls: newest([...this.engine.vault.notes.rolls, ...told]) });
  }

  async write(notes) {
    try {
      await this.engine.vault.write({ notes });
    } catch (error) {
      if (error instanceof Replaced) await this.engine.restart();
      else this.engine.outbox.failed(error); // it is in memory
    }
    this.engine.tabs.tell({ kind: "version" });
    this.engine.changed();
  }

  /** What of a sync's answer is for the vault: telephone numbers, rolls, and what is out of date. */
  news({ device, phones, rolls }) {
    const { notes, cursors } = this.engine.vault;
    const mayCall = device.rights === "leader";
    const found = {};
    if (Array.isArray(rolls)) {
      const told = rolls.map(({ called_at: at, ...it }) => ({ ...it, at: Date.parse(at) }));
      // One that was sent a moment ago may not be among them yet; none is ever taken away.
      const ids = new Set(told.map(({ id }) => id));
      const all = newest([...told, ...notes.rolls.filter(({ id }) => !ids.has(id))]);
      if (JSON.stringify(all) !== JSON.stringify(notes.rolls)) found.rolls = all;
    } else if (notes.rolls.length) found.rolls = [];
    const isOver = !mayCall && cursors.phones !== null; // it leads nobody any more
    return { notes: found, phones: isOver ? { digest: null, people: {} } : phones ?? null };
  }
}

/** Where they sit, and where they did before this device's people took them along. */
function seatOf(seat, moved) {
  if (!moved) return { ...seat, from: null };
  if (same(seat, moved.from) || same(seat, moved.to)) return { ...moved.to, from: moved.from };
  return { ...seat, from: null }; // somebody has decided otherwise since
}
