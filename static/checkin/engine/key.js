// What is held of people is encrypted at rest under a key that only the device's token gives.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Whether this page may encrypt at all: on plain http, other than localhost, it may not. */
export const canSeal = Boolean(globalThis.crypto?.subtle);

/** The key of a token at an event; scripts can use it, but never read it. */
export async function keyOf(token, event) {
  const secret = await crypto.subtle.importKey("raw", encoder.encode(token), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: encoder.encode("eventapp check-in at rest"),
      info: encoder.encode(event),
    },
    secret,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

/** {iv, data} of anything that JSON takes; it opens under the same name only. */
export async function seal(key, name, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: encoder.encode(name) },
    key,
    encoder.encode(JSON.stringify(value)),
  );
  return { iv, data };
}

/** What was sealed. Raises OperationError for another key, another name or damaged data. */
export async function unseal(key, name, { iv, data }) {
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv, additionalData: encoder.encode(name) },
    key,
    data,
  );
  return JSON.parse(decoder.decode(plain));
}
