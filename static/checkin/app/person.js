// What is said about somebody: their office, what colour their badge has, which bus they take.

import { element } from "./dom.js";
import { named, say } from "./words.js";
import { clock } from "./times.js";

/** Dark or white letters on the category's colour, whichever is easier to read (WCAG). */
function ink(colour) {
  const light = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

export function paint(target, category) {
  if (!/^#[0-9a-f]{6}$/i.test(category?.colour ?? "")) return target;
  target.style.setProperty("--category", category.colour);
  target.style.setProperty("--category-ink", ink(category.colour));
  target.classList.add("has-category");
  return target;
}

/** A group's letter in its colour; where it has none, as letters are. */
export function paintGroup(target, group) {
  const isColoured = /^#[0-9a-f]{6}$/i.test(group?.colour ?? "");
  for (const name of ["--group", "--group-ink"]) target.style.removeProperty(name);
  if (!isColoured) return target;
  target.style.setProperty("--group", group.colour);
  target.style.setProperty("--group-ink", ink(group.colour));
  return target;
}

export function groupMark(group) { return paintGroup(element("span", "group-mark", group.letter), group); }

export function categoryMark(category) {
  return paint(element("span", "category", named(category)), category);
}

/** Office and delegation, which are one for a ministry. */
export function place(person) {
  const delegation = person.delegation?.name ?? person.delegation;
  const about = [person.organisation, delegation].filter(Boolean);
  return [...new Set(about)].join(" – ");
}

export function groupMarks({ group }) {
  if (!group) return [];
  const text = [say("group", group.letter), group.bus, group.site].filter(Boolean).join(" · ");
  return [groupMark(group), element("span", "", text)];
}

export function notes(person) {
  const found = [];
  if (person.substitutes) found.push(say("substitute", person.substitutes));
  if (person.reprint) found.push(say("reprint"));
  return found;
}

/** "here since 07:45" at a checkpoint, or "". */
export function since(person, checkpointId, zone) {
  const passed = person.passed?.[checkpointId];
  return passed?.at ? say("came", clock(passed.at, zone)) : "";
}
