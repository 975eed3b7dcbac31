// A question that is asked of some categories only is shown when one of them is chosen. Without
// this module it is shown always, says of whom it is asked, and is left unread of all others.

const category = document.querySelector('[name="category_id"]');
const questions = document.querySelectorAll("[data-asked-of]");

function show() {
  for (const question of questions) {
    question.hidden = !question.dataset.askedOf.split(" ").includes(category.value);
  }
  for (const section of document.querySelectorAll("[data-questions]")) {
    section.hidden = !section.querySelector("[data-question]:not([hidden])");
  }
}

if (category) {
  category.addEventListener("change", show);
  show();
}
