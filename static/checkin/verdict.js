// A verdict as a panel: colour, picture and words, and everything that staff need to say next.

const NO_BADGE = new Set(["cancelled", "not_approved"]);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export class Verdicts {
  /** With print(code) where badges can be printed. */
  constructor(words, language, print = null) {
    this.words = words;
    this.language = language;
    this.print = print;
  }

  printButton(name, code) {
    const button = element("button", "btn btn-outline-primary desk-print-button", this.words.print);
    button.type = "button";
    button.setAttribute("aria-label", this.words.print_of.replace("{}", name));
    button.addEventListener("click", () => this.print(code));
    return button;
  }

  clock(time) {
    // The offset that the server sends is the event's: its wall clock stands in the text itself.
    return time ? time.slice(11, 16) : "";
  }

  heading(result) {
    if (result.verdict === "refused") return this.words[result.reason] ?? this.words.unknown;
    if (result.verdict === "duplicate") {
      return this.words.duplicate.replace("{}", this.clock(result.first_read_at));
    }
    return this.words[result.verdict];
  }

  /** "Refused: why": the word as large as it can be, and why below it. */
  headline(text) {
    const made = element("span");
    const [word, why] = text.split(/(?<=:) /);
    made.append(element("span", "verdict-word", word));
    if (why) made.append(" ", element("span", "verdict-why", why));
    return made;
  }

  category(delegate) {
    const mark = element("span", `category category-${delegate.category.id}`);
    mark.textContent = this.language === "en" ? delegate.category.name_en : delegate.category.name;
    return mark;
  }

  panel(result) {
    const { verdict, delegate } = result;
    const panel = element("section", `verdict verdict-${verdict}`);
    const head = element("p", "verdict-head");
    head.append(
      document.getElementById(`icon-${verdict}`).content.cloneNode(true),
      this.headline(this.heading(result)),
    );
    panel.append(head);
    if (delegate) {
      panel.classList.add(`category-${delegate.category.id}`);
      panel.append(element("p", "verdict-name", delegate.name));
      const place = [delegate.organisation, delegate.delegation];
      if (delegate.position) panel.append(element("p", "verdict-line", delegate.position));
      panel.append(element("p", "verdict-line", [...new Set(place)].join(" – ")));
      const marks = element("p", "verdict-line desk-marks");
      marks.append(this.category(delegate));
      if (delegate.group) {
        const { letter, bus, site } = delegate.group;
        marks.append(
          element("span", "group-mark", letter),
          element("span", "", [this.words.group.replace("{}", letter), bus, site].filter(Boolean).join(" · ")),
        );
      }
      panel.append(marks);
    }
    if (!delegate && result.code) panel.append(element("p", "verdict-line code", result.code));
    const hint = this.words[`${result.reason ?? verdict}_hint`];
    if (hint) panel.append(element("p", "verdict-line", hint));
    if (this.print && delegate && !NO_BADGE.has(result.reason)) {
      panel.append(this.printButton(delegate.name, result.code));
    }
    return panel;
  }

  line(result, at) {
    const item = element("li", `desk-line is-${result.verdict}`);
    item.append(
      element("span", "desk-time", at),
      element("span", "data-main", result.delegate?.name ?? result.code ?? ""),
      element("span", "", this.heading(result)),
    );
    return item;
  }

  person(delegate, choose) {
    const item = element("li");
    const button = element("button", "desk-person");
    const about = new Set([delegate.position, delegate.organisation, delegate.delegation]);
    about.delete("");
    button.type = "button";
    button.append(
      element("span", "data-main", delegate.name),
      element("span", "data-sub", [...about].join(" · ")),
    );
    const marks = element("span", "desk-marks");
    marks.append(this.category(delegate));
    if (delegate.first_read_at) {
      marks.append(element("span", "", this.words.came.replace("{}", this.clock(delegate.first_read_at))));
    }
    button.append(marks);
    button.addEventListener("click", () => choose(delegate.code));
    item.append(button);
    if (this.print) item.append(this.printButton(delegate.name, delegate.code));
    return item;
  }
}
