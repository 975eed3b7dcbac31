// Keeps the app whole: one version, of files that fit together, for when there is no network.
//
// VERSION and FILES ([address, SHA-256] of each file) stand before this: the server puts them there
// (eventapp/checkin/shell.py). A new version is fetched while the old one works, and takes over at the
// next start of the app; files of two versions never meet.

const PREFIX = "eventapp-checkin-";
const CACHE = PREFIX + VERSION;
const SETTINGS = "eventapp-settings"; // the language that was chosen last
const COLOURS = "eventapp-colours"; // of events; they are no part of the app's version
const APP = "/checkin/";
const PATHS = new Set(FILES.map(([address]) => address.split("?")[0]));

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(takeOver());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === APP) event.respondWith(page(request, url));
  } else if (PATHS.has(url.pathname) && url.pathname !== APP) {
    event.respondWith(file(request, url.pathname));
  } else if (/^\/e\/[^/]+\/colours\.css$/.test(url.pathname)) {
    event.respondWith(colours(request));
  }
});

/** All files or none. */
async function install() {
  const before = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  const old = await Promise.all(before.map((name) => caches.open(name)));
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(FILES.map(([address, digest]) => keep(cache, old, address, digest)));
  } catch (error) {
    await caches.delete(CACHE); // it is tried again when the app is opened next
    throw error;
  }
}

async function keep(cache, old, address, digest) {
  for (const it of old) {
    const kept = await it.match(address);
    if (kept && (await digestOf(kept.clone())) === digest) return cache.put(address, kept);
  }
  const answer = await fetch(address, { cache: "reload", credentials: "omit", redirect: "error" });
  if (!answer.ok || (await digestOf(answer.clone())) !== digest) {
    throw new Error(`${address} is not of version ${VERSION}`); // the server is being replaced
  }
  return cache.put(address, answer);
}

async function digestOf(answer) {
  const digest = await crypto.subtle.digest("SHA-256", await answer.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  // The page that has brought this in the first time has its files from the network, and of the same
  // version; whatever it asks for from now on is kept.
  if (names.length <= 1) await self.clients.claim();
}

/** Only when nobody works with the old version: another tab would be served files of both. */
async function takeOver() {
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "window" });
  if (pages.filter((it) => new URL(it.url).pathname === APP).length <= 1) await self.skipWaiting();
}

async function page(request, url) {
  const chosen = url.searchParams.get("lang");
  const languages = FILES.map(([address]) => new URL(address, location).searchParams.get("lang"));
  const settings = await caches.open(SETTINGS).catch(() => null);
  if (languages.includes(chosen) && chosen) {
    await settings?.put("/language", new Response(chosen)).catch(() => {}); // full: not remembered
  }
  const remembered = await (await settings?.match("/language"))?.text();
  const language = [chosen, remembered, languages[0]].find((it) => it && languages.includes(it));
  return file(request, `${APP}?lang=${language}`);
}

async function file(request, address) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address)) ?? fetch(request); // the browser may throw away what it keeps
}

/** As they were last, at once; as they are, next time. */
async function colours(request) {
  const cache = await caches.open(COLOURS);
  const kept = await cache.match(request);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(request, answer.clone()).catch(() => {});
    return answer;
  });
  if (!kept) return fresh;
  fresh.catch(() => {});
  return kept;
}
