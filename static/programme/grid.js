// Where blocks stand on the grid, and where one would stand. Places are {column, from, to}: the
// number of a column, and minutes after midnight.

export const STEP = 5;

export class Grid {
  constructor(root) {
    this.root = root;
    this.scroller = root.parentElement;
    this.scale = parseFloat(getComputedStyle(root).getPropertyValue("--minute"));
    this.first = Number(root.dataset.first);
    this.last = Number(root.dataset.last);
    this.columns = [...root.querySelectorAll(".grid-column")];
    this.layOut();
  }

  layOut() {
    for (const track of this.root.querySelectorAll(".grid-track")) {
      track.style.height = `${(this.last - this.first) * this.scale}px`;
    }
    for (const column of this.columns) {
      column.style.minWidth = `calc(${column.dataset.most} * var(--lane))`;
    }
    for (const hour of this.root.querySelectorAll("[data-at]")) {
      hour.style.top = `${(hour.dataset.at - this.first) * this.scale}px`;
    }
    for (const piece of this.root.querySelectorAll("[data-from]")) this.stand(piece, piece.dataset);
    for (const block of this.root.querySelectorAll(".block")) this.settle(block);
  }

  stand(piece, { from, to }) {
    piece.style.top = `${(from - this.first) * this.scale}px`;
    piece.style.height = `${Math.max((to - from) * this.scale - 1, 18)}px`;
  }

  /** Back to where the server has it. */
  settle(block) {
    const { lane, lanes } = block.dataset;
    this.stand(block, block.dataset);
    block.style.left = `${(lane / lanes) * 100}%`;
    block.style.width = `${100 / lanes}%`;
    block.style.transform = "";
    block.classList.remove("is-moving");
    this.point(null);
    this.write(block, this.home(block));
  }

  home(block) {
    const { from, to } = block.dataset;
    const column = this.columns.indexOf(block.closest(".grid-column"));
    return { column, from: Number(from), to: Number(to) };
  }

  /** The nearest place on the grid, as long as asked if there is room for it. */
  within({ column, from, to }) {
    const length = Math.max(STEP, to - from);
    const start = Math.min(Math.max(from, this.first), this.last - length);
    return {
      column: Math.min(Math.max(column, 0), this.columns.length - 1),
      from: start,
      to: start + length,
    };
  }

  /** The same with another end. */
  until(place, to) {
    return { ...place, to: Math.min(Math.max(to, place.from + STEP), this.last) };
  }

  /** Draw a block where it would stand; the block itself stays in its column. */
  show(block, place) {
    const track = this.columns[place.column].querySelector(".grid-track").getBoundingClientRect();
    const own = block.parentElement.getBoundingClientRect();
    this.stand(block, place);
    if (this.home(block).column !== place.column) {
      block.style.left = "0";
      block.style.width = `${track.width}px`;
      block.style.transform = `translateX(${track.left - own.left}px)`;
    } else {
      const { lane, lanes } = block.dataset;
      block.style.left = `${(lane / lanes) * 100}%`;
      block.style.width = `${100 / lanes}%`;
      block.style.transform = "";
    }
    block.classList.add("is-moving");
    this.point(place.column);
    this.write(block, place);
  }

  point(column) {
    this.columns.forEach((it, number) => it.classList.toggle("is-target", number === column));
  }

  write(block, { from, to }) {
    block.querySelector(".block-time").textContent = `${clock(from)}–${clock(to)}`;
  }

  columnAt(x) {
    const rects = this.columns.map((it) => it.getBoundingClientRect());
    const under = rects.findIndex((it) => x >= it.left && x < it.right);
    if (under >= 0) return under;
    return x < rects[0].left ? 0 : rects.length - 1;
  }
}

export function same(one, other) {
  return one.column === other.column && one.from === other.from && one.to === other.to;
}

export function clock(minutes) {
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
