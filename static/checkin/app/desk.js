// The desk of stewards and supervisors: a code comes in by a scanner, the camera, typing, a name or a
// delegation's list, and is answered by a verdict. What is kept, sent and decided is the engine's.

import { $, button, element, icon, tell } from "./dom.js";
import { Checkpoints } from "./checkpoints.js";
import { DelegationList } from "./delegation.js";
import { isDelegation, meant } from "./codes.js";
import { History } from "./history.js";
import { Last } from "./last.js";
import { Look } from "./look.js";
import { Paper } from "./paper.js";
import { Printer } from "./printing.js";
import { Roll } from "./roll.js";
import { askReason, dropReason, forgetReasons } from "./reasons.js";
import { Scanner } from "./scanner.js";
import { Search } from "./search.js";
import { Viewfinder } from "./viewfinder.js";
import { Views } from "./views.js";
import { WalkIns } from "./walk_in.js";
import { heading, lost, panel, summary } from "./verdict.js";
import { isOn, signal, turn } from "./signals.js";
import { say } from "./words.js";

const LETS_IN = new Set(["admitted", "to_confirm"]);
// Where people are named.
const NAMES = [
  "verdict", "found", "delegation-heading", "delegation-people", "look", "reason-heading",
  "reason-about", "said", "paper-said",
];
const NO_BADGE = new Set(["cancelled", "not_approved", "unknown"]);

/** What to say of a call that did not work. */
export function explain(error) {
  return error.status ? error.message : say("needs_network");
}

export class Desk {
  constructor(engine) {
    this.engine = engine;
    this.turnNumber = 0; // of the last scan that was begun
    this.shownTurn = 0; // of the one whose verdict stands there
    this.shown = null;
    const { rights } = engine.state.device ?? {};
    this.isSupervisor = rights === "supervisor";
    this.isLeader = rights === "leader";
    this.views = new Views(rights, (name) => this.onShow(name));
    this.checkpoints = new Checkpoints(engine, () => this.moved());
    this.viewfinder = new Viewfinder((text) => this.read([text], "camera"), (text) => this.readRow(text));
    this.paper = new Paper(engine, this.checkpoints, this.views, this.viewfinder);
    this.last = new Last(engine, this.isSupervisor || this.isLeader ? (entry) => this.takeBack(entry) : null);
    this.delegations = new DelegationList(engine, this);
    this.roll = new Roll(engine, this);
    if (this.isSupervisor) this.equip();
    this.listen();
    engine.addEventListener("change", () => this.changed());
    engine.addEventListener("settled", ({ detail }) => this.settled(detail));
    $("desk").hidden = false;
    this.roll.show();
  }

  /** No device any more: nobody's name stays in the page, nor comes into it. */
  forget() {
    if (this.isOver) return;
    this.isOver = true;
    this.shown = this.shownWalkIn = null;
    dropReason();
    this.history?.drop();
    this.viewfinder.stop();
    this.roll.forget();
    for (const id of NAMES) $(id)?.replaceChildren();
    for (const it of [$("trouble"), $("found-note"), $("delegation-note")]) if (it) tell(it, "");
    for (const id of ["walk-in-form", "reason-form"]) $(id)?.reset();
    if ($("name")) $("name").value = "";
    forgetReasons();
    $("print-frame").removeAttribute("src");
    this.last.show();
  }

  /** What supervisors have beside the scanning. */
  equip() {
    this.printer = new Printer(this.engine, $("print-frame"));
    this.search = new Search(this.engine, this.checkpoints, {
      choose: (person) => {
        this.search.clear();
        this.scan({ code: person.code, source: "name" });
        this.ready();
      },
      print: (person) => this.print(person),
      history: (person) => this.history.action(person),
    });
    this.history = new History(this.engine, this.checkpoints, explain);
    this.walkIns = new WalkIns(this.engine, this);
    this.look = new Look(this.engine, explain);
    this.look.mark();
  }

