// Tiles on a screen in the hall: as large as they can be, and in pages where they are many.

import { say, words } from "./tiles.js";

const MOST = 28; // tiles on a page, for them to be read from ten metres
const TURN_EVERY = 12_000; // ms
const SHAPE = 1.15; // the width of a good tile by its height
const NARROW = "(max-width: 48rem)";
const SMALLEST = 0.6; // of a name, by its usual size

export class Pages {
  #root;
  #list;
  #page = 0;
  #timer = 0;
  #paused = false;

  constructor(root) {
    this.#root = root;
    addEventListener("resize", () => this.arrange());
    this.#root.addEventListener("click", (event) => {
      if (!event.target.closest("[data-pause]")) return;
      this.#paused = !this.#paused;
      this.arrange();
    });
    document.fonts?.ready.then(() => this.arrange());
    this.arrange();
  }

  arrange() {
    this.#list = this.#root.querySelector("[data-tiles]");
    const tiles = [...this.#list.querySelectorAll("[data-tile]")];
    const isNarrow = matchMedia(NARROW).matches;
    const pages = isNarrow ? 1 : Math.max(1, Math.ceil(tiles.length / MOST));
    const onEach = Math.ceil(tiles.length / pages); // even, and not 28 and then two
    this.#page %= pages;
    tiles.forEach((it, i) => (it.hidden = !isNarrow && Math.floor(i / onEach) !== this.#page));
    if (!isNarrow && tiles.length) this.#grid(onEach);
    this.#fit(tiles.filter((it) => !it.hidden));
    const label = this.#root.querySelector("[data-pages]");
    const pause = this.#root.querySelector("[data-pause]");
    label.textContent = pages > 1 ? say(words.page, this.#page + 1, pages) : "";
    pause.hidden = pages === 1;
    pause.textContent = this.#paused ? words.go_on : words.pause;
    clearTimeout(this.#timer);
    if (pages > 1 && !this.#paused) this.#timer = setTimeout(() => this.#turn(), TURN_EVERY);
  }

  #turn() {
    this.#page += 1;
    this.arrange();
  }

  #grid(number) {
    const { clientWidth: width, clientHeight: height } = this.#list;
    let best = { size: 0, columns: 1, rows: number };
    for (let columns = 1; columns <= number; columns += 1) {
      const rows = Math.ceil(number / columns);
      const size = Math.min(width / columns / SHAPE, height / rows);
      if (size > best.size) best = { size, columns, rows };
    }
    this.#list.style.setProperty("--columns", best.columns);
    this.#list.style.setProperty("--rows", best.rows);
  }

  // Names that would not be whole on two lines are set smaller.
  #fit(tiles) {
    for (const tile of tiles) {
      const name = tile.querySelector(".arrival-name");
      let size = 1;
      name.style.setProperty("--fit", size);
      while (size > SMALLEST && (name.scrollHeight > name.clientHeight + 1 || name.scrollWidth > name.clientWidth)) {
        size -= 0.05;
        name.style.setProperty("--fit", size);
      }
    }
  }
}
