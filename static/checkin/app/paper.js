// "Enter from a paper list": what was ticked on paper is scanned in with the time that stands there.

import { $, showErrors, tell } from "./dom.js";
import { todayOf } from "./checkpoints.js";
import { clock, readTime, shortDay, wallTime } from "./times.js";
import { say } from "./words.js";

export class Paper {
  constructor(engine, checkpoints, views, viewfinder) {
    Object.assign(this, { engine, checkpoints, views, viewfinder, time: null });
    this.taken = new Set(); // codes of this sitting, with where and which way
    $("paper-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin();
    });
    $("paper-change").addEventListener("click", () => views.show("paper", { focus: true }));
    $("paper-end").addEventListener("click", () => {
      this.time = null;
      this.taken.clear();
      this.show();
    });
    this.show();
  }

  get isOn() { return this.time !== null; }

  /** The day that a paper list is of: the checkpoint's own, or today. */
  get day() {
    const today = todayOf(this.engine.state);
    const own = this.checkpoints.current?.date;
    return own && own < today ? own : today;
  }

  /** When it happened (epoch ms, the true time); null when it is now. */
  get readAt() { return this.time && this.moment(this.time); }

  moment([hours, minutes]) {
    return wallTime(this.day, hours, minutes, this.engine.state.event?.timezone);
  }

  /** Whether a code was entered in this sitting, by its scan. */
  has(scan) { return this.taken.has(mark(scan)); }

  took(scan) { if (scan.verdict !== "not_stored") this.taken.add(mark(scan)); }

  forget(scan) { this.taken.delete(mark(scan)); }

  /** Whoever is registered meanwhile came at that time too. */
  tellWalkIn(text) { if ($("walk-in-paper")) tell($("walk-in-paper"), text); }

  tellAgain(name) { tell($("paper-said"), say("paper_again", name)); }

  begin() {
    const time = readTime($("paper-at").value);
    const isAhead = time && this.moment(time) > this.engine.now();
    const wrong = !time ? "paper_wrong" : isAhead ? "paper_future" : null;
    showErrors($("paper-form"), wrong ? { paper: say(wrong) } : {});
    if (wrong) {
      $("paper-at").focus();
      return;
    }
    this.time = time;
    this.show();
    this.views.show("scan");
  }

  /** Also when the checkpoint, and so the day, has changed. */
  show() {
    $("paper-banner").hidden = !this.isOn;
    this.viewfinder.aim(this.isOn);
    $("app").classList.toggle("is-paper", this.isOn);
    tell($("paper-at-help"), say("paper_help", shortDay(this.day)));
    if (!this.isOn) {
      this.tellWalkIn("");
      tell($("paper-said"), "");
      return;
    }
    const text = clock(this.moment(this.time), this.engine.state.event?.timezone);
    tell($("paper-time"), say("paper_at", text, shortDay(this.day)));
    this.tellWalkIn(say("paper_walk_in", text, shortDay(this.day)));
  }
}

const mark = ({ code, checkpoint, direction = "in" }) => `${checkpoint} ${direction} ${code}`;
