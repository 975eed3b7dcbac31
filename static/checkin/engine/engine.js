// The check-in without a screen: what a reading is worth, the log that never loses one, and people as
// this device knows them. See docs/architecture.md, "How check-in works without a network".

import { Clock } from "./clock.js";
import { newCode, normaliseCode, uuid } from "./codes.js";
import { ask } from "./database.js";
import { devices, forget, recall, remember, wipe } from "./devices.js";
import { after, judge, letsIn } from "./judge.js";
import { canSeal, keyOf, seal, unseal } from "./key.js";
import { Behind, Outbox } from "./outbox.js";
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
const UNSAVED_PATIENCE_MS = 4000; // the server alone can keep what the disk does not take
const WALK_IN_PATIENCE_MS = 4000;
const REMEMBERED = 500;

const running = new Map(); // by event, so that a page has one of each

/**
 * Events: "change" (state or people), "settled" (detail {id, result}: the server's answer to an entry
 * whose verdict was shown before it came), "revoked".
 *
 * Result: {id, kind, code, checkpoint, direction, source, at, verdict, reason, person, firstReadAt, by}
 * with verdict admitted | duplicate | refused | to_confirm | not_stored, by "server" or "device", and
 * times in ms since 1970.
 */
export class Engine extends EventTarget {
  /** [{event, revoked, usedAt}], the one used last first. */
  static devices() { return devices(); }

  /** The engine of the device for an event; for null, of the one used last. Raises NoDevice. */
  static async open(event = null) {
    const device = await recall(event);
    if (!device) throw new NoDevice();
    if (!running.has(device.event)) {
      const engine = new Engine();
      running.set(device.event, engine.start(device).then(() => engine));
    }
    return running.get(device.event);
  }

  /** Everything in memory is made from what is stored; nothing waits for the network. */
  async start({ event, token }) {
    this.event = event;
    this.language = globalThis.document?.documentElement.lang || "vi";
    this.online = globalThis.navigator?.onLine !== false;
    this.battery ??= null;
    this.elsewhere = 0; // entries in the memory of other tabs
    this.waiters = new Map(); // by id: who waits for the server's answer
    this.answers = new Map(); // by id: the server's last answers
    this.recent = new Map(); // by id: entries of this page
    this.database = databaseOf(event);
    this.tabs = new Tabs(event, (message) => this.hear(message));
    this.roster = new Roster();
    this.outbox = new Outbox(this.database);
    this.key = token && canSeal ? await keyOf(token, event) : null;
    this.server = token ? new Server(event, token) : null;
    this.vault = this.newVault();
    this.walkIns = new WalkIns(this.database, this.key);
    const epochs = await this.loadAll();
    this.clock = new Clock(epochs);
    this.link = new Sync(this);
    if (!token) return;
    this.saveEpochs();
    this.link.start();
    setTimeout(() => this.roster.index(), 1500);
    globalThis.navigator?.storage?.persist?.().catch(() => {});
    this.battery ??= await globalThis.navigator?.getBattery?.().catch(() => null) ?? null;
  }

  newVault() {
    return new Vault(this.database, this.key, this.roster, (work) => this.tabs.alone("write", work));
  }

  async loadAll() {
    await this.outbox.load();
    let epochs = [];
    try {
      epochs = await this.database.read(["meta"], (store) => ask(store("meta").get("epochs"))) ?? [];
      if (!this.server) await wipe(this.event); // should that have been cut short
      await this.vault.load();
      await this.walkIns.load();
    } catch (error) {
      // What is stored cannot be read or added to: the list is fetched, and held in memory.
      this.outbox.failed(error);
      this.roster.clear();
      this.vault = this.newVault();
      this.vault.key = null;
    }
    for (const it of this.walkIns.pending.values()) this.showWalkIn(it);
    this.elsewhere = await this.tabs.heldElsewhere();
    return epochs;
  }

  close() {
    this.link.stop();
    this.tabs.close();
    running.delete(this.event);
    return this.database.close();
  }

  async restart() {
    this.link.stop();
    this.tabs.close();
    const memory = this.outbox.memory;
    const device = await recall(this.event);
    await this.start(device ?? { event: this.event, token: null });
    for (const [id, entry] of memory) this.outbox.memory.set(id, entry);
    this.changed();
  }

