// Keeps the app whole: one version, of files that fit together, for when there is no network.
//
// VERSION and FILES ([address, SHA-256] of each file) stand before this: the server puts them there
// (eventapp/checkin/shell.py). A new version is fetched while the old one works, and takes over at the
// next start of the app. Each page has its files of the version with which it began, whoever has taken
// over since: files of two versions never meet.

const PREFIX = "eventapp-checkin-";
const CACHE = PREFIX + VERSION;
const SETTINGS = "eventapp-settings"; // the language that was chosen last; which page began with what
const COLOURS = "eventapp-colours"; // of events; they are no part of the app's version
const APP = "/checkin/";
const CLIENT = "/client/";

const began = new Map(); // by client: the cache of its version

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(self.skipWaiting());
  else if (event.data === "started") event.waitUntil(clean());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (url.pathname === APP) event.respondWith(page(event, url));
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(file(event, url.pathname));
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
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  // The page that has brought this in the first time has its files from the network, and of the same
  // version; whatever it asks for from now on is kept.
  if (!others.length) await self.clients.claim();
  await clean();
}

/** Remove versions with which no open page began. */
async function clean() {
  const settings = await caches.open(SETTINGS);
  const clients = await self.clients.matchAll({ includeUncontrolled: true, type: "all" });
  const open = new Set(clients.map(({ id }) => id));
  const used = new Set([CACHE]);
  for (const request of await settings.keys()) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(CLIENT)) continue;
    if (open.has(pathname.slice(CLIENT.length))) {
      used.add(await (await settings.match(request)).text());
    } else await settings.delete(request);
  }
  const waiting = self.registration.waiting || self.registration.installing;
  if (waiting && self.registration.active?.state === "activated") return; // it has begun to fetch
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !used.has(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Note with which version a page begins. On a full disk it is remembered for as long as this runs. */
async function begin(id, cache) {
  if (!id) return;
  began.set(id, cache);
  const settings = await caches.open(SETTINGS);
  await settings.put(CLIENT + id, new Response(cache));
}

async function cacheOf(id) {
  if (!began.has(id)) {
    const settings = await caches.open(SETTINGS);
    const noted = id && await settings.match(CLIENT + id);
    began.set(id, noted ? await noted.text() : CACHE);
  }
  return began.get(id);
}

async function page(event, url) {
  event.waitUntil(begin(event.resultingClientId, CACHE).catch(() => {}));
  const chosen = url.searchParams.get("lang");
  const languages = FILES.map(([address]) => new URL(address, location).searchParams.get("lang"));
  const settings = await caches.open(SETTINGS).catch(() => null);
  if (languages.includes(chosen) && chosen) {
    await settings?.put("/language", new Response(chosen)).catch(() => {}); // full: not remembered
  }
  const remembered = await (await settings?.match("/language"))?.text();
  const language = [chosen, remembered, languages[0]].find((it) => it && languages.includes(it));
  const cache = await caches.open(CACHE);
  return (await cache.match(`${APP}?lang=${language}`)) ?? fetch(event.request);
}

async function file(event, path) {
  const name = await cacheOf(event.clientId).catch(() => CACHE);
  // A worker of a page is of the page's version.
  if (event.resultingClientId) {
    event.waitUntil(begin(event.resultingClientId, name).catch(() => {}));
  }
  const cache = await caches.open(name);
  // What is not kept (another page's file; or the browser has thrown it away) comes as it is.
  return (await cache.match(path)) ?? fetch(event.request);
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
