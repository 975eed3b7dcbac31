// A new version of the app lies ready beside the one that runs. It is taken at the next start, and so
// at once when somebody says so; never by itself in the middle of a queue.

import { $ } from "./dom.js";

export async function offerUpdate(engine) {
  const registration = await navigator.serviceWorker?.ready;
  if (!registration) return;
  // What is only in memory would be lost: the storage has to work again first.
  const isSafe = () => engine.state.storage === "ok" && !engine.state.unsaved;
  const show = () => { $("update").hidden = !registration.waiting || !isSafe(); };
  const watch = (worker) => worker?.addEventListener("statechange", show);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  engine.addEventListener("change", show);
  watch(registration.installing);
  show();
  $("update-now").addEventListener("click", () => location.reload());
}
