// Codes on badges: Crockford's base32, twelve characters, as eventapp/tokens.py makes and reads them.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;
const LONGEST = 64;
const LOOK_ALIKES = { I: "1", L: "1", O: "0" };
const WELL_FORMED = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** A code as typed or scanned: upper case, look-alike letters read as digits, no separators. */
export function normaliseCode(typed) {
  const kept = typed.slice(0, 4 * LONGEST).toUpperCase().replace(/[^\p{L}\p{N}]/gu, "");
  return kept.replace(/[ILO]/g, (letter) => LOOK_ALIKES[letter]).slice(0, LONGEST);
}

/** Whether a normalised code could be somebody's. */
export function isWellFormed(code) { return WELL_FORMED.test(code); }

/** A code for somebody who has none yet. */
export function newCode() {
  // 256 is a multiple of 32: every letter is equally likely.
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join("");
}

/** crypto.randomUUID exists on https only; a hall's own network may have none. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
