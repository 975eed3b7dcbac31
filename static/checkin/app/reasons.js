// Asks why: nothing is taken back or overridden without a reason.

import { $, element } from "./dom.js";
import { say } from "./words.js";

const drafts = new Map(); // what was typed before a scan came in between

/**
 * Ask for a reason. choices are names of words. Resolves to the reason, or to null when they go back
 * or a scan comes in between.
 */
export function askReason({ key, title, about, choices, confirm }) {
  const dialog = $("reason");
  $("reason-heading").textContent = title;
  $("reason-about").textContent = about;
  $("reason-confirm").textContent = confirm;
  const legend = $("reason-choices").firstElementChild;
  $("reason-choices").replaceChildren(legend, ...choices.map((name) => {
    const radio = element("input", "form-check-input");
    Object.assign(radio, { type: "radio", name: "reason", value: say(name) });
    return element("label", "choice", radio, element("span", "", say(name)));
  }));
  $("reason-text").value = drafts.get(key) ?? "";
  tellMissing(false);
  dialog.showModal();
  return new Promise((resolve) => listen(dialog, key, resolve));
}

/** A scan has come in: the next person is at the door. */
export function dropReason() {
  if ($("reason").open) $("reason").close();
}

/** What was typed for people whose scans came in between. */
export function forgetReasons() {
  drafts.clear();
}

function chosen() {
  const ticked = document.querySelector("[name=reason]:checked")?.value ?? "";
  return [ticked, $("reason-text").value.trim()].filter(Boolean).join(": ").slice(0, 300);
}

function tellMissing(isMissing) {
  const list = $("reason-error");
  list.hidden = !isMissing;
  list.replaceChildren(...(isMissing ? [element("li", "", say("reason_missing"))] : []));
  if (isMissing) $("reason-text").setAttribute("aria-invalid", "true");
  else $("reason-text").removeAttribute("aria-invalid");
}

function listen(dialog, key, resolve) {
  const ends = new AbortController();
  let reason = null;
  const { signal } = ends;
  $("reason-form").addEventListener("submit", (event) => {
    event.preventDefault();
    reason = chosen() || null;
    if (!reason) {
      tellMissing(true);
      $("reason-text").focus();
      return;
    }
    drafts.delete(key);
    $("reason-text").value = "";
    dialog.close();
  }, { signal });
  $("reason-cancel").addEventListener("click", () => dialog.close(), { signal });
  dialog.addEventListener("close", () => {
    ends.abort();
    if ($("reason-text").value) drafts.set(key, $("reason-text").value);
    resolve(reason);
  }, { signal });
}
