// Scans that the server has not acknowledged yet. Each is stored before anything else happens and
// removed by its id once it is acknowledged, so a crash or a reload loses none; sending one twice
// is harmless, because the server knows its id.

const BATCH = 100;

export class Queue {
  constructor(event) {
    this.key = `eventapp.scans.${event}`;
    this.memory = [];
  }

  all() {
    let stored = [];
    try {
      stored = JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch { /* unreadable storage holds nothing that could be sent */ }
    return [...stored, ...this.memory];
  }

  get size() { return this.all().length; }

  has(id) { return this.all().some((scan) => scan.id === id); }

  /** Keep a scan; false when the device's storage is full and only this page holds it. */
  add(scan) {
    try {
      const stored = JSON.parse(localStorage.getItem(this.key)) ?? [];
      localStorage.setItem(this.key, JSON.stringify([...stored, scan]));
      return true;
    } catch {
      this.memory.push(scan);
      return false;
    }
  }

  next() { return this.all().slice(0, BATCH); }

  /** Read anew before writing: another tab may have added in the meantime. */
  remove(ids) {
    this.memory = this.memory.filter((scan) => !ids.has(scan.id));
    try {
      const stored = JSON.parse(localStorage.getItem(this.key)) ?? [];
      localStorage.setItem(this.key, JSON.stringify(stored.filter((scan) => !ids.has(scan.id))));
    } catch { /* what cannot be removed is sent again, which changes nothing */ }
  }
}
