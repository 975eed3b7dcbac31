// Properties of a text: the parts of its stack, each with what it shows and how.

import { el } from "./fields.js";

const MOST_PARTS = 8;

export function partsPanel(panel) {
  const { fields, words } = panel;
  const { parts } = panel.element;
  const add = fields.button(words.add_part, () => panel.change((it) => {
    it.parts.push({ source: "position", size: 12, smallest: 8, lines: 2 });
  }), { disabled: parts.length >= MOST_PARTS });
  return [...parts.map((_, n) => partPanel(panel, n, parts.length)), el("div", { class: "property-buttons" }, add)];
}

function partPanel(panel, n, count) {
  const { fields, words, model } = panel;
  const part = () => panel.element?.parts?.[n];
  const change = (mutate, merge) => panel.change((it) => mutate(it.parts[n], it), merge && `${merge} ${n}`);
  const plain = (name) => [
    () => part() && model.value(part(), name, "part"),
    (value) => change((it) => model.put(it, name, value, "part"), name),
  ];
  const both = (name, label) => ["vi", "en"].map((language) => fields.text(
    `${label} (${words.languages[language]})`,
    () => part()?.[name]?.[language],
    (value) => change((it) => { it[name] = { vi: "", en: "", ...it[name], [language]: value }; }, name + language),
  ));
  const isFixed = part().source === "text";
  const pair = (...those) => el("div", { class: "property-pair" }, ...those);
  const title = () => `${words.part.replace("{number}", n + 1)}: ${model.nameOfPart(part())}`;
  const summary = el("summary", {}, title());
  fields.fresh.push(() => { if (part()) summary.textContent = title(); });
  return el("details", { class: "property-part", open: count === 1 || n === 0, "data-of": `part-${n}` },
    summary,
    fields.select(words.shows, model.sources, () => part()?.source, (value) => change((it) => {
      it.source = value;
      if (value === "text") it.text ??= { vi: words.new_text, en: "" };
      else delete it.text;
    }), "property-wide"),
    ...(isFixed ? both("text", words.said) : []),
    pair(
      fields.select(words.face, words.faces, ...plain("face")),
      fields.select(words.weight, words.weights, ...plain("weight")),
    ),
    pair(
      fields.number(words.largest, ...plain("size"), { min: 3, max: 300, step: 0.5, unit: "pt" }),
      fields.number(words.smallest, ...plain("smallest"), { min: 3, max: 300, step: 0.5, unit: "pt" }),
    ),
    pair(
      fields.number(words.usual, ...plain("usual"), { min: 1, max: 12, step: 1 }),
      fields.number(words.lines, ...plain("lines"), { min: 1, max: 12, step: 1 }),
    ),
    fields.colour(words.colour, words, ...plain("colour")),
    fields.select(words.language, words.language_choices, ...plain("language")),
    pair(fields.tick(words.italic, ...plain("italic")), fields.tick(words.upper, ...plain("upper"))),
    el("details", { class: "property-more", "data-of": `more-${n}` }, el("summary", {}, words.more),
      pair(
        fields.number(words.above, ...plain("above"), { max: 100, unit: "mm" }),
        fields.number(words.leading, ...plain("leading"), { min: 0.8, max: 3, step: 0.01 }),
      ),
      fields.number(words.yielding, ...plain("yielding"), { min: 0.1, max: 1, step: 0.1 }),
      ...(isFixed ? [] : [...both("before", words.before), ...both("after", words.after)])),
    el("div", { class: "property-buttons" },
      fields.button(words.part_up, () => swap(change, n, n - 1), { disabled: n === 0 }),
      fields.button(words.part_down, () => swap(change, n, n + 1), { disabled: n === count - 1 }),
      fields.button(words.part_remove, () => change((_, it) => it.parts.splice(n, 1)), { disabled: count === 1 })));
}

function swap(change, from, to) {
  change((_, it) => it.parts.splice(to, 0, ...it.parts.splice(from, 1)));
}
