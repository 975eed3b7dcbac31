// The check-in without a screen: what a reading is worth, the log that never loses one, and people as
// this device knows them. See docs/architecture.md, "How check-in works without a network".

import { Answers } from "./answers.js";
import { Buses } from "./buses.js";
import { Clock } from "./clock.js";
import { newCode, uuid } from "./codes.js";
import { ask } from "./database.js";
import { devices, forget, recall, remember, wipe } from "./devices.js";
import { canSeal, keyOf } from "./key.js";
import { Others } from "./others.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Readings } from "./readings.js";
import { RollCalls } from "./roll_calls.js";
import { Roster } from "./roster.js";
import { Refused, Revoked, Server, Unreachable } from "./server.js";
import { databaseOf } from "./stores.js";
import { Sync } from "./sync.js";
import { Tabs } from "./tabs.js";
import { Replaced, Vault } from "./vault.js";
import { WalkIns } from "./walk_ins.js";

export { Refused, Revoked, Unreachable, remember };

/** This browser is no device, for this event or at all. */
export class NoDevice extends Error {}

const PATIENCE_MS = 250; // then the next person is not kept waiting by the network
const WALK_IN_PATIENCE_MS = 4000;
const INDEX_AFTER_MS = 1500;

const running = new Map(); // by event, so that a page has one of each

/**
 * Events: "change" (state or people), "settled" (detail {id, result}: the server's answer to an entry
 * whose verdict was shown before it came; {id, walkIn} for somebody registered), "revoked".
 *
 * Result: {id, kind, code, checkpoint, direction, source, at, verdict, reason, person, firstReadAt, by}
 * with verdict admitted | duplicate | refused | to_confirm | not_stored, by "server" or "device", and
 * times in ms since 1970.
 */
export class Engine extends EventTarget {
  /** [{event, revoked, usedAt}], the one used last first. */
  static devices() { return devices(); }

  /** The engine of the device for an event; for null, of the one used last. Raises NoDevice. */
  static async open(event = null, options = {}) {
    const device = await recall(event, options);
    if (!device) throw new NoDevice();
    if (!running.has(device.event)) {
      const engine = new Engine();
      engine.starting = engine.start(device);
      running.set(device.event, engine.starting.then(() => engine));
    }
    const engine = await running.get(device.event);
    if (event === null && !engine.others) {
      engine.others = new Others(engine, (other) => Engine.open(other, { isUsed: false }));
      engine.others.start();
    }
    return engine;
  }

  /** How many ms a verdict waits for the server while there is a network. */
  patience = PATIENCE_MS;

  /** Everything in memory is made from what is stored; nothing waits for the network. */
  async start({ event, token }) {
    const { outbox, walkIns, calls } = this; // of before a restart: what only they hold goes on
    this.event = event;
    this.language = globalThis.document?.documentElement.lang || "vi";
    this.online = globalThis.navigator?.onLine !== false;
    this.isUnknown = false; // to the server
    this.elsewhere = 0; // entries in the memory of other tabs
    this.database = databaseOf(event);
    this.tabs = new Tabs(event, (message) => this.hear(message));
    this.server = token ? new Server(event, token, () => this.clock.stamp()) : null;
    this.key = token && canSeal ? await keyOf(token, event) : null; // until then all is as before
    this.roster = new Roster();
    this.outbox = new Outbox(this.database, outbox);
    this.people = new People(this.roster, this.outbox);
    this.vault = this.newVault(this.key);
    this.walkIns = new WalkIns(this.database, this.key, token ? walkIns : undefined);
    this.calls = new RollCalls(this, calls);
    this.buses = new Buses(this);
    this.answers = new Answers(this);
    this.readings ??= new Readings(this);
    this.clock = new Clock(await this.load(), { onJump: () => this.saveEpochs() });
    this.link = new Sync(this);
    if (token) await this.begin();
  }

  newVault(key) {
    return new Vault(this.database, key, this.roster, (work) => this.tabs.alone("write", work));
  }

  async load() {
    await this.outbox.load();
    let epochs = [];
    try {
      epochs = await this.database.read(["meta"], (store) => ask(store("meta").get("epochs"))) ?? [];
      if (!this.server) await wipe(this.event); // should that have been cut short
      await this.vault.load();
    } catch (error) {
      // What is stored cannot be read or added to: the list is fetched, and held in memory.
      this.outbox.failed(error);
      this.roster.clear();
      this.vault = this.newVault(null);
    }
    await this.walkIns.load().catch((error) => this.outbox.failed(error));
    await this.calls.load().catch((error) => this.outbox.failed(error));
    for (const it of this.walkIns.pending.values()) this.people.addWalkIn(it);
    this.elsewhere = await this.tabs.heldElsewhere();
    return epochs;
  }

  /** What goes with this page, should it be left: the browser asks before that. */
  get unsaved() {
    const others = [...this.walkIns.pending.values(), ...this.calls.pending.values()];
    return this.outbox.memory.size + others.filter(({ seq }) => !seq).length;
  }

