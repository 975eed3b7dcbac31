// People at rest: the roster in memory, and the same in encrypted chunks on the disk, small enough that
// a small difference rewrites little. Each chunk carries the version in which it was written last, so
// that another tab reads only what it does not have.

import { ask } from "./database.js";
import { seal, unseal } from "./key.js";
import { uuid } from "./codes.js";

const PEOPLE = 6; // ids of a chunk: 64 people, about 15 KB
const PASSED = 9; // 512 people at one checkpoint, about 10 KB

const chunkOfPerson = (id) => `people:${id >> PEOPLE}`;
const chunkOfPassed = (checkpoint, id) => `passed:${checkpoint}:${id >> PASSED}`;

/** What this tab holds was replaced under its feet: the device was revoked or provisioned anew. */
export class Replaced extends Error {}

/** What is known of the server's state: nothing. */
export const NOTHING = { roster: null, log: null, tables: null, phones: null, contact: null };

// Small things that are sealed each as a whole: telephone numbers of a leader's people by id, the last
// rolls that were called, and who was taken along by another bus (buses.js).
const emptyNotes = () => ({ phones: {}, rolls: [], moved: [] });

export class Vault {
  /** Without a key everything is kept in memory only. alone(work) keeps other tabs from writing. */
  constructor(database, key, roster, alone) {
    this.database = database;
    this.key = key;
    this.roster = roster;
    this.alone = alone;
    this.cursors = { ...NOTHING };
    this.names = new Set();
    this.dirty = new Set(); // chunks of which the disk does not have what is in memory
    this.version = 0;
    this.owner = null;
    this.notes = emptyNotes();
    this.facts = null; // the device, and what else the server has said of it
  }

  /** Read everything; what cannot be opened any more is fetched anew. */
  async load() {
    if (!this.key) return;
    const owner = await this.database.read(["meta"], (store) => ask(store("meta").get("owner")))
      ?? await this.own();
    const read = await this.database.read(["meta", "sealed"], async (store) => (
      this.readState(store, owner, await ask(store("sealed").getAll()))
    ));
    try {
      await this.take(read);
    } catch (error) {
      if (error.name !== "OperationError" && !(error instanceof SyntaxError)) throw error;
      await this.drop();
    }
  }

  /** What is sealed from now on is this device's; whoever wipes it takes that away. */
  own() {
    return this.database.write(["meta"], async (store) => {
      const owner = (await ask(store("meta").get("owner"))) ?? uuid();
      store("meta").put(owner, "owner");
      return owner;
    });
  }

  async readState(store, owner, chunks) {
    const meta = store("meta");
    const cursors = {};
    for (const name of Object.keys(NOTHING)) cursors[name] = (await ask(meta.get(name))) ?? null;
    return { owner, cursors, chunks, version: (await ask(meta.get("version"))) ?? 0 };
  }

  /** Read what other tabs have written meanwhile. Raises Replaced. */
  async catchUp() {
    if (!this.key) return;
    const read = await this.database.read(["meta", "sealed"], async (store) => {
      const owner = await ask(store("meta").get("owner"));
      if (owner !== this.owner) throw new Replaced();
      if ((await ask(store("meta").get("version"))) === this.version) return null;
      const newer = store("sealed").index("version").getAll(IDBKeyRange.lowerBound(this.version, true));
      return this.readState(store, owner, await ask(newer));
    });
    if (read) await this.take(read);
  }

  async take({ owner, cursors, chunks, version }) {
    const opened = await Promise.all(
      chunks.map(async (it) => [it.name, await unseal(this.key, it.name, it)]),
    );
    Object.assign(this, { owner, cursors, version });
    // What the disk has not taken of this tab's was for other cursors: nobody can say any more what is
    // missing, so everything is fetched.
    if (this.dirty.size) Object.assign(this.cursors, { roster: null, log: null });
    for (const name of ["tables", "phones"]) if (this.dirty.has(name)) this.cursors[name] = null;
    for (const [name, content] of opened) this.fill(name, content);
  }

  fill(name, content) {
    this.names.add(name);
    const [kind, first, second] = name.split(":");
    if (kind === "facts") this.facts = content;
    else if (kind in this.notes) this.notes[kind] = content;
    else if (kind === "tables") this.roster.setTables(content);
    else if (kind === "people") {
      for (const id of idsOf(Number(first), PEOPLE)) this.roster.take(id);
      for (const line of content) this.roster.put(line);
    } else if (kind === "passed") {
      const checkpoint = Number(first);
      for (const id of idsOf(Number(second), PASSED)) this.roster.setPassed(checkpoint, id, null);
      for (const [id, at, inside] of content) this.roster.setPassed(checkpoint, id, at, inside);
    }
  }

