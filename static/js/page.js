// What every page has: forms are sent once, a question before what cannot be undone, and what is
// wrong in view.

const AGAIN_AFTER = 4000; // ms
const sent = new WeakMap();

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  const button = event.submitter ?? form;
  const question = button.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || "download" in form.dataset) return;
  // A second press while the answer is on its way would send the form again.
  if (event.timeStamp - (sent.get(button) ?? -AGAIN_AFTER) < AGAIN_AFTER) {
    event.preventDefault();
    return;
  }
  sent.set(button, event.timeStamp);
  button.setAttribute("aria-busy", "true");
  setTimeout(() => button.removeAttribute("aria-busy"), AGAIN_AFTER);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

document.querySelector("[data-focus]")?.focus();

for (const control of document.querySelectorAll("select[data-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}
