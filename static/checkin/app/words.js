// The texts of the page, in its language; scripts have no words of their own.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const words = read("words");

export const language = document.documentElement.lang;
export const kioskWords = read("kiosk-words");

/** The text of that name, its {} filled in one after another; null if there is none. */
export function say(key, ...values) {
  if (!(key in words)) return null;
  return fill(words[key], values);
}

export function fill(text, values) {
  let at = 0;
  return text.replace(/\{\}/g, () => values[at++] ?? "");
}

/** What has a Vietnamese and perhaps an English name, in the page's language. */
export function named(it) {
  return (language === "en" && it.name_en) || it.name;
}
