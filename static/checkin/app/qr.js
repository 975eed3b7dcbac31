// A pass code as a QR code on the screen: version 1, alphanumeric, level Q (ISO/IEC 18004), which
// is what badges carry. Twelve characters fit; more than sixteen do not.

const SIZE = 21;
const DATA = 13; // codewords of data, and as many to correct errors
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

function multiply(a, b) {
  let [left, right, product] = [a, b, 0];
  for (; right; right >>= 1) {
    if (right & 1) product ^= left;
    left = (left << 1) ^ (left & 128 ? 0x11d : 0);
  }
  return product;
}

/** The codewords that correct errors: the remainder by the generator of degree 13. */
function correction(data) {
  let generator = [1];
  let root = 1;
  for (let degree = 0; degree < DATA; degree += 1) {
    const next = [...generator, 0];
    generator.forEach((it, at) => { next[at + 1] ^= multiply(it, root); });
    generator = next;
    root = multiply(root, 2);
  }
  const rest = [...data, ...new Array(DATA).fill(0)];
  for (let at = 0; at < data.length; at += 1) {
    const factor = rest[at];
    if (factor) generator.forEach((it, step) => { rest[at + step] ^= multiply(it, factor); });
  }
  return rest.slice(data.length);
}

function codewords(text) {
  let bits = "0010" + text.length.toString(2).padStart(9, "0");
  for (let at = 0; at < text.length; at += 2) {
    const [a, b] = [LETTERS.indexOf(text[at]), LETTERS.indexOf(text[at + 1] ?? "?")];
    bits += b < 0 ? a.toString(2).padStart(6, "0") : (a * 45 + b).toString(2).padStart(11, "0");
  }
  bits += "0000".slice(0, DATA * 8 - bits.length);
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  const data = bits.match(/.{8}/g).map((it) => parseInt(it, 2));
  for (let pad = 0xec; data.length < DATA; pad ^= 0xec ^ 0x11) data.push(pad);
  return [...data, ...correction(data)];
}

/** Which modules are fixed, with their value: finders and their margins, timing, format. */
function fixed() {
  const cells = Array.from({ length: SIZE }, () => new Array(SIZE).fill(null));
  for (const [top, left] of [[0, 0], [0, SIZE - 7], [SIZE - 7, 0]]) {
    for (let y = -1; y <= 7; y += 1) {
      for (let x = -1; x <= 7; x += 1) {
        if (cells[top + y]?.[left + x] === undefined) continue;
        const ring = Math.max(Math.abs(y - 3), Math.abs(x - 3));
        cells[top + y][left + x] = ring !== 2 && ring !== 4;
      }
    }
  }
  for (let at = 8; at < SIZE - 8; at += 1) cells[6][at] = cells[at][6] = at % 2 === 0;
  const format = 0b011010101011111; // level Q, mask 0 (table C.1)
  const bit = (at) => Boolean((format >> at) & 1);
  for (let at = 0; at < 15; at += 1) {
    const [beside, below] = [[0, 1, 2, 3, 4, 5, 7, 8], [7, 5, 4, 3, 2, 1, 0]];
    if (at < 8) {
      cells[beside[at]][8] = bit(at);
      cells[8][SIZE - 1 - at] = bit(at);
    } else {
      cells[8][below[at - 8]] = bit(at);
      cells[SIZE - 15 + at][8] = bit(at);
    }
  }
  cells[SIZE - 8][8] = true;
  return cells;
}

/** Rows of true (dark) and false. */
export function modules(text) {
  const words = codewords(text);
  const cells = fixed();
  let at = 0;
  for (let right = SIZE - 1; right > 0; right -= 2) {
    if (right === 6) right -= 1;
    const isUpward = ((right + 1) & 2) === 0;
    for (let step = 0; step < SIZE; step += 1) {
      const y = isUpward ? SIZE - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (cells[y][x] !== null) continue;
        const isDark = Boolean((words[at >> 3] >> (7 - (at & 7))) & 1);
        cells[y][x] = isDark !== ((x + y) % 2 === 0);
        at += 1;
      }
    }
  }
  return cells;
}

/** A picture of it with its quiet zone; sharp at any size. */
export function picture(text, label) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", `-4 -4 ${SIZE + 8} ${SIZE + 8}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  svg.setAttribute("class", "app-qr");
  const path = document.createElementNS(space, "path");
  const dark = modules(text).flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : "")));
  path.setAttribute("d", dark.join(""));
  svg.append(path);
  return svg;
}
