// Contact with the server: what waits is sent, and what has changed comes, at once after a reading and
// every few seconds while somebody looks; less often while nobody answers.

import { Refused, Revoked, Unreachable } from "./server.js";
import { Replaced } from "./vault.js";

const EVERY_MS = 5000;
const HIDDEN_MS = 30_000;
const AT_MOST_MS = 60_000;
const FIRST_LOAD_MS = 90_000;
const ONCE_MS = 15_000;
const STUCK_MS = 1000;
const BATCH = 500;
const LONGEST_OFFSET_MS = 20 * 86_400_000; // further off, a clock is not wrong but unset

export class Sync {
  constructor(engine) {
    this.engine = engine;
    this.failures = 0;
    this.timer = null;
    this.stopped = false;
    this.sending = null;
    this.exchanging = null;
    this.since = null; // when the call that is out has begun to wait
    this.again = false;
    this.wake = () => this.schedule(0);
  }

  start() {
    globalThis.addEventListener?.("online", this.wake);
    globalThis.document?.addEventListener("visibilitychange", this.wake);
    this.schedule(0);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.document?.removeEventListener("visibilitychange", this.wake);
  }

  schedule(delay) {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tick(), delay);
  }

  async tick() {
    const idle = globalThis.document?.hidden && !this.engine.waiting;
    if (!idle) await this.now().catch(() => {});
    const pause = this.failures
      ? Math.min(EVERY_MS * 2 ** (this.failures - 1), AT_MOST_MS) * (0.8 + 0.4 * Math.random())
      : EVERY_MS;
    this.schedule(idle ? HIDDEN_MS : pause);
  }

  /** Send what waits and learn what is new. Raises what stands against it. */
  now() {
    return this.guarded(async () => {
      await this.flush();
      await this.exchange();
    });
  }

  async guarded(work) {
    try {
      const value = await work();
      this.failures = 0;
      return value;
    } catch (error) {
      if (error instanceof Revoked) await this.engine.revoke();
      else if (error instanceof Replaced) await this.engine.restart();
      else if (isOut(error)) {
        this.failures += 1;
        this.engine.contact(null);
      }
      throw error;
    }
  }

  /** One call of something else. */
  once(path, body) {
    return this.guarded(async () => {
      const { server, language } = this.engine;
      if (!server) throw new Revoked("this browser is no device any more");
      const answer = await server.call(path, body, { patience: ONCE_MS, language });
      this.engine.contact(answer);
      return answer.body;
    });
  }

  /** A call has been out for so long that nobody waits for the next one. */
  get isStuck() { return this.since !== null && performance.now() - this.since > STUCK_MS; }

  /** Send at once. Never raises. */
  poke() {
    const wasOffline = !this.engine.online;
    this.guarded(() => this.flush()).then(
      () => { if (wasOffline) this.schedule(0); },
      () => {},
    );
  }

  /** Send what waits, one tab at a time; what is added meanwhile too. */
  flush() {
    this.again = true;
    this.sending ??= this.drain().finally(() => { this.sending = null; });
    return this.sending;
  }

  async drain() {
    while (this.again) {
      this.again = false;
      // What was read before this clock was measured is sent when it has been.
      this.engine.clock.look();
      if (this.engine.clock.current.offset === null) await this.exchange();
      await this.engine.tabs.alone("send", () => this.send());
    }
  }

  async send() {
    const { outbox } = this.engine;
    await this.sendWalkIns();
    const skipped = new Set(); // until the next time
    let size = BATCH;
    for (;;) {
      const batch = await outbox.next(size, skipped);
      if (!batch.length || this.stopped) return;
      let results;
      try {
        results = await this.sendScans(batch);
      } catch (error) {
        if (!(error instanceof Refused) || isOut(error)) throw error;
        // One entry that the server will not have must not keep the others.
        if (batch.length > 1) size = Math.ceil(batch.length / 2);
        else skipped.add(batch[0].id);
        continue;
      }
      const gone = new Set(await this.engine.answers.settle(batch, results));
      for (const { id, shown } of batch) {
        const now = outbox.get(id);
        if (!gone.has(id) && (!now || now.shown === shown)) skipped.add(id);
      }
    }
  }

  async sendScans(batch) {
    const scans = await Promise.all(batch.map((entry) => this.wire(entry)));
    this.since = performance.now();
    const answer = await this.call("scans", { scans }).finally(() => { this.since = null; });
    if (!Array.isArray(answer.results)) throw new Unreachable("the answer has no results");
    return new Map(answer.results.map((it) => [it.id, it]));
  }

  async wire(entry) {
    const { id, checkpoint, code, kind, direction, source, shown, undoes, override } = entry;
    return {
      id,
      checkpoint,
      code,
      kind,
      direction,
      source,
      ...this.times("read_at", entry.readAt, entry),
      ...(shown && { shown }),
      ...(undoes && { undoes }),
      ...(override && { override }),
      ...((entry.note || entry.notePlain) && { note: await this.engine.readings.noteOf(entry) }),
    };
  }

  /** When something happened by this device's clock, and how far that was off. */
  times(name, wall, { epoch, offset }) {
    const off = epoch ? this.engine.clock.offsetOf(epoch, offset) : 0; // a time on paper is right
    if (off === null) return { [name]: wall };
    if (Math.abs(off) < LONGEST_OFFSET_MS) return { [name]: wall, offset_ms: off };
    return { [name]: new Date(Date.parse(wall) + off).toISOString(), offset_ms: 0 };
  }

  async sendWalkIns() {
    const pending = [...this.engine.walkIns.pending.values()].slice(0, 50);
    if (!pending.length) return;
    let answer;
    try {
      answer = await this.call("walkins", {
        walk_ins: pending.map((it) => (
          { id: it.id, code: it.code, ...it.data, ...this.times("made_at", it.madeAt, it) }
        )),
      }, { language: this.engine.language });
    } catch (error) {
      if (error instanceof Refused && !isOut(error)) return; // scans go on
      throw error;
    }
    if (!Array.isArray(answer.results)) throw new Unreachable("the answer has no results");
    await this.engine.answers.settleWalkIns(pending, answer.results);
  }

  /** Tell how things stand here and learn what has changed; one tab does, for all. */
  exchange() {
    this.exchanging ??= this.engine.tabs
      .ifNobody("sync", () => this.ask())
      .finally(() => { this.exchanging = null; });
    return this.exchanging;
  }

  async ask() {
    const { outbox, vault, walkIns, battery } = this.engine;
    const { roster, log, tables } = vault.cursors;
    const answer = await this.call("sync", {
      roster,
      log,
      tables,
      unsent: outbox.size + walkIns.size,
      battery: battery ? Math.round(battery.level * 100) : null,
      counts: outbox.counts(),
    }, { patience: roster === null ? FIRST_LOAD_MS : undefined });
    if (!answer.roster || !answer.log || !answer.device) throw new Unreachable("not our answer");
    await this.engine.take(answer);
  }

  async call(path, body, options) {
    const { server, clock } = this.engine;
    if (!server) throw new Unreachable("this browser is no device any more");
    const sentAt = new Date(clock.wall()).toISOString();
    const answer = await server.call(path, { ...body, sent_at: sentAt }, options);
    this.engine.contact(answer);
    return answer.body;
  }
}

/** Whether an error says that the server cannot be had now; it is the same as no network. */
function isOut(error) {
  if (error instanceof Refused) return error.status >= 500 || error.status === 429;
  return error instanceof Unreachable;
}
