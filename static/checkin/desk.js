// The scanning page: a code comes in by a scanner, the camera, typing or a name, is stored, sent,
// and answered by a verdict.

import { Camera } from "./camera.js";
import { Revoked, Server, forget, recall, remember } from "./device.js";
import { Queue } from "./queue.js";
import { signal } from "./signals.js";
import { Verdicts } from "./verdict.js";

const RETRY_MS = 5000;
const COUNT_MS = 20000;
const TYPING_MS = 250;
const LAST_SCANS = 10;

const $ = (id) => document.getElementById(id);
const page = $("desk");
const words = JSON.parse($("words").textContent);
const verdicts = new Verdicts(words, page.dataset.language);
const ownEvent = page.dataset.event ?? null; // set where somebody has signed in

let device = null;
let server = null;
let queue = null;
let shownId = null; // the scan whose verdict the panel waits for
let sending = null;

function trouble(text) {
  $("trouble").textContent = text ?? "";
  $("trouble").hidden = !text;
}

function showUnsent() {
  const size = queue?.size ?? 0;
  $("unsent").textContent = size ? words.unsent.replace("{}", size) : words.all_sent;
  $("unsent").classList.toggle("is-waiting", size > 0);
}

async function provision() {
  device = recall(ownEvent);
  if (!device && ownEvent) {
    const answer = await fetch(page.dataset.tokenUrl, {
      method: "POST",
      headers: { "X-CSRFToken": page.dataset.csrf },
    });
    if (!answer.ok) throw new Error("no token");
    device = { event: ownEvent, token: (await answer.json()).token };
    remember(device, ownEvent);
  }
  if (!device) throw new Revoked();
  server = new Server(device);
  queue = new Queue(device.event);
}

function colours() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = `/e/${device.event}/colours.css`;
  document.head.append(link);
}

const chosenKey = () => `eventapp.checkpoint.${device.event}`;
let checkpoints = [];

async function loadCheckpoints() {
  ({ checkpoints } = await server.checkpoints());
  const select = $("checkpoint");
  const chosen = select.value || localStorage.getItem(chosenKey());
  select.replaceChildren(...checkpoints.map((it) => {
    const name = page.dataset.language === "en" ? it.name_en : it.name;
    return new Option(name, it.id, false, String(it.id) === chosen);
  }));
  if (!checkpoints.length) select.replaceChildren(new Option(words.choose, ""));
  showPassed();
}

function showPassed() {
  const it = checkpoints.find(({ id }) => String(id) === $("checkpoint").value);
  $("passed").textContent = it ? words.passed.replace("{}", it.passed) : "";
}

function show(result) {
  $("verdict").replaceChildren(verdicts.panel(result));
  signal(result.verdict);
  if (result.verdict !== "kept") {
    const now = new Date().toTimeString().slice(0, 8);
    $("last").prepend(verdicts.line(result, now));
    while ($("last").children.length > LAST_SCANS) $("last").lastElementChild.remove();
  }
}

function scan(code) {
  if (!code.trim() || !queue) return;
  const reading = {
    id: crypto.randomUUID(),
    checkpoint: Number($("checkpoint").value),
    code: code.trim(),
    read_at: new Date().toISOString(),
  };
  shownId = reading.id;
  trouble(queue.add(reading) ? null : words.storage_full);
  showUnsent();
  flush();
}

async function flush() {
  if (sending) {
    await sending;
    if (!queue.size) return;
  }
  sending ??= send().finally(() => { sending = null; });
  await sending;
}

async function send() {
  while (queue.size) {
    const batch = queue.next();
    let results;
    try {
      results = await server.send(batch);
    } catch (error) {
      if (error instanceof Revoked) return signedOut();
      waiting(batch);
      return;
    }
    queue.remove(new Set(batch.map(({ id }) => id)));
    trouble(null);
    results.forEach((result, index) => settle({ ...result, code: batch[index].code }, batch[index]));
    showUnsent();
  }
}

function settle(result, reading) {
  if (result.verdict === "admitted") {
    const it = checkpoints.find(({ id }) => id === reading.checkpoint);
    if (it) it.passed += 1;
    showPassed();
  }
  if (reading.id === shownId) show(result);
}

/** No answer: say so at once, and keep trying. */
function waiting(batch) {
  trouble(words.no_network);
  showUnsent();
  if (batch.some(({ id }) => id === shownId)) show({ verdict: "kept" });
}

async function signedOut() {
  showUnsent();
  forget(ownEvent);
  if (ownEvent) {
    try {
      await provision(); // somebody is signed in: their browser gets a new token
      return;
    } catch { /* not any more */ }
  }
  trouble(words.signed_out);
}

let typing = null;
$("name").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(find, TYPING_MS);
});

async function find() {
  const query = $("name").value.trim();
  $("found").replaceChildren();
  $("found-note").textContent = query.length === 1 ? words.more_letters : "";
  if (query.length < 2 || !server) return;
  try {
    const { results } = await server.lookup(query, Number($("checkpoint").value));
    if (query !== $("name").value.trim()) return; // typed on in the meantime
    $("found").replaceChildren(...results.map((it) => verdicts.person(it, choose)));
    $("found-note").textContent = results.length ? "" : words.nobody;
  } catch {
    $("found-note").textContent = words.try_again;
  }
}

function choose(code) {
  $("name").value = "";
  $("found").replaceChildren();
  scan(code);
  $("code").focus();
}

$("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  scan($("code").value);
  $("code").value = "";
  $("code").focus();
});

// A USB scanner types wherever the focus is; what it types belongs into the code.
document.addEventListener("keydown", (event) => {
  if (event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, select, textarea, [contenteditable]")) return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  $("code").focus();
});

$("checkpoint").addEventListener("change", () => {
  localStorage.setItem(chosenKey(), $("checkpoint").value);
  showPassed();
  $("code").focus();
});

const camera = new Camera($("video"), scan);
$("camera").addEventListener("click", async () => {
  const button = $("camera");
  try {
    if (camera.isOn) camera.stop();
    else await camera.start();
    trouble(null);
  } catch {
    camera.stop();
    trouble(words.no_camera);
  }
  button.setAttribute("aria-pressed", String(camera.isOn));
  button.querySelector("span").textContent = camera.isOn ? words.camera_on : words.camera_off;
});

async function start() {
  try {
    await provision();
  } catch (error) {
    trouble(error instanceof Revoked ? words.signed_out : words.try_again);
    return;
  }
  colours();
  showUnsent();
  try {
    await loadCheckpoints();
  } catch (error) {
    if (error instanceof Revoked) {
      await signedOut();
      if (recall(ownEvent)) await loadCheckpoints();
    } else trouble(words.no_network);
  }
  await flush();
  setInterval(() => { if (queue.size) flush(); }, RETRY_MS);
  setInterval(() => { loadCheckpoints().catch(() => {}); }, COUNT_MS);
  window.addEventListener("online", flush);
  page.dataset.ready = "true";
}

await start();
