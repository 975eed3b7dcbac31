// Several tabs of one event: one sends at a time, all show the same numbers.

const PREFIX = "eventapp-checkin";

export class Tabs {
  /** hear(message) is called for what another tab has told. */
  constructor(event, hear) {
    this.event = event;
    this.locks = globalThis.navigator?.locks ?? null; // none on plain http
    this.queues = new Map();
    this.channel = new BroadcastChannel(`${PREFIX}-${event}`);
    this.channel.onmessage = ({ data }) => hear(data);
    this.isClosed = false;
    this.holding = 0;
    this.release = null;
    this.name = Math.random().toString(36).slice(2);
  }

  tell(message) {
    if (!this.isClosed) this.channel.postMessage(message); // who began before a restart may end after it
  }

  /** Do something that no other tab does at the same time. */
  alone(what, work) {
    if (this.locks) return this.locks.request(`${PREFIX}-${this.event}-${what}`, work);
    const before = this.queues.get(what) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.queues.set(what, mine.catch(() => {}));
    return mine;
  }

  /** The same, but only if no tab is at it; undefined when one is. */
  async ifNobody(what, work) {
    if (!this.locks) return work();
    return this.locks.request(
      `${PREFIX}-${this.event}-${what}`,
      { ifAvailable: true },
      (lock) => (lock ? work() : undefined),
    );
  }

  // What is only in a tab's memory is counted by a lock that the tab holds: it goes with the tab,
  // however that ends.

  get memoryPrefix() { return `${PREFIX}-${this.event}-memory-`; }

  /** Let the others know how many entries only this tab holds. */
  async hold(count) {
    if (this.isClosed || count === this.holding) return;
    this.holding = count;
    this.release?.();
    this.release = null;
    if (count && this.locks) {
      const name = `${this.memoryPrefix}${this.name}-${count}`;
      await new Promise((held) => {
        this.locks.request(name, () => new Promise((free) => { this.release = free; held(); }));
      });
    }
    this.tell({ kind: "outbox" });
  }

  /** How many entries only other tabs hold. */
  async heldElsewhere() {
    if (!this.locks) return 0;
    const { held } = await this.locks.query();
    const own = `${this.memoryPrefix}${this.name}-`;
    return held
      .filter(({ name }) => name.startsWith(this.memoryPrefix) && !name.startsWith(own))
      .reduce((sum, { name }) => sum + Number(name.split("-").at(-1)), 0);
  }

  close() {
    this.isClosed = true;
    this.release?.();
    this.channel.close();
  }
}
