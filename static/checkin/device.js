// The device that this browser is: the event it scans for and its token.

const KEY = "eventapp.device";

/** {event, token}, or null. On a page of one event, only a token for that event. */
export function recall(event = null) {
  try {
    const device = JSON.parse(localStorage.getItem(event ? `${KEY}.${event}` : KEY));
    return device?.token ? device : null;
  } catch {
    return null;
  }
}

/** A provisioned device is remembered by itself; a member of the staff's browser by its event. */
export function remember(device, event = null) {
  localStorage.setItem(event ? `${KEY}.${event}` : KEY, JSON.stringify(device));
}

export function forget(event = null) {
  localStorage.removeItem(event ? `${KEY}.${event}` : KEY);
}

/** Refused: the server does not know the token any more. */
export class Revoked extends Error {}

/** Calls of the interface, with the device's token; every call has a time limit. */
export class Server {
  constructor(device) {
    this.base = `/api/v1/events/${device.event}`;
    this.token = device.token;
  }

  async call(path, body = null) {
    const answer = await fetch(this.base + path, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(8000),
      cache: "no-store",
      credentials: "omit",
    });
    if (answer.status === 401) throw new Revoked();
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.json();
  }

  checkpoints() { return this.call("/checkpoints"); }
  lookup(query, checkpoint) { return this.call("/lookup", { query, checkpoint }); }
  async send(scans) { return (await this.call("/scans", { scans })).results; }
}
