// Clocks are wrong, and moved while people work. Between two jumps of the device's clock its
// distance from the server's is one number: such a stretch is an epoch. A contact measures the epoch
// that it falls into; entries name the epoch in which they were read, so each is put right by what was
// measured for it, even if that was later.

import { uuid } from "./codes.js";

const JUMP_MS = 1500;
const STALE_MS = 5 * 60_000;

export class Clock {
  /**
   * known: [{id, offset}] of earlier epochs, oldest first, offset in ms (to be added) or null.
   * wall and steady give milliseconds; steady never jumps, but may stand still while a device sleeps.
   * onJump() is called when an epoch has begun.
   */
  constructor(known = [], {
    wall = () => Date.now(), steady = () => performance.now(), onJump = () => {},
  } = {}) {
    this.onJump = onJump;
    this.wall = wall;
    this.steady = steady;
    this.epochs = [...known];
    this.begin(this.guess(known.length));
  }

  begin(guess) {
    this.wallAt = this.wall();
    this.steadyAt = this.steady();
    this.expected = guess; // what is believed until it is measured
    this.measured = null; // {took, at}
    this.epochs.push({ id: uuid(), offset: null });
  }

  get current() { return this.epochs.at(-1); }

  /** Notice a jump since the last look; true when a new epoch has begun. */
  look() {
    const [wall, steady] = [this.wall(), this.steady()];
    const jump = wall - this.wallAt - (steady - this.steadyAt);
    [this.wallAt, this.steadyAt] = [wall, steady];
    if (Math.abs(jump) < JUMP_MS) return false;
    // Backwards a clock goes only when it is set. Forwards, the device has mostly been asleep.
    const offset = this.offset;
    this.begin(jump < 0 && offset !== null ? offset - jump : offset);
    this.onJump();
    return true;
  }

  /** The offset of now in ms, or null when there was no contact yet. */
  get offset() { return this.current.offset ?? this.expected; }

  /** The server's time now, as well as it is known. */
  now() {
    this.look();
    return this.wall() + (this.offset ?? 0);
  }

  /**
   * Note the server's time from an answer that took so long and came at a time of this clock, in ms.
   * True when the epoch had not been measured before.
   */
  contact(serverTime, took, arrived) {
    if (this.look()) return false; // the clock was moved while the answer was on its way
    const steady = this.steady();
    const last = this.measured;
    if (last && took > last.took * 1.5 && steady - last.at < STALE_MS) return false;
    this.current.offset = Math.round(serverTime + took / 2 - arrived);
    this.measured = { took, at: steady };
    return last === null;
  }

  /**
   * The offset for an entry of an epoch: measured in it, else in the next one that has been, else
   * what was believed when it was read.
   */
  offsetOf(id, believed = null) {
    const at = this.epochs.findIndex((epoch) => epoch.id === id);
    if (at < 0) return believed ?? this.offset;
    const later = this.epochs.slice(at).find(({ offset }) => offset !== null);
    return later?.offset ?? believed ?? this.guess(at);
  }

  guess(before) {
    return this.epochs.slice(0, before).findLast(({ offset }) => offset !== null)?.offset ?? null;
  }

  /** What is worth keeping: this epoch, the last that was measured, and those that entries name. */
  kept(named) {
    const measured = this.epochs.findLast(({ offset }) => offset !== null);
    return this.epochs.filter((it) => it === this.current || it === measured || named.has(it.id));
  }
}
