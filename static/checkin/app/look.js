// What the server found that doors did otherwise than it would have: for supervisors, online.

import { $, button, element, tell } from "./dom.js";
import { clock } from "./times.js";
import { named, say } from "./words.js";

export class Look {
  constructor(engine, explain) {
    Object.assign(this, { engine, explain });
  }

  mark() {
    const count = this.engine.state.openDiscrepancies ?? 0;
    tell($("look-mark"), count ? String(count) : "");
    $("look-mark").setAttribute("aria-label", say("look_count", count));
    $("look-open").querySelector("span").textContent = say("look_count", count);
  }

  async load() {
    try {
      const { results } = await this.engine.api("discrepancies");
      $("look").replaceChildren(...results.map((it) => this.entry(it)));
      tell($("look-note"), results.length ? say("look_count", results.length) : say("look_none"));
    } catch (error) {
      $("look").replaceChildren();
      tell($("look-note"), this.explain(error));
    }
  }

  entry(it) {
    const zone = this.engine.state.event?.timezone;
    const gate = this.engine.state.checkpoints?.find(({ id }) => id === it.checkpoint);
    const who = it.delegate?.name ?? it.walk_in?.name ?? it.scan?.code ?? "";
    const item = element(
      "li", "app-look",
      element("p", "app-look-kind", say(`look_${it.kind}`) ?? it.kind),
      element("p", "data-main", who),
      element("p", "data-sub", [it.delegate?.organisation ?? it.walk_in?.organisation, gate && named(gate)]
        .filter(Boolean).join(" · ")),
    );
    if (it.first) item.append(element("p", "", say("look_first", it.first.device, clock(it.first.happened_at, zone))));
    if (it.scan) item.append(element("p", "", say("look_then", it.scan.device, clock(it.scan.happened_at, zone))));
    if (it.walk_in?.why) item.append(element("p", "", it.walk_in.why));
    item.append(this.form(it, who));
    return item;
  }

  form(it, who) {
    const input = element("input", "form-control");
    Object.assign(input, { id: `look-${it.id}`, maxLength: 300, autocomplete: "off" });
    const label = element("label", "", say("look_note"), element("span", "visually-hidden", ` (${who})`));
    label.htmlFor = input.id;
    const error = element("p", "field-errors");
    error.id = `look-${it.id}-error`;
    error.hidden = true;
    input.setAttribute("aria-describedby", error.id);
    const form = element("form", "app-look-form", element("div", "field", label, input, error));
    const settle = button("btn btn-primary", say("look_settle"), () => form.requestSubmit());
    settle.setAttribute("aria-label", `${say("look_settle")} (${who})`);
    form.append(settle);
    form.noValidate = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const note = input.value.trim();
      tell(error, note ? "" : say("look_note_missing"));
      if (note) this.settle(it.id, note, settle, error);
      else input.focus();
    });
    return form;
  }

  async settle(id, note, pressed, error) {
    pressed.disabled = true;
    try {
      await this.engine.api("discrepancies", { id, note });
      await this.load();
      $("look-heading").focus();
      this.engine.sync().catch(() => {}); // it is tried again by itself
    } catch (failure) {
      pressed.disabled = false;
      tell(error, this.explain(failure));
    }
  }
}
