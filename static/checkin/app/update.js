// A new version of the app lies ready beside the one that runs. It is taken at the next start, and so
// at once when somebody says so; never by itself in the middle of a queue.

import { $, tell } from "./dom.js";
import { say } from "./words.js";

const PATIENCE_MS = 2000;

const container = globalThis.navigator?.serviceWorker;
let isReplaced = false; // another version serves this page than the one that it is of
let onReplaced = () => {};

// From the first moment on: what was asked for at the start may come about late. A page that nothing
// served before is only taken into care.
if (container?.controller) {
  container.addEventListener("controllerchange", () => {
    isReplaced = true;
    onReplaced();
  });
}

export async function offerUpdate(engine) {
  // What is only in memory would be lost: the storage has to work again first.
  const isSafe = () => engine.state.storage === "ok" && !engine.state.unsaved;
  onReplaced = () => { if (isReplaced && isSafe()) location.reload(); };
  onReplaced();
  const registration = await container?.ready;
  if (!registration) return;
  const show = () => {
    onReplaced();
    $("update").hidden = !registration.waiting || !isSafe();
  };
  const watch = (worker) => worker?.addEventListener("statechange", show);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  engine.addEventListener("change", show);
  watch(registration.installing);
  show();
  $("update-now").addEventListener("click", () => start(registration));
}

/** It takes over, and the page is loaded anew; or it may not, while another window is open. */
function start({ waiting }) {
  if (!waiting) {
    location.reload();
    return;
  }
  tell($("trouble"), "");
  waiting.postMessage("take over");
  setTimeout(() => {
    if (waiting.state === "installed") tell($("trouble"), say("update_elsewhere"));
  }, PATIENCE_MS);
}
