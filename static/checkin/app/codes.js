// What a scanner, a camera or a person may mean by what arrives: a code, perhaps after an input
// method for Vietnamese has made letters with marks of some of its keys.

import { isWellFormed as isCode, normaliseCode } from "../engine/codes.js";

const MOST = 500; // ways in which keys may have stood; three marks have fewer
const LENGTHS = [12, 14]; // of a pass code, and of a delegation's with its D-

/** As the engine has it, and a delegation's code with the hyphen behind its D. */
export function normalise(text) {
  const kept = normaliseCode(text);
  return /^\s*D[-–—_ ]/i.test(text) && isCode(kept.slice(1)) ? `D-${kept.slice(1)}` : kept;
}

export const isDelegation = (text) => text.startsWith("D-");
const isWellFormed = (text) => isCode(text) || isDelegation(text);

// What Vietnamese input methods make of keys: the base letter and the mark, and the keys behind it.
const MARKS = {
  "\u0302": { telex: null, vni: "6" }, // â: the letter again
  "\u0306": { telex: "W", vni: "8" },
  "\u031b": { telex: "W", vni: "7" },
  "\u0300": { telex: "F", vni: "2" },
  "\u0301": { telex: "S", vni: "1" },
  "\u0303": { telex: "X", vni: "4" },
  "\u0309": { telex: "R", vni: "3" },
  "\u0323": { telex: "J", vni: "5" },
};

/** The letters of a text without their marks, and the keys that the marks stand for. */
function taken(text, method) {
  let base = "";
  const keys = []; // [key, the least number of letters before it]
  for (const letter of text.toUpperCase().normalize("NFD")) {
    const mark = MARKS[letter];
    if (mark) keys.push([mark[method] ?? base.at(-1), base.length]);
    else if (letter === "Đ") {
      base += "D";
      keys.push([method === "telex" ? "D" : "9", base.length]);
    } else base += letter;
  }
  return [base, keys];
}

/** Every way in which the keys may have stood among the letters, the nearest first. */
function placed(base, keys) {
  if (!LENGTHS.includes(base.length + keys.length)) return [];
  let texts = [base];
  // From behind: what is put in further back does not move the places before it.
  for (const [key, least] of keys.toReversed()) {
    const next = [];
    for (const text of texts) {
      for (let at = least; at <= text.length; at += 1) {
        next.push(text.slice(0, at) + key + text.slice(at));
      }
    }
    texts = next.slice(0, MOST);
  }
  return texts;
}

/** The codes that stand one behind another in a text without anything between; [] unless several do. */
export function together(text) {
  const found = [];
  for (let at = 0; at < text.length;) {
    const length = /^D-/i.test(text.slice(at)) ? 14 : 12;
    const part = text.slice(at, at + length);
    const code = normalise(part);
    if (part.length < length || !isWellFormed(code)) return [];
    found.push(code);
    at += length;
  }
  return found.length > 1 ? found : [];
}

/** Whether a text is one whole code, and nothing but that. */
export const isWhole = (text) => LENGTHS.includes(text.length) && isWellFormed(normalise(text));

/** What keys may have been pressed for a text that an input method has changed. */
export function unmarked(text) {
  // Telex makes Ư of a W by itself, and no code has a U.
  const plain = text.toUpperCase().normalize("NFC").replace(/Ư/g, "W");
  const found = new Set();
  for (const method of ["telex", "vni"]) {
    for (const one of placed(...taken(plain, method))) {
      const code = normalise(one);
      if (isWellFormed(code)) found.add(code);
    }
  }
  return found;
}

/** Which of the readings is meant: the first that somebody has, else the first that could be a code. */
export function meant(readings, isKnown) {
  const plain = [...new Set(readings.map(normalise).filter(Boolean))];
  const formed = plain.filter(isWellFormed);
  const known = formed.find(isKnown);
  if (known) return known;
  // A letter may have been pressed just before a scanner began.
  for (const text of readings) {
    const ends = LENGTHS.map((it) => normalise(text.slice(-it)));
    const code = ends.findLast((it) => isWellFormed(it) && isKnown(it));
    if (code) return code;
  }
  const guessed = new Set(plain.flatMap((it) => (isWellFormed(it) ? [] : [...unmarked(it)])));
  for (const code of guessed) if (isKnown(code)) return code;
  return formed[0] ?? guessed.values().next().value ?? plain[0] ?? "";
}