  onLeave = (event) => { if (this.unsaved) event.preventDefault(); };

  async begin() {
    globalThis.addEventListener?.("beforeunload", this.onLeave);
    this.saveEpochs();
    this.link.start();
    setTimeout(() => this.roster.prepare(), INDEX_AFTER_MS);
    globalThis.navigator?.storage?.persist?.().catch(() => {});
    this.battery ??= (await globalThis.navigator?.getBattery?.().catch(() => null)) ?? null;
  }

  stop() {
    this.link.stop();
    this.answers.giveUp();
    this.tabs.close();
  }

  close() {
    this.stop();
    globalThis.removeEventListener?.("beforeunload", this.onLeave);
    running.delete(this.event);
    return this.database.close();
  }

  /** Begin anew, with what another tab has left; what only this one holds stays. Once at a time. */
  restart() {
    this.restarting ??= this.startAnew().finally(() => { this.restarting = null; });
    return this.restarting;
  }

  /** Nothing is judged or taken over by what is only half loaded. */
  async settled() {
    await this.starting;
    await this.restarting;
  }

  async startAnew() {
    this.stop();
    await this.start((await recall(this.event)) ?? { event: this.event, token: null });
    await this.tabs.hold(this.outbox.memory.size);
    if (!this.server) this.tell("revoked");
    this.changed();
  }

  /** How things stand, as of now. */
  get state() {
    const { tables } = this.roster;
    const { device = null, openDiscrepancies = 0 } = this.vault.facts ?? {};
    const own = device?.checkpoints ? new Set(device.checkpoints) : null;
    const checkpoints = tables.checkpoints.filter(({ id }) => !own || own.has(id));
    const counts = this.people.counts();
    return {
      event: tables.event ?? { slug: this.event },
      device,
      checkpoints: checkpoints.map((it) => ({ ...it, ...counts(it.id) })),
      categories: tables.categories,
      groups: tables.groups,
      delegations: tables.delegations,
      organisations: tables.organisations,
      online: this.online,
      unknown: this.isUnknown,
      unsent: this.outbox.size + this.elsewhere,
      unsentKnown: this.outbox.isCounted, // if not, there may be more
      unsentWalkIns: this.walkIns.size,
      unsentCalls: this.calls.size,
      refused: this.link?.refused ?? 0,
      unsentOthers: this.others?.count ?? 0, // of other events
      lastContact: this.vault.cursors.contact,
      offsetMs: this.clock.offset,
      storage: this.outbox.storage,
      unsaved: this.unsaved,
      secure: canSeal,
      ready: this.vault.cursors.roster !== null,
      people: this.roster.size,
      openDiscrepancies,
      revoked: this.server === null,
    };
  }

  /** Something waits to be sent. */
  get waiting() { return this.outbox.size + this.walkIns.pending.size + this.calls.size > 0; }

  /** The server's time in ms, as well as it is known. */
  now() { return this.clock.now(); }

  changed() { this.tell("change"); }

  tell(name, detail = null) { this.dispatchEvent(new CustomEvent(name, { detail })); }

  // --- Readings -------------------------------------------------------------------------------

  /**
   * One reading of one code; its Result, once the entry is stored. readAt: a time from paper; guest:
   * taken along by a group that is not theirs, into that bus.
   */
  async scan({ code, checkpoint, direction, source, readAt, note, override, guest, bus }) {
    const draft = { kind: "scan", code, checkpoint, direction, source, readAt, note, override, guest, bus };
    return (await this.log([draft]))[0];
  }

  /** Many at once: stored in one transaction, sent in one request. Results in their order. */
  scanMany({ codes, checkpoint, source = "delegation", direction, readAt }) {
    return this.log(codes.map((code) => ({ kind: "scan", code, checkpoint, direction, source, readAt })));
  }

  /**
   * Take an entry back: by its id (of this page, or not sent yet), or {code, checkpoint, and where
   * they are known id, direction, verdict, at}; without an id, all that happened there.
   */
  async undo(target, note) {
    const entry = typeof target === "string" ? this.readings.known(target) : target;
    if (!entry) throw new TypeError("no such entry is known here: give its code and checkpoint");
    const { id: undoes, code, checkpoint, direction } = entry;
    const undone = this.readings.worth(entry);
    return (await this.log([{ kind: "undo", code, checkpoint, direction, undoes, undone, note }]))[0];
  }

  /**
   * Register somebody at the door: {name, position, organisation, delegation, category, phone, email,
   * note}, and let them in at a checkpoint (readAt: at a time from paper). {id, code, walkIn, result}: walkIn is the server's answer
   * {outcome, why, delegate} or null when it did not come in time; result is that of the entry.
   */
  async walkIn({ checkpoint, readAt = null, ...data }) {
    await this.settled();
    const { readAt: madeAt, ...moment } = this.readings.moment(readAt);
    const walkIn = { id: uuid(), code: newCode(), madeAt, ...moment, data };
    const also = await this.walkIns.prepared(walkIn);
    const first = this.online ? this.answers.wait(walkIn.id, WALK_IN_PATIENCE_MS) : null;
    this.walkIns.keep(walkIn);
    this.people.addWalkIn(walkIn);
    const draft = { kind: "scan", code: walkIn.code, checkpoint, source: "walk_in", readAt };
    const [result] = await this.log([draft], { first, ...(also && { also, stores: ["walkins"] }) });
    return { id: walkIn.id, code: walkIn.code, walkIn: this.answers.get(walkIn.id), result };
  }

