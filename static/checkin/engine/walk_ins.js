// People registered at the door, from then until the server has acknowledged them; sealed on the disk.

import { ask } from "./database.js";
import { seal, unseal } from "./key.js";

export class WalkIns {
  /** before: those that these go on from. */
  constructor(database, key, { pending = new Map() } = {}) {
    this.database = database;
    this.key = key;
    this.pending = new Map([...pending].filter(([, { seq }]) => !seq)); // {id, code, madeAt, epoch, offset, data, seq: null if only in memory} by id
    this.unreadable = 0; // on the disk, which this key does not open: kept, and counted
  }

  get size() { return this.pending.size + this.unreadable; }

  async load() {
    if (!this.key) return;
    const rows = await this.database.read(["walkins"], (store) => ask(store("walkins").getAll()));
    const memory = [...this.pending.values()].filter(({ seq }) => !seq);
    const read = await Promise.all(rows.map(({ sealed, ...row }) => (
      unseal(this.key, row.id, sealed).then((it) => ({ ...row, ...it }), () => null)
    )));
    const opened = read.filter(Boolean);
    this.unreadable = rows.length - opened.length;
    this.pending = new Map([...opened, ...memory].map((it) => [it.id, it]));
  }

  /** also(store) for a transaction that stores a walk-in, after its names are sealed. */
  async prepared({ id, code, data, ...rest }) {
    if (!this.key) return null; // names are never on the disk in clear
    const sealed = await seal(this.key, id, { code, data });
    return (store) => {
      store("walkins").add({ id, ...rest, sealed }).onsuccess = ({ target }) => {
        const it = this.pending.get(id);
        if (it) it.seq = target.result;
      };
    };
  }

  keep(walkIn) { this.pending.set(walkIn.id, { ...walkIn, seq: null }); }

  /** The server has them. */
  async remove(ids) {
    const seqs = ids.map((id) => this.pending.get(id)?.seq).filter(Boolean);
    for (const id of ids) this.pending.delete(id);
    if (!seqs.length) return;
    await this.database.write(["walkins"], (store) => {
      for (const seq of seqs) store("walkins").delete(seq);
    });
  }
}
