// Keeps the app whole: one version, of files that fit together, for when there is no network.
//
// VERSION and FILES ([address, SHA-256] of each file) stand before this: the server puts them there
// (eventapp/checkin/shell.py), so that a new version is another worker, which fetches its files while the
// old ones are in use. From then on the app starts with the new version, whichever worker answers; a page
// that is open has its files of the version with which it began. So no worker has to be replaced in a
// hurry (skipWaiting, while the old one is at work, leaves pages that load now waiting for ever).

const PREFIX = "eventapp-checkin-";
const CACHE = PREFIX + VERSION;
const SETTINGS = "eventapp-settings"; // what is chosen below; no part of any version
const COLOURS = "eventapp-colours"; // of events; no part of any version either
const APP = "/checkin/";
const LANGUAGE = "/language"; // the one that was chosen last
const CURRENT = "/current"; // the cache with which the app starts
const CLIENT = "/client/"; // the cache with which a page began
const NEWS = new BroadcastChannel("eventapp-checkin-app");

const began = new Map(); // by client: the cache of its version

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(activate());
});

self.addEventListener("message", (event) => {
  if (event.data === "started") event.waitUntil(clean());
  else if (event.data === "is there a new version") event.waitUntil(compare(event));
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
    await note(CURRENT, CACHE);
  } catch (error) {
    await caches.delete(CACHE); // it is tried again when the app is opened next
    throw error;
  }
  NEWS.postMessage("installed");
}

async function note(key, value) {
  const settings = await caches.open(SETTINGS);
  await settings.put(key, new Response(value));
}

async function noted(key) {
  const settings = await caches.open(SETTINGS);
  return (await settings.match(key))?.text();
}

async function current() {
  const name = await noted(CURRENT).catch(() => undefined);
  return name ?? CACHE;
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
  if (others.length) return;
  // The page that has brought this in the first time has its files from the network, and of the same
  // version; whatever it asks for from now on is kept.
  const pages = await self.clients.matchAll({ includeUncontrolled: true, type: "all" });
  await Promise.all(pages.map(({ id }) => begin(id, CACHE)));
  await self.clients.claim();
}

/** Remove versions with which neither the app starts nor an open page began. */
async function clean() {
  if (self.registration.installing) return; // one is on its way
  const settings = await caches.open(SETTINGS);
  const clients = await self.clients.matchAll({ includeUncontrolled: true, type: "all" });
  const open = new Set(clients.map(({ id }) => id));
  const used = new Set([await current()]);
  for (const request of await settings.keys()) {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith(CLIENT)) continue;
    if (open.has(pathname.slice(CLIENT.length))) used.add(await noted(pathname));
    else await settings.delete(request);
  }
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !used.has(name));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Note with which version a page begins. On a full disk it is remembered for as long as this runs. */
async function begin(id, cache) {
  if (!id) return;
  began.set(id, cache);
  await note(CLIENT + id, cache).catch(() => {});
}

async function cacheOf(id) {
  if (!began.has(id)) began.set(id, (id && await noted(CLIENT + id)) || await current());
  return began.get(id);
}

/** Answer a page whether the app would start with another version than its own. */
async function compare(event) {
  const isNew = (await cacheOf(event.source.id)) !== (await current());
  event.ports[0].postMessage(isNew);
}

async function page(event, url) {
  const name = await current();
  event.waitUntil(begin(event.resultingClientId, name));
  const chosen = url.searchParams.get("lang");
  const languages = FILES.map(([address]) => new URL(address, location).searchParams.get("lang"));
  // On a full disk it is not remembered.
  if (chosen && languages.includes(chosen)) await note(LANGUAGE, chosen).catch(() => {});
  const remembered = await noted(LANGUAGE).catch(() => undefined);
  const language = [chosen, remembered, languages[0]].find((it) => it && languages.includes(it));
  const cache = await caches.open(name);
  return (await cache.match(`${APP}?lang=${language}`)) ?? fetch(event.request);
}

async function file(event, path) {
  const name = await cacheOf(event.clientId).catch(() => CACHE);
  // A worker of a page is of the page's version.
  if (event.resultingClientId) event.waitUntil(begin(event.resultingClientId, name));
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