  /** How things stand, as of now. */
  get state() {
    const { tables } = this.roster;
    const { device = null, openDiscrepancies = 0 } = this.vault.facts ?? {};
    return {
      event: tables.event ?? { slug: this.event },
      device,
      checkpoints: this.ownCheckpoints(device).map((it) => ({ ...it, ...this.passedOf(it) })),
      categories: tables.categories,
      groups: tables.groups,
      delegations: tables.delegations,
      organisations: tables.organisations,
      online: this.online,
      unsent: this.outbox.size + this.elsewhere,
      unsentWalkIns: this.walkIns.size,
      lastContact: this.vault.cursors.contact,
      offsetMs: this.clock.offset,
      storage: this.outbox.storage,
      secure: canSeal,
      ready: this.vault.cursors.roster !== null,
      people: this.roster.size,
      openDiscrepancies,
      revoked: this.server === null,
    };
  }

  ownCheckpoints(device) {
    const { checkpoints } = this.roster.tables;
    if (!device?.checkpoints) return checkpoints;
    return checkpoints.filter(({ id }) => device.checkpoints.includes(id));
  }

  /** {passed, inside} of a checkpoint: how many have come, and how many of them are in. */
  passedOf({ id }) {
    const people = new Map(this.roster.passed.get(id));
    for (const entry of this.outbox.all()) {
      if (entry.checkpoint !== id) continue;
      const who = this.roster.lineOf(entry.code)?.[0] ?? entry.code;
      const before = people.get(who);
      const now = after(before ? { at: before[0], inside: before[1] } : null, effect(entry));
      if (now) people.set(who, [now.at, now.inside]);
      else people.delete(who);
    }
    let inside = 0;
    for (const [, isInside] of people.values()) inside += Number(Boolean(isInside));
    return { passed: people.size, inside };
  }

  /** Something waits to be sent. */
  get waiting() { return this.outbox.size + this.walkIns.size > 0; }

  /** The server's time in ms, as well as it is known. */
  now() { return this.clock.now(); }

  changed() { this.dispatchEvent(new Event("change")); }

  // --- Readings -------------------------------------------------------------------------------

  /** One reading of one code; its Result, once the entry is stored. readAt: a time from paper. */
  async scan({ code, checkpoint, direction = "in", source = "", readAt = null, note = "", override = false }) {
    const [result] = await this.log([{ kind: "scan", code, checkpoint, direction, source, readAt, note, override }]);
    return result;
  }

  /** Many at once: stored in one transaction, sent in one request. Results in their order. */
  scanMany({ codes, checkpoint, source = "delegation", direction = "in", readAt = null }) {
    return this.log(codes.map((code) => ({ kind: "scan", code, checkpoint, direction, source, readAt })));
  }

  /** Take an entry back: by its id (of this page, or not sent yet), or {code, checkpoint, id?}. */
  async undo(target, note) {
    const entry = typeof target === "string" ? this.recent.get(target) ?? this.outbox.get(target) : target;
    if (!entry) throw new TypeError("no such entry is known here: give its code and checkpoint");
    const { id, code, checkpoint, direction } = entry;
    const [result] = await this.log([{ kind: "undo", code, checkpoint, direction, undoes: id, note }]);
    return result;
  }

  /**
   * Register somebody at the door: {name, position, organisation, delegation, category, phone, email,
   * note}, and let them in at a checkpoint. {id, code, walkIn, result}: walkIn is the server's answer
   * {outcome, why, delegate} or null when it did not come in time; result is that of the entry.
   */
  async walkIn({ checkpoint, ...data }) {
    const walkIn = { id: uuid(), code: newCode(), data, ...this.moment() };
    walkIn.madeAt = walkIn.readAt;
    delete walkIn.readAt;
    const also = await this.walkIns.prepared(walkIn);
    this.walkIns.keep(walkIn);
    this.showWalkIn(walkIn);
    const answered = this.wait(walkIn.id, WALK_IN_PATIENCE_MS);
    const drafts = [{ kind: "scan", code: walkIn.code, checkpoint, direction: "in", source: "walk_in" }];
    const [result] = await this.log(drafts, { also, stores: ["walkins"], waits: this.online && answered });
    return { id: walkIn.id, code: walkIn.code, walkIn: this.answers.get(walkIn.id) ?? null, result };
  }

  async log(drafts, { also = null, stores = [], waits = null } = {}) {
    const began = performance.now();
    const entries = await Promise.all(drafts.map((draft) => this.entry(draft)));
    const waiting = Boolean(this.server) && this.online;
    const stored = await this.store(entries, waiting, also ? { also, stores } : {});
    for (const entry of entries) this.remember(this.recent, entry.id, entry);
    this.changed();
    if (waits) {
      this.link.poke();
      await waits;
    }
    const patience = stored ? PATIENCE_MS - (performance.now() - began) : UNSAVED_PATIENCE_MS;
    const wait = waiting || !stored;
    const answers = entries.map((it) => (
      this.answers.get(it.id) ?? (wait ? this.wait(it.id, waits ? PATIENCE_MS : patience) : null)
    ));
    if (this.server) this.link.poke();
    return Promise.all(entries.map(async (entry, i) => this.conclude(entry, stored, await answers[i])));
  }

