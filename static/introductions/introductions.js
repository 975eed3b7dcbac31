// What has been read out is marked, and remembered in this browser alone: lines by their numbers,
// no names. The list itself is replaced whenever somebody arrives (../checkin/board/live.js).

import { Live } from "../checkin/board/live.js";

const template = document.querySelector("[data-mark]");
const forget = document.querySelector("[data-forget]");

function list() {
  return document.getElementById("introductions");
}

function key() {
  return `introduced:${list().dataset.key}`;
}

function read() {
  try {
    return new Set(JSON.parse(localStorage.getItem(key()) ?? "[]"));
  } catch {
    return new Set();
  }
}

function remember(lines) {
  try {
    localStorage.setItem(key(), JSON.stringify([...lines]));
  } catch {
    // Without storage, marks last as long as the page.
  }
}

let marked = new Set();
let markedFor;

function show() {
  if (!list()) return;
  if (markedFor !== key()) {
    marked = read();
    markedFor = key();
  }
  const lines = [...list().querySelectorAll("[data-line]")];
  for (const line of lines) {
    const isRead = marked.has(line.dataset.line);
    let button = line.querySelector(".intro-mark");
    if (!button) {
      button = template.content.firstElementChild.cloneNode(true);
      button.querySelector("span").textContent = ` ${line.querySelector(".intro-text").textContent}`;
      line.append(button);
    }
    line.classList.toggle("is-read", isRead);
    button.setAttribute("aria-pressed", String(isRead));
  }
  const left = lines.filter((line) => !marked.has(line.dataset.line)).length;
  const unread = list().querySelector("[data-unread]");
  unread.textContent = lines.length ? `· ${unread.dataset.text.replace("{count}", left)}` : "";
  forget.hidden = marked.size === 0;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".intro-mark");
  if (button) {
    const line = button.closest("[data-line]").dataset.line;
    if (!marked.delete(line)) marked.add(line);
  } else if (event.target.closest("[data-forget]")) {
    marked = new Set();
  } else return;
  remember(marked);
  show();
});

// Whoever has the focus on a line keeps it when the list is replaced.
function replace(html) {
  const focused = document.activeElement?.closest("[data-line]")?.dataset.line;
  list().innerHTML = html;
  show();
  if (focused) list().querySelector(`[data-line="${focused}"] .intro-mark`)?.focus({ preventScroll: true });
}

function keepCurrent() {
  const live = new Live(list().dataset.live);
  const clock = new Intl.DateTimeFormat("vi-VN", {
    timeZone: list().dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
  });
  const stale = document.querySelector("[data-stale]");
  const current = document.querySelector("[data-current]");
  let shown;

  live.addEventListener("content", ({ detail }) => {
    if (detail.html !== shown) replace(detail.html);
    shown = detail.html;
  });
  live.addEventListener("tick", () => {
    const at = clock.format(live.currentAt);
    if (live.isStale && stale.hidden) stale.textContent = stale.dataset.text.replace("{}", at);
    stale.hidden = !live.isStale;
    current.hidden = live.isStale;
    current.textContent = current.dataset.text.replace("{}", at);
  });
  // The page knows whether its reader may go on.
  live.addEventListener("renew", async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const address = page.getElementById("introductions")?.dataset.live;
      if (answer.redirected || !address) location.reload();
      else live.address = address;
    } catch {
      // No network: the next answer sets it off again.
    }
  });
  live.start();
}

show();
if (list()) keepCurrent();
