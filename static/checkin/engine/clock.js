// Clocks are wrong, and moved while people work. Between two jumps of the device's clock its
// distance from the server's is one number: such a stretch is an epoch. A contact measures the epoch
// that it falls into; entries name the epoch in which they were read, so each is put right by what was
// measured for it, even if that was later.
//
// Only what stands still tells that the clock has jumped: time that the page itself has counted, which
// may also stop while a device sleeps. So a jump forwards is either; backwards a clock goes only when
// it is set.

import { uuid } from "./codes.js";

const JUMP_MS = 1500;
const STALE_MS = 5 * 60_000;

export class Clock {
  /**
   * known: epochs as kept() gave them, oldest first: {id, offset, jump}, offset in ms (to be added) or
   * null, jump in ms since the one before or null at the start of a page.
   * wall and steady give milliseconds; steady never jumps, but may stand still while a device sleeps.
   * onJump() is called when an epoch has begun.
   */
  constructor(known = [], {
    wall = () => Date.now(), steady = () => performance.now(), onJump = () => {},
  } = {}) {
    this.onJump = onJump;
    this.wall = wall;
    this.steady = steady;
    this.epochs = known.map((it) => ({ ...it }));
    this.begin(null);
  }

  begin(jump) {
    this.wallAt = this.wall();
    this.steadyAt = this.steady();
    this.measured = null; // {took, at}
    this.epochs.push({ id: uuid(), offset: null, jump });
    [this.expected = null] = this.from(this.epochs.length - 1, -1);
  }

  get current() { return this.epochs.at(-1); }

  /** Notice a jump since the last look; true when a new epoch has begun. */
  look() {
    const [wall, steady] = [this.wall(), this.steady()];
    const jump = wall - this.wallAt - (steady - this.steadyAt);
    [this.wallAt, this.steadyAt] = [wall, steady];
    if (Math.abs(jump) < JUMP_MS) return false;
    this.begin(jump);
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

  /** Now by this clock, and the epoch of that: {wall, epoch}. */
  stamp() {
    this.look();
    return { wall: this.wall(), epoch: this.current.id };
  }

  /**
   * Note the server's time from an answer that took so many ms, and came at a stamp. It says something
   * of that stamp's epoch: the clock may have been moved since. True when something is to be kept.
   */
  contact(serverTime, took, { wall, epoch: id }) {
    this.look();
    const epoch = this.epochs.find((it) => it.id === id);
    if (!epoch) return false;
    const offset = Math.round(serverTime + took / 2 - wall);
    if (epoch !== this.current) {
      if (epoch.offset !== null) return false;
      epoch.offset = offset;
      [this.expected = null] = this.from(this.epochs.length - 1, -1);
      return true;
    }
    const steady = this.steady();
    const last = this.measured;
    if (last && took > last.took * 1.5 && steady - last.at < STALE_MS) return false;
    epoch.offset = offset;
    this.measured = { took, at: steady };
    return last === null;
  }

  /**
   * The offset for an entry of an epoch: as it was measured in it, else what the measured ones before
   * and after agree on, else what was believed when it was read.
   */
  offsetOf(id, believed = null) {
    const at = this.epochs.findIndex((epoch) => epoch.id === id);
    if (at < 0) return believed ?? this.offset;
    if (this.epochs[at].offset !== null) return this.epochs[at].offset;
    const [before, after] = [this.from(at, -1), this.from(at, 1)];
    if (!before.length || !after.length) return [...after, ...before, believed ?? this.offset][0];
    const pairs = after.flatMap((it) => before.map((other) => [it, Math.abs(it - other)]));
    return pairs.reduce((best, pair) => (pair[1] < best[1] ? pair : best))[0];
  }

  /** Offsets that an epoch may have had, by the nearest measured one before (-1) or after (1) it. */
  from(at, step) {
    let found = at + step;
    while (this.epochs[found] && this.epochs[found].offset === null) found += step;
    if (!this.epochs[found]) return [];
    let offsets = [this.epochs[found].offset];
    for (let i = found; i !== at; i -= step) {
      const jump = this.epochs[step < 0 ? i + 1 : i].jump ?? 0;
      const moved = (it) => it + step * jump;
      if (jump < 0) offsets = offsets.map(moved);
      else if (jump > 0) offsets = offsets.flatMap((it) => [it, moved(it)]); // asleep, or set
    }
    return offsets.slice(0, 64);
  }

  /** What is worth keeping: from the last that was measured before the first that entries name. */
  kept(named) {
    const last = this.epochs.length - 1;
    let first = this.epochs.findIndex(({ id }) => named.has(id));
    if (first < 0) first = last;
    while (first > 0 && this.epochs[first].offset === null) first -= 1;
    return this.epochs.slice(Math.max(first, last - 200));
  }
}
