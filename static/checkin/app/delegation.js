// A whole delegation by one code: everybody ticked, untick who is missing, let the others in.

import { $, element, tell } from "./dom.js";
import { categoryMark, notes, since } from "./person.js";
import { summary } from "./verdict.js";
import { say } from "./words.js";

const LETS_IN = new Set(["admitted", "to_confirm"]);

export class DelegationList {
  /** desk: what shows panels and verdicts, and says how a scan is made. */
  constructor(engine, desk) {
    Object.assign(this, { engine, desk, code: null });
    $("delegation-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.confirm();
    });
    $("delegation-form").addEventListener("change", () => this.count());
    $("delegation-all").addEventListener("click", () => this.tickAll(true));
    $("delegation-none").addEventListener("click", () => this.tickAll(false));
    $("delegation-cancel").addEventListener("click", () => desk.views.show("scan"));
  }

  /** Who is here, and who is to be ticked, is another matter at another checkpoint. */
  again() {
    if (this.desk.views.name === "delegation" && this.code) this.fill(this.code);
  }

  /** False when nobody knows the code. */
  open(code) {
    if (!this.fill(code)) return false;
    this.desk.views.show("delegation", { focus: true });
    return true;
  }

  fill(code) {
    const found = this.engine.delegation(code);
    if (!found) return false;
    this.code = code;
    const at = this.desk.checkpoints.id;
    const here = found.people.filter((it) => isHere(it, at));
    $("delegation-heading").textContent = say("delegation_of", found.delegation.name);
    tell($("delegation-note"), say("delegation_count", found.people.length, here.length));
    $("delegation-people").replaceChildren(...found.people.map((it) => this.entry(it, at)));
    this.count();
    return true;
  }

  entry(person, at) {
    const isIn = isHere(person, at);
    const mayCome = person.status === "approved";
    const box = element("input", "form-check-input");
    Object.assign(box, {
      type: "checkbox", value: person.code, checked: !isIn && mayCome, disabled: isIn || !mayCome,
    });
    const about = [person.position, person.organisation].filter(Boolean).join(" · ");
    const marks = element("span", "app-marks");
    if (person.category) marks.append(categoryMark(person.category));
    if (isIn) marks.append(element("span", "app-note is-good", since(person, at, this.zone)));
    else if (!mayCome) marks.append(element("span", "app-note", say("not_approved_short")));
    marks.append(...notes(person).map((it) => element("span", "app-note", it)));
    return element("li", "", element("label", "choice", box, element(
      "span", "", element("span", "data-main", person.name), element("span", "data-sub", about), marks,
    )));
  }

  get zone() { return this.engine.state.event?.timezone; }

  get boxes() {
    return [...$("delegation-people").querySelectorAll("input:not(:disabled)")];
  }

  get ticked() { return this.boxes.filter((it) => it.checked).map((it) => it.value); }

  tickAll(on) {
    for (const box of this.boxes) box.checked = on;
    this.count();
  }

  count() {
    const { length } = this.ticked;
    $("delegation-confirm").textContent = length
      ? say("delegation_confirm", length) : say("delegation_nobody");
    $("delegation-confirm").disabled = !length;
  }

  async confirm() {
    const codes = this.ticked;
    const confirm = $("delegation-confirm");
    if (!codes.length || confirm.getAttribute("aria-busy")) return;
    confirm.setAttribute("aria-busy", "true");
    try {
      const title = $("delegation-heading").textContent;
      this.tell(title, await this.desk.scanMany(codes));
    } finally {
      confirm.removeAttribute("aria-busy");
    }
  }

  tell(title, results) {
    const inside = results.filter((it) => LETS_IN.has(it.verdict));
    const others = results.filter((it) => !LETS_IN.has(it.verdict));
    const worst = others.find((it) => it.verdict === "not_stored")?.verdict
      ?? (others.length ? "duplicate" : "admitted");
    const lines = [title];
    if (others.length) {
      lines.push(say("delegation_problems", others.length));
      lines.push(element("ul", "verdict-list", ...others.map((it) => element(
        "li", "", `${it.person?.name ?? it.code}: ${this.desk.headingOf(it)}`,
      ))));
    }
    this.desk.present(summary(worst, say("delegation_done", inside.length), lines), worst);
  }
}

function isHere(person, checkpoint) {
  const passed = person.passed?.[checkpoint];
  return Boolean(passed && passed.inside !== false && passed.inside !== 0);
}