  async entry({ kind, code, checkpoint, direction, source = "", readAt = null, undoes = null, note = "", override = false }) {
    const id = uuid();
    const moment = readAt === null
      ? this.moment()
      : { readAt: new Date(readAt).toISOString(), epoch: null, offset: 0 };
    const at = readAt === null ? this.clock.now() : Date.parse(moment.readAt);
    const sealed = note && this.key ? await seal(this.key, id, note) : null;
    if (note && !sealed) this.notes().set(id, note);
    return {
      id,
      kind,
      checkpoint: Number(checkpoint),
      code: normaliseCode(code),
      direction,
      source,
      ...moment,
      at,
      undoes,
      override,
      note: sealed,
      notePlain: note && !sealed ? "–" : null,
      shown: null,
    };
  }

  notes() { return (this.plainNotes ??= new Map()); }

  async noteOf({ id, note, notePlain }) {
    if (this.plainNotes?.has(id)) return this.plainNotes.get(id);
    if (!note) return notePlain;
    return this.key ? unseal(this.key, id, note).catch(() => "–") : "–";
  }

  moment() {
    this.clock.look();
    return {
      readAt: new Date(this.clock.wall()).toISOString(),
      epoch: this.clock.current.id,
      offset: this.clock.offset,
    };
  }

  async store(entries, waiting, more) {
    const finish = (entry, before) => {
      const { verdict, reason, first } = this.judge(entry, before);
      Object.assign(entry, { judged: verdict, reason, first, shown: waiting ? null : verdict });
    };
    const codesOf = ({ code }) => [...new Set([code, ...(this.roster.lineOf(code)?.[1] ?? [])])];
    for (;;) {
      try {
        const version = this.vault.key ? this.vault.version : null;
        const stored = await this.outbox.add(entries, { version, codesOf, finish, ...more });
        if (!stored) {
          for (const entry of entries) entry.shown = null;
          await this.tabs.hold(this.outbox.memory.size);
        } else this.tabs.tell({ kind: "outbox" });
        return stored;
      } catch (error) {
        if (!(error instanceof Behind)) throw error;
        await this.vault.catchUp().catch(async (why) => {
          if (!(why instanceof Replaced)) throw why;
          await this.restart();
        });
      }
    }
  }

  judge(entry, waiting) {
    const line = this.roster.lineOf(entry.code);
    let before = line ? this.roster.passedAt(entry.checkpoint, line[0]) : null;
    for (const it of waiting) {
      if (it.checkpoint === entry.checkpoint) before = after(before, effect(it));
    }
    const first = before?.at ?? null;
    if (entry.kind === "undo") return { verdict: before ? "admitted" : "duplicate", reason: null, first };
    const own = this.vault.facts?.device?.checkpoints;
    const gate = own && !own.includes(entry.checkpoint) ? null : this.roster.gate(entry.checkpoint);
    const { code, direction, at, override } = entry;
    const person = this.roster.facts(line);
    // Before the first list has come nobody is known, and no checkpoint.
    const open = gate ?? (this.vault.cursors.tables === null ? { passage: "once" } : null);
    return { ...judge({ gate: open, person, code, before, direction, at, override }), first };
  }

  /** What is shown of an entry: the server's answer if it came in time. */
  async conclude(entry, stored, answer) {
    if (answer) return this.result(entry, answer);
    if (!stored) return { ...this.result(entry, null), verdict: "not_stored", reason: null };
    if (entry.shown === null && !(await this.outbox.show(entry.id, entry.judged))) {
      const late = this.answers.get(entry.id);
      if (late) return this.result(entry, late);
      // Another tab has had the answer. Sent once more, the entry tells what was shown here.
      entry.shown = entry.judged;
      if (letsIn(entry.shown)) await this.outbox.again(entry);
      this.link?.poke();
    }
    return this.result(entry, null);
  }

  result(entry, answer) {
    const { id, kind, code, checkpoint, direction, source, at } = entry;
    const about = { id, kind, code, checkpoint, direction, source, at };
    if (!answer) {
      const { judged: verdict, reason = null, first = null } = entry;
      const firstReadAt = first ?? (letsIn(verdict) && kind === "scan" ? at : null);
      return { ...about, verdict, reason, person: this.person(code), firstReadAt, by: "device" };
    }
    return {
      ...about,
      verdict: answer.verdict,
      reason: answer.reason,
      person: this.shownBy(answer.delegate) ?? this.person(code),
      firstReadAt: answer.first_read_at ? Date.parse(answer.first_read_at) : null,
      by: "server",
    };
  }

