// Where this device scans: today's checkpoints first, and what was chosen here last.

import { $, element, tell } from "./dom.js";
import { isoDay } from "./times.js";
import { named, say } from "./words.js";

const LOOK_MS = 60_000; // at the calendar, which turns also while nothing else happens

/** Those at which the device may scan, today's first. */
export function offered(state) {
  const only = state.device?.checkpoints;
  const list = (state.checkpoints ?? []).filter(({ id }) => !only || only.includes(id));
  const today = todayOf(state);
  return [list.filter(({ date }) => date === today), list.filter(({ date }) => date !== today)];
}

/** Yesterday's door is not today's, where today has its own. */
export function isOver(checkpoint, state) {
  const today = todayOf(state);
  return Boolean(checkpoint?.date) && checkpoint.date < today && offered(state)[0].length > 0;
}

export function todayOf(state) {
  return isoDay(Date.now() + (state.offsetMs ?? 0), state.event?.timezone);
}

/** The options of a select: grouped where some are today's and some are not. */
export function options([today, others], chosen) {
  const of = (list) => list.map((it) => new Option(named(it), it.id, false, it.id === chosen));
  if (!today.length || !others.length) return of([...today, ...others]);
  return [[say("today"), today], [say("other_days"), others]].map(([label, list]) => {
    const group = element("optgroup", "", ...of(list));
    group.label = label;
    return group;
  });
}

export class Checkpoints {
  constructor(engine, onChange) {
    this.engine = engine;
    this.onChange = onChange;
    this.key = `eventapp.checkpoint.${engine.state.event?.slug}`;
    this.shown = this.day = null;
    $("checkpoint").addEventListener("change", () => {
      this.remember();
      this.show();
      onChange();
    });
    for (const radio of document.getElementsByName("direction")) {
      radio.addEventListener("change", onChange);
    }
    setInterval(() => this.show(), LOOK_MS);
    this.show();
  }

  get id() { return Number($("checkpoint").value) || null; }

  get current() {
    return this.engine.state.checkpoints?.find(({ id }) => id === this.id) ?? null;
  }

  get direction() {
    if (this.current?.passage !== "in_out") return "in";
    return document.querySelector("[name=direction]:checked").value;
  }

  get today() { return todayOf(this.engine.state); }

  /** Go to another one, as if it had been chosen from the list. */
  choose(id) {
    $("checkpoint").value = String(id);
    this.remember();
    this.show();
    this.onChange();
  }

  remember() {
    try {
      localStorage.setItem(this.key, String(this.id));
    } catch { /* it is chosen again after the next start */ }
  }

  /** What was chosen here last; but yesterday's door is not today's. */
  before([today, others]) {
    let kept = null;
    try {
      kept = localStorage.getItem(this.key);
    } catch { /* nothing is kept */ }
    const chosen = [...today, ...others].find(({ id }) => String(id) === kept);
    const isRight = chosen && !isOver(chosen, this.engine.state);
    return (isRight ? chosen : today[0] ?? others[0])?.id;
  }

  /** Left on overnight it goes on at today's door; yesterday's can still be chosen. */
  turnsDay(state) {
    const today = todayOf(state);
    const isNew = this.day !== null && this.day !== today;
    this.day = today;
    return isNew && isOver(this.current, state);
  }

  show() {
    const { state } = this.engine;
    const lists = offered(state);
    const isElsewhere = this.turnsDay(state);
    const now = JSON.stringify(lists.map((list) => list.map((it) => [it.id, named(it)])));
    if (now !== this.shown) { // a list that is open stays open
      this.shown = now;
      const made = options(lists, isElsewhere ? this.before(lists) : this.id ?? this.before(lists));
      $("checkpoint").replaceChildren(...(made.length ? made : [new Option(say("choose"), "")]));
    }
    $("direction").hidden = this.current?.passage !== "in_out";
    tell($("passed"), this.current ? say("passed", this.current.passed) : "");
    if (isElsewhere) this.onChange();
  }
}
