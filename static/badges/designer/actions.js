// What can be done to what is selected: each is one step of undo.

import { aligned, around, boxOf, distributed, place, within } from "./geometry.js";

export class Actions {
  constructor(state, model) {
    Object.assign(this, { state, model });
  }

  get selected() { return this.state.selection.length > 0; }

  list(doc) {
    const face = doc.sides[this.state.side];
    return face.elements ??= [];
  }

  add(kind, image = null) {
    const { state } = this;
    state.change((doc) => {
      this.list(doc).push(this.model.made(kind, doc.size, image));
    });
    state.select([state.elements.length - 1]);
  }

  remove() {
    if (!this.selected) return;
    const { state } = this;
    const { selection } = state;
    state.selection = [];
    state.change((doc) => {
      const face = doc.sides[state.side];
      face.elements = face.elements.filter((_, n) => !selection.includes(n));
    });
    state.emit("select");
  }

  duplicate() {
    if (!this.selected) return;
    const { state } = this;
    const { selection } = state;
    const from = state.elements.length;
    state.change((doc) => {
      const list = this.list(doc);
      list.push(...selection.map((n) => this.model.doubled(list[n], doc.size)));
    });
    state.select(selection.map((_, at) => from + at));
  }

  /** Move by millimetres, all of them together as far as the first edge; or make larger by them. */
  nudge(dx, dy, isResize) {
    if (!this.selected) return;
    const { state } = this;
    const kind = isResize ? "resize" : "move";
    const all = around(state.selected.map(boxOf));
    const { x, y } = within({ ...all, x: all.x + dx, y: all.y + dy }, state.doc.size);
    state.change((doc) => {
      for (const n of state.selection) {
        const element = this.list(doc)[n];
        const box = boxOf(element);
        const to = isResize
          ? { ...box, width: box.width + dx, height: box.height + dy }
          : { ...box, x: box.x + x - all.x, y: box.y + y - all.y };
        place(element, to, doc.size);
      }
    }, `${kind} ${state.selection.join()}`);
  }

  /** One alone is lined up with the badge, several with one another. */
  align(how) {
    const { size } = this.state.doc;
    const boxes = this.state.selected.map(boxOf);
    if (!boxes.length) return;
    const frame = boxes.length > 1 ? around(boxes) : { x: 0, y: 0, ...size };
    this.placeAll(aligned(boxes, how, frame));
  }

  distribute(axis) {
    const boxes = this.state.selected.map(boxOf);
    if (boxes.length > 2) this.placeAll(distributed(boxes, axis));
  }

  placeAll(boxes) {
    this.state.change((doc) => {
      this.state.selection.forEach((n, at) => place(this.list(doc)[n], boxes[at], doc.size));
    });
  }

  /** Where it is drawn: 1 is above the next one, -1 below; Infinity is to the very front. */
  reorder(by) {
    const { state } = this;
    if (state.selection.length !== 1) return;
    const [from] = state.selection;
    const to = Math.max(0, Math.min(from + by, state.elements.length - 1));
    if (to === from) return;
    state.change((doc) => {
      const list = this.list(doc);
      list.splice(to, 0, ...list.splice(from, 1));
      state.selection = [to];
    });
    state.emit("select");
  }
}
