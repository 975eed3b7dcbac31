// The log's entries from their being read until the server has acknowledged them. Each is on the disk
// before its verdict is shown, and leaves by its own id only.

import { ask, isFull } from "./database.js";
import { letsIn } from "./judge.js";

/** Another tab has written since: catch up and judge again. */
export class Behind extends Error {}

export class Outbox {
  /** before: an outbox that this one goes on from. */
  constructor(database, { memory = new Map(), unsaved = new Map() } = {}) {
    this.database = database;
    this.entries = new Map(); // as they are on the disk, by id, in the order in which they were read
    this.memory = memory; // those that the disk did not take
    this.made = new Map(); // by checkpoint, as on the disk
    this.unsaved = unsaved; // by checkpoint: made, but the disk does not know
    this.stored = 0; // what the store itself counts
    this.changes = 0; // so that what is made of its entries is made anew
    this.isCounted = true; // false: the store could not be asked
    this.device = null; // id of the device whose it is
    this.storage = "ok";
  }

  get size() { return this.stored + this.memory.size; }

  /** Entries in their order, those on the disk first. */
  all() { return [...this.entries.values(), ...this.memory.values()]; }

  get(id) { return this.entries.get(id) ?? this.memory.get(id) ?? null; }

  /** Read the store: at the start, and when another tab has written. */
  async load() {
    try {
      const [all, counts, stored] = await this.database.read(["outbox", "counts"], async (store) => [
        await ask(store("outbox").getAll()),
        await ask(store("counts").getAll()),
        await ask(store("outbox").count()),
      ]);
      this.changes += 1;
      this.entries = new Map(all.map((it) => [it.id, it]));
      this.made = new Map(counts.map((it) => [it.checkpoint, it.made]));
      this.stored = stored;
      this.isCounted = true;
    } catch (error) {
      this.isCounted = false;
      this.failed(error);
    }
  }

  failed(error) { this.storage = isFull(error) ? "full" : "memory"; }

  /**
   * Store new entries, all or none. finish(entry, before) judges each inside the transaction, where
   * before are the entries of its person's codes that wait already. Whether they are on the disk; if
   * not, they are in memory. Raises Behind when the disk has another version than this tab.
   *
   * also(store) writes to the other stores that it names in the same transaction.
   */
  async add(entries, { version, codesOf, finish, stores = [], also = () => {} }) {
    try {
      await this.write(["meta", ...stores], entries, async (store) => {
        const found = (await ask(store("meta").get("version"))) ?? 0;
        if (version !== null && found !== version) throw new Behind();
        also(store);
        for (const entry of entries) {
          const before = [];
          for (const code of codesOf(entry)) {
            before.push(...await ask(store("outbox").index("code").getAll(code)));
          }
          finish(entry, [...before, ...this.inMemory(codesOf(entry))]);
          delete entry.seq; // of an attempt that was undone
          entry.seq = await ask(store("outbox").add(entry));
        }
      });
      this.changes += 1;
      for (const entry of entries) this.entries.set(entry.id, entry);
      return true;
    } catch (error) {
      if (error instanceof Behind) throw error;
      this.failed(error);
    }
    this.changes += 1;
    for (const entry of entries) {
      delete entry.seq;
      const codes = codesOf(entry);
      finish(entry, this.all().filter(({ code }) => codes.includes(code)));
      this.memory.set(entry.id, entry);
      add(this.unsaved, entry.checkpoint);
    }
    return false;
  }

  inMemory(codes) { return [...this.memory.values()].filter(({ code }) => codes.includes(code)); }

  /** Write entries that are new to the disk, with the counts of what was made. */
  async write(stores, entries, work) {
    const more = new Map(this.unsaved);
    for (const { id, checkpoint } of entries) if (!this.memory.has(id)) add(more, checkpoint);
    const made = new Map();
    let stored;
    await this.database.write(["outbox", "counts", ...stores], async (store) => {
      await work(store);
      for (const [checkpoint, number] of more) {
        const before = (await ask(store("counts").get(checkpoint)))?.made ?? 0;
        made.set(checkpoint, before + number);
        store("counts").put({ checkpoint, made: before + number });
      }
      stored = await ask(store("outbox").count());
    });
    for (const [checkpoint, number] of made) this.made.set(checkpoint, number);
    this.unsaved.clear();
    this.stored = stored;
    this.isCounted = true;
    this.storage = "ok";
  }

