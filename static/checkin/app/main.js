// Starts the app: which device this browser is decides what it shows.

import { Engine, NoDevice } from "../engine/engine.js";
import { keepApp } from "../engine/shell.js";
import { $, tell } from "./dom.js";
import { Desk } from "./desk.js";
import { Kiosk } from "./kiosk.js";
import { Status } from "./status.js";
import { language, say } from "./words.js";
import { offerUpdate } from "./update.js";
import { stayAwake } from "./wake.js";

const LANGUAGE = "eventapp.lang";

/** The language chosen here before, unless the address names one; true when the page changes. */
function speak() {
  try {
    const asked = new URLSearchParams(location.search).get("lang");
    const kept = localStorage.getItem(LANGUAGE);
    if (asked) localStorage.setItem(LANGUAGE, language);
    else if (kept && kept !== language) {
      location.replace(`?lang=${kept}`);
      return true;
    }
  } catch { /* nothing is kept: the page's own language */ }
  return false;
}

/** Nothing to scan with: say why, and how many scans still lie here. */
function cannotScan(why, unsent) {
  $("desk").hidden = true;
  $("kiosk").hidden = true;
  $("none").hidden = false;
  if (why) tell($("none-why"), why);
  tell($("none-unsent"), unsent ? say("signed_out_unsent", unsent) : "");
  $("app").dataset.ready = "true";
}

/** Until the device knows what it may do: at once, but for the very first time. */
async function known(engine) {
  tell($("loading"), say("no_roster"));
  while (!engine.state.device) {
    await new Promise((resolve) => { engine.addEventListener("change", resolve, { once: true }); });
  }
  tell($("loading"), "");
}

async function start() {
  if (speak()) return;
  keepApp();
  let engine;
  try {
    engine = await Engine.open(null);
  } catch (error) {
    cannotScan(error instanceof NoDevice ? null : say("no_database"), 0);
    if (!(error instanceof NoDevice)) throw error;
    return;
  }
  let app = null;
  const revoked = () => {
    app?.forget();
    const { unsent = 0, unsentWalkIns = 0, unsentCalls = 0 } = engine.state;
    cannotScan(say("signed_out"), unsent + unsentWalkIns + unsentCalls);
  };
  const status = new Status(engine);
  engine.addEventListener("change", () => (engine.state.revoked ? revoked() : status.show()));
  engine.addEventListener("revoked", revoked);
  if (engine.state.revoked) {
    revoked();
    return;
  }
  await known(engine);
  const { rights } = engine.state.device;
  app = rights === "kiosk" ? new Kiosk(engine) : new Desk(engine);
  engine.addEventListener("change", () => {
    // Organisers have given it other rights; what is only in memory is not risked for that.
    const { device, storage, unsaved } = engine.state;
    if (device && device.rights !== rights && storage === "ok" && !unsaved) location.reload();
  });
  stayAwake();
  offerUpdate(engine);
  $("app").dataset.ready = "true";
  app.ready?.();
}

await start();
