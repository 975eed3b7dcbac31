// IndexedDB with promises. A write is on the disk, not only on its way there, when it resolves.

/** The answer of a request. */
export function ask(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Whether an error says that the disk or the origin's share of it is full. */
export function isFull(error) {
  return error?.name === "QuotaExceededError"
    || (error?.name === "UnknownError" && /disk|space|full/i.test(error.message));
}

export class Database {
  /** upgrade(database) makes the object stores that a new or older one does not have. */
  constructor(name, upgrade, version = 1) {
    this.name = name;
    this.upgrade = upgrade;
    this.version = version;
    this.opened = null;
  }

  open() {
    this.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, this.version);
      request.onupgradeneeded = () => this.upgrade(request.result);
      request.onsuccess = () => {
        const database = request.result;
        database.onclose = () => { this.opened = null; };
        database.onversionchange = () => this.close();
        resolve(database);
      };
      request.onerror = () => reject(request.error);
    }).catch((error) => { // the next one tries again
      this.opened = null;
      throw error;
    });
    return this.opened;
  }

  async close() {
    const opened = this.opened;
    this.opened = null;
    (await opened?.catch(() => null))?.close();
  }

  read(stores, work) { return this.run(stores, "readonly", work); }

  write(stores, work) { return this.run(stores, "readwrite", work); }

  /**
   * work(store) with store(name) an object store; it may wait for requests of the transaction only.
   * Its value, once everything is written. An error undoes everything.
   */
  async run(stores, mode, work) {
    const database = await this.open();
    let transaction;
    try {
      transaction = database.transaction(stores, mode, { durability: "strict" });
    } catch (error) {
      if (error.name !== "InvalidStateError") throw error;
      this.opened = null; // the browser has closed it behind our back
      transaction = (await this.open()).transaction(stores, mode, { durability: "strict" });
    }
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException("", "AbortError"));
    });
    let value;
    try {
      value = await work((name) => transaction.objectStore(name));
    } catch (error) {
      done.catch(() => {});
      try { transaction.abort(); } catch { /* it has been */ }
      throw isFull(transaction.error) ? transaction.error : error;
    }
    await done;
    return value;
  }
}
