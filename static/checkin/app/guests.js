// Whoever turns up at a bus that is not theirs is never turned away: they are asked about, and taken
// along with one tap.

import { $, button, element, icon } from "./dom.js";
import { groupMarks, paint, place } from "./person.js";
import { seatText } from "./roll_list.js";
import { summary } from "./verdict.js";
import { say } from "./words.js";

export class Guests {
  /** desk: where codes come in and verdicts stand; roll: which bus of which group this is. */
  constructor(engine, desk, roll) {
    Object.assign(this, { engine, desk, roll });
  }

  /**
   * {guest, bus}: how somebody is scanned who is taken into the bus at hand; null if they sit there by
   * the list, whatever this device has done with them since.
   */
  order(person) {
    const { group, bus } = this.roll;
    const seat = person?.id ? this.engine.buses.seat(person.code)?.listed : null;
    if (!seat || !group) return null;
    if (seat.group !== group.id) return { guest: true, ...(bus && { bus }) };
    return bus && seat.bus !== bus ? { bus } : null;
  }

  /** Whether somebody's place is another bus, so that it is asked first. */
  asks(code, source) {
    const person = this.engine.person(code);
    const order = this.order(person);
    if (!order || person.status !== "approved" || person.passed[this.roll.checkpoint]) return false;
    const seat = this.engine.buses.seat(code);
    const { group, bus } = this.roll;
    // Taken along before, or of the group and in none of its buses yet.
    if (seat.group === group.id && (bus === null || seat.bus === null || seat.bus === bus)) return false;
    this.desk.present(this.question(person, source, order), "to_confirm");
    return true;
  }

  question(person, source, order) {
    const made = summary("to_confirm", say("guest_ask", where(person)), [
      element("p", "verdict-name", person.name),
      element("p", "verdict-line", place(person)),
      element("p", "verdict-line app-marks", ...groupMarks(person)),
    ]);
    if (person.category) paint(made, person.category);
    made.append(element("p", "app-actions", this.button(person, source, order)));
    return made;
  }

  /** "Take along", for a verdict too: whom the server or this device would have refused here. */
  action({ reason, person, checkpoint, source }) {
    const order = this.order(person);
    if (reason !== "wrong_checkpoint" || !order || checkpoint !== this.roll.checkpoint) return null;
    return this.button(person, source, order);
  }

  button(person, source, order) {
    const take = button("btn btn-primary btn-lg", [icon("admitted"), say("guest_take")], () => {
      take.disabled = true;
      this.desk.scan({ code: person.code, source, ...order, was: where(person) });
    });
    take.append(element("span", "visually-hidden", ` (${person.name})`));
    return take;
  }

  /** After a scan: where they sit now, until the list says so. */
  took({ verdict, code }, { guest, bus }) {
    const { group } = this.roll;
    if (!group || (!guest && !bus) || (verdict !== "admitted" && verdict !== "duplicate")) return;
    this.engine.buses.took(code, { group: group.id, bus: bus ?? null });
  }
}

function where({ group }) { return group ? seatText(group) : say("guest_none"); }
