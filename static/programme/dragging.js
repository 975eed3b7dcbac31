// Moving and resizing a block with a mouse, a pen or a finger.

import { STEP, same } from "./grid.js";

const THRESHOLD = 4; // px: less is a click
const EDGE = 48; // px from the border of the grid, where it scrolls by itself
const SPEED = 9; // px a frame

export class Dragging {
  /** builder: {grid, isBusy, begin(block), drop(block, place)} */
  constructor(builder, root) {
    this.builder = builder;
    this.drag = null;
    this.clickFollows = false;
    root.addEventListener("pointerdown", (event) => this.down(event));
    root.addEventListener("click", (event) => this.click(event), true);
    root.addEventListener("dragstart", (event) => event.preventDefault());
    document.addEventListener("pointermove", (event) => this.move(event));
    document.addEventListener("pointerup", (event) => this.up(event));
    document.addEventListener("pointercancel", () => this.cancel());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.drag?.moved) {
        event.preventDefault();
        event.stopImmediatePropagation();
        this.cancel();
      }
    }, true);
  }

  down(event) {
    this.clickFollows = false;
    const block = event.target.closest(".block");
    if (!block || event.button !== 0 || !event.isPrimary || event.ctrlKey || event.metaKey) return;
    const isEdge = event.target.matches(".block-edge");
    // A finger on the block itself scrolls.
    if (event.pointerType === "touch" && !isEdge && !event.target.matches(".block-grip")) return;
    if (this.builder.isBusy) return;
    const { grid } = this.builder;
    this.drag = {
      block, isEdge, x: event.clientX, y: event.clientY, pointer: event.pointerId,
      startX: event.clientX, startY: event.clientY, moved: false,
      home: grid.home(block), scrolled: grid.scroller.scrollTop,
    };
    this.drag.place = this.drag.home;
  }

  move(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    [drag.x, drag.y] = [event.clientX, event.clientY];
    if (!drag.moved) {
      if (Math.hypot(drag.x - drag.startX, drag.y - drag.startY) < THRESHOLD) return;
      drag.moved = true;
      this.builder.begin(drag.block);
      requestAnimationFrame(() => this.scroll(drag));
    }
    event.preventDefault();
    this.follow(drag);
  }

  follow(drag) {
    const { grid } = this.builder;
    const by = drag.y - drag.startY + grid.scroller.scrollTop - drag.scrolled;
    const minutes = Math.round(by / grid.scale / STEP) * STEP;
    const { home } = drag;
    drag.place = drag.isEdge
      ? grid.until(home, home.to + minutes)
      : grid.within({
        column: grid.columnAt(drag.x), from: home.from + minutes, to: home.to + minutes,
      });
    grid.show(drag.block, drag.place);
  }

  /** At its borders the grid comes along. */
  scroll(drag) {
    if (this.drag !== drag) return;
    const { scroller } = this.builder.grid;
    const { left, right, top, bottom } = scroller.getBoundingClientRect();
    const pull = (at, low, high) => (at < low + EDGE ? -SPEED : at > high - EDGE ? SPEED : 0);
    const before = [scroller.scrollLeft, scroller.scrollTop];
    scroller.scrollBy(drag.isEdge ? 0 : pull(drag.x, left, right), pull(drag.y, top, bottom));
    if (before[0] !== scroller.scrollLeft || before[1] !== scroller.scrollTop) this.follow(drag);
    requestAnimationFrame(() => this.scroll(drag));
  }

  up(event) {
    const { drag } = this;
    if (!drag || event.pointerId !== drag.pointer) return;
    this.drag = null;
    if (!drag.moved) return;
    this.clickFollows = true;
    if (same(drag.place, drag.home)) this.builder.grid.settle(drag.block);
    else this.builder.drop(drag.block, drag.place);
  }

  cancel() {
    const { drag } = this;
    this.drag = null;
    if (!drag?.moved) return;
    this.clickFollows = true;
    this.builder.grid.settle(drag.block);
  }

  /** What follows a drag is no wish to open the form. */
  click(event) {
    if (!this.clickFollows) return;
    this.clickFollows = false;
    event.preventDefault();
    event.stopPropagation();
  }
}
