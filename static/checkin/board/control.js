// The control room: each bus is a part of the page, and is replaced when it has changed.

import { Live } from "./live.js";

const RENEW_PAUSE = 3000; // ms, at least, between two tries

const words = JSON.parse(document.getElementById("words").textContent);
let root = document.querySelector("[data-control]");
const live = new Live(root.dataset.live);
const shown = new Map();
let renewing = false;
let renewedAt = -Infinity;

const clock = new Intl.DateTimeFormat("vi-VN", {
  timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

// What somebody has opened stays open, and who is about to call keeps the focus.
function put(slot, change) {
  const opened = new Set([...slot.querySelectorAll("details[open]")].map((it) => it.dataset.key));
  const focused = slot.contains(document.activeElement) ? document.activeElement : null;
  const address = focused?.getAttribute("href");
  const key = focused?.closest("details")?.dataset.key;
  change();
  for (const it of slot.querySelectorAll("details")) it.open = opened.has(it.dataset.key);
  if (address) slot.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
  else if (focused && key) slot.querySelector(`details[data-key="${key}"] summary`)?.focus({ preventScroll: true });
}

live.addEventListener("content", ({ detail }) => {
  if (detail.layout !== root.dataset.layout) renew();
  for (const [name, html] of Object.entries(detail.slots)) {
    const slot = root.querySelector(`[data-slot="${name}"]`);
    if (!slot || shown.get(name) === html) continue;
    put(slot, () => (slot.innerHTML = html));
    shown.set(name, html);
  }
});

live.addEventListener("tick", () => {
  const at = clock.format(live.currentAt);
  const stale = root.querySelector("[data-stale]");
  const current = root.querySelector("[data-current]");
  if (live.isStale && stale.hidden) stale.textContent = words.stale.replace("{}", at); // said once
  stale.hidden = !live.isStale;
  current.hidden = live.isStale;
  current.textContent = words.current.replace("{}", at);
});

live.addEventListener("renew", renew);

async function renew() {
  if (renewing || performance.now() - renewedAt < RENEW_PAUSE) return;
  renewing = true;
  renewedAt = performance.now();
  try {
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-control]");
    if (answer.redirected || [401, 403, 404].includes(answer.status)) location.reload();
    else if (answer.ok && fresh) replace(fresh);
    else if (answer.ok) location.reload();
  } catch {
    // No network: the next answer sets it off again.
  } finally {
    renewing = false;
  }
}

function replace(fresh) {
  put(root, () => root.replaceChildren(...fresh.childNodes));
  Object.assign(root.dataset, { live: fresh.dataset.live, layout: fresh.dataset.layout });
  shown.clear();
  live.address = root.dataset.live;
}

live.start();
