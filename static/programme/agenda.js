// Keeps "now and next" current while the page stays open: the sessions of the page say from when
// to when they go on, in seconds since 1970. Without this the page is right when it is loaded.

const EVERY = 20_000; // ms
const box = document.querySelector("[data-moment]");
const sessions = [...document.querySelectorAll("[data-from]")].map((article) => ({
  article,
  from: Number(article.dataset.from),
  to: Number(article.dataset.to),
}));

function entry({ article }) {
  const line = document.createElement("li");
  const title = document.createElement("strong");
  title.textContent = article.querySelector("h3").textContent;
  line.append(article.querySelector(".agenda-clock").cloneNode(true), " ", title);
  const room = article.querySelector(".agenda-room");
  if (room) {
    const place = document.createElement("span");
    place.className = "agenda-room";
    place.textContent = room.textContent;
    line.append(" ", place);
  }
  return line;
}

function show(part, found) {
  part.hidden = found.length === 0;
  part.querySelector("ul").replaceChildren(...found.map(entry));
}

function midnightBefore(seconds) {
  // The event's midnight as the page's reader has it; enough to leave other months alone.
  return new Date(seconds * 1000).setHours(0, 0, 0, 0) / 1000;
}

let shown = "";

function update() {
  const at = Date.now() / 1000;
  const now = sessions.filter((it) => it.from <= at && at < it.to);
  const later = sessions.filter((it) => it.from > at);
  const first = Math.min(...later.map((it) => it.from));
  const begins = midnightBefore(Math.min(...sessions.map((it) => it.from)));
  const next = at < begins ? [] : later.filter((it) => it.from === first);
  for (const it of sessions) it.article.classList.toggle("is-now", now.includes(it));
  const key = [...now, ...next].map((it) => sessions.indexOf(it)).join();
  if (key === shown) return;
  shown = key;
  show(box.querySelector("[data-now]"), now);
  show(box.querySelector("[data-next]"), next);
  box.hidden = key === "";
}

if (box && sessions.length) {
  update();
  setInterval(update, EVERY);
  document.addEventListener("visibilitychange", update);
}
