// The leader's roll: one leg of one group's way, in one of its buses or all. What is scanned and what
// is ticked are the same entries of the same log.

import { $, button, element, icon, tell } from "./dom.js";
import { Guests } from "./guests.js";
import { paintGroup } from "./person.js";
import { RollClose } from "./roll_close.js";
import { call, RollList, seatText } from "./roll_list.js";
import { signal } from "./signals.js";
import { clock } from "./times.js";
import { lost } from "./verdict.js";
import { named, say } from "./words.js";

const CALLS = new Set(["leader", "supervisor"]); // who closes rolls, takes ticks back and guests along

export class Roll {
  constructor(engine, desk) {
    Object.assign(this, { engine, desk, before: null, news: [] });
    const { rights } = engine.state.device ?? {};
    this.isLeader = rights === "leader";
    this.mayCall = CALLS.has(rights);
    this.key = `eventapp.roll.${engine.state.event?.slug}`;
    this.guests = new Guests(engine, desk, this);
    this.list = new RollList({
      tick: (person, isOn) => this.tick(person, isOn), mayUndo: this.mayCall, zone: () => this.zone,
    });
    this.close = new RollClose((roll, missing) => this.leave(roll, missing));
    this.listen();
    if (!this.mayCall) $("roll-go").parentElement.remove();
    if (this.isLeader) this.lead();
  }

  get zone() { return this.engine.state.event?.timezone; }

  get checkpoint() { return this.desk.checkpoints.id; }

  /** The group whose leg the checkpoint is, or null. */
  get group() {
    const { current } = this.desk.checkpoints;
    if (current?.kind !== "bus") return null;
    return this.engine.buses.groups().find(({ id }) => id === current.group) ?? null;
  }

