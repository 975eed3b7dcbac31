// A USB or Bluetooth scanner is a keyboard: it types a code and Enter, Tab or nothing at all, faster
// than anybody can, into whatever has the focus. What it types is a scan, and never ends up in a name.
// An input method for Vietnamese (Telex, VNI) may change the letters on their way: besides the text
// the keys themselves are remembered, and what the field has become.

import { isWhole, normalise, together } from "./codes.js";

const MEAN_MS = 50; // between two keys; the fastest typists need twice as long
const PAUSE_MS = 250;
const LONG_PAUSE_MS = 1000; // where no field has the focus, and nobody types
const SHORTEST = 8;
const ECHO_MS = 150; // CR and LF, or both Enter and Tab
const LENGTHS = [12, 14];

const CHANGED = new Set(["Process", "Dead", "Unidentified"]); // an input method is at work

/** The character on a key of a US keyboard, which is what scanners pretend to be. */
function physical(event) {
  if (/^(Key|Digit|Numpad)[A-Z0-9]$/.test(event.code)) return event.code.at(-1);
  return event.code === "Minus" || event.code === "NumpadSubtract" ? "-" : "";
}

const isLineFeed = (event) => event.ctrlKey && (event.key === "j" || event.key === "m");
const isEnd = (event) => event.key === "Enter" || event.key === "Tab" || isLineFeed(event);

export class Scanner {
  /**
   * code: the field for codes. onCode(readings) is called with all that a scan may have been.
   * isKnown(code): whether somebody has it.
   */
  constructor(code, onCode, isKnown) {
    Object.assign(this, { code, onCode, isKnown });
    this.burst = null;
    this.doneAt = -Infinity;
    this.timer = null;
    document.addEventListener("keydown", (event) => this.key(event), true);
  }

  key(event) {
    const { burst } = this;
    const pause = burst?.field ? PAUSE_MS : LONG_PAUSE_MS;
    if (burst && event.timeStamp - burst.last > pause) this.burst = null;
    if (isEnd(event)) {
      if (!this.burst && event.timeStamp - this.doneAt < ECHO_MS) swallow(event);
      else if (this.burst && isScan(this.burst, event.timeStamp)) {
        swallow(event);
        this.finish();
        this.doneAt = event.timeStamp;
      } else if (!this.takeKnown(event)) this.burst = null;
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey) this.character(event);
  }

  character(event) {
    const key = physical(event);
    const isText = event.key.length === 1;
    if (event.key === "Backspace" && this.burst) {
      this.burst.text = this.burst.text.slice(0, -1);
    } else if (isText || CHANGED.has(event.key)) {
      if (!this.burst && event.key === " ") return; // presses a button or opens a list
      // A list would go to an entry that begins so: the next person would pass somewhere else.
      if (event.target.closest?.("select")) event.preventDefault();
      this.burst ??= begun(event, this.code);
      this.burst.text += isText && !event.isComposing ? event.key : key;
      this.burst.keys += key;
      this.burst.count += 1;
    } else return;
    this.burst.last = event.timeStamp;
    this.await();
  }

  /** Some scanners end with nothing: a whole code and then silence is a scan as well. */
  await() {
    clearTimeout(this.timer);
    const { burst } = this;
    this.timer = setTimeout(() => {
      if (this.burst !== burst || !burst || !isScan(burst, burst.last)) return;
      if (LENGTHS.includes(burst.count) || several(burst).length) this.finish();
    }, PAUSE_MS);
  }

  /** However slowly it came: nobody types somebody's whole code into a name or a reason. */
  takeKnown(event) {
    const field = event.target.closest?.("input, textarea");
    if (!field || field === this.code) return false;
    const length = LENGTHS.findLast((it) => this.isKnown(normalise(field.value.slice(-it))));
    if (!length) return false;
    swallow(event);
    this.burst = null;
    this.doneAt = event.timeStamp;
    const code = field.value.slice(-length);
    restore(field, field.value.slice(0, -length));
    this.onCode([code]);
    return true;
  }

  finish() {
    const { field, before, text, keys } = this.burst;
    const codes = several(this.burst);
    this.burst = null;
    clearTimeout(this.timer);
    const readings = [text, keys];
    if (field) {
      if (field.value.startsWith(before)) readings.push(field.value.slice(before.length));
      readings.push(field.value); // a scanner or its page may have stopped for a moment within the code
      restore(field, field === this.code ? "" : before);
    }
    if (codes.length) for (const code of codes) this.onCode([code]);
    else this.onCode(readings);
  }
}

/** Scanners that end with nothing leave no gap between two people who come close together. */
function several({ text, keys }) {
  const found = together(text);
  return found.length ? found : together(keys);
}

function begun(event, code) {
  return {
    field: fieldOf(event, code), before: event.target.value ?? "", text: "", keys: "", count: 0,
    first: event.timeStamp, last: event.timeStamp,
  };
}

/** Where the key's character goes: what is typed outside the fields belongs into the code. */
function fieldOf(event, code) {
  const field = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea");
  if (field) return field;
  if (event.target.closest?.("dialog, select") || matchMedia("(pointer: coarse)").matches) return null;
  if (!code?.checkVisibility()) return null;
  code.focus({ preventScroll: true });
  return code;
}

/** Where no field has the focus a whole code is one however slowly it comes: nobody types there. */
function isScan({ count, first, field, text, keys }, end) {
  if (count >= SHORTEST && end - first < count * MEAN_MS) return true;
  return !field && (isWhole(text) || isWhole(keys));
}

function swallow(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** As it was before; an input method that still holds letters lets go of them with the focus. */
function restore(field, before) {
  if (document.activeElement === field) {
    field.blur();
    field.value = before;
    field.focus({ preventScroll: true });
  } else field.value = before;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
