// The grid: rows pasted from a spreadsheet are spread over its cells, arrows and Enter move about.
// What the columns are is decided by the server, as for files. Without this module the grid can be
// typed into, and pasting goes through the field above it.

document.querySelectorAll("form[data-grid]").forEach(enliven);
document.addEventListener("grid:look-again", () => {
  document.querySelectorAll("form[data-grid]").forEach(enliven);
});

function enliven(form) {
  const body = form.querySelector("tbody");
  const more = form.querySelector("[data-more]");
  const said = form.querySelector(".grid-said");
  const most = Number(form.dataset.max);
  const pattern = emptied(body.lastElementChild);

  more.hidden = false;
  more.addEventListener("click", () => addRows(5));
  body.addEventListener("paste", onPaste);
  body.addEventListener("keydown", onKey);

  function addRows(number) {
    for (let i = 0; i < number && body.rows.length < most; i += 1) {
      const row = pattern.cloneNode(true);
      const at = body.rows.length;
      const number = Number.parseInt(body.lastElementChild.querySelector(".number").textContent, 10) + 1;
      row.querySelector(".number").textContent = number;
      for (const input of row.querySelectorAll("input")) {
        input.name = `r${at}-${input.dataset.key}`;
        input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, number));
      }
      body.append(row);
    }
    more.hidden = body.rows.length >= most;
  }

  async function onPaste(event) {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n]/.test(text.trimEnd())) {
      return; // one cell, as anywhere
    }
    event.preventDefault();
    const cell = event.target.closest("input");
    const cells = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((it) => it.split("\t"));
    const row = cell.closest("tr");
    const start = [...body.rows].indexOf(row);
    if (cells[0].length >= 3 || cell.dataset.key === "name") {
      const read = await understood(text);
      if (read.rows.length) {
        place(start, read.rows);
      }
      say(read.said);
      return;
    }
    // A column or two: they go where they are pasted.
    const keys = [...row.querySelectorAll("[data-key]")].map((it) => it.dataset.key);
    const from = keys.indexOf(cell.dataset.key);
    place(start, cells.map((line) => Object.fromEntries(line.map((it, i) => [keys[from + i], it]))), true);
  }

  async function understood(text) {
    const sent = new FormData();
    sent.append("csrf_token", form.elements.csrf_token.value);
    sent.append("pasted", text);
    try {
      const answer = await fetch(form.dataset.read, { method: "POST", body: sent, credentials: "same-origin" });
      return answer.ok ? await answer.json() : { rows: [], said: [form.dataset.failed] };
    } catch {
      return { rows: [], said: [form.dataset.failed] };
    }
  }

  // Whole rows go to free rows, so that nobody on the list is overwritten; single columns go where
  // they are pasted.
  function place(start, rows, exactly = false) {
    let at = start;
    let first = null;
    for (const values of rows) {
      if (!exactly) {
        while (at < body.rows.length && !isFree(body.rows[at])) {
          at += 1;
        }
      }
      if (at >= body.rows.length) {
        addRows(Math.max(5, rows.length));
      }
      const row = body.rows[at];
      if (!row) {
        break;
      }
      for (const [key, value] of Object.entries(values)) {
        const input = row.querySelector(`[data-key="${key}"]`);
        if (input && value) {
          input.value = value.replace(/\s*\n\s*/g, " "); // a cell has one line
          first ??= input;
        }
      }
      at += 1;
    }
    first?.focus(); // shown, wherever the free rows are
  }

  function say(lines) {
    said.hidden = lines.length === 0;
    said.textContent = lines.join(" ");
  }

  function onKey(event) {
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    const input = event.target.closest("[data-key]");
    if (!step || !input || event.isComposing || (input.list && event.key !== "Enter")) {
      return;
    }
    event.preventDefault();
    const next = body.rows[[...body.rows].indexOf(input.closest("tr")) + step];
    next?.querySelector(`[data-key="${input.dataset.key}"]`)?.focus();
  }
}

function isFree(row) {
  return [...row.querySelectorAll("[data-key]")].every((it) => !it.value) && !row.querySelector("[type=hidden]");
}

function emptied(row) {
  const copy = row.cloneNode(true);
  copy.className = "";
  copy.querySelectorAll("[type=hidden], .import-problem").forEach((it) => it.remove());
  copy.querySelectorAll("td").forEach((it) => it.classList.remove("is-wrong"));
  for (const input of copy.querySelectorAll("input")) {
    input.removeAttribute("value");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  return copy;
}
