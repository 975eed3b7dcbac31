// Times as the event's wall clock shows them; a device may stand in another zone.

const forms = new Map();

function form(zone) {
  if (!forms.has(zone)) {
    const options = {
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
      second: "2-digit", hourCycle: "h23",
    };
    let made;
    try {
      made = new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
    } catch {
      made = new Intl.DateTimeFormat("en-GB", options);
    }
    forms.set(zone, made);
  }
  return forms.get(zone);
}

/** A moment from what the engine or the server gives: epoch ms or s, a Date, or RFC 3339. */
export function moment(value) {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "number") return new Date(value < 1e11 ? value * 1000 : value);
  const read = new Date(value);
  return Number.isNaN(read.getTime()) ? null : read;
}

function parts(value, zone) {
  const found = {};
  for (const { type, value: text } of form(zone).formatToParts(value)) found[type] = text;
  return found;
}

/** 07:45 */
export function clock(value, zone) {
  const at = moment(value);
  if (!at) return "";
  const { hour, minute } = parts(at, zone);
  return `${hour}:${minute}`;
}

/** 2012-11-16 */
export function isoDay(value, zone) {
  const { year, month, day } = parts(moment(value), zone);
  return `${year}-${month}-${day}`;
}

/** 16/11 */
export function shortDay(iso) {
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}`;
}

/** The moment (epoch ms) at which the event's clock shows this day and time. */
export function wallTime(iso, hours, minutes, zone) {
  const asIfUtc = Date.parse(`${iso}T00:00:00Z`) + (hours * 60 + minutes) * 60_000;
  let at = asIfUtc;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  for (let turn = 0; turn < 2; turn += 1) {
    const p = parts(new Date(at), zone);
    const shown = Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`);
    at += asIfUtc - shown;
  }
  return at;
}

/** [7, 45] from 7:45, 07.45, 7h45, 745, 7; null for what is no time of day. */
export function readTime(text) {
  const found = /^\s*(\d{1,2})\s*(?:[:.hHgG ]\s*(\d{1,2})?|(\d{2}))?\s*$/.exec(text);
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? found[3] ?? 0)];
  return hours < 24 && minutes < 60 ? [hours, minutes] : null;
}
