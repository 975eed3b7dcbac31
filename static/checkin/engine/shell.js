// Keeps the app's own files, by a service worker, for when there is no network.

const CHECK_MS = 30 * 60_000;
const PATIENCE_MS = 2000;

/**
 * To be called first of all. False when the page is about to be loaded anew, as the version that was
 * waiting for the next start.
 */
export async function keepApp() {
  const container = globalThis.navigator?.serviceWorker; // none on plain http
  if (!container) return true;
  const kept = await container.getRegistration("/checkin/");
  if (kept?.waiting && (await takesOver(container, kept.waiting))) {
    location.reload();
    return false;
  }
  container.controller?.postMessage("started"); // what nobody uses any more can go
  register(container);
  return true;
}

async function register(container) {
  try {
    const options = { scope: "/checkin/", updateViaCache: "none" };
    const registration = await container.register("/checkin/sw.js", options);
    setInterval(() => { registration.update().catch(() => {}); }, CHECK_MS);
  } catch { /* no network, or no answer: what is kept goes on */ }
}

/** Let a waiting version work. False when that takes too long: the old one is as good, once more. */
function takesOver(container, waiting) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE_MS);
    container.addEventListener("controllerchange", () => resolve(true), { once: true });
    waiting.postMessage("take over");
  });
}
