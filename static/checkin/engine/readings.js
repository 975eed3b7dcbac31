// From a reading to its verdict: judged by what is known here, stored, sent, answered.

import { keepLast } from "./answers.js";
import { normaliseCode, uuid } from "./codes.js";
import { judge, letsIn } from "./judge.js";
import { seal, unseal } from "./key.js";
import { Behind } from "./outbox.js";
import { withWaiting } from "./people.js";
import { Replaced } from "./vault.js";

const UNSAVED_PATIENCE_MS = 4000; // the server alone can keep what the disk does not take
const TAKES_ALONG = new Set(["leader", "supervisor"]);
const LOST = "–"; // in place of a note that may not be stored in clear

export class Readings {
  constructor(engine) {
    this.engine = engine;
    this.recent = new Map(); // entries of this page by id
    this.notes = new Map(); // in clear, where they cannot be stored otherwise
  }

  /**
   * Store entries together, have them sent, and say what each is worth. first: something to wait for
   * before they are sent; more: what is stored with them (Outbox.add).
   */
  async log(drafts, { first = null, ...more } = {}) {
    const began = performance.now();
    const { answers, link, outbox } = this.engine;
    const entries = await Promise.all(drafts.map((draft) => this.entry(draft)));
    const waiting = this.engine.online && !link.isStuck;
    const stored = await this.store(entries, waiting, more);
    for (const entry of entries) keepLast(this.recent, entry.id, entry);
    this.engine.changed();
    if (first) {
      link.poke();
      await first;
    }
    const spent = first ? 0 : performance.now() - began;
    const patience = stored ? this.engine.patience - spent : UNSAVED_PATIENCE_MS;
    const coming = entries.map(({ id }) => (
      answers.get(id) ?? (waiting || !stored ? answers.wait(id, patience) : null)
    ));
    link.poke();
    const found = await Promise.all(coming);
    return Promise.all(entries.map((entry, i) => this.conclude(entry, outbox, stored, found[i])));
  }

  async entry({
    kind, code, checkpoint, direction = "in", source = "", readAt = null, undoes = null, undone = null,
    note = "", override = false, guest = false, bus = null,
  }) {
    if (!Number.isInteger(Number(checkpoint))) throw new TypeError("a reading has a checkpoint");
    const { key } = this.engine;
    const id = uuid();
    const sealed = note && key ? await seal(key, id, note) : null;
    if (note && !sealed) this.notes.set(id, note);
    return {
      id,
      kind,
      checkpoint: Number(checkpoint),
      code: normaliseCode(code),
      direction,
      source,
      ...this.moment(readAt),
      at: readAt === null ? this.engine.now() : new Date(readAt).getTime(),
      undoes,
      undone,
      override,
      guest,
      bus,
      note: sealed,
      notePlain: note && !sealed ? LOST : null,
      shown: null,
    };
  }

  /** An entry of this page, or one that waits; null if it is neither. */
  known(id) { return this.recent.get(id) ?? this.engine.outbox.get(id); }

  /** {verdict, direction, at} of an entry, as far as it is known here; or null. */
  worth({ id, ...told }) {
    const known = this.known(id);
    const { direction = "in", at } = known ?? told;
    const verdict = this.engine.answers.get(id)?.verdict ?? known?.shown ?? known?.judged ?? told.verdict;
    return verdict && Number.isFinite(at) ? { verdict, direction, at } : null;
  }

  async noteOf({ id, note, notePlain }) {
    if (!note) return this.notes.get(id) ?? notePlain;
    const { key } = this.engine;
    return key ? unseal(key, id, note).catch(() => LOST) : LOST;
  }

  /** Now, by this device's clock, and what is known of that; or a time from paper. */
  moment(readAt = null) {
    const { clock } = this.engine;
    // That is the hall's, whatever this device's clock says.
    if (readAt !== null) return { readAt: new Date(readAt).toISOString(), epoch: null, offset: 0 };
    clock.look();
    return {
      readAt: new Date(clock.wall()).toISOString(),
      epoch: clock.current.id,
      offset: clock.offset,
    };
  }

  async store(entries, waiting, more) {
    const finish = (entry, before) => {
      const { verdict, reason, first } = this.judge(entry, before);
      Object.assign(entry, { judged: verdict, reason, first, shown: waiting ? null : verdict });
    };
    const codesOf = ({ code }) => [...new Set([code, ...(this.engine.roster.lineOf(code)?.[1] ?? [])])];
    for (;;) {
      const { outbox, tabs, vault } = this.engine;
      const version = vault.key ? vault.version : null;
      try {
        const stored = await outbox.add(entries, { version, codesOf, finish, ...more });
        if (stored) tabs.tell({ kind: "outbox" });
        else {
          for (const entry of entries) entry.shown = null; // nothing is shown as stored
          await tabs.hold(outbox.memory.size);
        }
        return stored;
      } catch (error) {
        if (!(error instanceof Behind)) throw error;
      }
      await this.engine.catchUp();
    }
  }

  /** {verdict, reason, first} by what is known here; waiting are entries of the person's codes. */
  judge(entry, waiting) {
    const { roster, vault } = this.engine;
    const line = roster.lineOf(entry.code);
    const known = line ? roster.passedAt(entry.checkpoint, line[0]) : null;
    const here = waiting.filter(({ checkpoint }) => checkpoint === entry.checkpoint);
    const before = withWaiting(known, here, roster.gate(entry.checkpoint));
    const first = before?.at ?? null;
    if (entry.kind === "undo") {
      const isVain = !before || entry.undone?.verdict === "refused"
        || here.some(({ undoes }) => undoes && undoes === entry.undoes);
      return { verdict: isVain ? "duplicate" : "admitted", reason: null, first };
    }
    const { checkpoints: own, rights } = vault.facts?.device ?? {};
    let gate = own && !own.includes(entry.checkpoint) ? null : roster.gate(entry.checkpoint);
    // Before the first list has come nobody is known, and no checkpoint.
    if (vault.cursors.tables === null) gate = { passage: "once" };
    const guest = entry.guest && TAKES_ALONG.has(rights);
    return { ...judge({ ...entry, guest, gate, person: roster.facts(line), before }), first };
  }

  /** What is shown of an entry: the server's answer if it came in time. */
  async conclude(entry, outbox, stored, answer) {
    if (answer) return this.result(entry, answer);
    if (!stored) return { ...this.result(entry, null), verdict: "not_stored", reason: null };
    if (entry.shown === null && !(await outbox.show(entry.id, entry.judged))) {
      const late = this.engine.answers.get(entry.id);
      if (late) return this.result(entry, late);
      // Another tab has had the answer. Sent once more, the entry tells what was shown here.
      entry.shown = entry.judged;
      if (letsIn(entry.shown)) {
        await outbox.again(entry);
        this.engine.link.poke();
      }
    }
    return this.result(entry, null);
  }

  result(entry, answer) {
    const { people } = this.engine;
    const { id, kind, code, checkpoint, direction, source, at } = entry;
    const about = { id, kind, code, checkpoint, direction, source, at };
    if (answer) {
      const { verdict, reason, delegate, first_read_at: first } = answer;
      const person = people.answered(delegate) ?? people.byCode(code);
      const firstReadAt = first ? Date.parse(first) : null;
      return { ...about, verdict, reason, person, firstReadAt, by: "server" };
    }
    const { judged: verdict, reason = null, first = null } = entry;
    const firstReadAt = first ?? (letsIn(verdict) && kind === "scan" ? at : null);
    return { ...about, verdict, reason, person: people.byCode(code), firstReadAt, by: "device" };
  }
}
