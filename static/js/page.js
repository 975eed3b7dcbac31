// What every page has: forms are sent once, a question before what cannot be undone, and the
// first wrong field in view.

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !window.confirm(question)) {
    event.preventDefault();
    return;
  }
  // A second press while the answer is on its way would send the form again.
  if (form.method === "post" && !form.dataset.download) {
    for (const button of form.querySelectorAll("button[type=submit], input[type=submit]")) {
      // After this turn: a disabled button's own name and value would not be sent.
      setTimeout(() => { button.disabled = true; });
    }
  }
});

// Back from the next page the buttons work again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[type=submit][disabled], input[type=submit][disabled]")) {
    button.disabled = false;
  }
});

document.querySelector("[data-focus]")?.focus();

for (const control of document.querySelectorAll("select[data-submit]")) {
  control.addEventListener("change", () => control.form.requestSubmit());
}
