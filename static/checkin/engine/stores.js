// One database for the devices that this browser is, and one for each event it scans for.
//
//   devices   {event, token, usedAt, previous}; without a token the device was revoked; previous are
//             tokens under whose keys something may still be sealed
//   meta      facts by name: version of what is sealed, cursors, the device, the clock's epochs …
//   outbox    entries of the log until the server has acknowledged them; codes, never names
//   counts    {checkpoint, made}: entries that were ever stored here
//   walkins   {seq, id, …, sealed}: people registered at the door, until they are acknowledged
//   calls     {seq, id, …}: rolls closed or opened again, until they are acknowledged; ids, never names
//   sealed    {name, version, iv, data}: everything about people, in chunks, encrypted

import { Database } from "./database.js";

export const DEVICES = new Database("eventapp-checkin", (database) => {
  database.createObjectStore("devices", { keyPath: "event" });
});

export function databaseOf(event) {
  return new Database(`eventapp-checkin-${event}`, (database) => {
    if (!database.objectStoreNames.contains("meta")) first(database);
    database.createObjectStore("calls", { keyPath: "seq", autoIncrement: true });
  }, 2);
}

function first(database) {
  database.createObjectStore("meta");
  const outbox = database.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
  outbox.createIndex("id", "id", { unique: true });
  outbox.createIndex("code", "code");
  database.createObjectStore("counts", { keyPath: "checkpoint" });
  const walkIns = database.createObjectStore("walkins", { keyPath: "seq", autoIncrement: true });
  walkIns.createIndex("id", "id", { unique: true });
  const sealed = database.createObjectStore("sealed", { keyPath: "name" });
  sealed.createIndex("version", "version");
}