  listen() {
    $("code-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = $("code").value;
      $("code").value = "";
      this.read([typed], "typed");
      this.ready();
    });
    new Scanner($("code"), (readings) => this.read(readings, "scanner"), (it) => this.knows(it));
    for (const name of ["sound", "shake"]) {
      $(name).checked = isOn(name);
      $(name).addEventListener("change", () => turn(name, $(name).checked));
    }
  }

  onShow(name) {
    if (name === "look") this.look?.load();
    if (name === "roll") this.roll?.show();
    if (name === "find") $("name")?.focus({ preventScroll: true });
  }

  /** The engine knows more than before. */
  changed() {
    this.checkpoints.show();
    this.paper.show();
    this.walkIns?.choices();
    this.look?.mark();
    this.roll.show();
  }

  moved() {
    this.paper.show();
    this.delegations.again();
    this.roll?.show();
    // Who goes through the legs by the keys stays there.
    if (!document.activeElement?.matches("#roll-leg, #roll-group")) this.ready();
  }

  knows(code) {
    return Boolean(isDelegation(code) ? this.engine.delegation(code) : this.engine.person(code));
  }

  /** Codes as they arrive; a delegation's opens its list. */
  read(readings, source) {
    const code = meant(readings, (it) => this.knows(it)).slice(0, 64);
    if (!code) return;
    dropReason();
    this.history?.drop();
    if (!isDelegation(code)) {
      const { guests } = this.roll;
      if (!this.isLeader) this.scan({ code, source });
      else if (!guests.asks(code, source)) this.scan({ code, source, ...guests.order(this.engine.person(code)) });
    } else if (!this.delegations.open(code)) {
      this.present(summary("refused", say("unknown"), [say("delegation_unknown")]), "refused");
    }
  }

  /** A row on paper that the camera was held at: once, however often it passes by. */
  readRow(text) {
    const code = meant([text], (it) => this.knows(it));
    if (!this.paper.has({ ...this.order, code })) this.read([text], "camera");
    else this.paper.tellAgain(this.engine.person(code)?.name ?? code);
  }

  get order() {
    const { id: checkpoint, direction } = this.checkpoints;
    return { checkpoint, direction, ...(this.paper.isOn && { readAt: this.paper.readAt }) };
  }

  source(source) { return this.paper.isOn ? "paper" : source; }

  async scan({ code, source, was, ...more }) {
    const number = this.begin();
    const order = { ...this.order, code, source: this.source(source), ...more };
    if (!order.checkpoint) {
      tell($("trouble"), say("choose"));
      return;
    }
    const made = await this.engine.scan(order).catch(() => lost(this.engine, order));
    const result = { ...made, override: Boolean(order.override), was };
    this.last.add(result);
    this.roll.guests.took(result, order);
    if (order.source === "paper") this.paper.took(result);
    this.show(result, number);
  }

  async scanMany(codes) {
    const order = { ...this.order, codes, source: this.source("delegation") };
    // Not async itself: it also throws.
    const results = await Promise.resolve(order).then((it) => this.engine.scanMany(it))
      .catch(() => codes.map((code) => lost(this.engine, { ...order, code })));
    for (const it of results) {
      this.last.add(it);
      if (order.source === "paper") this.paper.took(it);
    }
    return results;
  }

  begin() {
    tell($("trouble"), "");
    tell($("paper-said"), "");
    this.turnNumber += 1;
    return this.turnNumber;
  }

  /** Of two scans that cross, the later one's verdict stays. */
  show(result, number) {
    if (this.isOver || number < this.shownTurn) return;
    this.shownTurn = number;
    this.shown = result;
    this.shownWalkIn = null;
    this.draw(result);
    signal(result.verdict);
    this.views.show("scan");
  }

  draw(result) {
    const { state } = this.engine;
    $("verdict").replaceChildren(panel(result, {
      checkpoint: this.checkpoints.current,
      zone: state.event?.timezone,
      rights: state.device?.rights,
      actions: this.actions(result),
    }));
    $("app").dataset.verdict = result.verdict;
  }

  /** A verdict that is not one person's. */
  present(node, kind) {
    if (this.isOver) return;
    this.shownTurn = this.begin();
    this.shown = this.shownWalkIn = null;
    $("verdict").replaceChildren(node);
    $("app").dataset.verdict = kind;
    signal(kind);
    this.views.show("scan");
  }

  headingOf(result) {
    return heading(result, this.checkpoints.current, this.engine.state.event?.timezone);
  }

  actions(result) {
    const { verdict, reason, person } = result;
    if (!(this.isSupervisor || this.isLeader) || !person) return [];
    const found = [this.roll.guests.action(result)].filter(Boolean);
    if (this.isLeader) {
      if (LETS_IN.has(verdict)) found.push(this.undoAction(result));
      return found;
    }
    if (verdict === "refused" || verdict === "duplicate") {
      if (reason !== "unknown") {
        found.push(button("btn btn-outline-primary", say("override_open"), () => this.override(result)));
      }
    } else if (verdict !== "not_stored") {
      found.push(this.undoAction(result));
    }
    if (!NO_BADGE.has(reason)) found.push(this.printAction(person));
    if (person.id) found.push(this.history.action(person));
    return found;
  }

  undoAction(result) {
    return button("btn btn-outline-primary", [icon("undo"), say("undo")], () => this.takeBack(result));
  }

  printAction(person) {
    const print = button("btn btn-outline-primary", [icon("print"), say("print")], () => this.print(person));
    print.setAttribute("aria-label", say("print_of", person.name));
    return print;
  }

  async print({ code }) {
    tell($("trouble"), "");
    $("said").textContent = say("printing");
    try {
      await this.printer.print(code);
      this.ready();
    } catch (error) {
      tell($("trouble"), explain(error));
    }
  }

  async override(result) {
    const name = result.person.name;
    const note = await askReason({
      key: `override ${result.code}`,
      title: say("override_title"),
      about: `${name} – ${this.headingOf(result)}`,
      choices: ["reason_organisers", "reason_guest", "reason_list_wrong"],
      confirm: say("override_do"),
    });
    // There, and not where the desk has moved on to meanwhile.
    const { code, checkpoint, direction } = result;
    if (note) await this.scan({ code, checkpoint, direction, source: "typed", override: true, note });
    this.ready();
  }

  async takeBack(entry) {
    const name = this.engine.person(entry.code)?.name ?? entry.code;
    // A leader has one hand free, and a bus that waits.
    const note = this.isLeader ? say("roll_note") : await askReason({
      key: `undo ${entry.id}`,
      title: say("undo_title"),
      about: name,
      choices: ["reason_by_mistake", "reason_wrong_person", "reason_left"],
      confirm: say("undo_do"),
    });
    if (note) {
      const { id, code, checkpoint, direction, verdict, at } = entry;
      const target = { id, code, checkpoint, direction, verdict, at };
      const result = await this.engine.undo(target, note).catch(() => lost(this.engine, target));
      const done = result.verdict === "admitted";
      if (done) {
        this.engine.buses.left(code);
        this.last.takenBack(entry.id);
        this.paper.forget(entry);
      }
      const kind = done ? "duplicate" : result.verdict;
      const title = { admitted: say("undone"), duplicate: say("undo_nothing") }[result.verdict]
        ?? this.headingOf(result);
      this.present(summary(kind, title, [element("p", "verdict-name", name), note], "undo"), kind);
    }
    this.ready();
  }

  /** Somebody was registered at the door, and passed here as everybody does. */
  showWalkIn(made) {
    this.last.add(made.result);
    const [kind, node] = this.walkIns.panel(made);
    this.present(node, kind);
    this.shownWalkIn = made;
  }

  /** The server has answered a scan whose verdict this device had given by itself. */
  settled({ id, result, walkIn }) {
    if (this.isOver) return;
    if (walkIn) {
      this.settledWalkIn(id, walkIn);
      return;
    }
    const before = this.last.settle(id, result);
    const isShown = this.shown?.id === id;
    if (isShown) {
      this.shown = { ...result, override: this.shown.override, was: this.shown.was };
      this.draw(this.shown);
    }
    // A new name for the same open or closed door is no news.
    if (before && LETS_IN.has(before.verdict) !== LETS_IN.has(result.verdict)) {
      signal(result.verdict);
      const name = result.person?.name ?? before.code;
      const words = heading({ ...before, ...result }, null, this.engine.state.event?.timezone);
      tell($("trouble"), say("server_says", name, words));
    }
  }

  /** Whoever was registered offline has arrived at the server. */
  settledWalkIn(id, { outcome, why, delegate }) {
    const made = this.shownWalkIn;
    if (made?.id === id) {
      this.shownWalkIn = { ...made, walkIn: { outcome, why, delegate } };
      const [kind, node] = this.walkIns.panel(this.shownWalkIn);
      $("verdict").replaceChildren(node);
      $("app").dataset.verdict = kind;
    } else if (outcome !== "registered") {
      const text = [say(`walk_in_${outcome}`), why].filter(Boolean).join(". ");
      tell($("trouble"), say("server_says", delegate?.name ?? "", text));
    }
  }

  /** The code has the focus, but for touch: there it would call up the keyboard over the verdict. */
  ready() {
    if (matchMedia("(pointer: coarse)").matches) document.activeElement.blur();
    else $("code").focus({ preventScroll: true });
  }
}
