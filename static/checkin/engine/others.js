// Entries of other events for which this browser was a device before: counted, and sent while it still is.

import { ask } from "./database.js";
import { devices } from "./devices.js";
import { databaseOf } from "./stores.js";

const EVERY_MS = 60_000;

export class Others {
  /** open(event) gives the engine of another event, which sends by itself. */
  constructor(engine, open) {
    this.engine = engine;
    this.open = open;
    this.unsent = new Map(); // by event
    this.senders = new Map(); // by event
  }

  get count() { return [...this.unsent.values()].reduce((sum, it) => sum + it, 0); }

  start() {
    this.look().catch(() => {}).finally(() => setTimeout(() => this.start(), EVERY_MS));
  }

  async look() {
    for (const { event, revoked } of await devices()) {
      if (event === this.engine.event || this.senders.has(event)) continue;
      const unsent = await unsentOf(event);
      this.note(event, unsent);
      if (unsent && !revoked) await this.send(event);
    }
  }

  async send(event) {
    const sender = await this.open(event);
    this.senders.set(event, sender);
    const show = () => {
      const { unsent, unsentWalkIns, unsentCalls } = sender.state;
      const all = unsent + unsentWalkIns + unsentCalls;
      this.note(event, all);
      if (all) return;
      sender.removeEventListener("change", show);
      this.senders.delete(event);
      sender.close();
    };
    sender.addEventListener("change", show);
    show();
  }

  note(event, unsent) {
    if ((this.unsent.get(event) ?? 0) === unsent) return;
    this.unsent.set(event, unsent);
    this.engine.changed();
  }
}

async function unsentOf(event) {
  const database = databaseOf(event);
  const names = ["outbox", "walkins", "calls"];
  const counts = await database.read(names, (store) => (
    Promise.all(names.map((name) => ask(store(name).count())))
  ));
  await database.close();
  return counts.reduce((sum, it) => sum + it, 0);
}
