// The scanning page: a code comes in by a scanner, the camera, typing or a name, is stored, sent,
// and answered by a verdict.

import { Camera } from "./camera.js";
import { Revoked, Server, forget, recall, remember } from "./device.js";
import { Printer } from "./printing.js";
import { Queue } from "./queue.js";
import { listen } from "./scanner.js";
import { signal } from "./signals.js";
import { Verdicts } from "./verdict.js";

const RETRY_MS = 5000;
const COUNT_MS = 20000;
const TYPING_MS = 250;
const LAST_SCANS = 10;
const PATIENCE_MS = 1500;
const LONGEST_CODE = 64;

const $ = (id) => document.getElementById(id);
const page = $("desk");
const words = JSON.parse($("words").textContent);
const printer = Printer.of($("print-form"), $("print-frame"), printed);
const verdicts = new Verdicts(words, page.dataset.language, printer && printBadge);
const ownEvent = page.dataset.event ?? null; // set where somebody has signed in

let device = null;
let server = null;
let queue = null;
let shownId = null; // the scan whose verdict the panel shows or waits for
let keptId = null; // the scan that the panel says is kept
let sending = null;
let online = true; // the last call was answered

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
const listKey = () => `eventapp.checkpoints.${device.event}`;
let checkpoints = [];
let zone = undefined; // of the event; a device may stand in another

/** The checkpoints as the server has them or, without a network, as it had them. */
async function loadCheckpoints() {
  try {
    const { event, checkpoints: list } = await server.checkpoints();
    [checkpoints, zone] = [list, event.timezone];
    localStorage.setItem(listKey(), JSON.stringify([checkpoints, zone]));
  } catch (error) {
    if (!checkpoints.length) {
      [checkpoints, zone] = JSON.parse(localStorage.getItem(listKey())) ?? [[], undefined];
    }
    throw error;
  } finally {
    showCheckpoints();
  }
}

function showCheckpoints() {
  const select = $("checkpoint");
  const named = (it) => (page.dataset.language === "en" ? it.name_en : it.name);
  const same = checkpoints.length === select.options.length
    && checkpoints.every((it, i) => String(it.id) === select.options[i].value);
  if (!same || !checkpoints.length) { // a list that is open stays open
    const chosen = select.value || chosenBefore();
    const options = checkpoints.map((it) => new Option(named(it), it.id, false, it.id === Number(chosen)));
    select.replaceChildren(...(options.length ? options : [new Option(words.choose, "")]));
  }
  showPassed();
}

/** What was chosen here last; but yesterday's door is not today's. */
function chosenBefore() {
  const today = new Date().toLocaleDateString("sv", { timeZone: zone }); // as ISO 8601 writes it
  const chosen = checkpoints.find((it) => String(it.id) === localStorage.getItem(chosenKey()));
  const door = checkpoints.find((it) => it.date === today);
  return (chosen && !(door && chosen.date && chosen.date < today) ? chosen : door)?.id;
}

function showPassed() {
  const it = checkpoints.find(({ id }) => String(id) === $("checkpoint").value);
  $("passed").textContent = it ? words.passed.replace("{}", it.passed) : "";
}

function show(result) {
  $("verdict").replaceChildren(verdicts.panel(result));
  $("verdict").scrollIntoView({ block: "nearest" });
  signal(result.verdict);
}

function log(result, readAt) {
  $("last").prepend(verdicts.line(result, new Date(readAt).toLocaleTimeString("sv", { timeZone: zone })));
  while ($("last").children.length > LAST_SCANS) $("last").lastElementChild.remove();
  $("last-scans").hidden = false;
}

function scan(typed) {
  const code = typed.trim().slice(0, LONGEST_CODE);
  if (!code || !queue) return;
  const reading = {
    id: uuid(),
    checkpoint: Number($("checkpoint").value),
    code,
    read_at: new Date().toISOString(),
  };
  shownId = reading.id;
  const stored = queue.add(reading);
  if (!stored) trouble(words.storage_full);
  showUnsent();
  // The next person is not kept waiting by a network that does not answer.
  if (!online) kept(reading);
  else setTimeout(() => kept(reading), PATIENCE_MS);
  flush();
}

/** crypto.randomUUID exists on https only; a hall's own network may have none. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Say that a scan is kept: once, and only while it is the last one and has no answer. */
function kept(reading) {
  if (reading.id !== shownId || keptId === reading.id || !queue.has(reading.id)) return;
  keptId = reading.id;
  show({ verdict: "kept", code: reading.code });
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
    online = true;
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
  log(result, reading.read_at);
  if (reading.id === shownId) show(result);
}

/** No answer: say so at once, and keep trying. */
function waiting(batch) {
  online = false;
  trouble(words.no_network);
  showUnsent();
  batch.forEach(kept);
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
  if ($("name").value.trim().length < 2) find();
  else typing = setTimeout(find, TYPING_MS);
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

function printBadge(code) {
  trouble(null);
  $("print-note").textContent = words.printing;
  printer.print(code);
}

/** The printer has the badge, or there is a reason why not. */
function printed(why) {
  $("print-note").textContent = "";
  trouble(why);
  ready();
}

function choose(code) {
  $("name").value = "";
  $("found").replaceChildren();
  scan(code);
  ready();
}

/** The code has the focus, but for touch: there it would call up the keyboard over the verdict. */
function ready() {
  if (matchMedia("(pointer: coarse)").matches) document.activeElement.blur();
  else $("code").focus({ preventScroll: true });
}

// From the name to the people found and among them by the arrows; Enter leads to the first.
document.querySelector(".desk-search").addEventListener("keydown", (event) => {
  const people = [...$("found").querySelectorAll(".desk-person")];
  const at = people.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || (event.key === "Enter" && at < 0)) {
    people[Math.min(at + 1, people.length - 1)]?.focus();
  } else if (event.key === "ArrowUp" && at >= 0) {
    (people[at - 1] ?? $("name")).focus();
  } else return;
  event.preventDefault();
});

$("code-form").addEventListener("submit", (event) => {
  event.preventDefault();
  scan($("code").value);
  $("code").value = "";
  ready();
});

listen($("code"), (code) => {
  scan(code);
  ready();
});

$("checkpoint").addEventListener("change", () => {
  localStorage.setItem(chosenKey(), $("checkpoint").value);
  showPassed();
  ready();
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
