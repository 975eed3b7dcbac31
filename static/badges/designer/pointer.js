// Selecting, moving and resizing with a mouse, a pen or a finger.

import { around, boxOf, linesOf, place, snapMove, snapResize, within } from "./geometry.js";

const THRESHOLD = 4; // px: less is a click
const REACH = 7; // px from a line within which things snap to it

const isIn = ({ x, y, width, height }, at) =>
  at.x >= x && at.x <= x + width && at.y >= y && at.y <= y + height;

export class Pointer {
  /** settings: {grid: mm, or 0 for none; snaps: whether to lines}; tell(): says where things are. */
  constructor(canvas, state, settings, tell) {
    Object.assign(this, { canvas, state, settings, tell, drag: null });
    const { root } = canvas;
    root.addEventListener("pointerdown", (event) => this.down(event));
    // What touch-action says of shapes inside an SVG is not heeded everywhere.
    root.addEventListener("touchstart", (event) => {
      if (this.drag && this.drag.kind !== "tap") event.preventDefault();
    }, { passive: false });
    root.addEventListener("pointermove", (event) => this.move(event));
    root.addEventListener("pointerup", (event) => this.up(event));
    root.addEventListener("pointercancel", (event) => this.cancel(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.drag?.isMoving) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.cancel(event);
    }, true);
  }

  down(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    const corner = event.target.dataset?.corner;
    const node = event.target.closest(".element");
    const from = this.canvas.at(event);
    if (corner) return this.begin(event, { kind: "resize", corner, from });
    if (!node && event.pointerType === "touch") return this.begin(event, { kind: "tap", n: null, from });
    if (!node) return this.begin(event, { kind: "frame", from, adds: event.shiftKey });
    const top = Number(node.dataset.n);
    const { selection, elements } = this.state;
    // What is selected can be dragged also where something else lies on top of it.
    const n = selection.find((it) => isIn(boxOf(elements[it]), from)) ?? top;
    if (event.shiftKey || event.ctrlKey || event.metaKey) {
      event.preventDefault();
      return this.state.toggle(top);
    }
    // A finger selects first, so that the page can still be scrolled on the badge.
    const isFirstTouch = event.pointerType === "touch" && !selection.includes(n);
    if (isFirstTouch) return this.begin(event, { kind: "tap", n, from });
    if (!selection.includes(n)) this.state.select([n]);
    this.canvas.focus(n, false);
    return this.begin(event, { kind: "move", top, from });
  }

  begin(event, drag) {
    const { doc, elements, selection } = this.state;
    this.drag = {
      ...drag,
      pointer: event.pointerId,
      x: event.clientX,
      y: event.clientY,
      isMoving: false,
      boxes: selection.map((n) => boxOf(elements[n])),
      lines: linesOf(doc.size, elements.filter((_, n) => !selection.includes(n)).map(boxOf)),
    };
    if (drag.kind === "tap") return;
    event.preventDefault();
    this.canvas.root.setPointerCapture(event.pointerId);
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer || drag.kind === "tap") return;
    if (!drag.isMoving) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < THRESHOLD) return;
      drag.isMoving = true;
    }
    const to = this.canvas.at(event);
    const [dx, dy] = [to.x - drag.from.x, to.y - drag.from.y];
    if (drag.kind === "frame") this.showFrame(drag, to);
    else if (drag.kind === "move") this.moveBy(drag, dx, dy, event.altKey);
    else this.resizeBy(drag, dx, dy, event.altKey);
  }

  /** Alt lets go of grid and lines. */
  pulls(isFree) {
    const reach = isFree || !this.settings.snaps ? 0 : REACH / this.canvas.scale;
    return [reach, isFree ? 0 : this.settings.grid];
  }

  moveBy(drag, dx, dy, isFree) {
    const all = around(drag.boxes);
    const to = { ...all, x: all.x + dx, y: all.y + dy };
    const { box, guides } = snapMove(to, drag.lines, ...this.pulls(isFree));
    const { x, y } = within(box, this.state.doc.size);
    this.state.live((doc) => this.eachSelected(doc, (element, at) => {
      const before = drag.boxes[at];
      place(element, { ...before, x: before.x + x - all.x, y: before.y + y - all.y }, doc.size);
    }));
    this.canvas.showGuides({ x: x === box.x ? guides.x : null, y: y === box.y ? guides.y : null });
    this.tell();
  }

  resizeBy(drag, dx, dy, isFree) {
    const { box, guides } = snapResize(drag.boxes[0], drag.corner, dx, dy, drag.lines, ...this.pulls(isFree));
    const { size } = this.state.doc;
    const x = Math.max(0, box.x);
    const y = Math.max(0, box.y);
    const within = {
      x, y,
      width: Math.min(box.x + box.width, size.width) - x,
      height: Math.min(box.y + box.height, size.height) - y,
    };
    this.state.live((doc) => this.eachSelected(doc, (element) => {
      place(element, within, doc.size);
      this.keepOpposite(element, drag);
    }));
    this.canvas.showGuides(guides);
    this.tell();
  }

  /** The corner that is not dragged stays where it is, also of a square. */
  keepOpposite(element, { corner, boxes: [before] }) {
    if (element.type !== "code") return;
    if (corner.includes("w")) element.x = Math.max(0, before.x + before.width - element.size);
    if (corner.includes("n")) element.y = Math.max(0, before.y + before.height - element.size);
  }

  eachSelected(doc, change) {
    const elements = doc.sides[this.state.side].elements;
    this.state.selection.forEach((n, at) => change(elements[n], at));
  }

  showFrame(drag, to) {
    const x = Math.min(drag.from.x, to.x);
    const y = Math.min(drag.from.y, to.y);
    drag.frame = { x, y, width: Math.abs(to.x - drag.from.x), height: Math.abs(to.y - drag.from.y) };
    this.canvas.showFrame(drag.frame);
  }

  up(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.drag = null;
    this.canvas.showGuides();
    this.canvas.showFrame(null);
    if (drag.kind === "tap") {
      this.state.select(drag.n === null ? [] : [drag.n]);
      this.canvas.focus(drag.n, false);
    } else if (drag.kind === "frame") {
      this.state.select([...(drag.adds ? this.state.selection : []), ...this.inside(drag.frame)]);
    } else if (drag.isMoving) {
      this.state.settle();
    } else if (drag.kind === "move") {
      this.state.select([drag.top]);
      this.canvas.focus(drag.top, false);
    }
  }

  inside(frame) {
    if (!frame) return [];
    return this.state.elements.flatMap((element, n) => {
      const { x, y, width, height } = boxOf(element);
      const isInside = x >= frame.x && y >= frame.y
        && x + width <= frame.x + frame.width && y + height <= frame.y + frame.height;
      return isInside ? [n] : [];
    });
  }

  cancel(event) {
    const { drag } = this;
    if (!drag || (event.pointerId !== undefined && event.pointerId !== drag.pointer)) return;
    this.drag = null;
    this.canvas.showGuides();
    this.canvas.showFrame(null);
    if (drag.isMoving && drag.kind !== "frame") this.state.cancel();
  }
}
