// A new version of the app lies ready beside the one that runs. It is taken at the next start, and so
// at once when somebody says so; never by itself in the middle of a queue.

import { onUpdate } from "../engine/shell.js";
import { $ } from "./dom.js";

export function offerUpdate(engine) {
  let isReady = false;
  // What is only in memory would be lost: the storage has to work again first.
  const isSafe = () => engine.state.storage === "ok" && !engine.state.unsaved;
  const show = () => { $("update").hidden = !isReady || !isSafe(); };
  onUpdate(() => {
    isReady = true;
    show();
  });
  engine.addEventListener("change", show);
  $("update-now").addEventListener("click", () => location.reload());
}
