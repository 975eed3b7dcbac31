// The badge as SVG, in millimetres. Texts lie where the PDF has them: the lines come from the
// server (`show`), and go along with their element until the next ones are there.

import { around, boxOf } from "./geometry.js";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 4; // mm around the badge, for handles
const CORNERS = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

export function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

function picture(url, box, fit, radius = 0) {
  const ratio = `xMidYMid ${fit === "cover" ? "slice" : "meet"}`;
  const clip = radius ? `inset(0 round ${Math.min(radius, box.width / 2, box.height / 2)}px)` : null;
  return svg("image", { ...box, href: url, preserveAspectRatio: ratio, "clip-path": clip });
}

export class Canvas {
  constructor(root, state, model) {
    Object.assign(this, { root, state, model, sketch: null, basis: null });
    this.ground = svg("g");
    this.arts = svg("g", { "aria-hidden": "true" });
    this.layer = svg("g");
    this.frame = svg("g", { "aria-hidden": "true" });
    this.guides = svg("g", { "aria-hidden": "true" });
    // Always there: a finger's gesture ends when what it has touched is taken away.
    this.grips = svg("g", { "aria-hidden": "true" });
    root.append(this.ground, this.arts, this.layer, this.frame, this.guides, this.grips);
    this.nodes = []; // {group, art, hit} of each element
    this.handles = Object.fromEntries(CORNERS.map((it) => [it, this.handle(it)]));
    this.grips.append(...Object.values(this.handles));
    state.addEventListener("change", () => this.draw());
    state.addEventListener("live", () => this.draw());
    state.addEventListener("select", () => this.drawSelection());
    this.draw();
  }

  /** Pixels of the screen in a millimetre. */
  get scale() { return this.root.getScreenCTM()?.a || 1; }

