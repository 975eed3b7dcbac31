// The form of badges is made anew after each change. What is chosen or typed while the server
// answers is put into the new form, which is then sent once more.

let sent = null;
let later = new Map();

const form = () => document.getElementById("badges-page");

function values() {
  const controls = [...form().elements].filter((it) => it.name && it.type !== "hidden");
  return new Map(controls.map((it) => [it.name, it.type === "checkbox" ? it.checked : it.value]));
}

document.addEventListener("htmx:beforeRequest", () => { sent = values(); });

document.addEventListener("htmx:beforeSwap", () => {
  later = new Map([...values()].filter(([name, value]) => sent && sent.get(name) !== value));
});

document.addEventListener("htmx:afterSwap", () => {
  for (const [name, value] of later) {
    const control = form().elements[name];
    if (control?.type === "checkbox") control.checked = value;
    else if (control) control.value = value;
  }
  const again = later.size > 0;
  later = new Map();
  if (again) setTimeout(() => form().dispatchEvent(new Event("change")));
});
