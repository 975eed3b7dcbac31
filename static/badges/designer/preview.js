// The badge as it will be printed, with real people, and what is wrong with it. One request at a
// time; while one is under way, only the last of those that follow is sent.

import { el } from "./fields.js";

const PAUSE_MS = 250; // after the last change
const AGAIN_MS = 8000; // after a refusal because of too many requests

export class Preview {
  constructor(page, state, canvas, model, data) {
    Object.assign(this, { page, state, canvas, model, data, isAsking: false, isWaiting: false, timer: 0 });
    const $ = (id) => document.getElementById(id);
    Object.assign(this, {
      sample: $("designer-sample"), pictures: $("designer-pictures"), problems: $("designer-problems"),
      remarks: $("designer-remarks"), wrapped: $("designer-wrapped"), everyone: $("designer-everyone"), all: $("designer-all"), said: $("designer-preview-said"),
    });
    this.names = Object.fromEntries(data.samples.map((it) => [it.key, it.called]));
    this.sample.append(...data.samples.map((it) => el("option", { value: it.key }, it.called)));
    this.sample.addEventListener("change", () => this.ask(0));
    this.everyone.addEventListener("toggle", () => this.everyone.open && this.ask(0));
    state.addEventListener("change", () => {
      this.markPictures();
      if (state.text !== this.asked) this.ask(PAUSE_MS);
    });
    this.ask(0);
  }

  ask(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  async send() {
    if (this.isAsking) {
      this.isWaiting = true;
      return;
    }
    Object.assign(this, { isAsking: true, isWaiting: false, asked: this.state.text });
    this.pictures.setAttribute("aria-busy", "true");
    const { asked } = this;
    try {
      const samples = this.data.samples.map((it) => it.key);
      const shown = this.sample.value;
      await this.take(await this.post({ content: JSON.parse(asked), samples, shown, every: this.everyone.open }), asked);
    } catch {
      this.say(this.model.words.preview_failed);
    } finally {
      this.isAsking = false;
      this.pictures.setAttribute("aria-busy", "false");
      if (this.isWaiting) this.ask(0);
    }
  }

  post(body) {
    return fetch(this.data.addresses.preview, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.page.dataset.token },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
  }

  /** What is wrong with a template as text, in words; nothing if it can be taken over. */
  async wrongWith(text) {
    const { words } = this.model;
    try {
      const answer = await this.post({ content: JSON.parse(text), samples: [] });
      if (answer.ok && !answer.redirected) return "";
      return answer.status === 422 ? (await answer.json()).message : words.preview_failed;
    } catch (error) {
      return error instanceof SyntaxError ? `${words.no_json} ${error.message}` : words.preview_failed;
    }
  }

  async take(answer, asked) {
    const { words } = this.model;
    if (answer.status === 429) {
      this.say(words.preview_busy);
      this.ask(AGAIN_MS);
      return;
    }
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (!isJson || answer.redirected) {
      this.say(answer.status === 400 || answer.redirected ? words.expired : words.preview_failed);
      return;
    }
    const found = await answer.json();
    if (!answer.ok) {
      this.listProblems([{ side: null, element: null, text: found.message }]);
      return;
    }
    this.say("");
    this.canvas.show(found.sketch, asked);
    this.listProblems(found.problems);
    this.listRemarks(found.remarks);
    this.showPictures(found.pictures);
  }

  showPictures(found) {
    const { words } = this.model;
    const { width, height } = this.state.doc.size;
    const picture = (src, key, side) => el("img", {
      src, width: Math.round(width * 4), height: Math.round(height * 4),
      alt: words.picture_of.replace("{side}", words.sides[side]).replace("{who}", this.names[key] ?? key),
    });
    const figure = (key, sides) => el("figure", {},
      el("div", { class: "designer-sides" }, ...sides.map((src, side) => picture(src, key, side))),
      el("figcaption", {}, this.names[key] ?? key));
    const shown = found.find((it) => it.sample === this.sample.value) ?? found[0];
    this.pictures.replaceChildren(...shown.sides.map((src, side) => picture(src, shown.sample, side)));
    this.pictured = this.asked;
    this.markPictures();
    if (this.everyone.open) this.all.replaceChildren(...found.map((it) => figure(it.sample, it.sides)));
  }

  /** Whether the pictures are of what is on the canvas now. */
  markPictures() {
    this.pictures.dataset.of = this.pictured === this.state.text ? "now" : "before";
  }

  listProblems(found) {
    const { words } = this.model;
    this.problems.replaceChildren(...found.map((it) => el("li", {}, this.placed(it), ` ${it.text}`)));
    document.getElementById("designer-sound").hidden = found.length > 0;
    if (found.length !== this.wrong) {
      this.wrong = found.length;
      document.getElementById("designer-number").textContent = found.length
        ? words.problems.replace("{number}", found.length) : words.no_problems;
    }
  }

  /** Where a problem is, as a button that goes there. */
  placed({ side, element }) {
    const { words } = this.model;
    if (side === null) return "";
    const found = this.state.doc.sides[side]?.elements?.[element];
    const name = found ? `${element + 1}. ${this.model.nameOf(found)}` : words.ground_word;
    const label = `${this.state.doc.sides.length > 1 ? `${words.sides[side]}, ` : ""}${name}:`;
    return el("button", { type: "button", class: "btn btn-link btn-sm designer-there", onclick: () => this.goTo(side, element) }, label);
  }

  goTo(side, element) {
    if (this.state.side !== side) this.state.turnTo(side);
    this.state.select(element === null ? [] : [element]);
    this.canvas.focus(element);
  }

  /** The hard ones first; what only takes several lines is there for who wants to see it. */
  listRemarks(found) {
    const { words } = this.model;
    const row = (it) => {
      const [first, ...others] = it.samples;
      const more = others.length ? `, ${words.and_others.replace("{number}", others.length)}` : "";
      return el("li", {}, this.placed(it), ` “${it.text}” ${it.said} – `,
        el("span", { class: "designer-who" }, `${this.names[first] ?? first}${more}`));
    };
    const parts = [[found.filter((it) => it.is_hard), this.remarks, "designer-remarks-number", words.remarks],
      [found.filter((it) => !it.is_hard), this.wrapped, "designer-wrapped-number", words.wrapped]];
    for (const [rows, list, heading, text] of parts) {
      list.replaceChildren(...rows.map(row));
      document.getElementById(heading).textContent = text.replace("{number}", rows.length);
    }
    document.getElementById("designer-remarked").hidden = false;
  }

  say(text) { this.said.textContent = text; }
}