  /** Id of the bus that is called; null for all of the group. */
  get bus() {
    const { group } = this;
    const kept = this.kept()[group?.id];
    return group?.buses.length > 1 && group.buses.some(({ id }) => id === kept) ? kept : null;
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  keep(group, bus) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...this.kept(), [group]: bus, last: group }));
    } catch { /* it is chosen again after the next start */ }
  }

  listen() {
    $("roll-open").addEventListener("click", () => this.desk.views.show("roll", { focus: true }));
    $("roll-group").addEventListener("change", () => this.choose(Number($("roll-group").value)));
    $("roll-leg").addEventListener("change", () => this.go(Number($("roll-leg").value)));
    $("roll-buses").addEventListener("change", ({ target }) => {
      this.keep(this.group.id, Number(target.value) || null);
      this.show();
    });
    $("roll-go")?.addEventListener("click", () => {
      const { roll } = this;
      if (roll) this.close.open(roll, this.place(roll.leg));
    });
  }

  /** On a leader's device the roll is what there is, with all that scans in it. */
  lead() {
    const tools = document.querySelector(".app-tools");
    $("roll-scan").append($("paper-banner"), $("viewfinder"), $("verdict"), tools);
    tools.append($("roll-find"));
    const check = $("code-form").querySelector("[type=submit]");
    check.setAttribute("aria-label", check.textContent);
    check.replaceChildren(icon("admitted")); // there is room for no more
    $("desk").prepend(document.querySelector("[data-panel=roll]"));
    const groups = this.engine.buses.groups();
    const legs = groups.map(({ id }) => this.engine.buses.legNow(id)).filter(Boolean);
    const { last } = this.kept();
    const today = legs.filter(({ date }) => date === this.desk.checkpoints.today);
    const leg = legs.find(({ group }) => group === last) ?? today[0] ?? legs[0];
    if (leg) this.choose(leg.group);
  }

  /** A group, at the leg at which it is. */
  choose(group) {
    this.keep(group, this.kept()[group] ?? null);
    const bus = this.kept()[group] ?? null;
    const chosen = this.engine.buses.legs(group).find(({ id }) => id === this.chosen);
    const isOver = chosen && this.engine.buses.closed(chosen, bus);
    const leg = chosen && !isOver ? chosen : this.engine.buses.legNow(group, bus);
    if (leg) this.move(leg.id);
  }

  /** What was said at one leg is nothing at another. */
  move(checkpoint) {
    if (this.isLeader && checkpoint !== this.checkpoint) $("verdict").replaceChildren();
    this.desk.checkpoints.choose(checkpoint);
  }

  /** A leg that somebody wants to see; until it is closed it is there again after a reload. */
  go(checkpoint) {
    try {
      sessionStorage.setItem(this.key, String(checkpoint));
    } catch { /* then it is the one by the plan */ }
    this.move(checkpoint);
  }

  get chosen() {
    try {
      return Number(sessionStorage.getItem(this.key));
    } catch {
      return 0;
    }
  }

  forget() {
    this.list.forget();
    this.close.drop();
    this.news = [];
    for (const id of ["roll-news", "roll-contacts"]) $(id).replaceChildren();
  }

  get roll() { return this.checkpoint ? this.engine.buses.roll(this.checkpoint, this.bus) : null; }

  /** The engine knows more than before, or the leg is another one. */
  show() {
    const { group } = this;
    $("roll-open").hidden = !group || this.isLeader;
    $("roll-body").hidden = !group;
    tell($("roll-nowhere"), group ? "" : say("roll_nowhere"));
    if (!group || this.desk.views.name !== "roll") return;
    const { roll } = this;
    if (!roll) return;
    this.head(group, roll);
    this.compare(group);
    this.count(roll, group);
    this.list.show(roll, group.buses.length > 1 && this.bus === null);
    if (this.close.isOpen) this.close.show(roll);
  }

  head(group, { leg, legs }) {
    const groups = this.engine.buses.groups();
    fill($("roll-group"), groups.map((it) => [it.id, `${say("group", it.letter)} – ${it.site}`]), group.id);
    $("roll-group").parentElement.hidden = groups.length < 2;
    fill($("roll-leg"), legs.map((it) => [it.id, this.legText(it)]), leg.id);
    $("roll-letter").textContent = group.letter;
    paintGroup($("roll-letter"), group);
    tell($("roll-site"), group.site);
    const { bus } = this;
    $("roll-buses").hidden = group.buses.length < 2;
    const choices = JSON.stringify(group.buses.map((it) => [it.id, it.label]));
    if (choices !== this.choices) {
      this.choices = choices;
      const legend = $("roll-buses").firstElementChild;
      $("roll-buses").replaceChildren(legend, ...[{ id: "", label: say("roll_all_buses") }, ...group.buses].map(choice));
    }
    for (const it of document.getElementsByName("roll-bus")) it.checked = (Number(it.value) || null) === bus;
    this.contacts(group);
  }

  legText(leg) {
    const closed = this.engine.buses.closed(leg, this.bus);
    return [this.place(leg), clock(leg.at, this.zone), closed && say("roll_closed_short")].filter(Boolean).join(" · ");
  }

  place(leg) {
    if (leg.leg !== "stop") return say(`leg_${leg.leg}`);
    return say("leg_stop", leg.number, named(leg.stop ?? leg));
  }

  contacts({ leader, leader_phone: leaderPhone, guide, guide_phone: guidePhone, meeting_point: meeting, buses }) {
    const people = [
      ["roll_leader", leader, leaderPhone],
      ["roll_guide", guide, guidePhone],
      ...buses.map((it) => ["roll_driver", it.driver, it.driver_phone, [it.label, it.plate].filter(Boolean).join(" · ")]),
    ].filter(([, name, phone]) => name || phone);
    const mark = JSON.stringify([people, meeting]);
    if (mark === this.mark) return;
    this.mark = mark;
    $("roll-contacts").parentElement.hidden = !people.length && !meeting;
    $("roll-contacts").replaceChildren(
      ...(meeting ? [element("li", "roll-missing", element("span", "roll-who",
        element("span", "data-sub", say("roll_meeting")), element("span", "data-main", meeting)))] : []),
      ...people.map(([role, name, phone, more]) => element("li", "roll-missing", element("span", "roll-who",
        element("span", "data-sub", [say(role), more].filter(Boolean).join(" · ")),
        element("span", "data-main", name || phone)), call(phone, name || say(role)))),
    );
  }

  count(roll, group) {
    const { missing, excused, aboard, closed } = roll;
    const guests = this.guestsOf(roll);
    $("roll-count").replaceChildren(
      element("span", "roll-number", say("roll_count", aboard.length, aboard.length + missing.length)),
      element("span", `roll-left ${missing.length ? "is-missing" : "is-all"}`,
        missing.length ? say("roll_missing", missing.length) : say("roll_all")),
      ...[[excused.length, "roll_excused_count"], [guests, "roll_guests"],
        [aboard.filter(({ isLate }) => isLate).length, "roll_late_count"]]
        .filter(([count]) => count).map(([count, key]) => element("span", "", say(key, count))),
    );
    const at = closed && clock(closed.at, this.zone);
    tell($("roll-closed-text"), closed ? say("roll_closed", at, closed.missing.filter(([, isExcused]) => !isExcused).length) : "");
    $("roll-closed").hidden = !closed;
    if ($("roll-go")) {
      $("roll-go").parentElement.hidden = Boolean(closed);
      tell($("roll-go-left"), missing.length ? say("roll_missing", missing.length) : "");
    }
    this.after(roll, group);
  }

  /** What can be done with a roll that is closed. */
  after({ closed, leg, legs }) {
    const next = closed && legs[legs.findIndex(({ id }) => id === leg.id) + 1];
    const mark = `${Boolean(closed)} ${next?.id} ${leg.id}`;
    if (mark === this.afterMark) return;
    this.afterMark = mark;
    $("roll-closed-do").replaceChildren(...[
      next && button("btn btn-primary", say("roll_next", this.place(next)), () => this.go(next.id)),
      closed && this.mayCall && button("btn btn-outline-primary", [icon("undo"), say("roll_reopen")], () => this.reopen()),
    ].filter(Boolean));
  }

  guestsOf({ aboard }) {
    return aboard.filter(({ isGuest, person }) => isGuest || person.from).length;
  }

  /** Who has left the list or come to it since it was last seen here. */
  compare(group) {
    const now = this.engine.buses.members(group.id);
    const { before } = this;
    this.before = { group: group.id, people: now };
    if (before?.group !== group.id) return;
    const gone = [...before.people.values()].filter(({ id }) => !now.has(id)).map((person) => {
      const known = this.engine.person(person.code);
      const moved = known?.status === "approved" && known.group;
      return moved ? say("roll_moved", person.name, seatText(known.group)) : say("roll_gone", person.name);
    });
    const come = [...now.values()]
      .filter(({ id, code }) => !before.people.has(id) && !this.engine.buses.seat(code)?.from)
      .map((person) => say("roll_new", person.name));
    this.tellNews([...gone, ...come]);
  }

  tellNews(texts) {
    if (!texts.length) return;
    this.news = [...texts, ...this.news].slice(0, 20);
    const seen = button("btn btn-sm btn-outline-primary", say("roll_news_seen"), () => {
      this.news = [];
      $("roll-news").replaceChildren();
    });
    $("roll-news").replaceChildren(element("ul", "", ...this.news.map((it) => element("li", "", it))), seen);
    signal("duplicate");
  }

  // --- What a leader does --------------------------------------------------------------------

  async tick(person, isOn) {
    const { checkpoint } = this;
    if (!isOn) {
      await this.untick(person);
      return;
    }
    const { readAt } = this.desk.order; // from a paper list
    const source = readAt ? "paper" : "roll";
    const order = { code: person.code, checkpoint, source, readAt, ...this.guests.order(person) };
    const result = await this.engine.scan(order).catch(() => lost(this.engine, order));
    this.desk.last.add(result);
    this.guests.took(result, order);
    if (["refused", "not_stored"].includes(result.verdict)) this.desk.show(result, this.desk.begin());
  }

  async untick({ code, name }) {
    const target = { code, checkpoint: this.checkpoint, direction: "in" };
    const result = await this.engine.undo(target, say("roll_note")).catch(() => lost(this.engine, target));
    await this.engine.buses.left(code);
    this.desk.last.takenBackAt(target);
    if (["refused", "not_stored"].includes(result.verdict)) this.desk.show(result, this.desk.begin());
    else $("said").textContent = say("roll_unticked", name);
  }

  async leave(roll, missing) {
    const { checkpoint, bus } = this;
    const present = roll.aboard.length;
    await this.engine.buses.call({ checkpoint, bus, present, missing, guests: this.guestsOf(roll) });
    signal("admitted");
    if (this.isLeader) $("verdict").replaceChildren();
    scrollTo({ top: 0 });
    $("roll-closed-text").focus();
  }

  reopen() {
    // What is opened for the group is open for its buses, whatever each had closed by itself.
    const { checkpoint, bus } = this;
    return this.engine.buses.call({ checkpoint, bus, kind: "reopened" });
  }
}

/** The options of a select, untouched when nothing changes: a list that is open stays open. */
function fill(select, options, chosen) {
  const mark = JSON.stringify(options);
  if (select.dataset.mark !== mark) {
    select.dataset.mark = mark;
    select.replaceChildren(...options.map(([id, text]) => new Option(text, id)));
  }
  if (select.value !== String(chosen)) select.value = String(chosen);
}

function choice({ id, label }) {
  const radio = element("input");
  Object.assign(radio, { type: "radio", name: "roll-bus", value: id });
  return element("label", "", radio, element("span", "", label));
}
