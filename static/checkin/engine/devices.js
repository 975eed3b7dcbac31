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
export async function recall(event = null) {
  const waiting = await waitingToken();
  if (waiting && event === null) event = waiting.event;
  event ??= (await devices())[0]?.event;
  if (!event) return null;
  const device = (waiting?.event === event ? waiting : null)
    ?? await DEVICES.read(["devices"], (store) => ask(store("devices").get(event)));
  if (!device) return null;
  await DEVICES.write(["devices"], (store) => {
    store("devices").put({ ...device, usedAt: Date.now() });
  }).catch(() => {}); // a full disk keeps nobody from working
  return device;
}

/**
 * Make this browser the device of a token. Entries and walk-ins that an earlier token left unsent
 * stay, to be sent by this one; people come anew.
 */
export async function remember({ event, token }) {
  try {
    await store({ event, token });
  } catch {
    // The link is used up, so the token must not be lost on a full disk: that store is another one.
    localStorage.setItem(WAITING, JSON.stringify({ event, token }));
  }
}

async function store({ event, token }) {
  const before = await DEVICES.read(["devices"], (open) => ask(open("devices").get(event)));
  if (before && before.token === token) return;
  if (before?.token && token) await rekey(event, before.token, token);
  await DEVICES.write(["devices"], (open) => {
    open("devices").put({ event, token, usedAt: Date.now() });
  });
  const channel = new BroadcastChannel(`eventapp-checkin-${event}`);
  channel.postMessage({ kind: "device" });
  channel.close();
}

/** A token, or its end, for which there was no room; it is stored as soon as there is some. */
async function waitingToken() {
  const waiting = JSON.parse(globalThis.localStorage?.getItem(WAITING) ?? "null");
  if (waiting) await store(waiting).then(() => localStorage.removeItem(WAITING), () => {});
  return waiting;
}

/** The server does not know the token any more: everything that it opens goes, and so does it. */
export async function forget(event) {
  globalThis.localStorage?.removeItem(WAITING);
  await wipe(event);
  try {
    await DEVICES.write(["devices"], (open) => {
      open("devices").put({ event, token: null, usedAt: Date.now() });
    });
  } catch { // on a full disk things can only be taken away
    localStorage.setItem(WAITING, JSON.stringify({ event, token: null }));
    await DEVICES.write(["devices"], (open) => { open("devices").delete(event); });
  }
}

const LOST = "–"; // a supervisor's note that went with its key: there was one

/** Remove people, walk-ins and notes of an event; what stays to be sent are codes. */
export async function wipe(event) {
  const database = databaseOf(event);
  await database.write(["meta", "walkins", "sealed"], (open) => {
    open("sealed").clear();
    open("walkins").clear();
    for (const name of ["roster", "log", "tables", "owner", "version"]) open("meta").delete(name);
  });
  await database.write(["outbox"], async (open) => {
    for (const entry of await ask(open("outbox").getAll())) {
      if (entry.note) open("outbox").put({ ...entry, note: null, notePlain: LOST });
    }
  }).catch(() => {}); // sealed as they are, nobody reads them any more
  await database.close();
}

async function rekey(event, oldToken, newToken) {
  const database = databaseOf(event);
  const [walkIns, noted] = await database.read(["walkins", "outbox"], async (store) => [
    await ask(store("walkins").getAll()),
    (await ask(store("outbox").getAll())).filter(({ note }) => note),
  ]);
  if (canSeal) {
    const [oldKey, newKey] = await Promise.all([keyOf(oldToken, event), keyOf(newToken, event)]);
    const anew = async (name, sealed) => seal(newKey, name, await unseal(oldKey, name, sealed));
    for (const it of walkIns) it.sealed = await anew(it.id, it.sealed).catch(() => it.sealed);
    for (const it of noted) it.note = await anew(it.id, it.note).catch(() => it.note);
  }
  await database.write(["meta", "outbox", "walkins", "sealed"], (store) => {
    store("sealed").clear();
    for (const name of ["roster", "log", "tables", "owner"]) store("meta").delete(name);
    walkIns.forEach((it) => store("walkins").put(it));
    noted.forEach((it) => store("outbox").put(it));
  });
  await database.close();
}
