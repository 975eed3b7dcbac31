// The lists of a roll: who is missing, who is on board. One tap ticks somebody, another takes it back.

import { fold, searchTerms } from "../engine/folding.js";
import { $, element, icon, tell } from "./dom.js";
import { place } from "./person.js";
import { clock } from "./times.js";
import { say } from "./words.js";

// In this order: where somebody is looked for first.
const LISTS = ["missing", "absent", "excused", "aboard"];
const STAYS_MS = 1500; // where it was ticked: nothing moves under a thumb that ticks one after another

/** A telephone number to be tapped, or nothing. */
export function call(phone, name, className = "roll-phone") {
  if (!phone) return null;
  const made = element("a", className, icon("phone"), element("span", "", readable(phone)));
  made.href = `tel:${phone.replace(/[^\d+]/g, "")}`;
  made.setAttribute("aria-label", say("roll_call", name, readable(phone)));
  return made;
}

/** As it is read out in the country: 0912 345 678. */
function readable(phone) {
  const plain = phone.replace(/^\+84/, "0");
  return /^0\d{9}$/.test(plain) ? plain.replace(/(\d{4})(\d{3})(\d{3})/, "$1 $2 $3") : phone;
}

/** Group and bus in words. */
export function seatText({ letter, bus = "" }) {
  return letter ? [say("group", letter), bus].filter(Boolean).join(" · ") : say("guest_none");
}

export class RollList {
  /** tick(person, isOn) for a tap; mayUndo: whether this device may take a tick back. */
  constructor({ tick, mayUndo, zone }) {
    Object.assign(this, { tick, mayUndo, zone, lines: new Map(), staying: new Map(), timer: null, roll: null });
    $("roll-search").addEventListener("input", () => this.show());
  }

  forget() {
    this.lines.clear();
    this.staying.clear();
    this.roll = null;
    for (const name of LISTS) $(`roll-${name}`).replaceChildren();
    $("roll-search").value = "";
  }

  /** The roll as the engine has it; `all` shows in which bus each of them sits. */
  show(roll = this.roll, all = this.all) {
    Object.assign(this, { roll, all });
    if (!roll) return;
    const lists = this.lists(roll);
    const focused = document.activeElement?.closest?.(".roll-person");
    const list = focused?.parentElement;
    const place = list && [...list.children].indexOf(focused);
    const terms = searchTerms($("roll-search").value).map((it) => ` ${it}`);
    let count = 0;
    for (const name of LISTS) {
      const found = lists[name].filter(({ person }) => matches(person, terms));
      count += found.length;
      this.fill(name, found, lists[name].length);
    }
    tell($("roll-none"), terms.length && !count ? say("nobody") : "");
    if (focused) focusAgain(focused, list, place);
  }

  /** Whoever was ticked just now stays where that was for a moment. */
  lists(roll) {
    const lists = {};
    for (const name of LISTS) {
      lists[name] = roll[name].map((it) => ({ ...it, isOn: name === "aboard", list: name }));
    }
    for (const [id, name] of this.staying) {
      const from = name === "aboard" ? LISTS.find((it) => lists[it].some(({ person }) => person.id === id)) : "aboard";
      const entry = lists[from]?.find(({ person }) => person.id === id);
      if (!entry || from === name) continue;
      lists[from] = lists[from].filter((it) => it !== entry);
      lists[name] = [...lists[name], entry].sort((a, b) => a.place - b.place);
    }
    return lists;
  }

  stay(id, list) {
    this.staying.set(id, list);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.staying.clear();
      this.show();
    }, STAYS_MS);
  }

  fill(name, entries, total) {
    const list = $(`roll-${name}`);
    const made = entries.map((it) => this.line(it));
    arrange(list, made);
    const part = list.closest(".roll-part");
    part.hidden = !total;
    const isOn = this.roll[name].length;
    part.querySelector("h3").textContent = say(`roll_${name}_list`, isOn);
  }

  /** The same element as long as nothing about it changes. */
  line(entry) {
    const { person, isOn, list } = entry;
    const about = this.about(entry);
    const mark = JSON.stringify([person.name, person.code, place(person), person.phone, about, isOn, list]);
    const before = this.lines.get(person.id);
    if (before?.mark === mark) return before.item;
    const item = before?.item ?? element("li", "roll-person");
    item.dataset.id = person.id;
    const words = [
      element("span", "roll-box", icon("admitted")),
      element("span", "roll-who",
        element("span", "data-main", person.name),
        element("span", "data-sub", place(person)),
        about.length ? element("span", "app-marks", ...about.map(([text, kind]) => element("span", kind, text))) : null),
    ];
    const isFixed = isOn && !this.mayUndo;
    let tick;
    if (isFixed) tick = element("span", "roll-tick is-on", ...words);
    else {
      tick = item.querySelector("button.roll-tick") ?? element("button", "roll-tick");
      tick.type = "button";
      tick.onclick = () => {
        this.stay(person.id, list);
        this.tick(person, !isOn);
      };
      tick.setAttribute("aria-pressed", String(isOn));
      tick.replaceChildren(...words);
    }
    const parts = [tick, call(person.phone, person.name)].filter(Boolean);
    if (tick.parentNode !== item || item.children.length !== parts.length) item.replaceChildren(...parts);
    else if (parts[1]) item.lastElementChild.replaceWith(parts[1]);
    item.classList.toggle("is-on", isOn);
    this.lines.set(person.id, { mark, item });
    return item;
  }

  /** What else there is to say: [text, class]. */
  about({ person, at, isLate, isGuest, isOn, list }) {
    const found = [];
    if (isOn && at) found.push([say(isLate ? "roll_late" : "roll_at", clock(at, this.zone())), isLate ? "app-note" : ""]);
    if (person.status === "unknown" || person.status === "walk_in") found.push([say("roll_unknown"), "app-note"]);
    else if (!person.coming) found.push([say("roll_cancelled"), "app-note"]);
    if (person.was) found.push([say("roll_from", seatText(person.was)), "app-note"]);
    else if (isGuest && person.sits) found.push([say("roll_guest", seatText(person.sits)), "app-note"]);
    else if (this.all && person.sits?.bus) found.push([person.sits.bus, ""]);
    if (list === "excused") found.push([say("roll_excused"), "app-note"]);
    return found;
  }
}

/** Only what comes or goes is touched: a finger may be on one of the others. */
function arrange(list, made) {
  const kept = new Set(made);
  for (const it of [...list.children]) if (!kept.has(it)) it.remove();
  made.forEach((it, i) => {
    if (list.children[i] !== it) list.insertBefore(it, list.children[i] ?? null);
  });
}

/** Moving an element takes the focus from it. When it has gone to another list, the next one has it. */
function focusAgain(item, list, place) {
  if (item.contains(document.activeElement)) return;
  const next = item.parentElement === list ? item : list.children[place] ?? list.lastElementChild ?? item;
  next.querySelector(".roll-tick")?.focus({ preventScroll: true });
}

function matches({ name, organisation, delegation, code }, terms) {
  if (!terms.length) return true;
  const text = ` ${fold(`${name} ${organisation} ${delegation?.name ?? ""}`)} ${fold(code)}`;
  return terms.every((it) => text.includes(it));
}