  // --- The server's answers -------------------------------------------------------------------

  /** The server's answer to an entry, or null when it does not come in time. */
  wait(id, ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(id, null), Math.max(ms, 0));
      this.waiters.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
  }

  /** Whether somebody waited for it. */
  answer(id, answer) {
    const waiter = this.waiters.get(id);
    this.waiters.delete(id);
    if (answer) this.remember(this.answers, id, answer);
    waiter?.(answer);
    return Boolean(waiter);
  }

  remember(map, id, value) {
    map.set(id, value);
    if (map.size > REMEMBERED) map.delete(map.keys().next().value);
  }

  /** An answer came, or (null) none does. */
  contact(answer) {
    const was = this.online;
    this.online = answer !== null;
    if (answer) {
      const time = Date.parse(answer.body?.server_time ?? "");
      const measured = this.clock.current.offset !== null;
      if (time) this.clock.contact(time, answer.took, answer.arrived);
      if (!measured && this.clock.current.offset !== null) this.saveEpochs();
      this.vault.cursors.contact = Date.now() + (this.clock.offset ?? 0);
    } else {
      for (const id of [...this.waiters.keys()]) this.answer(id, null);
    }
    if (was !== this.online) this.changed();
  }

  saveEpochs() {
    const named = new Set(this.outbox.all().map(({ epoch }) => epoch));
    const kept = this.clock.kept(named);
    this.database
      .write(["meta"], (store) => { store("meta").put(kept, "epochs"); })
      .catch((error) => this.outbox.failed(error));
  }

  /** The server has answered entries: results by id. Ids of those that are done with. */
  async settle(sent, results) {
    const late = sent.filter(({ id }) => results.has(id) && !this.answer(id, results.get(id)));
    const passed = sent.map((it) => this.passedBy(it, results.get(it.id))).filter(Boolean);
    const acknowledge = (store) => this.outbox.acknowledge(store, sent, results);
    let done;
    try {
      done = await this.vault.write({ passed }, ["outbox"], acknowledge);
    } catch (error) {
      if (error instanceof Replaced) throw error;
      this.outbox.failed(error);
      // A full disk still lets go of what is done with.
      done = await this.database.write(["outbox"], acknowledge).catch(() => (
        { gone: sent.filter(({ id }) => results.has(id) && this.outbox.memory.has(id)).map(({ id }) => id), stored: this.outbox.stored }
      ));
    }
    this.outbox.forget(done);
    await this.tabs.hold(this.outbox.memory.size);
    this.tabs.tell({ kind: "answers", answers: [...results.values()] });
    for (const entry of late) this.settled(entry, results.get(entry.id));
    this.changed();
    return done.gone;
  }

  settled(entry, answer) {
    const detail = { id: entry.id, result: this.result(entry, answer), shown: entry.shown };
    this.dispatchEvent(new CustomEvent("settled", { detail }));
  }

  /** [checkpoint, person, first ms | null, inside] as an answer tells it, or null. */
  passedBy(entry, answer) {
    const id = answer?.delegate?.id ?? this.roster.lineOf(entry.code)?.[0];
    if (!answer || !id) return null;
    if (entry.kind === "undo") {
      return answer.verdict === "admitted" ? [entry.checkpoint, id, null, false] : null;
    }
    if (answer.verdict === "refused") return null;
    const at = answer.first_read_at ? Date.parse(answer.first_read_at) : entry.at;
    return [entry.checkpoint, id, at, entry.direction !== "out"];
  }

  async settleWalkIns(sent, results) {
    const ids = [];
    for (const it of results) {
      if (!it.id) continue;
      ids.push(it.id);
      this.roster.walkIns.delete(sent.find(({ id }) => id === it.id)?.code);
      if (!this.answer(it.id, it)) {
        this.dispatchEvent(new CustomEvent("settled", { detail: { id: it.id, walkIn: it } }));
      }
    }
    await this.walkIns.remove(ids);
    this.changed();
  }

  /** What a sync has brought. */
  async take(answer) {
    const { device, tables, roster, log } = answer;
    const facts = { device, openDiscrepancies: answer.open_discrepancies ?? 0 };
    const before = this.vault.facts?.device?.id;
    const same = JSON.stringify(facts) === JSON.stringify(this.vault.facts);
    const passed = log.passed.map(([checkpoint, id, at, inside]) => (
      [checkpoint, id, at === null ? null : at * 1000, Boolean(inside)]
    ));
    const change = { facts: same ? null : facts, tables, roster, log: { ...log, passed } };
    try {
      await this.vault.write(change);
    } catch (error) {
      if (error instanceof Replaced) throw error;
      this.outbox.failed(error); // it is in memory, and comes again after a restart
    }
    if (before && before !== device.id) await this.outbox.recount().catch(() => {});
    this.elsewhere = await this.tabs.heldElsewhere();
    this.tabs.tell({ kind: "version" });
    this.changed();
  }

  /** The token is no good any more: people go, what was not sent stays to be sent. */
  async revoke() {
    this.link.stop();
    this.server = null;
    this.roster.clear();
    this.vault.key = this.key = this.walkIns.key = null;
    this.vault.facts = null;
    this.vault.cursors = { roster: null, log: null, tables: null, contact: this.vault.cursors.contact };
    this.walkIns.pending.clear();
    this.plainNotes?.clear();
    for (const id of [...this.waiters.keys()]) this.answer(id, null);
    await forget(this.event).catch((error) => this.outbox.failed(error));
    await this.outbox.load();
    this.tabs.tell({ kind: "revoked" });
    this.dispatchEvent(new Event("revoked"));
    this.changed();
  }

  async hear({ kind, answers }) {
    if (kind === "outbox") {
      await this.outbox.load();
      this.elsewhere = await this.tabs.heldElsewhere();
    } else if (kind === "version") {
      await this.vault.catchUp().catch((error) => {
        if (error instanceof Replaced) return this.restart();
        throw error;
      });
    } else if (kind === "answers") {
      for (const it of answers) this.answer(it.id, it);
      await this.outbox.load();
      await this.vault.catchUp().catch(() => {});
    } else if (kind === "revoked") {
      await this.restart();
      this.dispatchEvent(new Event("revoked"));
    }
    this.changed();
  }

  // --- People ---------------------------------------------------------------------------------

  /** Whose code it is, or null. */
  person(code) {
    const normal = normaliseCode(code);
    const line = this.roster.lineOf(normal);
    return line ? this.withPassed(line) : this.roster.walkIns.get(normal) ?? null;
  }

  /** People by parts of their names, offices or delegations; those expected only. */
  search(text, limit = 10) {
    return this.roster.search(text, limit).map((line) => this.withPassed(line));
  }

  /** {delegation, people} of a delegation's code, or null. */
  delegation(code) {
    const found = this.roster.delegation(code);
    return found && { delegation: found.delegation, people: found.lines.map((line) => this.withPassed(line)) };
  }

  withPassed(line) {
    const person = this.roster.show(line);
    const codes = new Set(line[1]);
    const waiting = this.outbox.all().filter(({ code }) => codes.has(code));
    for (const { id } of this.roster.tables.checkpoints) {
      let now = this.roster.passedAt(id, line[0]);
      for (const it of waiting) if (it.checkpoint === id) now = after(now, effect(it));
      if (now) person.passed[id] = now;
    }
    return person;
  }

  shownBy(delegate) {
    if (!delegate) return null;
    const line = this.roster.lines.get(delegate.id);
    const known = line ? this.withPassed(line) : { passed: {}, status: "approved", delegation: null };
    const delegation = known.delegation?.name === delegate.delegation
      ? known.delegation
      : { id: null, name: delegate.delegation };
    return { ...known, ...delegate, delegation };
  }

  showWalkIn({ code, data }) {
    const { roster } = this;
    const delegation = roster.delegations.get(data.delegation);
    roster.walkIns.set(code, {
      id: null,
      code,
      name: data.name ?? "",
      position: data.position ?? "",
      organisation: data.organisation ?? "",
      delegation: delegation ? { id: delegation.id, name: delegation.name } : null,
      category: roster.categories.get(data.category) ?? null,
      group: null,
      status: "walk_in",
      substitutes: null,
      reprint: false,
      passed: {},
    });
  }

  // --- The network ----------------------------------------------------------------------------

  /** Send what waits and learn what is new, now. Raises Unreachable, Refused or Revoked. */
  sync() { return this.link.now(); }

  /** Ask what only the server knows (badge, history, discrepancies …); its answer's body. */
  async api(path, body = null) {
    return this.link.guarded(async () => {
      if (!this.server) throw new Revoked();
      const answer = await this.server.call(path, body, { patience: 15_000, language: this.language });
      this.contact(answer);
      return answer.body;
    });
  }
}

/** What an entry that was not answered yet does to its person, by what this device made of it. */
function effect({ kind, shown, judged, direction, at }) {
  return { kind, verdict: shown ?? judged, direction, at };
}
