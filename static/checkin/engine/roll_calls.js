// Rolls that were closed or opened again, from then until the server has acknowledged them. They name
// nobody but by ids.

import { ask } from "./database.js";
import { Refused, Unreachable } from "./server.js";

const BATCH = 100;
const LATER = new Set([429, 503]);

export class RollCalls {
  /** before: those that these go on from. */
  constructor(engine, { pending = new Map() } = {}) {
    this.engine = engine;
    this.pending = new Map([...pending].filter(([, { seq }]) => !seq)); // {id, checkpoint, bus, kind, calledAt, epoch, offset, at, present, missing, guests, seq: null if only in memory} by id
  }

  get size() { return this.pending.size; }

  async load() {
    const rows = await this.engine.database.read(["calls"], (store) => ask(store("calls").getAll()));
    const memory = [...this.pending.values()].filter(({ seq }) => !seq);
    this.pending = new Map([...rows, ...memory].map((it) => [it.id, it]));
  }

  /** On the disk before it is shown; if that is full, in memory. */
  async add(call) {
    const { seq: none, ...kept } = call;
    let seq = null;
    try {
      seq = await this.engine.database.write(["calls"], (store) => ask(store("calls").add(kept)));
    } catch (error) {
      this.engine.outbox.failed(error);
    }
    this.pending.set(call.id, { ...kept, seq });
  }

  async remove(ids) {
    const seqs = ids.map((id) => this.pending.get(id)?.seq).filter(Boolean);
    for (const id of ids) this.pending.delete(id);
    if (!seqs.length) return;
    await this.engine.database.write(["calls"], (store) => {
      for (const seq of seqs) store("calls").delete(seq);
    });
  }

  /** All that counts, as roll.js takes it: what the server has told, and what still waits. */
  all() { return [...this.engine.vault.notes.rolls, ...this.pending.values()]; }

  /** What waits, over the link. One that the server will not have is kept, and keeps nobody else. */
  async send(link) {
    const tried = new Set(link.notNow());
    for (;;) {
      const batch = [...this.pending.values()].filter(({ id }) => !tried.has(id)).slice(0, BATCH);
      if (!batch.length) return;
      for (const { id } of batch) tried.add(id);
      try {
        await this.settle(batch, await link.call("roll-calls", {
          roll_calls: batch.map((it) => wire(it, link)),
        }), link);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (LATER.has(error.status)) return;
        for (const { id } of batch) link.putAside(id);
      }
    }
  }

  async settle(batch, { results }, link) {
    if (!Array.isArray(results)) throw new Unreachable("the answer has no results");
    const outcomes = new Map(results.map((it) => [it.id, it.outcome]));
    const kept = batch.filter(({ id }) => outcomes.get(id) === "kept");
    for (const { id } of batch) if (outcomes.get(id) === "refused") link.putAside(id);
    if (!kept.length) return;
    await this.engine.buses.learn(kept);
    await this.remove(kept.map(({ id }) => id));
    this.engine.tabs.tell({ kind: "calls" });
    this.engine.changed();
  }
}

function wire({ id, checkpoint, bus, kind, present, missing, guests, ...moment }, link) {
  return {
    id, checkpoint, bus, kind, present, missing, guests, ...link.times("called_at", moment.calledAt, moment),
  };
}
