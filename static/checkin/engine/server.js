// Calls of the interface with the device's token. Whatever is not our server's answer (a hotel's
// sign-in page, a proxy's error) is no contact.

/** No answer of our server: no network, no patience left, or somebody else's answer. */
export class Unreachable extends Error {}

/** There was no answer in time. */
export class TimedOut extends Unreachable {}

/** The token was this device's, and organisers have ended it. */
export class Revoked extends Error {}

/** The server answered that it will not do this. */
export class Refused extends Error {
  constructor(status, message) {
    super(message || `the server answered ${status}`);
    this.status = status;
  }
}

/**
 * The server does not know the token. That is no reason to forget anything: it may have been put back
 * to an older state, or be the wrong one.
 */
export class Unknown extends Unreachable {}

const PATIENCE_MS = 8000;

export class Server {
  /** stamp() says what time it is by this device's clock, as its `contact` wants to know. */
  constructor(event, token, stamp) {
    this.base = `/api/v1/events/${encodeURIComponent(event)}/`;
    this.token = token;
    this.stamp = stamp;
  }

  /**
   * {body, took, arrived}: the answer of a POST (of a GET without a body), how many ms it took to
   * begin, and the stamp of that moment.
   */
  async call(path, body = null, { patience = PATIENCE_MS, language = null } = {}) {
    const began = performance.now();
    const answer = await this.fetch(path, body, patience, language);
    const timing = { took: performance.now() - began, arrived: this.stamp() };
    const type = answer.headers.get("Content-Type") ?? "";
    if (answer.ok && !type.startsWith("application/json")) {
      if (/^(application\/pdf|image\/)/.test(type)) return { body: await answer.blob(), ...timing };
      throw new Unreachable("the answer is somebody else's");
    }
    let found;
    try {
      found = await answer.json();
    } catch (error) {
      if (error.name === "TimeoutError") throw new TimedOut(error.message);
      throw new Unreachable(`the answer cannot be read (${answer.status})`);
    }
    if (answer.ok) return { body: found, ...timing };
    const error = found?.error;
    if (!error || typeof error !== "object") {
      throw new Unreachable(`the answer is somebody else's (${answer.status})`);
    }
    if (answer.status === 401) {
      if (error.revoked === true) throw new Revoked(error.message);
      throw new Unknown(error.message);
    }
    throw new Refused(answer.status, error.message);
  }

  async fetch(path, body, patience, language) {
    try {
      return await fetch(this.base + path, {
        method: body ? "POST" : "GET",
        headers: {
          Authorization: `Bearer ${this.token}`,
          ...(body && { "Content-Type": "application/json" }),
          ...(language && { "Accept-Language": language }),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(patience),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
      });
    } catch (error) {
      throw new (error.name === "TimeoutError" ? TimedOut : Unreachable)(error.message);
    }
  }
}
