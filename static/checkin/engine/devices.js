// The devices that this browser is: one for each event, by its token.

import { ask } from "./database.js";
import { canSeal, keyOf, seal, unseal } from "./key.js";
import { DEVICES, databaseOf } from "./stores.js";

const WAITING = "eventapp.device.waiting";

/** [{event, revoked, usedAt}], the one that was used last first. */
export async function devices() {
  const all = await DEVICES.read(["devices"], (store) => ask(store("devices").getAll()));
  return all
    .map(({ event, token, usedAt }) => ({ event, revoked: !token, usedAt }))
    .sort((a, b) => b.usedAt - a.usedAt);
}

/** The device for an event or, for null, the one that was used last; null when there is none. */
export async function recall(event = null, { isUsed = true } = {}) {
  // Looked for twice: another one may just be changing places between the two stores (`forget`).
  return (await look(event, isUsed)) ?? look(event, isUsed);
}

async function look(event, isUsed) {
  const waiting = await takeWaiting();
  if (waiting && event === null) event = waiting.event;
  event ??= (await devices())[0]?.event;
  if (!event) return null;
  const device = (waiting?.event === event ? waiting : null)
    ?? await DEVICES.read(["devices"], (store) => ask(store("devices").get(event)));
  if (!device) return null;
  if (device.previous?.length) await takeOver(device).catch(() => {});
  if (!isUsed) return device;
  await DEVICES.write(["devices"], async (store) => {
    const now = await ask(store("devices").get(event)); // another tab may have forgotten its token
    if (now) store("devices").put({ ...now, usedAt: Date.now() });
  }).catch(() => {}); // a full disk keeps nobody from working
  return device;
}

/**
 * Make this browser the device of a token. Entries and walk-ins that an earlier token left unsent
 * stay, to be sent by this one; people come anew.
 */
export async function remember({ event, token }) {
  try {
    const device = await DEVICES.write(["devices"], async (store) => {
      const before = await ask(store("devices").get(event));
      const previous = [...(before?.previous ?? []), ...(before?.token ? [before.token] : [])];
      const now = { event, token, usedAt: Date.now(), previous: previous.filter((it) => it !== token) };
      store("devices").put(now);
      return now;
    });
    await takeOver(device).catch(() => {}); // at the next start again
  } catch {
    // The link is used up, so the token must not be lost on a full disk: that store is another one.
    localStorage.setItem(WAITING, JSON.stringify({ event, token }));
    return false;
  }
  const channel = new BroadcastChannel(`eventapp-checkin-${event}`);
  channel.postMessage({ kind: "device" });
  channel.close();
  return true;
}

/** Take over a token for which there was no room before; it works all the same when there is none yet. */
async function takeWaiting() {
  const text = globalThis.localStorage?.getItem(WAITING);
  if (!text) return null;
  const waiting = JSON.parse(text);
  const isRemembered = await remember(waiting);
  if (isRemembered && localStorage.getItem(WAITING) === text) localStorage.removeItem(WAITING);
  return waiting;
}

/** The server does not know the token any more: everything that it opens goes, and so does it. */
export async function forget(event) {
  const without = { event, token: null };
  const put = () => DEVICES.write(["devices"], (store) => {
    store("devices").put({ ...without, usedAt: Date.now() });
  });
  // A full disk lets go of what it has, but takes nothing: the token goes whatever else does.
  const isPut = await put().then(() => true, () => false);
  const waiting = JSON.stringify(without);
  if (!isPut) {
    if (!localStorage.getItem(WAITING)) localStorage.setItem(WAITING, waiting);
    await DEVICES.write(["devices"], (store) => { store("devices").delete(event); });
  }
  await wipe(event);
  if (isPut) return;
  await put().then(
    () => { if (localStorage.getItem(WAITING) === waiting) localStorage.removeItem(WAITING); },
    () => {}, // at the next start
  );
}

const LOST = "–"; // a supervisor's note that went with its key: there was one

/** Remove people, walk-ins and notes of an event; what stays to be sent are codes. */
export async function wipe(event) {
  const database = databaseOf(event);
  // Deletes alone, for which there is room on any disk; without a version other tabs are behind.
  const version = await database.write(["meta", "walkins", "sealed"], async (store) => {
    store("sealed").clear();
    store("walkins").clear();
    const before = (await ask(store("meta").get("version"))) ?? 0;
    for (const name of ["roster", "log", "tables", "phones", "owner", "version"]) store("meta").delete(name);
    return before;
  });
  await database.write(["meta", "outbox"], async (store) => {
    store("meta").put(version + 1, "version");
    for (const entry of await ask(store("outbox").getAll())) {
      if (entry.note) store("outbox").put({ ...entry, note: null, notePlain: LOST });
    }
  }).catch(() => {}); // sealed notes that nobody can open any more
  await database.close();
}

/** What earlier tokens have sealed opens with this one; then they go. Nothing is lost if it is cut short. */
async function takeOver({ event, token, previous }) {
  if (!token || !previous.length) return;
  await rekey(event, previous, token);
  await DEVICES.write(["devices"], async (store) => {
    const now = await ask(store("devices").get(event));
    if (now?.token === token) store("devices").put({ ...now, previous: [] });
  });
}

async function rekey(event, oldTokens, newToken) {
  const database = databaseOf(event);
  const [walkIns, noted] = await database.read(["walkins", "outbox"], async (store) => [
    await ask(store("walkins").getAll()),
    (await ask(store("outbox").getAll())).filter(({ note }) => note),
  ]);
  if (canSeal) {
    const newKey = await keyOf(newToken, event);
    const oldKeys = await Promise.all(oldTokens.map((it) => keyOf(it, event)));
    const anew = async (name, sealed) => (
      seal(newKey, name, await Promise.any(oldKeys.map((it) => unseal(it, name, sealed))))
    );
    for (const it of walkIns) it.sealed = await anew(it.id, it.sealed).catch(() => it.sealed);
    for (const it of noted) it.note = await anew(it.id, it.note).catch(() => it.note);
  }
  await database.write(["meta", "outbox", "walkins", "sealed"], (store) => {
    store("sealed").clear();
    for (const name of ["roster", "log", "tables", "phones", "owner"]) store("meta").delete(name);
    walkIns.forEach((it) => store("walkins").put(it));
    noted.forEach((it) => store("outbox").put(it));
  });
  await database.close();
}
