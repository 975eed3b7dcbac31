// Form fields of the panel of properties. Each says how to read its value, so that the panel can
// bring it up to date without being built anew under whoever types in it.

let number = 0;

export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((it) => it !== null));
  return node;
}

export class Fields {
  constructor() {
    this.fresh = []; // functions that bring fields up to date
  }

  forget() {
    this.fresh = [];
    number = 0; // the same panel has the same ids again, so that focus finds its way back
  }

  /** With `all`, also the field that somebody is typing in. */
  refresh(all = false) { this.fresh.forEach((it) => it(all)); }

  wrap(label, control, className = "") {
    control.id = `property-${++number}`;
    return el("div", { class: `property ${className}` }, el("label", { for: control.id }, label), control);
  }

  keepFresh(control, read) {
    const show = (all = false) => {
      const value = String(read() ?? "");
      if ((all || document.activeElement !== control) && control.value !== value) control.value = value;
    };
    show();
    this.fresh.push(show);
    control.addEventListener("blur", () => show());
  }

  /** A number in a unit; what is none, or out of bounds, changes nothing. */
  number(label, read, write, { min = 0, max = 450, step = 0.1, unit = "" } = {}) {
    const control = el("input", {
      type: "number", class: "form-control", min, max, step, inputmode: "decimal",
      oninput: () => {
        const value = control.valueAsNumber;
        const isWrong = !Number.isFinite(value) || value < min || value > max;
        control.toggleAttribute("aria-invalid", isWrong);
        if (isWrong) control.setAttribute("aria-invalid", "true");
        else write(value);
      },
    });
    this.keepFresh(control, read);
    control.addEventListener("blur", () => control.removeAttribute("aria-invalid"));
    return this.wrap(unit ? `${label} (${unit})` : label, control);
  }

  text(label, read, write, { max = 500 } = {}) {
    const control = el("input", {
      type: "text", class: "form-control", maxlength: max, autocomplete: "off",
      oninput: () => write(control.value),
    });
    this.keepFresh(control, read);
    return this.wrap(label, control, "property-wide");
  }

  /** options: [[value, text], …]; what is chosen and unknown is offered too. */
  select(label, options, read, write, className = "") {
    const control = el("select", { class: "form-select", onchange: () => write(control.value) });
    const known = options.map(([value]) => value);
    const now = String(read() ?? "");
    const all = known.includes(now) ? options : [...options, [now, now]];
    control.append(...all.map(([value, text]) => el("option", { value }, text)));
    this.keepFresh(control, read);
    return this.wrap(label, control, className);
  }

  tick(label, read, write) {
    const control = el("input", {
      type: "checkbox", class: "form-check-input", onchange: () => write(control.checked),
    });
    const show = () => { control.checked = Boolean(read()); };
    show();
    this.fresh.push(show);
    const field = this.wrap(label, control, "property-tick");
    return field;
  }

  /** A colour by its meaning, or one's own; with `none` also none. */
  colour(label, words, read, write, { none = false } = {}) {
    const meanings = words.colours;
    const isOwn = () => read()?.startsWith("#");
    const options = [...(none ? [["", words.no_colour]] : []), ...meanings, ["own", words.own_colour]];
    const choice = this.select(
      label,
      options,
      () => (isOwn() ? "own" : read() ?? ""),
      (value) => write(value === "own" ? "#12355b" : value || null),
    );
    const control = el("input", {
      type: "color", class: "form-control form-control-color", oninput: () => write(control.value),
    });
    const own = this.wrap(words.own_of.replace("{field}", label), control);
    const show = () => {
      own.hidden = !isOwn();
      if (isOwn() && control.value !== read()) control.value = read();
    };
    show();
    this.fresh.push(show);
    return el("div", { class: "property-pair" }, choice, own);
  }

  button(label, action, { className = "btn-outline-secondary", ...more } = {}) {
    return el("button", { type: "button", class: `btn btn-sm ${className}`, onclick: action, ...more }, label);
  }

  group(title, ...children) {
    return el("fieldset", { class: "property-group" }, el("legend", {}, title), ...children);
  }
}
