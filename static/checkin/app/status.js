// The line that is always there: what is not sent yet, whether there is a network, whose device this
// is, and what is wrong with its storage.

import { $, element, tell } from "./dom.js";
import { clock } from "./times.js";
import { say } from "./words.js";

const TICK_MS = 10_000;

export class Status {
  constructor(engine) {
    this.engine = engine;
    this.wasOnline = null;
    setInterval(() => this.show(), TICK_MS);
    this.show();
  }

  show() {
    const { state } = this.engine;
    const unsent = (state.unsent ?? 0) + (state.unsentWalkIns ?? 0) + (state.unsentCalls ?? 0);
    tell($("unsent"), unsent ? say("unsent", unsent) : say(state.unsentKnown === false ? "unsent_unknown" : "all_sent"));
    const others = state.unsentOthers ? say("unsent_others", state.unsentOthers) : "";
    $("unsent").classList.toggle("is-waiting", unsent > 0 || state.unsentKnown === false);
    const zone = state.event?.timezone;
    const last = clock(state.lastContact, zone);
    if (state.online) tell($("network"), say("online"));
    else if (state.unknown) tell($("network"), say("device_unknown"));
    else tell($("network"), last ? say("offline_since", last) : say("offline"));
    $("network").classList.toggle("is-off", !state.online);
    const { name, rights } = state.device ?? {};
    tell($("device"), name ? `${name} · ${say(rights) ?? ""}` : "");
    const refused = state.refused ? say("refused_unsent", state.refused) : "";
    const storage = { full: "storage_full", memory: "storage_memory" }[state.storage];
    tell($("storage"), [storage && say(storage), refused, others].filter(Boolean).join(" "));
    // Spoken only when it changes: the line itself says it all the time.
    if (this.wasOnline !== null && this.wasOnline !== state.online) {
      $("said").textContent = say(state.online ? "online_said" : "offline_said");
    }
    this.wasOnline = state.online;
    this.about();
  }

  about() {
    if (!$("about")) return; // a kiosk has no such page
    const { state } = this.engine;
    const zone = state.event?.timezone;
    const minutes = Math.round((state.offsetMs ?? 0) / 60_000);
    const right = minutes === 0 ? "clock_right" : minutes > 0 ? "clock_behind" : "clock_ahead";
    const facts = [
      ["about_device", state.device?.name],
      ["about_rights", say(state.device?.rights ?? "steward")],
      ["about_event", state.event?.title],
      ["about_people", state.people],
      ["about_contact", clock(state.lastContact, zone) || say("never")],
      ["about_clock", say(right, Math.abs(minutes))],
    ];
    $("about").replaceChildren(...facts.map(([key, value]) => element(
      "div", "", element("dt", "", say(key)), element("dd", "", String(value ?? "")),
    )));
  }
}
