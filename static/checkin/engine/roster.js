// The people of the event as they are held in memory: by code, by name, by delegation; and who has
// passed where. Lines are as the server sends them.

import { normaliseCode } from "./codes.js";
import { fold, searchTerms } from "./folding.js";

const EXPECTED = new Set(["approved", "pending"]);

// A line's places; the last is there only of whoever sits in a bus.
const [ID, CODES, STATUS, NAME, POSITION, ORGANISATION, DELEGATION, CATEGORY, GROUP, DAYS, SESSIONS,
  SUBSTITUTES, REPRINT, BUS] = Array(14).keys();

const FOLDED_AT_ONCE = 100;

const EMPTY_TABLES = {
  digest: null,
  event: null,
  checkpoints: [],
  categories: [],
  groups: [],
  buses: [],
  stops: [],
  delegations: [],
  organisations: [],
};

export class Roster {
  constructor() {
    this.clear();
  }

  clear() {
    this.changes = (this.changes ?? 0) + 1; // so that what is counted is counted anew
    this.lines = new Map(); // by id
    this.ids = new Map(); // by code
    this.passed = new Map(); // checkpoint → person → [first ms, inside]
    this.inside = new Map(); // checkpoint → how many of them are inside
    this.setTables(EMPTY_TABLES);
  }

  get size() { return this.lines.size; }

  setTables(tables) {
    this.tables = tables;
    this.gates = new Map(tables.checkpoints.map((it) => [it.id, it]));
    this.categories = new Map(tables.categories.map((it) => [it.id, it]));
    this.groups = new Map(tables.groups.map((it) => [it.id, it]));
    this.buses = new Map((tables.buses ?? []).map((it) => [it.id, it.label]));
    this.delegations = new Map(tables.delegations.map((it) => [it.id, it]));
    this.folded = null; // by id: what is searched
    this.unfolded = null; // ids for which that is still to be made
  }

  gate(checkpoint) { return this.gates.get(checkpoint) ?? null; }

  put(line) {
    this.take(line[ID]);
    this.changes += 1;
    this.lines.set(line[ID], line);
    for (const code of line[CODES]) this.ids.set(code, line[ID]);
    if (this.folded) this.folded.set(line[ID], this.text(line));
  }

  take(id) {
    const line = this.lines.get(id);
    if (!line) return;
    this.changes += 1;
    for (const code of line[CODES]) if (this.ids.get(code) === id) this.ids.delete(code);
    this.lines.delete(id);
    this.folded?.delete(id);
  }

  /** The first time in ms (null: not any more) and whether they are inside. */
  setPassed(checkpoint, id, at, inside) {
    this.changes += 1;
    if (!this.passed.has(checkpoint)) this.passed.set(checkpoint, new Map());
    const people = this.passed.get(checkpoint);
    const change = Number(Boolean(at !== null && inside)) - Number(Boolean(people.get(id)?.[1]));
    this.inside.set(checkpoint, (this.inside.get(checkpoint) ?? 0) + change);
    if (at === null) people.delete(id);
    else people.set(id, [at, inside]);
  }

  clearPassed() {
    this.changes += 1;
    this.passed.clear();
    this.inside.clear();
  }

  /** {at, inside} or null. */
  passedAt(checkpoint, id) {
    const found = this.passed.get(checkpoint)?.get(id);
    return found ? { at: found[0], inside: Boolean(found[1]) } : null;
  }

  lineOf(code) { return this.lines.get(this.ids.get(code)) ?? null; }

  /** What the rules ask of a person. */
  facts(line) {
    return line && {
      status: line[STATUS],
      category: line[CATEGORY],
      group: line[GROUP],
      days: line[DAYS],
      sessions: line[SESSIONS],
    };
  }

  /** Where they sit in the site visits: {group, bus}, ids or null. */
  seat(line) { return { group: line[GROUP] ?? null, bus: line[BUS] ?? null }; }

  /** What is shown of a person; passed is filled in by who knows what is still on its way. */
  show(line) {
    const group = this.groups.get(line[GROUP]);
    const delegation = this.delegations.get(line[DELEGATION]);
    return {
      id: line[ID],
      code: line[CODES][0],
      name: line[NAME],
      position: line[POSITION],
      organisation: line[ORGANISATION],
      delegation: delegation ? { id: delegation.id, name: delegation.name } : null,
      category: this.categories.get(line[CATEGORY]) ?? null,
      group: group ? this.shownGroup(group, this.buses.get(line[BUS])) : null,
      status: line[STATUS],
      substitutes: line[SUBSTITUTES] ?? null,
      reprint: Boolean(line[REPRINT]),
      passed: {},
    };
  }

  shownGroup({ letter, site, colour = "" }, bus = "") { return { letter, bus, site, colour }; }

  text(line) {
    const delegation = this.delegations.get(line[DELEGATION])?.name ?? "";
    return ` ${fold(`${line[NAME]} ${line[ORGANISATION]} ${delegation}`)}`;
  }

  /** Fold everybody's names, once. */
  index() {
    if (!this.folded) {
      this.folded = new Map();
      this.unfolded = [...this.lines.keys()];
    }
    this.foldSome(Infinity);
    return this.folded;
  }

  /** The same in pieces: on a slow phone it takes half a second, for which nobody should wait. */
  async prepare() {
    if (this.folded) return;
    this.folded = new Map();
    this.unfolded = [...this.lines.keys()];
    while (this.unfolded?.length) {
      this.foldSome(FOLDED_AT_ONCE);
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
  }

  foldSome(count) {
    for (let left = Math.min(count, this.unfolded.length); left > 0; left -= 1) {
      const id = this.unfolded.pop();
      const line = this.lines.get(id);
      if (line) this.folded.set(id, this.text(line));
    }
  }

  /** Lines of those expected of whom every word of the query begins a word, by given name. */
  search(query, limit) {
    const terms = searchTerms(query).map((term) => ` ${term}`);
    if (!terms.length) return [];
    const found = [];
    for (const [id, text] of this.index()) {
      if (terms.every((term) => text.includes(term))) {
        const line = this.lines.get(id);
        if (EXPECTED.has(line[STATUS])) found.push(line);
      }
    }
    return found.sort(inOrder).slice(0, limit);
  }

  /** {delegation, lines} of a delegation's code as it is written or scanned, or null. */
  delegation(code) {
    const wanted = normaliseCode(code);
    const delegation = this.tables.delegations.find((it) => {
      const own = normaliseCode(it.code ?? "");
      return own && (own === wanted || `D${own}` === wanted || own === `D${wanted}`);
    });
    if (!delegation) return null;
    const lines = [];
    for (const line of this.lines.values()) {
      if (line[DELEGATION] === delegation.id && EXPECTED.has(line[STATUS])) lines.push(line);
    }
    return { delegation, lines: lines.sort(inOrder) };
  }
}

const order = new Intl.Collator("vi");

/** The order of Vietnamese lists: the given name, which stands last, first. */
export function byGivenName(a, b) {
  const given = (name) => name.slice(name.lastIndexOf(" ") + 1);
  return order.compare(given(a), given(b)) || order.compare(a, b);
}

function inOrder(a, b) { return byGivenName(a[NAME], b[NAME]) || a[ID] - b[ID]; }
