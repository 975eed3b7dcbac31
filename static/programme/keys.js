// Moving and resizing the block that has the focus, with the keyboard.

import { STEP, same } from "./grid.js";

const PAUSE_MS = 1500; // after the last key a move is saved by itself

export class Keys {
  /** builder: {grid, isBusy, tell(block, place, word), drop(block, place)} */
  constructor(builder, root) {
    this.builder = builder;
    this.block = null;
    this.place = null;
    this.timer = 0;
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focusout", (event) => {
      if (event.target === this.block) this.save();
    });
  }

  key(event) {
    const block = event.target.closest(".block");
    if (!block || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      if (!this.builder.isBusy) this.arrow(block, event.key, event.shiftKey);
    } else if (event.key === "Escape" && this.block) {
      event.preventDefault();
      this.takeBack();
    } else if (event.key === " ") {
      event.preventDefault();
      this.save();
    } else if (event.key === "Enter" && this.block) {
      event.preventDefault();
      this.save().then(() => window.location.assign(block.href));
    }
  }

  arrow(block, key, isShift) {
    const { grid } = this.builder;
    if (this.block !== block) this.save();
    const at = this.block === block ? this.place : grid.home(block);
    const by = { ArrowUp: -STEP, ArrowDown: STEP }[key] ?? 0;
    const aside = isShift ? 0 : { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
    const to = isShift
      ? grid.until(at, at.to + by)
      : grid.within({ column: at.column + aside, from: at.from + by, to: at.to + by });
    [this.block, this.place] = [block, to];
    grid.show(block, to);
    block.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.builder.tell(block, to, "at");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  takeBack() {
    const { block } = this;
    this.forget();
    this.builder.grid.settle(block);
    this.builder.tell(block, this.builder.grid.home(block), "taken_back");
  }

  async save() {
    const { block, place } = this;
    this.forget();
    if (!block) return;
    const { grid } = this.builder;
    if (same(place, grid.home(block))) grid.settle(block);
    else await this.builder.drop(block, place);
  }

  forget() {
    clearTimeout(this.timer);
    [this.block, this.place] = [null, null];
  }
}
