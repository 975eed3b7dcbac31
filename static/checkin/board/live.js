// Asks each second what is so now, without cookies, and says how old the answer is.
//
// What an answer says stays true while the server says that it has looked: each answer, also "as
// before", comes with when the database was last asked. Once that was too long ago, it is said.

const EVERY = 1000; // ms between the beginnings of two questions
const PATIENCE = 5000; // ms for one question
const STALE_AFTER = 5000; // ms
const SET_BACK = 30; // s
const SLOWEST = 5000; // ms between questions while there is no answer

export class Live extends EventTarget {
  #address;
  #tag = "";
  #at = 0; // s since 1970 by the server: when it last looked
  #seen = performance.now(); // by our clock: when that was
  #failures = 0;
  #timer = 0;
  #asking = false;

  constructor(address) {
    super();
    this.#address = address;
    document.addEventListener("visibilitychange", () => !document.hidden && this.#soon(0));
    addEventListener("online", () => this.#soon(0));
    setInterval(() => this.dispatchEvent(new Event("tick")), 1000);
  }

  set address(value) {
    this.#address = value;
    this.#tag = "";
  }

  get isStale() {
    return performance.now() - this.#seen > STALE_AFTER;
  }

  // As a Date, of the server's clock; the present one, for pages that were never answered.
  get currentAt() {
    return this.#at ? new Date(this.#at * 1000) : new Date(Date.now() - (performance.now() - this.#seen));
  }

  start() {
    this.#soon(0);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#asking = true;
  }

  #soon(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    if (this.#asking) return;
    this.#asking = true;
    const began = performance.now();
    try {
      await this.#question(began);
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
    this.#asking = false;
    this.dispatchEvent(new Event("tick"));
    const pause = this.#failures ? Math.min(SLOWEST, EVERY * this.#failures) : EVERY;
    this.#soon(Math.max(0, pause - (performance.now() - began)));
  }

  async #question(began) {
    const answer = await fetch(this.#address, {
      cache: "no-store",
      credentials: "omit",
      headers: this.#tag ? { "If-None-Match": this.#tag } : {},
      signal: AbortSignal.timeout(PATIENCE),
    });
    if ([404, 410].includes(answer.status)) {
      // The token's time is over, or what it shows: the page itself knows more.
      this.dispatchEvent(new Event("renew"));
      throw new Error("to be renewed");
    }
    if (answer.status !== 200 && answer.status !== 304) throw new Error(`status ${answer.status}`);
    const at = Number(answer.headers.get("Live-At"));
    // Another process of the server may not have looked as lately as the one before; but a clock that
    // was set back is no reason to believe nothing until it has caught up.
    if (at < this.#at && this.#at - at < SET_BACK) return;
    const content = answer.status === 200 ? await answer.json() : null;
    this.#at = at;
    this.#seen = began - Number(answer.headers.get("Live-Age")) * 1000;
    if (content === null) return;
    this.#tag = answer.headers.get("ETag");
    this.dispatchEvent(new CustomEvent("content", { detail: content }));
  }
}
