// A long paper is written while its link waits: it says so, and is not followed twice. The answer
// carries a cookie with the mark that was asked for. Without this module the link just works.

const LONGEST = 15 * 60 * 1000;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-paper-file]");
  if (!link) {
    return;
  }
  if (link.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
    return;
  }
  const mark = crypto.getRandomValues(new Uint32Array(4)).reduce((text, it) => text + it.toString(36), "");
  const address = new URL(link.href);
  address.searchParams.set("ready", mark);
  link.href = address;
  wait(link, mark);
});

function wait(link, mark) {
  const status = document.querySelector("[data-paper-wait]");
  const until = Date.now() + LONGEST;
  link.setAttribute("aria-disabled", "true");
  link.classList.add("disabled");
  status.textContent = status.dataset.text;
  const timer = setInterval(() => {
    if (!document.cookie.includes(`paper-ready=${mark}`) && Date.now() < until) {
      return;
    }
    clearInterval(timer);
    link.removeAttribute("aria-disabled");
    link.classList.remove("disabled");
    status.textContent = "";
  }, 250);
}
