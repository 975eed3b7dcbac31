// The app's own files, kept by a service worker; a new version is taken at the next start.

const CHECK_MS = 30 * 60_000;

/** Events: "change" when the app is kept for use without a network, or a new version waits. */
export class Shell extends EventTarget {
  constructor() {
    super();
    this.possible = "serviceWorker" in (globalThis.navigator ?? {}); // not on plain http
    this.kept = false; // starts without a network
    this.updateReady = false; // a new version will be taken at the next start
    this.registration = null;
  }

  /**
   * Keep the app. False when the page is about to be loaded anew, in a version that was waiting:
   * called first of all, before anything was begun.
   */
  async start() {
    if (!this.possible) return true;
    const container = navigator.serviceWorker;
    this.registration = (await container.getRegistration("/checkin/")) ?? null;
    if (this.registration?.waiting && (await this.takeOver())) {
      location.reload();
      return false;
    }
    this.register();
    return true;
  }

  async register() {
    try {
      const options = { scope: "/checkin/", updateViaCache: "none" };
      this.registration = await navigator.serviceWorker.register("/checkin/sw.js", options);
    } catch { /* no network, or a server that does not answer: what is kept goes on */ }
    if (!this.registration) return;
    this.registration.addEventListener("updatefound", () => this.watch());
    this.watch();
    setInterval(() => { this.registration.update().catch(() => {}); }, CHECK_MS);
    await navigator.serviceWorker.ready;
    this.look();
  }

  watch() {
    this.registration.installing?.addEventListener("statechange", () => this.look());
    this.look();
  }

  look() {
    this.kept = Boolean(this.registration.active);
    this.updateReady = Boolean(this.registration.waiting && this.registration.active);
    this.dispatchEvent(new Event("change"));
  }

  /** Let the waiting version work; false when another tab still works with the old one. */
  takeOver() {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 1500);
      navigator.serviceWorker.addEventListener("controllerchange", () => {
        clearTimeout(timer);
        resolve(true);
      }, { once: true });
      this.registration.waiting.postMessage("take over");
    });
  }
}
