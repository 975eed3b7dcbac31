// What elements are: their names, what they begin as, and what is left out of them.

import { boxOf, tidy } from "./geometry.js";

export class Model {
  /** data: what the page says; words: its texts. */
  constructor(data, words) {
    this.defaults = data.defaults;
    this.sources = data.sources;
    this.names = Object.fromEntries(data.sources);
    this.categories = data.categories;
    this.images = data.images;
    this.logo = data.logo;
    this.accept = data.accept;
    this.words = words;
  }

  /** A field of an element or a part, as it is when nothing is written. */
  value(thing, field, kind = thing.type ?? "part") {
    return thing[field] ?? this.defaults[kind][field];
  }

  /** Write a field; what is as it would be anyway is left out. */
  put(thing, field, value, kind = thing.type ?? "part") {
    if (value === this.defaults[kind][field]) delete thing[field];
    else thing[field] = value;
  }

  imageOf(digest) { return this.images.find((it) => it.digest === digest); }

  nameOf(element) {
    const { words } = this;
    if (element.type === "box") return words.box;
    if (element.type === "code") return words.code;
    if (element.type === "image") {
      if (element.image === "logo") return words.logo;
      if (element.image === "photo") return words.photo;
      return this.imageOf(element.image)?.name ?? words.image;
    }
    return element.parts.map((it) => this.nameOfPart(it)).join(", ");
  }

  nameOfPart(part) {
    if (part.source !== "text") return this.names[part.source] ?? part.source;
    const said = part.text?.vi || part.text?.en;
    return said ? `“${said.slice(0, 40)}”` : this.names.text;
  }

  /** A new element of a kind, in the middle of a badge of that size. */
  made(kind, size, image = null) {
    const widths = { text: size.width * 0.8, code: 26, image: 25, logo: 25, photo: 25, box: 30 };
    const heights = { text: 10, code: 26, image: 25, logo: 20, photo: 32, box: 15 };
    const width = Math.min(widths[kind], size.width);
    const height = Math.min(heights[kind], size.height);
    const element = { type: ["logo", "photo"].includes(kind) ? "image" : kind };
    element.x = tidy((size.width - width) / 2);
    element.y = tidy((size.height - height) / 2);
    if (kind === "code") return { ...element, size: tidy(Math.max(13, Math.min(width, height))) };
    Object.assign(element, { width: tidy(width), height: tidy(height) });
    if (kind === "text") element.parts = [{ source: "name", weight: "bold", size: 20, smallest: 9, lines: 2 }];
    if (kind === "box") element.fill = "category";
    if (kind === "logo" || kind === "photo") element.image = kind;
    if (kind === "photo") element.fit = "cover";
    if (kind === "image") element.image = image;
    return element;
  }

  /** The same once more, a little aside. */
  doubled(element, size) {
    const copy = structuredClone(element);
    const { width, height } = boxOf(copy);
    copy.x = tidy(Math.max(0, Math.min(copy.x + 3, size.width - width)));
    copy.y = tidy(Math.max(0, Math.min(copy.y + 3, size.height - height)));
    return copy;
  }
}
