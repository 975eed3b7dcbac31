// Making elements. Text is always text: nothing that comes from a person is read as HTML.

export const $ = (id) => document.getElementById(id);

/** element("p", "class", "text" or nodes …) */
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content.filter((it) => it !== null && it !== undefined && it !== ""));
  return made;
}

export function button(className, content, pressed) {
  const made = element("button", className, ...[content].flat());
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

export const icon = (name) => $(`icon-${name}`).content.cloneNode(true);

/** Show a text, or hide the element when there is none; untouched when nothing changes. */
export function tell(target, text) {
  const shown = text ?? "";
  if (target.textContent !== shown) target.textContent = shown;
  target.hidden = !shown;
}

/** Errors beside their fields: {field: text}; an empty object takes them all away. */
export function showErrors(form, errors) {
  for (const field of form.querySelectorAll("[data-field]")) {
    const text = errors[field.dataset.field];
    const list = field.querySelector(".field-errors");
    const control = field.querySelector("input, select");
    field.classList.toggle("has-error", Boolean(text));
    list.replaceChildren(...(text ? [element("li", "", element("span", "", text))] : []));
    list.hidden = !text;
    if (text) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}
