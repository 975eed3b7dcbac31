// The template that is being designed, what of it is selected, and every state it has been in.

const SAME_MOVE_MS = 1200; // changes of one field or by one key within this are undone together

export class State extends EventTarget {
  /** Events: "change" (the template), "live" (it is being dragged), "select", "step" (to another
   * state it was in). */
  constructor(template, revision) {
    super();
    this.doc = structuredClone(template);
    this.revision = revision;
    this.side = 0;
    this.selection = []; // numbers of elements on this side, in order
    this.saved = JSON.stringify(this.doc);
    this.past = [{ text: this.saved, side: 0, selection: [], merge: "", at: 0 }];
    this.at = 0;
  }

  get face() { return this.doc.sides[this.side]; }
  get elements() { return this.face.elements ?? []; }
  get selected() { return this.selection.map((n) => this.elements[n]); }
  get isDirty() { return this.past[this.at].text !== this.saved; }
  get text() { return this.past[this.at].text; }
  get canUndo() { return this.at > 0; }
  get canRedo() { return this.at < this.past.length - 1; }

  /** Change the template; changes in a row with the same `merge` are one step of undo. */
  change(mutate, merge = "") {
    mutate(this.doc);
    this.selection = this.selection.filter((n) => n < this.elements.length);
    this.keep(merge);
  }

  /** Change what is being dragged from how it was before the drag; `settle` or `cancel` follows. */
  live(mutate) {
    this.doc = JSON.parse(this.text);
    mutate(this.doc);
    this.emit("live");
  }

  settle() { this.keep(""); }

  cancel() {
    this.doc = JSON.parse(this.text);
    this.emit("change");
  }

  keep(merge) {
    const text = JSON.stringify(this.doc);
    const top = this.past[this.at];
    if (text !== top.text) {
      const step = { text, side: this.side, selection: [...this.selection], merge, at: Date.now() };
      const isSame = merge && merge === top.merge && step.at - top.at < SAME_MOVE_MS;
      this.past.length = this.at + 1;
      if (isSame && text !== this.saved && top.text !== this.saved) this.past[this.at] = step;
      else this.at = this.past.push(step) - 1;
    }
    this.emit("change");
  }

  undo() { if (this.canUndo) this.goTo(this.at - 1, this.past[this.at]); }
  redo() { if (this.canRedo) this.goTo(this.at + 1, this.past[this.at + 1]); }

  /** Selected is then what the step between has changed. */
  goTo(at, { side, selection }) {
    this.at = at;
    this.doc = JSON.parse(this.text);
    this.side = Math.min(side, this.doc.sides.length - 1);
    this.selection = selection.filter((n) => n < this.elements.length);
    this.emit("change");
    this.emit("select");
    this.emit("step");
  }

  /** Another template in place of this one, which can be undone. */
  replace(template) {
    this.side = Math.min(this.side, template.sides.length - 1);
    this.selection = [];
    this.change(() => { this.doc = structuredClone(template); });
    this.emit("select");
  }

  wasSaved(revision, text) {
    this.revision = revision;
    this.saved = text;
    this.emit("change");
  }

  select(numbers) {
    const wanted = [...new Set(numbers)].sort((a, b) => a - b);
    if (wanted.join() === this.selection.join()) return;
    this.selection = wanted;
    this.emit("select");
  }

  toggle(number) {
    const without = this.selection.filter((n) => n !== number);
    this.select(without.length < this.selection.length ? without : [...without, number]);
  }

  turnTo(side) {
    this.side = side;
    this.selection = [];
    this.emit("select");
    this.emit("change");
  }

  emit(name) { this.dispatchEvent(new Event(name)); }
}