  /** A place on the screen in millimetres from the badge's corner. */
  at(event) {
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.root.getScreenCTM().inverse());
    return { x, y };
  }

  /** Take over where the texts lie; `text` is the template that this was worked out for. */
  show(sketch, text) {
    this.sketch = sketch;
    this.basis = JSON.parse(text);
    this.draw();
  }

  draw() {
    const { width, height } = this.state.doc.size;
    const view = `${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}`;
    if (this.root.getAttribute("viewBox") !== view) this.root.setAttribute("viewBox", view);
    this.drawGround(width, height);
    const { elements } = this.state;
    while (this.nodes.length > elements.length) {
      const { group, art } = this.nodes.pop();
      group.remove();
      art.remove();
    }
    elements.forEach((element, n) => this.drawElement(element, n));
    this.drawSelection();
  }

  drawGround(width, height) {
    const { face } = this.state;
    const ground = face.by_category?.[this.sketch?.category] ?? face.ground ?? {};
    const parts = [svg("rect", { width, height, fill: "#fff", class: "badge-edge" })];
    if (ground.colour) parts.push(svg("rect", { width, height, fill: this.colour(ground.colour) }));
    const image = ground.image && this.model.imageOf(ground.image);
    if (image) parts.push(picture(image.url, { x: 0, y: 0, width, height }, "cover"));
    this.ground.replaceChildren(...parts);
  }

  drawElement(element, n) {
    const node = this.nodes[n] ?? this.newNode(n);
    const { x, y, width, height } = boxOf(element);
    const isShown = this.sketch?.shown[this.state.side]?.[n] ?? true;
    node.group.classList.toggle("is-away", !isShown);
    node.art.classList.toggle("is-away", !isShown);
    node.group.setAttribute("aria-label", `${n + 1}. ${this.model.nameOf(element)}`);
    for (const [key, value] of Object.entries({ x, y, width, height })) node.hit.setAttribute(key, value);
    node.art.replaceChildren(...this[element.type](element, n));
  }

  newNode(n) {
    const hit = svg("rect", { class: "element-hit" });
    const art = svg("g", { class: "element-art" });
    const group = svg("g", { class: "element", tabindex: 0, role: "button", "data-n": n, "aria-describedby": "designer-keys" }, hit);
    this.arts.append(art);
    this.layer.append(group);
    return this.nodes[n] = { group, art, hit };
  }

  box(element) {
    const { x, y, width, height } = element;
    const radius = Math.min(this.model.value(element, "radius"), width / 2, height / 2);
    const line = this.model.value(element, "line");
    const fill = this.model.value(element, "fill");
    return [svg("rect", {
      x, y, width, height, rx: radius,
      fill: fill ? this.colour(fill) : "none",
      stroke: line ? this.colour(line) : null,
      "stroke-width": line ? this.model.value(element, "line_width") : null,
    })];
  }

  code(element) {
    const { x, y, size } = element;
    const parts = [svg("rect", { x, y, width: size, height: size, fill: "#fff" })];
    const rows = this.sketch?.code ?? [];
    const module = size / (rows.length + 8);
    let path = "";
    rows.forEach((row, down) => {
      for (const run of row.matchAll(/1+/g)) path += `M${run.index + 4} ${down + 4}h${run[0].length}v1h-${run[0].length}z`;
    });
    parts.push(svg("path", { d: path, transform: `translate(${x} ${y}) scale(${module})` }));
    return parts;
  }

  text(element, n) {
    const basis = this.basis?.sides[this.state.side]?.elements ?? [];
    const isSame = (it) => it && JSON.stringify(it.parts) === JSON.stringify(element.parts);
    // Elements have no names: after a change of their order this one is known by what it shows.
    const found = isSame(basis[n]) ? n : basis.findIndex(isSame);
    const at = found < 0 ? n : found;
    if (basis[at]?.type !== "text") return [];
    const lines = this.sketch.lines[this.state.side][at];
    const share = (field) => ({ center: 0.5, middle: 0.5, right: 1, bottom: 1 })[this.model.value(element, field)] ?? 0;
    const dx = element.x - basis[at].x + (element.width - basis[at].width) * share("align");
    const dy = element.y - basis[at].y + (element.height - basis[at].height) * share("valign");
    return lines.map((line) => svg("text", {
      x: line.x + dx, y: line.y + dy, "font-size": line.size, textLength: line.width || null,
      lengthAdjust: "spacingAndGlyphs", fill: this.colour(line.colour), class: `font-${line.font}`,
    }, line.text));
  }

  image(element) {
    const { x, y, width, height } = element;
    const url = element.image === "logo" ? this.model.logo : this.model.imageOf(element.image)?.url;
    if (url) return [picture(url, { x, y, width, height }, this.model.value(element, "fit"), this.model.value(element, "radius"))];
    const size = Math.min(width / 5, height / 3, 4);
    return [
      svg("rect", { x, y, width, height, rx: this.model.value(element, "radius"), class: "element-empty" }),
      svg("text", { x: x + width / 2, y: y + height / 2 + size / 3, "font-size": size, "text-anchor": "middle", class: "element-word" },
        this.model.nameOf(element)),
    ];
  }

  colour(name) {
    return name.startsWith("#") ? name : this.sketch?.colours[name] ?? "#777";
  }

  // --- What is selected --------------------------------------------------------------------------

  handle(corner) {
    const isSide = corner.length === 1;
    return svg("rect", { class: `handle handle-${corner}${isSide ? " handle-side" : ""}`, "data-corner": corner });
  }

  drawSelection() {
    const { selection, selected } = this.state;
    this.nodes.forEach(({ group, art }, n) => {
      group.classList.toggle("is-selected", selection.includes(n));
      art.classList.toggle("is-selected", selection.includes(n));
      group.setAttribute("aria-pressed", selection.includes(n));
    });
    const parts = selected.map((it) => svg("rect", { ...boxOf(it), class: "selection" }));
    if (selected.length > 1) parts.push(svg("rect", { ...around(selected.map(boxOf)), class: "selection-all" }));
    this.frame.replaceChildren(...parts);
    this.placeHandles(selected.length === 1 ? boxOf(selected[0]) : null);
  }

  placeHandles(box) {
    const isTouch = window.matchMedia("(pointer: coarse)").matches;
    const size = (isTouch ? 22 : 11) / this.scale;
    // What is too small for eight has four.
    const isSmall = box && Math.min(box.width, box.height) < 3 * size;
    for (const [corner, handle] of Object.entries(this.handles)) {
      handle.classList.toggle("is-away", !box || (isSmall && corner.length === 1));
      if (!box) continue;
      const { x, y, width, height } = box;
      const across = corner.includes("w") ? x : corner.includes("e") ? x + width : x + width / 2;
      const down = corner.includes("n") ? y : corner.includes("s") ? y + height : y + height / 2;
      const place = { x: across - size / 2, y: down - size / 2, width: size, height: size };
      for (const [key, value] of Object.entries(place)) handle.setAttribute(key, value);
    }
  }

  showGuides({ x = null, y = null } = {}) {
    const { width, height } = this.state.doc.size;
    const parts = [];
    if (x !== null) parts.push(svg("line", { x1: x, x2: x, y1: -MARGIN, y2: height + MARGIN, class: "guide" }));
    if (y !== null) parts.push(svg("line", { y1: y, y2: y, x1: -MARGIN, x2: width + MARGIN, class: "guide" }));
    this.guides.replaceChildren(...parts);
  }

  /** The frame with which elements are caught. */
  showFrame(box) {
    if (box) this.guides.replaceChildren(svg("rect", { ...box, class: "catch" }));
    else this.guides.replaceChildren();
  }

  /** Give an element the focus; its frame shows only where the keyboard is used. */
  focus(n, focusVisible = true) {
    this.nodes[n]?.group.focus({ preventScroll: true, focusVisible });
  }
}
