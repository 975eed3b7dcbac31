// Numbers into tiles; what they belong to was written by the server.

export const words = JSON.parse(document.getElementById("words").textContent);

export function say(pattern, ...values) {
  let next = 0;
  return pattern.replaceAll("{}", () => String(values[next++]));
}

const shown = new WeakMap();

function put(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function stateOf(expected, arrived) {
  if (!expected) return "nobody";
  if (arrived === expected) return "all";
  return arrived ? "some" : "none";
}

function fill(tile, expected, arrived, extra, head) {
  const state = stateOf(expected, arrived);
  if (tile.dataset.state !== state) tile.dataset.state = state;
  put(tile.querySelector("[data-arrived]"), String(arrived));
  put(tile.querySelector("[data-expected]"), String(expected));
  put(tile.querySelector("[data-state-word]"), say(words[state], expected - arrived));
  const beyond = tile.querySelector("[data-extra]");
  beyond.hidden = !extra;
  put(beyond, say(words.extra, extra));
  const mark = tile.querySelector("[data-head]");
  if (!mark) return;
  mark.hidden = !head;
  mark.dataset.head = String(head);
  put(mark, head === 2 ? words.here : words.away);
}

export function show(root, content) {
  for (const [id, ...numbers] of content.tiles) {
    const tile = root.querySelector(`[data-tile="${id}"]`);
    if (tile) fill(tile, ...numbers);
  }
  for (const element of root.querySelectorAll("[data-total]")) {
    put(element, String(content.total[element.dataset.total] ?? ""));
  }
  for (const [name, html] of Object.entries(content.slots ?? {})) {
    const slot = root.querySelector(`[data-slot="${name}"]`);
    if (!slot || shown.get(slot) === html) continue;
    slot.innerHTML = html; // nothing in it takes the focus
    shown.set(slot, html);
  }
}

// By how many are missing, or as the customary order has them. Who has the focus keeps it.
export function sort(list, missingFirst) {
  const tiles = [...list.querySelectorAll(":scope > [data-tile]")];
  const missing = (it) =>
    Number(it.querySelector("[data-expected]").textContent) -
    Number(it.querySelector("[data-arrived]").textContent);
  const place = (it) => Number(it.dataset.place);
  const wanted = tiles.toSorted(
    (a, b) => (missingFirst ? missing(b) - missing(a) : 0) || place(a) - place(b),
  );
  if (wanted.every((it, i) => it === tiles[i])) return;
  const focused = document.activeElement;
  list.append(...wanted);
  if (list.contains(focused)) focused.focus({ preventScroll: true });
}