  /** What was only in memory goes to the disk, when there is room again. */
  async save() {
    const entries = [...this.memory.values()];
    if (!entries.length) return;
    try {
      await this.write([], entries, async (store) => {
        for (const { seq, ...entry } of entries) store("outbox").add(entry);
      });
    } catch {
      return;
    }
    this.changes += 1;
    for (const { id } of entries) this.memory.delete(id);
    await this.load();
  }

  /**
   * Note what was shown for an entry before the server has answered. False when the entry is gone
   * already: it has been answered meanwhile.
   */
  async show(id, shown) {
    const entry = this.get(id);
    if (!entry) return false;
    if (!this.memory.has(id)) {
      const there = await this.database.write(["outbox"], async (store) => {
        const found = await ask(store("outbox").get(entry.seq));
        if (found) store("outbox").put({ ...found, shown });
        return Boolean(found);
      }).catch((error) => { // it is stored all the same, and sent with what this tab remembers
        this.failed(error);
        return true;
      });
      if (!there) return false;
    }
    entry.shown = shown;
    this.changes += 1;
    return true;
  }

  /** Store an entry that was acknowledged already once more, so that it tells what was shown. */
  async again({ seq, ...entry }) {
    try {
      await this.database.write(["outbox"], async (store) => {
        const there = await ask(store("outbox").index("id").count(entry.id));
        if (!there) store("outbox").add(entry);
      });
      await this.load();
    } catch (error) {
      this.failed(error);
      this.memory.set(entry.id, entry);
      this.changes += 1;
    }
  }

  /** The next entries to be sent, in their order; those on the disk as the disk has them. */
  async next(limit, without) {
    await this.save();
    let stored = [...this.entries.values()];
    try {
      stored = await this.database.read(["outbox"], (store) => ask(store("outbox").getAll(null, limit + without.size)));
    } catch (error) {
      this.failed(error);
    }
    return [...stored, ...this.memory.values()]
      .filter(({ id }) => !without.has(id))
      .slice(0, limit)
      .map((it) => ({ ...it, shown: it.shown ?? this.get(it.id)?.shown ?? null }));
  }

  /**
   * Inside a transaction: remove what is acknowledged. sent are entries as they were sent, results by
   * id. An entry stays when it was shown as let in after it was sent, and the server did not let in:
   * sent once more, it tells what the door did.
   */
  async acknowledge(store, sent, results) {
    const gone = [];
    for (const entry of sent) {
      const result = results.get(entry.id);
      if (!result) continue;
      if (this.memory.has(entry.id)) {
        if (isSettled(entry, this.memory.get(entry.id), result)) gone.push(entry.id);
      } else {
        const now = await ask(store("outbox").get(entry.seq));
        const here = this.entries.get(entry.id);
        if (now && !isSettled(entry, { shown: now.shown ?? here?.shown ?? null }, result)) continue;
        if (now) store("outbox").delete(entry.seq);
        gone.push(entry.id);
      }
    }
    return { gone, stored: await ask(store("outbox").count()) };
  }

  /** After that transaction. */
  forget({ gone, stored }) {
    this.changes += 1;
    for (const id of gone) {
      this.entries.delete(id);
      this.memory.delete(id);
    }
    this.stored = stored;
  }

  /** {checkpoint: [made, unsent]} for the server. */
  counts() {
    const counts = new Map();
    const of = (checkpoint) => {
      if (!counts.has(checkpoint)) counts.set(checkpoint, [0, 0]);
      return counts.get(checkpoint);
    };
    for (const [checkpoint, made] of this.made) of(checkpoint)[0] += made;
    for (const [checkpoint, made] of this.unsaved) of(checkpoint)[0] += made;
    for (const { checkpoint } of this.all()) of(checkpoint)[1] += 1;
    return Object.fromEntries(counts);
  }

  /** Another device than before has this outbox now: what it has made is what waits. */
  async belongTo(device) {
    if (this.device === device) return;
    const made = new Map();
    const isAnother = await this.database.write(["meta", "outbox", "counts"], async (store) => {
      const before = await ask(store("meta").get("device"));
      store("meta").put(device, "device");
      if (!before || before === device) return false;
      for (const { checkpoint } of await ask(store("outbox").getAll())) add(made, checkpoint);
      store("counts").clear();
      for (const [checkpoint, number] of made) store("counts").put({ checkpoint, made: number });
      return true;
    });
    this.device = device;
    if (isAnother) this.made = made;
  }
}

function isSettled(sent, now, result) {
  return !letsIn(now.shown) || now.shown === sent.shown || result.verdict === "admitted";
}

function add(map, key) { map.set(key, (map.get(key) ?? 0) + 1); }