  async drop() {
    this.roster.clear();
    this.names.clear();
    this.dirty.clear();
    this.forget();
    await this.database.write(["meta", "sealed"], (store) => {
      store("sealed").clear();
      for (const name of Object.keys(NOTHING)) store("meta").delete(name);
    });
  }

  /** In memory. */
  forget() {
    this.facts = null;
    this.notes = emptyNotes();
    this.cursors = { ...NOTHING };
  }

  /**
   * Take over a change and write it, in one transaction with more(store), which may use the stores
   * that it names. Raises Replaced, and what the disk says; what it did not take goes with the next
   * write, since the cursors that are written then are past it.
   *
   * change: {facts, tables, phones: {digest, people}, notes: some of them, roster: {number, whole, people, gone}, log: {cursor, whole, passed}, passed}, each
   * if there is one; passed are [checkpoint, person, first ms | null, inside].
   */
  write(change, stores = [], more = () => {}) {
    return this.alone(async () => {
      await this.catchUp();
      this.apply(change);
      if (!this.key) {
        this.dirty.clear();
        return stores.length ? this.database.write(stores, more) : undefined;
      }
      const names = [...this.dirty];
      if (!names.length && !stores.length) return undefined; // cursors alone are not worth a write
      const records = await Promise.all(names.map(async (name) => (
        { name, ...(await seal(this.key, name, this.content(name))) }
      )));
      const all = [...new Set(["meta", "sealed", ...stores])];
      const value = await this.database.write(all, async (store) => {
        if ((await ask(store("meta").get("owner"))) !== this.owner) throw new Replaced();
        const version = ((await ask(store("meta").get("version"))) ?? 0) + 1;
        for (const it of records) store("sealed").put({ ...it, version });
        for (const [name, value] of Object.entries(this.cursors)) store("meta").put(value, name);
        store("meta").put(version, "version");
        const done = await more(store);
        this.version = version;
        return done;
      });
      for (const name of names) this.dirty.delete(name);
      return value;
    });
  }

  apply({ facts, tables, phones, notes = {}, roster, log, passed = [] }) {
    const { dirty } = this;
    if (facts) {
      this.facts = facts;
      dirty.add("facts");
    }
    if (tables) {
      this.roster.setTables(tables);
      this.cursors.tables = tables.digest;
      dirty.add("tables");
    }
    if (phones) this.cursors.phones = phones.digest;
    for (const [name, content] of Object.entries({ ...notes, ...(phones && { phones: phones.people }) })) {
      this.notes[name] = content;
      dirty.add(name);
    }
    if (roster) this.applyRoster(roster, dirty);
    if (log) {
      if (log.whole) {
        for (const name of this.names) if (name.startsWith("passed:")) dirty.add(name);
        this.roster.clearPassed();
      }
      this.cursors.log = log.cursor;
    }
    for (const [checkpoint, id, at, inside] of [...(log?.passed ?? []), ...passed]) {
      this.roster.setPassed(checkpoint, id, at, inside);
      dirty.add(chunkOfPassed(checkpoint, id));
    }
    for (const name of dirty) this.names.add(name);
  }

  applyRoster({ number, whole, people, gone }, dirty) {
    if (whole) {
      for (const name of this.names) if (name.startsWith("people:")) dirty.add(name);
      for (const id of [...this.roster.lines.keys()]) this.roster.take(id);
    }
    for (const line of people) {
      this.roster.put(line);
      dirty.add(chunkOfPerson(line[0]));
    }
    for (const id of gone) {
      this.roster.take(id);
      dirty.add(chunkOfPerson(id));
    }
    this.cursors.roster = number;
  }

  content(name) {
    const [kind, first, second] = name.split(":");
    if (kind === "facts") return this.facts;
    if (kind in this.notes) return this.notes[kind];
    if (kind === "tables") return this.roster.tables;
    if (kind === "people") {
      return idsOf(Number(first), PEOPLE).map((id) => this.roster.lines.get(id)).filter(Boolean);
    }
    const passed = this.roster.passed.get(Number(first));
    return idsOf(Number(second), PASSED)
      .filter((id) => passed?.has(id))
      .map((id) => [id, ...passed.get(id)]);
  }
}

function idsOf(chunk, bits) {
  return Array.from({ length: 1 << bits }, (_, place) => (chunk << bits) + place);
}
