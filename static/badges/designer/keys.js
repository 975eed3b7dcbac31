// The keyboard: Tab goes through the elements, arrows move what is selected, Alt resizes.

const STEPS = { plain: 1, fine: 0.1, far: 5 }; // mm

export class Keys {
  /** save(): saves the template; tell(): says where things are. */
  constructor(canvas, state, actions, { save, tell }) {
    Object.assign(this, { canvas, state, actions, save, tell });
    canvas.root.addEventListener("keydown", (event) => this.onCanvas(event));
    canvas.root.addEventListener("focusin", (event) => this.focused(event));
    document.addEventListener("keydown", (event) => this.anywhere(event));
  }

  /** What is reached by Tab is selected; a mouse has selected already. */
  focused(event) {
    const node = event.target.closest(".element");
    if (!node) return;
    const n = Number(node.dataset.n);
    if (!this.state.selection.includes(n) && node.matches(":focus-visible")) this.state.select([n]);
  }

  onCanvas(event) {
    const isControl = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const node = event.target.closest(".element");
    const n = node ? Number(node.dataset.n) : -1;
    const done = () => event.preventDefault();
    if (key.startsWith("Arrow") && this.state.selection.length) {
      done();
      this.arrow(key, event);
    } else if ((key === "Delete" || key === "Backspace") && this.state.selection.length) {
      done();
      this.actions.remove();
      this.canvas.focus(Math.min(Math.max(n, 0), this.state.elements.length - 1));
    } else if (isControl && key === "d") {
      done();
      this.actions.duplicate();
      this.canvas.focus(this.state.selection[0]);
    } else if (isControl && key === "a") {
      done();
      this.state.select(this.state.elements.map((_, at) => at));
    } else if (isControl && (key === "]" || key === "[")) {
      done();
      this.actions.reorder(key === "]" ? 1 : -1);
      this.canvas.focus(this.state.selection[0]);
    } else if ((key === " " || key === "Enter") && n >= 0) {
      done();
      if (event.shiftKey || isControl) this.state.toggle(n);
      else if (key === "Enter") document.querySelector("#designer-properties :is(input, select)")?.focus();
      else this.state.select([n]);
    } else if (key === "Escape") {
      done();
      this.state.select([]);
    }
  }

  arrow(key, { shiftKey, altKey, ctrlKey, metaKey }) {
    const step = shiftKey ? STEPS.fine : ctrlKey || metaKey ? STEPS.far : STEPS.plain;
    const dx = { ArrowLeft: -step, ArrowRight: step }[key] ?? 0;
    const dy = { ArrowUp: -step, ArrowDown: step }[key] ?? 0;
    this.actions.nudge(dx, dy, altKey);
    this.tell();
  }

  anywhere(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (event.target.closest?.("#designer-text")) return; // a text has an undo of its own
    if (key === "z" || key === "y") {
      event.preventDefault();
      if (key === "y" || event.shiftKey) this.state.redo();
      else this.state.undo();
    } else if (key === "s") {
      event.preventDefault();
      this.save();
    }
  }
}
