// The panel of properties: of the badge, of one element, or what can be done with several.

import { badgePanel } from "./badge.js";
import { Fields, el } from "./fields.js";
import { boxOf, place } from "./geometry.js";
import { partsPanel } from "./parts.js";

export class Properties {
  /** upload(file): keeps an image, gives {digest, …} or null. */
  constructor(root, state, model, actions, upload) {
    Object.assign(this, { root, state, model, actions, upload, key: null });
    this.fields = new Fields();
    state.addEventListener("change", () => this.update());
    state.addEventListener("select", () => this.update());
    state.addEventListener("live", () => this.fields.refresh());
    state.addEventListener("step", () => this.fields.refresh(true));
    this.update();
  }

  get words() { return this.model.words; }

  /** What decides which fields there are; while it is the same, only values change. */
  shape() {
    const { side, selection, selected, doc, elements } = this.state;
    const one = selected.length === 1 ? selected[0] : null;
    return JSON.stringify([
      side, selection.length > 1 ? selection.length : selection, elements.length, one?.type,
      one?.parts?.map((it) => it.source), doc.sides.length, this.model.images.length,
      one ? null : Object.keys(this.state.face.by_category ?? {}),
    ]);
  }

  update() {
    const shape = this.shape();
    if (shape === this.key) {
      this.fields.refresh();
      return;
    }
    const focused = this.root.contains(document.activeElement) ? document.activeElement.id : "";
    const open = new Set([...this.root.querySelectorAll("details[open]")].map((it) => it.dataset.of));
    this.key = shape;
    this.fields.forget();
    this.root.replaceChildren(...this.panel());
    for (const it of this.root.querySelectorAll("details")) it.open ||= open.has(it.dataset.of);
    if (focused) document.getElementById(focused)?.focus();
  }

  panel() {
    const { selection } = this.state;
    if (!selection.length) return badgePanel(this);
    return selection.length === 1 ? this.one(selection[0]) : this.several();
  }

  /** Change the selected element. */
  change(mutate, merge) {
    const { state } = this;
    const [n] = state.selection;
    state.change((doc) => mutate(doc.sides[state.side].elements[n], doc), merge && `${merge} ${n}`);
  }

  get element() { return this.state.selected[0]; }

  heading(text) { return el("h2", { class: "property-title" }, text); }

  one(n) {
    const { fields, words } = this;
    const { type } = this.element;
    const title = this.heading(`${n + 1}. ${words.kinds[type]}`);
    const kinds = { text: () => this.ofText(), image: () => this.ofImage(), box: () => this.ofBox(), code: () => [] };
    return [
      title,
      fields.group(words.place, ...this.ofPlace(), this.alignment(words.align_badge)),
      ...kinds[type](),
      this.ofCondition(),
      this.ofOrder(),
    ];
  }

  several() {
    const { fields, words, actions, state } = this;
    const spread = [["x", words.spread_across], ["y", words.spread_down]];
    const isEnough = state.selection.length > 2;
    return [
      this.heading(words.several.replace("{number}", state.selection.length)),
      fields.group(words.align_several, this.alignment()),
      fields.group(words.spread, el("div", { class: "property-buttons" },
        ...spread.map(([axis, text]) => fields.button(text, () => actions.distribute(axis), { disabled: !isEnough })))),
      this.ofOrder(),
    ];
  }

  alignment(label = null) {
    const buttons = this.words.aligns.map(([how, text]) =>
      this.fields.button(text, () => this.actions.align(how)));
    return el("div", { class: "property-buttons", role: "group", "aria-label": label ?? this.words.align_several }, ...buttons);
  }

  ofPlace() {
    const { fields, words } = this;
    const field = (label, name) => fields.number(
      label,
      () => this.element && boxOf(this.element)[name],
      (value) => this.change((it, doc) => place(it, { ...boxOf(it), [name]: value }, doc.size), name),
      { unit: "mm", min: ["x", "y"].includes(name) ? 0 : 0.1 },
    );
    const isCode = this.element.type === "code";
    const sizes = isCode ? [field(words.side_length, "width")] : [field(words.width, "width"), field(words.height, "height")];
    return [el("div", { class: "property-pair" }, field(words.x, "x"), field(words.y, "y")), el("div", { class: "property-pair" }, ...sizes)];
  }

  /** A field of the selected element that is left out where it says what is said anyway. */
  plain(name) {
    return [
      () => this.element && this.model.value(this.element, name),
      (value) => this.change((it) => this.model.put(it, name, value), name),
    ];
  }

  ofText() {
    const { fields, words } = this;
    return [
      ...partsPanel(this),
      fields.group(words.alignment, el("div", { class: "property-pair" },
        fields.select(words.across, words.across_ways, ...this.plain("align")),
        fields.select(words.down, words.down_ways, ...this.plain("valign")))),
    ];
  }

  ofImage() {
    const { fields, words } = this;
    return [fields.group(
      words.image,
      this.imageChoice(() => this.element?.image, (value) => this.change((it) => { it.image = value; }), [["logo", words.logo], ["photo", words.photo]]),
      fields.select(words.fit, words.fits, ...this.plain("fit")),
      fields.number(words.radius, ...this.plain("radius"), { unit: "mm", max: 100 }),
    )];
  }

  ofBox() {
    const { fields, words } = this;
    return [fields.group(
      words.box,
      fields.colour(words.fill, words, ...this.plain("fill"), { none: true }),
      fields.colour(words.line, words, ...this.plain("line"), { none: true }),
      el("div", { class: "property-pair" },
        fields.number(words.line_width, ...this.plain("line_width"), { unit: "mm", max: 20 }),
        fields.number(words.radius, ...this.plain("radius"), { unit: "mm", max: 100 })),
    )];
  }

  /** Choose one of the event's images, or upload another. */
  imageChoice(read, write, others) {
    const { fields, words, model } = this;
    const kept = model.images.map((it) => [it.digest, it.name]);
    const choice = fields.select(words.which_image, [...others, ...kept], () => read() ?? "", write, "property-wide");
    const file = el("input", { type: "file", class: "form-control", accept: model.accept });
    file.addEventListener("change", async () => {
      const made = file.files[0] && await this.upload(file.files[0]);
      file.value = "";
      if (made) write(made.digest);
    });
    return el("div", { class: "property-rows" }, choice, fields.wrap(words.upload, file, "property-wide"));
  }

  ofCondition() {
    const { fields, words, model } = this;
    const sources = [...model.sources.filter(([key]) => key !== "text"), ["photo", words.photo]];
    const field = (label, none, name) => fields.select(
      label, [["", none], ...sources],
      () => this.element?.show?.[name] ?? "",
      (value) => this.change((it) => {
        const show = { ...it.show, [name]: value || null };
        for (const key of Object.keys(show)) if (!show[key]) delete show[key];
        if (Object.keys(show).length) it.show = show;
        else delete it.show;
      }),
      "property-wide",
    );
    return fields.group(words.condition, field(words.only_with, words.always, "with"), field(words.only_without, words.always, "without"));
  }

  ofOrder() {
    const { fields, words, actions } = this;
    const isOne = this.state.selection.length === 1;
    const order = isOne
      ? [["to_front", Infinity], ["forward", 1], ["backward", -1], ["to_back", -Infinity]].map(([word, by]) => fields.button(words[word], () => actions.reorder(by)))
      : [];
    return fields.group(words.order, el("div", { class: "property-buttons" },
      ...order,
      fields.button(words.duplicate, () => actions.duplicate()),
      fields.button(words.remove, () => actions.remove(), { className: "btn-outline-danger" })));
  }
}
