// The builder of the programme. Each move is sent with the revision that it was made from; the
// answer is the grid as it is then, also when somebody else was first (409).

import { Dragging } from "./dragging.js";
import { Grid, STEP, clock } from "./grid.js";
import { Keys } from "./keys.js";

const $ = (id) => document.getElementById(id);
const page = $("builder");
const words = JSON.parse($("builder-words").textContent);

class Builder {
  constructor() {
    this.isBusy = false;
    this.lastMove = null; // {id, revision, title, to}: what brings the last move back
    page.classList.toggle("has-touch", navigator.maxTouchPoints > 0);
    page.hidden = false;
    $("programme-list").hidden = true;
    this.grid = new Grid(page.querySelector(".grid"));
    this.dragging = new Dragging(this, page);
    this.keys = new Keys(this, page);
    $("builder-undo").addEventListener("click", () => this.undo());
    document.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
        event.preventDefault();
        this.undo();
      }
    });
    page.addEventListener("dblclick", (event) => this.add(event));
    document.addEventListener("visibilitychange", () => this.lookAgain());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.lookAgain(); });
  }

  /** A block is about to be dragged: what the keyboard has moved is saved or dropped by then. */
  begin(block) {
    if (this.keys.block && this.keys.block !== block) this.grid.settle(this.keys.block);
    this.keys.forget();
    this.trouble("");
  }

  drop(block, place) {
    const column = this.grid.columns[place.column];
    return this.send(block, {
      day: column.dataset.day,
      room: column.dataset.room ?? block.dataset.room,
      starts: clock(place.from),
      ends: clock(place.to),
    }, block.dataset.revision);
  }

  undo() {
    const { lastMove } = this;
    if (!lastMove || this.isBusy) return;
    this.keys.forget();
    this.lastMove = null;
    const block = $(lastMove.id);
    this.send(block, lastMove.to, lastMove.revision, lastMove);
  }

  /** Send a move; `undone` is the move that it brings back. */
  async send(block, to, revision, undone = null) {
    const id = undone?.id ?? block.id;
    const address = undone?.address ?? block.dataset.move;
    const before = undone ? null : this.remembered(block);
    this.busy(true);
    try {
      const answer = await fetch(address, {
        method: "POST",
        body: new URLSearchParams({ ...to, revision, ...this.shown() }),
        headers: { "X-CSRFToken": page.dataset.token },
        credentials: "same-origin",
      });
      if (!await this.take(answer)) {
        this.lastMove = undone ?? this.lastMove;
        this.grid.layOut();
        return;
      }
      const fresh = $(id);
      if (answer.ok) {
        this.lastMove = undone ? null : { ...before, revision: fresh?.dataset.revision };
        if (undone) this.say(words.undone);
        else if (fresh) this.tell(fresh, this.grid.home(fresh), "saved");
      }
      fresh?.focus({ preventScroll: true });
    } catch {
      this.lastMove = undone ?? this.lastMove;
      this.grid.layOut();
      this.trouble(words.failed);
    } finally {
      this.busy(false);
    }
  }

  remembered(block) {
    const { move, day, room, from, to } = block.dataset;
    return {
      id: block.id,
      address: move,
      to: { day, room, starts: clock(Number(from)), ends: clock(Number(to)) },
    };
  }

  shown() {
    return { view: page.dataset.view, on: page.dataset.on };
  }

  /** Take over the grid that was answered; whether there was one. */
  async take(answer) {
    const html = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = html.getElementById("builder-live");
    if (!fresh) {
      this.trouble(answer.status === 400 || answer.redirected ? words.expired : words.failed);
      return false;
    }
    this.dragging.cancel();
    this.keys.forget();
    const { scrollLeft, scrollTop } = this.grid.scroller;
    $("builder-live").replaceWith(fresh);
    this.grid = new Grid(fresh.querySelector(".grid"));
    this.grid.scroller.scrollTo(scrollLeft, scrollTop);
    this.trouble(fresh.dataset.said);
    return true;
  }

  /** What others have done meanwhile. */
  async lookAgain() {
    if (document.hidden || this.isBusy || this.keys.block || this.dragging.drag) return;
    const focused = document.activeElement?.closest(".block")?.id;
    const answer = await fetch(`${page.dataset.grid}?${new URLSearchParams(this.shown())}`)
      .catch(() => null);
    if (!answer?.ok || this.isBusy || this.keys.block || this.dragging.drag) return;
    await this.take(answer);
    if (focused) $(focused)?.focus({ preventScroll: true });
  }

  add(event) {
    const track = event.target.closest(".grid-column .grid-track");
    if (!track || event.target.closest(".block")) return;
    const minutes = (event.clientY - track.getBoundingClientRect().top) / this.grid.scale;
    const starts = clock(this.grid.first + Math.floor(minutes / STEP / 3) * STEP * 3);
    const { day, room = "0" } = track.parentElement.dataset;
    window.location.assign(`${page.dataset.add}?${new URLSearchParams({ day, room, starts })}`);
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    page.setAttribute("aria-busy", isBusy);
    $("builder-undo").disabled = isBusy || !this.lastMove;
  }

  /** Say where a block is, in a sentence with gaps. */
  tell(block, place, word) {
    const column = this.grid.columns[place.column].dataset.name;
    const title = block.querySelector(".block-title").textContent;
    const values = { title, column, from: clock(place.from), to: clock(place.to) };
    let text = words[word].replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
    const number = page.querySelector(".clashes-number").dataset.number;
    if (word === "saved" && number !== "0") text += ` ${words.clashes.replace("{number}", number)}`;
    this.say(text);
  }

  say(text) {
    $("builder-said").textContent = text;
  }

  trouble(text) {
    $("builder-trouble").textContent = text ?? "";
    $("builder-trouble").hidden = !text;
  }
}

new Builder();
