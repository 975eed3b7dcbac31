// The board of arrivals and the screens in the hall: both are told numbers each second, and fetch
// themselves anew when what the numbers belong to has changed.

import { Live } from "./live.js";
import { Pages } from "./pages.js";
import { say, show, sort, words } from "./tiles.js";

const RENEW_PAUSE = 3000; // ms, at least, between two tries
const ENDED_PAUSE = 60_000; // ms between questions whether a link that was taken back shows something
const SPREAD = 500; // ms, over which the screens of a hall come

document.documentElement.classList.add("has-script");
let root = document.querySelector("[data-board]");
const isScreen = root.dataset.board === "screen";
const choice = document.getElementById("board-choice");
const missingFirst = choice?.querySelector("[data-missing-first]");
const pages = isScreen ? new Pages(root) : null;
const live = new Live(root.dataset.live);
let renewing = false;
let isEnded = false;
let renewedAt = -Infinity;

const clock = new Intl.DateTimeFormat("vi-VN", {
  timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

function order() {
  if (missingFirst) sort(root.querySelector("[data-tiles]"), missingFirst.checked);
}

live.addEventListener("content", ({ detail }) => {
  if (detail.layout !== root.dataset.layout) renew();
  show(root, detail);
  order();
});

live.addEventListener("tick", () => {
  const isStale = live.isStale;
  const at = clock.format(live.currentAt);
  const stale = root.querySelector("[data-stale]");
  const current = root.querySelector("[data-current]");
  if (isStale && stale.hidden) stale.textContent = say(words.stale, at); // said once, not each second
  stale.hidden = !isStale;
  current.hidden = isStale;
  current.textContent = say(words.current, at);
  const time = root.querySelector("[data-clock]");
  if (time) time.textContent = clock.format(new Date()).slice(0, 5);
});

live.addEventListener("renew", renew);

// The page as it is now, in the place of what it was.
async function renew() {
  if (renewing || performance.now() - renewedAt < RENEW_PAUSE) return;
  renewing = true;
  renewedAt = performance.now();
  try {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD));
    const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(8000) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (isScreen) renewScreen(answer, page);
    else if (answer.redirected || [401, 403, 404].includes(answer.status)) location.reload();
    else if (answer.ok) replace(page);
  } catch {
    // No network: the next answer sets it off again.
  } finally {
    renewing = false;
  }
}

// Nobody stands beside a screen: what another server on the way answers, a proxy or the portal of a
// network, changes nothing.
function renewScreen(answer, page) {
  if (page.querySelector("[data-screen-ended]")) end();
  else if (answer.ok && page.querySelector("[data-board]")) {
    if (isEnded) location.reload();
    else replace(page);
  }
}

function replace(page) {
  const fresh = page.querySelector("[data-board]");
  const scripts = (it) => [...it.querySelectorAll("script[src]")].map((s) => s.getAttribute("src")).join();
  if (!fresh || scripts(page) !== scripts(document)) return location.reload(); // the server is newer
  const opened = [...root.querySelectorAll("details")].map((it) => it.open);
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  const tile = focused?.closest("[data-tile]")?.dataset.tile;
  const address = focused?.getAttribute("href");
  root.replaceChildren(...fresh.childNodes);
  Object.assign(root.dataset, { live: fresh.dataset.live, layout: fresh.dataset.layout });
  root.querySelectorAll("details").forEach((it, i) => (it.open = opened[i] ?? false));
  if (tile) root.querySelector(`[data-tile="${tile}"] a[href="${address}"]`)?.focus({ preventScroll: true });
  live.address = root.dataset.live;
  order();
  pages?.arrange();
}

function end() {
  if (isEnded) return;
  isEnded = true;
  live.stop();
  setInterval(renew, ENDED_PAUSE);
  root.hidden = true;
  document.querySelector("[data-ended]").hidden = false;
}

missingFirst?.addEventListener("change", () => {
  order();
  const address = new URL(location.href);
  if (missingFirst.checked) address.searchParams.set("order", missingFirst.value);
  else address.searchParams.delete("order");
  history.replaceState(null, "", address);
});

// A screen in the hall does not go to sleep.
async function stayAwake() {
  try {
    await navigator.wakeLock?.request("screen");
  } catch {
    // Not allowed here: then it is as the computer is set.
  }
}
if (isScreen) {
  stayAwake();
  document.addEventListener("visibilitychange", () => !document.hidden && stayAwake());
}

order();
live.start();
