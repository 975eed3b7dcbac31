// Contact with the server: what waits is sent, and what has changed comes, at once after a reading and
// every few seconds while somebody looks; less often while nobody answers.

import { Refused, Revoked, TimedOut, Unknown, Unreachable } from "./server.js";
import { Replaced } from "./vault.js";

const EVERY_MS = 5000;
const HIDDEN_MS = 30_000;
const AT_MOST_MS = 60_000;
const FIRST_LOAD_MS = 90_000;
const ONCE_MS = 15_000;
const STUCK_MS = 1000;
const BATCH = 500;
const LEAST = 20; // that a slow network makes of it
const WALK_INS = 50;
const FAILURES = 12; // to find one entry among BATCH takes ten
const ASIDE_MS = 5 * 60_000;
const ABOUT_ONE = new Set([400, 413, 422]);
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
    this.size = BATCH;
    this.aside = new Map(); // ids that the server would not have → when they are tried again, by performance.now()
    this.isOnlySending = false; // that fails: the server answers otherwise
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
  async now() {
    const { failures } = this;
    const refusal = await this.guarded(async () => {
      let refused = null;
      await this.flush().catch((error) => {
        if (!(error instanceof Refused)) throw error;
        refused = error;
      });
      // What is new comes, whatever the server thinks of what it is sent.
      this.isOnlySending = false;
      await this.exchange();
      this.isOnlySending = refused !== null;
      return refused;
    });
    if (!refusal) return;
    this.failures = failures + 1;
    throw refusal;
  }

  async guarded(work, isOut = (error) => error instanceof Refused || error instanceof Unreachable) {
    try {
      const value = await work();
      this.failures = 0;
      return value;
    } catch (error) {
      if (error instanceof Revoked) await this.engine.revoke();
      else if (error instanceof Replaced) await this.engine.restart();
      else if (isOut(error)) {
        this.failures += 1;
        this.engine.contact(null, error instanceof Unknown);
      }
      throw error;
    }
  }

  /** One call of something else; what is said against it says nothing of the network. */
  once(path, body) {
    return this.guarded(async () => {
      const { server, language } = this.engine;
      if (!server) throw new Revoked("this browser is no device any more");
      const answer = await server.call(path, body, { patience: ONCE_MS, language });
      this.engine.contact(answer);
      return answer.body;
    }, (error) => error instanceof Unreachable);
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
      await this.measure();
      await this.engine.tabs.alone("send", () => this.send());
    }
  }

  /** What was read before this clock was measured is sent when it has been. */
  async measure() {
    const { clock } = this.engine;
    for (let tries = 0; tries < 2; tries += 1) { // it may be moved while the answer is on its way
      clock.look();
      if (clock.current.offset !== null) return;
      await this.exchange().catch((error) => {
        if (!(error instanceof Refused)) throw error; // it is sent all the same
      });
    }
  }

  async send() {
    await this.sendEntries(new Set([...this.notNow(), ...await this.sendWalkIns()]));
    await this.engine.calls.send(this);
  }

  /** tried: ids of those that are left until the next time. */
  async sendEntries(tried) {
    const { outbox } = this.engine;
    let size = this.size;
    let failures = 0; // one after another
    for (;;) {
      const batch = await outbox.next(size, tried);
      if (!batch.length || this.stopped) return;
      let results;
      try {
        results = await this.sendScans(batch);
      } catch (error) {
        this.shrink(error);
        failures += 1;
        if (!this.isAboutOne(error) || failures > FAILURES) throw error;
        // One entry that the server will not have must not keep the others.
        if (batch.length === 1) {
          this.putAside(batch[0].id);
          tried.add(batch[0].id);
        }
        size = Math.ceil(batch.length / 2);
        continue;
      }
      failures = 0;
      this.size = Math.min(this.size * 2, BATCH);
      size = Math.min(size * 2, this.size);
      // What the server could not read it has not kept: it stays here, for somebody to look at.
      for (const [id, { detail }] of results) {
        if (!detail) continue;
        this.putAside(id);
        tried.add(id);
        results.delete(id);
      }
      const gone = new Set(await this.engine.answers.settle(batch, results));
      for (const { id, shown } of batch) {
        const now = outbox.get(id);
        if (!gone.has(id) && (!now || now.shown === shown)) tried.add(id);
      }
    }
  }

  /** Too much for this network, or for who stands before the server: less the next time. */
  shrink(error) {
    if (error instanceof TimedOut || error.status === 413) {
      this.size = Math.max(Math.ceil(this.size / 2), LEAST);
    }
  }

  /** Whether an answer may stand against one of those sent together, and not against them all. */
  isAboutOne(error) {
    if (!(error instanceof Refused)) return false;
    return ABOUT_ONE.has(error.status) || (error.status === 500 && this.isOnlySending);
  }

  /** How many entries, people and rolls the server would not have, though it answers. */
  get refused() {
    const { calls, outbox, walkIns } = this.engine;
    const isHere = (id) => outbox.get(id) || walkIns.pending.has(id) || calls.pending.has(id);
    return [...this.aside.keys()].filter(isHere).length;
  }

  putAside(id) { this.aside.set(id, performance.now() + ASIDE_MS); }

  /** Ids that were refused a short while ago. */
  notNow() {
    for (const [id, until] of this.aside) if (until < performance.now()) this.aside.delete(id);
    return this.aside.keys();
  }

  async sendScans(batch) {
    const scans = await Promise.all(batch.map((entry) => this.wire(entry)));
    this.since = performance.now();
    const answer = await this.call("scans", { scans }).finally(() => { this.since = null; });
    if (!Array.isArray(answer.results)) throw new Unreachable("the answer has no results");
    return new Map(answer.results.map((it) => [it.id, it]));
  }

  async wire(entry) {
    const { id, checkpoint, code, kind, direction, source, shown, undoes, override, guest, bus } = entry;
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
      ...(guest && { guest }),
      ...(bus && { bus }),
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

  /**
   * People go before the entries of their codes. Ids of entries that have to wait, because nobody has
   * heard of their person yet; all others are sent whatever is said of people.
   */
  async sendWalkIns() {
    const { outbox, walkIns } = this.engine;
    const left = new Map(walkIns.pending);
    for (const id of this.notNow()) left.delete(id);
    let size = WALK_INS;
    let failures = 0;
    while (left.size && failures <= FAILURES) {
      const batch = [...left.values()].slice(0, size);
      try {
        await this.sendPeople(batch);
        failures = 0;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        failures += 1;
        if (error.status === 429 || error.status === 503) break;
        if (batch.length > 1) {
          size = 1;
          continue;
        }
        this.putAside(batch[0].id);
      }
      for (const { id } of batch) left.delete(id);
    }
    const codes = new Set([...left.values()].map(({ code }) => code));
    return outbox.all().filter(({ code }) => codes.has(code)).map(({ id }) => id);
  }

  async sendPeople(batch) {
    const answer = await this.call("walkins", {
      walk_ins: batch.map((it) => (
        { id: it.id, code: it.code, ...it.data, ...this.times("made_at", it.madeAt, it) }
      )),
    }, { language: this.engine.language });
    if (!Array.isArray(answer.results)) throw new Unreachable("the answer has no results");
    await this.engine.answers.settleWalkIns(batch, answer.results);
  }

  /** Tell how things stand here and learn what has changed; one tab does, for all. */
  exchange() {
    this.exchanging ??= this.engine.tabs
      .ifNobody("sync", () => this.ask())
      .finally(() => { this.exchanging = null; });
    return this.exchanging;
  }

  async ask() {
    const { calls, outbox, vault, walkIns, battery } = this.engine;
    const { roster, log, tables, phones } = vault.cursors;
    const answer = await this.call("sync", {
      roster,
      log,
      tables,
      phones,
      unsent: outbox.size + walkIns.size + calls.size,
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
