// Where elements are and where they may go, in millimetres; knows no page.

export const FINEST = 0.01;
const round = (value) => Math.round(value / FINEST) * FINEST;
/** Without the noise of binary fractions. */
export const tidy = (value) => Number(round(value).toFixed(2));

const LEAST = { text: [3, 1.5], code: [13, 13], image: [1, 1], box: [0.1, 0.1] };

export function boxOf(element) {
  const { x, y } = element;
  const width = element.size ?? element.width;
  return { x, y, width, height: element.size ?? element.height };
}

/** Put an element there: never smaller than it may be, never off the badge where it fits on it. */
export function place(element, box, size) {
  const [leastWidth, leastHeight] = LEAST[element.type];
  let width = Math.max(box.width, leastWidth);
  let height = Math.max(box.height, leastHeight);
  if (element.type === "code") {
    const before = element.size;
    // A square follows the side that was changed.
    const side = Math.abs(width - before) >= Math.abs(height - before) ? width : height;
    element.size = tidy(Math.min(side, size.width, size.height));
    width = height = element.size;
  } else {
    element.width = tidy(width);
    element.height = tidy(height);
  }
  const { x, y } = within({ ...box, width, height }, size);
  Object.assign(element, { x: tidy(x), y: tidy(y) });
}

/** Where a box lies that was meant to lie there, but may not leave the badge. */
export function within({ x, y, width, height }, size) {
  return {
    x: Math.max(0, Math.min(x, Math.max(0, size.width - width))),
    y: Math.max(0, Math.min(y, Math.max(0, size.height - height))),
  };
}

/** The box around boxes. */
export function around(boxes) {
  const x = Math.min(...boxes.map((it) => it.x));
  const y = Math.min(...boxes.map((it) => it.y));
  const right = Math.max(...boxes.map((it) => it.x + it.width));
  const bottom = Math.max(...boxes.map((it) => it.y + it.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Lines to snap to: the badge's edges and middle, and those of other elements. */
export function linesOf(size, others) {
  const lines = { x: [0, size.width / 2, size.width], y: [0, size.height / 2, size.height] };
  for (const { x, y, width, height } of others) {
    lines.x.push(x, x + width / 2, x + width);
    lines.y.push(y, y + height / 2, y + height);
  }
  return lines;
}

/** How far to go on from each of these places to be on a line, or on the grid; and the line. */
function pull(places, lines, reach, grid) {
  let best = null;
  for (const at of places) {
    for (const line of lines) {
      const by = line - at;
      if (Math.abs(by) <= reach && (!best || Math.abs(by) < Math.abs(best.by))) best = { by, line };
    }
  }
  if (best) return best;
  if (!grid) return { by: 0, line: null };
  return { by: Math.round(places[0] / grid) * grid - places[0], line: null };
}

/** A moved box, snapped: {box, guides: {x, y}}, where a guide is a line or null. */
export function snapMove(box, lines, reach, grid) {
  const across = pull([box.x, box.x + box.width / 2, box.x + box.width], lines.x, reach, grid);
  const down = pull([box.y, box.y + box.height / 2, box.y + box.height], lines.y, reach, grid);
  return {
    box: { ...box, x: box.x + across.by, y: box.y + down.by },
    guides: { x: across.line, y: down.line },
  };
}

/** A box whose edges (of "n", "s", "e", "w" in `edges`) went by dx, dy; snapped likewise. */
export function snapResize(box, edges, dx, dy, lines, reach, grid) {
  let { x, y } = box;
  let right = x + box.width;
  let bottom = y + box.height;
  const guides = { x: null, y: null };
  const moved = (at, by, axis) => {
    const found = pull([at + by], lines[axis], reach, grid);
    guides[axis] = found.line;
    return at + by + found.by;
  };
  if (edges.includes("w")) x = Math.min(moved(x, dx, "x"), right - 0.1);
  if (edges.includes("e")) right = Math.max(moved(right, dx, "x"), x + 0.1);
  if (edges.includes("n")) y = Math.min(moved(y, dy, "y"), bottom - 0.1);
  if (edges.includes("s")) bottom = Math.max(moved(bottom, dy, "y"), y + 0.1);
  return { box: { x, y, width: right - x, height: bottom - y }, guides };
}

/** Boxes lined up inside a frame: "left", "centre", "right", "top", "middle" or "bottom". */
export function aligned(boxes, how, frame) {
  const to = {
    left: () => ({ x: frame.x }),
    centre: (it) => ({ x: frame.x + (frame.width - it.width) / 2 }),
    right: (it) => ({ x: frame.x + frame.width - it.width }),
    top: () => ({ y: frame.y }),
    middle: (it) => ({ y: frame.y + (frame.height - it.height) / 2 }),
    bottom: (it) => ({ y: frame.y + frame.height - it.height }),
  }[how];
  return boxes.map((it) => ({ ...it, ...to(it) }));
}

/** Boxes with equal gaps between them along "x" or "y"; the outermost stay. */
export function distributed(boxes, axis) {
  const length = axis === "x" ? "width" : "height";
  const order = boxes.map((_, n) => n).sort((a, b) => boxes[a][axis] - boxes[b][axis]);
  const all = around(boxes);
  const gap = (all[length] - boxes.reduce((sum, it) => sum + it[length], 0)) / (boxes.length - 1);
  const found = [...boxes];
  let at = all[axis];
  for (const n of order) {
    found[n] = { ...boxes[n], [axis]: at };
    at += boxes[n][length] + gap;
  }
  return found;
}