  async log(drafts, more) {
    await this.settled();
    if (!this.server) throw new Revoked("this browser is no device any more");
    return this.readings.log(drafts, more);
  }

  // --- People ---------------------------------------------------------------------------------

  /** Whose code it is, or null. */
  person(code) { return this.people.byCode(code); }

  /** People by parts of their names, offices or delegations; those expected only. */
  search(text, limit = 10) { return this.people.search(text, limit); }

  /** {delegation, people} of a delegation's code, or null. */
  delegation(code) { return this.people.delegation(code); }

  // --- The network ----------------------------------------------------------------------------

  /** Send what waits and learn what is new, now. Raises Unreachable, Refused or Revoked. */
  sync() { return this.link.now(); }

  /** Ask what only the server knows (badge, history, discrepancies …); its answer's body. */
  api(path, body = null) { return this.link.once(path, body); }

  /** An answer came, or (null) none does; isUnknown: the server says that it does not know this device. */
  contact(answer, isUnknown = false) {
    const was = this.online;
    const wasUnknown = this.isUnknown;
    this.online = answer !== null;
    this.isUnknown = isUnknown;
    if (answer) {
      const time = Date.parse(answer.body?.server_time ?? "");
      if (time && this.clock.contact(time, answer.took, answer.arrived)) this.saveEpochs();
      this.vault.cursors.contact = this.clock.now();
    } else this.answers.giveUp();
    if (was !== this.online || wasUnknown !== isUnknown) this.changed();
  }

  saveEpochs() {
    const kept = this.clock.kept(new Set(this.outbox.all().map(({ epoch }) => epoch)));
    this.database
      .write(["meta"], (store) => { store("meta").put(kept, "epochs"); })
      .catch((error) => this.outbox.failed(error));
  }

  /** What a sync has brought. */
  async take({ device, tables, roster, log, phones, rolls, open_discrepancies: openDiscrepancies = 0 }) {
    const facts = { device, openDiscrepancies };
    const before = this.vault.facts;
    const passed = log.passed.map(([checkpoint, id, at, inside]) => (
      [checkpoint, id, at === null ? null : at * 1000, Boolean(inside)]
    ));
    const isSame = JSON.stringify(facts) === JSON.stringify(before);
    const news = this.buses.news({ device, phones, rolls });
    const change = { facts: isSame ? null : facts, tables, roster, log: { ...log, passed }, ...news };
    try {
      await this.vault.write(change);
    } catch (error) {
      if (error instanceof Replaced) throw error;
      this.outbox.failed(error); // it is in memory, and comes again after a restart
    }
    // Who may scan elsewhere now has to learn who has passed there.
    const others = before && String(before.device.checkpoints) !== String(device.checkpoints);
    if (others && !log.whole) this.vault.cursors.log = null;
    await this.outbox.belongTo(device.id).catch((error) => this.outbox.failed(error));
    this.elsewhere = await this.tabs.heldElsewhere();
    this.tabs.tell({ kind: "version" });
    this.changed();
  }

  /** The token is no good any more: people go, what was not sent stays to be sent. */
  async revoke() {
    if (!this.server) return;
    this.link.stop();
    this.server = this.key = this.vault.key = this.walkIns.key = null;
    this.answers.giveUp();
    this.roster.clear();
    const { contact } = this.vault.cursors;
    this.vault.forget();
    this.vault.cursors.contact = contact;
    this.people.walkIns.clear();
    this.walkIns.pending.clear();
    this.readings.notes.clear();
    this.answers.last.clear();
    await forget(this.event).catch((error) => this.outbox.failed(error));
    await this.outbox.load();
    this.tabs.tell({ kind: "revoked" });
    this.tell("revoked");
    this.changed();
  }

  /** Read what another tab has written. */
  async catchUp() {
    try {
      await this.vault.catchUp();
    } catch (error) {
      if (!(error instanceof Replaced)) throw error;
      await this.restart();
    }
  }

  /** What another tab tells. */
  async hear({ kind, answers = [] }) {
    await this.settled();
    for (const it of answers) this.answers.give(it.id, it);
    if (kind === "revoked" || kind === "device") return this.restart();
    if (kind === "walkins") await this.walkIns.load();
    else if (kind === "calls") await this.calls.load();
    else await this.outbox.load();
    if (kind !== "outbox") await this.catchUp();
    this.elsewhere = await this.tabs.heldElsewhere();
    this.changed();
    return undefined;
  }
}
