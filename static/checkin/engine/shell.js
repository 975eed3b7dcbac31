// Keeps the app's own files, by a service worker, for when there is no network.

const CHECK_MS = 30 * 60_000;

/** To be called when the app has started. */
export async function keepApp() {
  const container = globalThis.navigator?.serviceWorker; // none on plain http
  if (!container) return;
  container.controller?.postMessage("started"); // what nobody uses any more can go
  try {
    const options = { scope: "/checkin/", updateViaCache: "none" };
    const registration = await container.register("/checkin/sw.js", options);
    setInterval(() => { registration.update().catch(() => {}); }, CHECK_MS);
  } catch { /* no network, or no answer: what is kept goes on */ }
}

/** Call ready() when the app would start in a newer version than this page's: loading it anew does. */
export function onUpdate(ready) {
  const container = globalThis.navigator?.serviceWorker;
  if (!container) return;
  const ask = () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data: isNew }) => { if (isNew) ready(); };
    container.controller?.postMessage("is there a new version", [port2]);
  };
  new BroadcastChannel("eventapp-checkin-app").onmessage = ask;
  ask();
}
