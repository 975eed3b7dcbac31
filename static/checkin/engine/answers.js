// The server's answers: handed to whoever waits for them, told to whoever did not, and taken over into
// what this device knows.

import { Replaced } from "./vault.js";

const REMEMBERED = 500;

/** Keep something by its id, for a while. */
export function keepLast(map, id, value) {
  map.set(id, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value);
}

export class Answers {
  constructor(engine) {
    this.engine = engine;
    this.waiters = new Map();
    this.last = new Map();
  }

  get(id) { return this.last.get(id) ?? null; }

  /** The answer to an entry, or null when it does not come in so many ms. */
  wait(id, ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.give(id, null), Math.max(ms, 0));
      this.waiters.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** Whether somebody waited for it. */
  give(id, answer) {
    const waiter = this.waiters.get(id);
    this.waiters.delete(id);
    if (answer) keepLast(this.last, id, answer);
    waiter?.(answer);
    return Boolean(waiter);
  }

  /** None will come. */
  giveUp() {
    for (const id of [...this.waiters.keys()]) this.give(id, null);
  }

  /** The server has answered entries: results by id. Ids of those that are done with. */
  async settle(sent, results) {
    const { outbox, tabs } = this.engine;
    const late = sent.filter(({ id }) => results.has(id) && !this.give(id, results.get(id)));
    const done = await this.acknowledge(sent, results);
    outbox.forget(done);
    await tabs.hold(outbox.memory.size);
    tabs.tell({ kind: "answers", answers: [...results.values()] });
    for (const entry of late) {
      const result = this.engine.readings.result(entry, results.get(entry.id));
      this.engine.tell("settled", { id: entry.id, result, shown: entry.shown });
    }
    this.engine.changed();
    return done.gone;
  }

  async acknowledge(sent, results) {
    const { database, outbox, vault } = this.engine;
    const passed = sent.map((it) => this.passedBy(it, results.get(it.id))).filter(Boolean);
    const work = (store) => outbox.acknowledge(store, sent, results);
    try {
      return await vault.write({ passed }, ["outbox"], work);
    } catch (error) {
      if (error instanceof Replaced) throw error;
      outbox.failed(error);
    }
    try {
      return await database.write(["outbox"], work); // a full disk still lets go
    } catch {
      const gone = sent.map(({ id }) => id).filter((id) => results.has(id) && outbox.memory.has(id));
      return { gone, stored: outbox.stored };
    }
  }

  /** [checkpoint, person, first ms | null, inside] as an answer tells it, or null. */
  passedBy(entry, answer) {
    const id = answer?.delegate?.id ?? this.engine.roster.lineOf(entry.code)?.[0];
    if (!answer || !id) return null;
    if (entry.kind === "undo") return this.takenBackBy(entry, answer, id);
    if (answer.verdict === "refused" || !answer.first_read_at) return null;
    return [entry.checkpoint, id, Date.parse(answer.first_read_at), entry.direction !== "out"];
  }

  /** The same after an undo. The server says since when they are in; which way they passed, we know. */
  takenBackBy(entry, { verdict, first_read_at: first }, id) {
    if (verdict !== "admitted") return null;
    const until = this.engine.people.passed(entry, id);
    return [entry.checkpoint, id, first ? Date.parse(first) : null, Boolean(first && (until?.inside ?? true))];
  }

  async settleWalkIns(sent, results) {
    const ids = [];
    for (const it of results) {
      const walkIn = sent.find(({ id }) => id === it.id);
      if (!walkIn) continue;
      ids.push(it.id);
      if (!this.give(it.id, it)) this.engine.tell("settled", { id: it.id, walkIn: it });
    }
    await this.engine.walkIns.remove(ids);
    this.engine.tabs.tell({ kind: "walkins" });
    this.engine.changed();
  }
}
