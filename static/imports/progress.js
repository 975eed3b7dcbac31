// Long work with its progress: the form is sent by fetch, the answer is a line of JSON for each
// step. Without this module the form is sent as usual, and the page comes when all is done.

for (const form of document.querySelectorAll("form[data-progress]")) {
  form.addEventListener("submit", (event) => {
    if (!window.ReadableStream || !form.reportValidity()) {
      return;
    }
    event.preventDefault();
    send(form);
  });
}

async function send(form) {
  const buttons = form.querySelectorAll("button");
  const bar = form.querySelector(".import-progress");
  const meter = bar.querySelector("progress");
  const text = bar.querySelector("[role=status]");
  const body = new FormData(form);
  buttons.forEach((button) => { button.disabled = true; });
  bar.hidden = false;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/x-ndjson, text/html;q=0.5" },
      credentials: "same-origin",
    });
    const kind = answer.headers.get("Content-Type") ?? "";
    if (kind.startsWith("application/x-ndjson")) {
      for await (const line of lines(answer.body)) {
        if (line.to) {
          window.location.assign(line.to);
          return;
        }
        if (line.failed) {
          throw new Error("failed");
        }
        meter.max = line.of || 1;
        meter.value = line.done;
        text.textContent = text.dataset.text.replace("{done}", line.done).replace("{of}", line.of);
      }
      throw new Error("cut off");
    }
    // A refusal is a page of its own.
    show(await answer.text());
  } catch {
    bar.hidden = false;
    meter.hidden = true;
    text.textContent = form.dataset.failed;
    buttons.forEach((button) => { button.disabled = false; });
  }
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.querySelector("main").replaceWith(page.querySelector("main"));
  document.title = page.title;
  const notice = document.querySelector("[data-focus]");
  notice?.focus();
  for (const form of document.querySelectorAll("form[data-progress]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
  document.dispatchEvent(new Event("grid:look-again"));
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }
    rest += value;
    const parts = rest.split("\n");
    rest = parts.pop();
    for (const part of parts.filter(Boolean)) {
      yield JSON.parse(part);
    }
  }
}
