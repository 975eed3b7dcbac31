// Somebody who came unregistered: a short form that loses nothing, works offline, and ends with a code
// that can be written on a badge.

import { $, element, showErrors } from "./dom.js";
import { picture } from "./qr.js";
import { summary } from "./verdict.js";
import { named, say } from "./words.js";

const FIELDS = ["name", "organisation", "delegation", "category", "position", "phone", "email", "note"];
const OUTCOMES = { registered: "admitted", known: "admitted", waitlisted: "to_confirm", refused: "refused" };

const same = (text) => text.trim().normalize("NFC").toLocaleLowerCase("vi");

/** What is wrong with what was typed: {field: text}. The server looks at it more closely. */
export function mistakes({ name, organisation, category, phone, email }) {
  const found = {};
  if (!name) found.name = say("walk_in_name_missing");
  else if (name.replace(/[^\p{L}]/gu, "").length < 2) found.name = say("walk_in_name_short");
  if (!organisation) found.organisation = say("walk_in_organisation_missing");
  if (!category) found.category = say("walk_in_category_missing");
  const digits = phone.replace(/\D/g, "").length;
  if (phone && (!/^[+\d\s().-]+$/.test(phone) || digits < 8 || digits > 15)) {
    found.phone = say("walk_in_phone_wrong");
  }
  if (email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) found.email = say("walk_in_email_wrong");
  return found;
}

export class WalkIns {
  constructor(engine, desk) {
    Object.assign(this, { engine, desk, shown: null });
    this.form = $("walk-in-form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("reset", () => this.tellErrors({}));
    $("walk-in-organisation").addEventListener("input", () => this.follow());
    this.choices();
  }

  /** The lists to choose from; again when they have changed, keeping what is chosen. */
  choices() {
    const { categories = [], delegations = [], organisations = [] } = this.engine.state;
    const now = JSON.stringify([categories, delegations, organisations]);
    if (now === this.shown) return;
    this.shown = now;
    const fill = (id, first, list) => {
      const kept = $(id).value;
      $(id).replaceChildren(new Option(first, ""), ...list.map((it) => new Option(named(it), it.id)));
      $(id).value = kept;
      if ($(id).selectedIndex < 0) $(id).value = "";
    };
    fill("walk-in-category", say("walk_in_choose"), categories);
    fill("walk-in-delegation", say("walk_in_none"), delegations);
    $("offices").replaceChildren(...organisations.map(([, name]) => new Option(name)));
  }

  /** An office of the list has its delegation. */
  follow() {
    const typed = same($("walk-in-organisation").value);
    const found = (this.engine.state.organisations ?? []).find(([, name]) => same(name) === typed);
    if (found) $("walk-in-delegation").value = String(found[2] ?? "");
  }

  get typed() {
    const data = Object.fromEntries(FIELDS.map((it) => [it, this.form.elements[it].value.trim()]));
    return { ...data, delegation: Number(data.delegation) || null, category: Number(data.category) || null };
  }

  tellErrors(errors) {
    showErrors(this.form, errors);
    const box = $("walk-in-summary");
    const wrong = Object.entries(errors);
    box.hidden = !wrong.length;
    box.replaceChildren(...(wrong.length ? [
      element("h3", "", say("walk_in_errors")),
      element("ul", "", ...wrong.map(([field, text]) => {
        const link = element("a", "", text);
        link.href = `#walk-in-${field}`;
        link.addEventListener("click", (event) => {
          event.preventDefault();
          $(`walk-in-${field}`).focus();
        });
        return element("li", "", link);
      })),
    ] : []));
    if (wrong.length) $(`walk-in-${wrong[0][0]}`).focus();
  }

  async submit() {
    const confirm = this.form.querySelector("[type=submit]");
    if (confirm.getAttribute("aria-busy")) return;
    const data = this.typed;
    const errors = mistakes(data);
    this.tellErrors(errors);
    if (Object.keys(errors).length) return;
    confirm.setAttribute("aria-busy", "true");
    try {
      const { checkpoint, readAt } = this.desk.order; // and a time from paper
      const made = await this.engine.walkIn({ ...data, checkpoint, readAt });
      this.form.reset();
      this.desk.showWalkIn({ ...made, name: data.name });
    } catch (error) {
      // Nothing is lost: what was typed is still there.
      const box = $("walk-in-summary");
      box.hidden = false;
      box.replaceChildren(element("p", "", say("walk_in_failed")), element("p", "", error.message));
      box.scrollIntoView({ block: "nearest" });
    } finally {
      confirm.removeAttribute("aria-busy");
    }
  }

  /** The verdict: to be confirmed, or what the server has said of it, and the code. */
  panel({ code, walkIn, result, name }) {
    const outcome = walkIn?.outcome;
    const isLost = result.verdict === "not_stored" && !outcome;
    const verdict = isLost ? "not_stored" : OUTCOMES[outcome] ?? "to_confirm";
    const title = outcome ? say(`walk_in_${outcome}`) : say(verdict);
    const lines = [element("p", "verdict-name", name)];
    if (!outcome) lines.push(say(isLost ? "not_stored_hint" : "walk_in_pending"));
    if (walkIn?.why) lines.push(walkIn.why);
    if (outcome && outcome !== "refused" && result.verdict === "refused") {
      lines.push(element("p", "verdict-note", this.desk.headingOf(result)));
    }
    const shown = walkIn?.delegate?.code ?? code;
    if (outcome !== "refused") {
      lines.push(say("walk_in_code"), picture(shown, say("qr_of", shown)));
      lines.push(element("p", "verdict-line code app-code-text", shown.replace(/(.{4})(?=.)/g, "$1 ")));
      lines.push(this.desk.printAction({ name, code: shown }));
    }
    return [verdict, summary(verdict, title, lines)];
  }
}
