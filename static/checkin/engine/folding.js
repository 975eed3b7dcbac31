// Vietnamese text as it is searched: the same form as eventapp/text.py makes.

const APOSTROPHES = /['`\u00b4\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201b\u2032\uff07]/g;
const MARKS = /[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]/g;
// Letters that Unicode does not decompose, or that are typed for đ.
const LETTERS = {
  đ: "d", ð: "d", ɖ: "d", ƀ: "b", ł: "l", ø: "o", æ: "ae", œ: "oe", ı: "i", ß: "ss",
};
const UNDECOMPOSED = /[đðɖƀłøæœıß]/g;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u034f]/gu;
const NOT_WORD = /[^\p{L}\p{N}\p{M}]+/gu;
const MAX_TERMS = 12;

/** "Nguyễn Đình  Đức" → "nguyen dinh duc". */
export function fold(text) {
  const plain = text.replace(/\s+/g, " ").replace(INVISIBLE, "").replace(APOSTROPHES, "")
    .normalize("NFKD").toLowerCase().normalize("NFKD").replace(MARKS, "").replace(APOSTROPHES, "")
    .replace(UNDECOMPOSED, (letter) => LETTERS[letter]);
  return plain.replace(NOT_WORD, " ").trim().normalize("NFC");
}

/** The words of a query, folded, each once. */
export function searchTerms(query) {
  return [...new Set(fold(query).split(" ").filter(Boolean))].slice(0, MAX_TERMS);
}
