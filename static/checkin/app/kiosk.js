// Delegates check themselves in. A kiosk has no way to search, lists or settings: those parts of the
// page are taken away before anything is shown. It returns to its welcome by itself.

import { $, button, element, icon } from "./dom.js";
import { Camera } from "./camera.js";
import { isDelegation, meant } from "./codes.js";
import { isOver, offered, options } from "./checkpoints.js";
import { Printer } from "./printing.js";
import { Scanner } from "./scanner.js";
import { lost } from "./verdict.js";
import { fill, kioskWords } from "./words.js";
import { signal } from "./signals.js";
import { groupMark, place } from "./person.js";

const SHOWN_MS = 7000;
const OFFERED_MS = 20_000; // while a button can be pressed
const LOOK_MS = 60_000; // at the calendar

const LANGUAGES = ["vi", "en"]; // in this order, whatever the page's language

const both = (key, ...values) => LANGUAGES.map((language) => {
  const made = element("span", "", fill(kioskWords[language][key], values));
  made.lang = language;
  return made;
});

/** Whether what was set up is a checkpoint of this device, and not yesterday's. */
function isPlace(setup, state) {
  const found = offered(state).flat().find(({ id }) => id === setup?.checkpoint);
  return Boolean(found) && !isOver(found, state);
}

export class Kiosk {
  constructor(engine) {
    this.engine = engine;
    this.number = 0;
    this.timer = null;
    for (const part of [$("desk"), $("reason")]) part.remove();
    $("app").classList.add("is-kiosk");
    $("kiosk").hidden = false;
    this.printer = new Printer(engine, $("print-frame"));
    this.camera = new Camera($("kiosk-video"), (text) => this.read([text]), "user");
    this.camera.onEnd = this.camera.onFail = () => this.tellNoCamera();
    new Scanner(null, (readings) => this.read(readings), () => false);
    $("kiosk-setup").addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin({ checkpoint: Number($("kiosk-checkpoint").value), print: $("kiosk-print").checked });
      document.documentElement.requestFullscreen?.().catch(() => {});
    });
    this.key = `eventapp.kiosk.${engine.state.event?.slug}`;
    // A kiosk that was restarted goes on by itself; ?setup is for whoever moves it elsewhere.
    if (!new URLSearchParams(location.search).has("setup")) this.next = this.kept();
    engine.addEventListener("change", () => this.look());
    setInterval(() => this.look(), LOOK_MS);
    this.look();
  }

  /** Whether it stands where it may scan today; if not, it asks. False when it does. */
  look() {
    if (this.isOver) return false;
    const { state } = this.engine;
    if (this.setup && !isPlace(this.setup, state)) this.ask();
    if (this.setup) return true;
    if (isPlace(this.next, state)) this.begin(this.next);
    else this.choices(state);
    return Boolean(this.setup);
  }

  ask() {
    this.setup = this.next = null;
    this.number += 1;
    this.camera.stop();
    this.idle();
    $("kiosk-idle").hidden = true;
  }

  choices(state) {
    $("kiosk-setup").hidden = false;
    const lists = offered(state);
    const now = JSON.stringify(lists.map((list) => list.map(({ id }) => id)));
    if (now === this.shown) return; // a list that is open stays open
    this.shown = now;
    $("kiosk-checkpoint").replaceChildren(...options(lists, Number($("kiosk-checkpoint").value)));
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  async begin(setup) {
    this.setup = setup;
    this.shown = this.next = null;
    try {
      localStorage.setItem(this.key, JSON.stringify(setup));
    } catch { /* asked again after a restart */ }
    $("kiosk-setup").hidden = true;
    $("kiosk-checkpoint").replaceChildren();
    $("kiosk-trouble").hidden = true;
    this.idle();
    try {
      await this.camera.start();
    } catch {
      this.tellNoCamera();
    }
  }

  tellNoCamera() {
    $("kiosk-trouble").replaceChildren(...both("no_camera"));
    $("kiosk-trouble").hidden = false;
  }

  idle() {
    clearTimeout(this.timer);
    $("kiosk-verdict").hidden = true;
    $("kiosk-verdict").replaceChildren();
    $("kiosk-idle").hidden = false;
    this.dropPicture();
  }

  dropPicture() {
    if (this.picture) URL.revokeObjectURL(this.picture);
    this.picture = null;
  }

  /** No device any more: nobody's name stays in the page, nor comes into it. */
  forget() {
    if (this.isOver) return;
    this.isOver = true;
    this.ask();
    $("print-frame").removeAttribute("src");
  }

  later(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.idle(), ms);
  }

  async read(readings) {
    if (!this.look()) return;
    const code = meant(readings, (it) => !isDelegation(it) && Boolean(this.engine.person(it)));
    if (!code) return;
    this.number += 1;
    const { number } = this;
    const { checkpoint } = this.setup;
    const order = { code: code.slice(0, 64), checkpoint, direction: "in", source: "kiosk" };
    const result = await this.engine.scan(order).catch(() => lost(this.engine, order));
    if (number === this.number) this.show(result, number);
  }

  show(result, number) {
    this.dropPicture(); // of whoever was there before
    const { verdict, person } = result;
    const said = element("div", "kiosk-said");
    said.append(element("p", "kiosk-head", icon(verdict), element("span", "kiosk-words", ...both(verdict))));
    if (person && verdict !== "refused") {
      said.append(element("p", "kiosk-name", person.name), element("p", "kiosk-line", place(person)));
      if (person.group) {
        const where = [person.group.bus, person.group.site].filter(Boolean).join(" · ");
        said.append(element("p", "kiosk-line", groupMark(person.group), where));
      }
    }
    const badge = element("div", "kiosk-badge");
    $("kiosk-verdict").replaceChildren(element("div", `kiosk-panel verdict-${verdict}`, said, badge));
    $("kiosk-verdict").hidden = false;
    $("kiosk-idle").hidden = true;
    signal(verdict);
    this.later(SHOWN_MS);
    const isNew = verdict === "admitted" || (verdict === "duplicate" && person?.reprint);
    if (person && isNew) this.offerBadge(person, badge, number);
  }

  /** The badge as it will be printed, and a button; or printed at once where that is wanted. */
  async offerBadge({ code }, box, number) {
    try {
      const picture = await this.engine.api("badge", { code, picture: true });
      if (number !== this.number) return;
      this.picture = URL.createObjectURL(picture);
      const shown = element("img", "kiosk-picture");
      Object.assign(shown, { src: this.picture, alt: "" });
      const state = element("p", "kiosk-line");
      box.append(shown, state);
      if (this.setup.print) await this.print(code, state, number);
      else {
        const press = button("btn btn-primary btn-lg kiosk-print", [icon("print"), element("span", "", ...both("print"))], () => {
          press.remove();
          this.print(code, state, number);
        });
        const done = button("btn btn-outline-primary btn-lg kiosk-print", element("span", "", ...both("done")), () => this.idle());
        state.append(press, done);
        press.focus();
        this.later(OFFERED_MS);
      }
    } catch {
      if (number === this.number) box.replaceChildren(element("p", "kiosk-line", ...both("no_print")));
    }
  }

  async print(code, state, number) {
    state.replaceChildren(...both("printing"));
    this.later(SHOWN_MS);
    try {
      await this.printer.print(code);
    } catch {
      if (number === this.number) state.replaceChildren(...both("no_print"));
    }
  }
}
