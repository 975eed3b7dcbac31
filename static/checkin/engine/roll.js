// The roll of a bus: who is expected at a leg of a group's way, who is on board, who is missing. A roll
// is nothing but what was scanned at the group's checkpoints, and when it was closed. Pure. Times are
// milliseconds since 1970.

const EARLY_MS = 60 * 60_000; // a bus may come home so much sooner than planned
const OVER_MS = 12 * 60 * 60_000; // after its last leg a plan says nothing any more
const ORDER = { departure: 0, stop: 1, return: 2 };

/**
 * The checkpoints of a group in the order of its way: departure, stops, return; each with `stop`, its
 * `number` among its like, `at`, when the bus leaves (on the way back: arrives) by the plan, and `from`,
 * when it gets there; or null.
 */
export function legsOf(group, { checkpoints, stops = [], groups }) {
  const { departs_at: departs, returns_at: returns } = groups.find(({ id }) => id === group) ?? {};
  const places = new Map(stops.map((it, place) => [it.id, { ...it, place }]));
  return checkpoints
    .filter((it) => it.kind === "bus" && it.group === group)
    .map((it) => {
      const leg = it.leg || "departure";
      const stop = places.get(it.stop) ?? null;
      const planned = { departure: departs, stop: stop?.leaves_at ?? stop?.arrives_at, return: returns }[leg];
      const at = planned ? Date.parse(planned) : null;
      const from = leg === "stop" && stop?.arrives_at ? Date.parse(stop.arrives_at) : at;
      return { ...it, leg, stop, at, from };
    })
    .sort((a, b) => ORDER[a.leg] - ORDER[b.leg] || (a.stop?.place ?? 0) - (b.stop?.place ?? 0))
    .map((it, place, all) => ({ ...it, number: place + 1 - all.findIndex(({ leg }) => leg === it.leg) }));
}

const isNewer = (a, b) => a.at > b.at || (a.at === b.at && a.id > b.id);
const key = ({ checkpoint, bus }) => `${checkpoint} ${bus ?? ""}`;

/** Of rolls {id, checkpoint, bus, kind, at, missing …} the newest for each checkpoint and bus. */
export function newest(rolls) {
  const found = new Map();
  for (const it of rolls) {
    const before = found.get(key(it));
    if (!before || isNewer(it, before)) found.set(key(it), it);
  }
  return [...found.values()];
}

/**
 * The roll that counts for a bus (null: the whole group) at a checkpoint when it is closed, or null.
 * What is closed for the group is closed for its buses; when every bus is closed, so is the group.
 */
export function closing(rolls, checkpoint, bus, buses = []) {
  const here = newest(rolls).filter((it) => it.checkpoint === checkpoint);
  const own = here.filter((it) => it.bus === bus || it.bus === null);
  const last = own.reduce((a, b) => (a && isNewer(a, b) ? a : b), null);
  if (bus !== null || !buses.length) return last?.kind === "closed" ? last : null;
  const each = buses.map((it) => closing(rolls, checkpoint, it));
  if (each.includes(null)) return null;
  const missing = each.filter((it, i) => each.indexOf(it) === i).flatMap((it) => it.missing);
  return { ...each.reduce((a, b) => (isNewer(a, b) ? a : b)), bus: null, missing };
}

/** Who said that they go their own way when a roll was closed here: ids. */
function excusedAt(rolls, checkpoint) {
  const closed = newest(rolls).filter((it) => it.checkpoint === checkpoint && it.kind === "closed");
  return closed.flatMap(({ missing }) => missing.filter(([, isExcused]) => isExcused).map(([id]) => id));
}

/**
 * Who was on board at legs before this one, and who of them is not expected any more: {were, excused},
 * sets of ids. Whoever comes aboard again after being excused is expected again.
 */
export function before(legs, leg, people, passedAt, rolls) {
  const were = new Set();
  const excused = new Set();
  for (const earlier of legs) {
    if (earlier.id === leg.id) break;
    for (const { id } of people) {
      if (!passedAt(earlier.id, id)) continue;
      were.add(id);
      excused.delete(id);
    }
    for (const id of excusedAt(rolls, earlier.id)) if (!passedAt(earlier.id, id)) excused.add(id);
  }
  return { were, excused };
}

/**
 * The roll at a leg. people are all that might be on it: {id, group, bus, coming}, where they sit and
 * whether they still come; passedAt(checkpoint, id) is {at} or null; bus null is the whole group.
 *
 * {expected: how many, here: how many of them, missing, excused, absent, aboard, closed}, the lists in
 * the order of people, of {person, place: in that order, at, isLate, isGuest}: excused are those who go their own way, absent
 * those who have a seat and were never aboard, aboard everybody who is there; closed as `closing` says.
 */
export function callRoll({ group, legs, leg, bus = null, buses = [], people, passedAt, rolls }) {
  const isStart = leg.leg === "departure";
  const closed = closing(rolls, leg.id, bus, buses);
  const { were, excused } = before(legs, leg, people, passedAt, rolls);
  if (closed) for (const [id, isExcused] of closed.missing) if (isExcused) excused.add(id);
  const found = { expected: 0, here: 0, missing: [], excused: [], absent: [], aboard: [], closed };
  for (const [place, person] of people.entries()) {
    const { id, coming } = person;
    const isGuest = person.group !== group;
    // Who has no bus of their own is looked for in each.
    if (bus !== null && !isGuest && person.bus !== null && person.bus !== bus) continue;
    const passed = passedAt(leg.id, id);
    const isExpected = coming && (isStart ? !isGuest : were.has(id));
    const at = passed?.at ?? null;
    const isLate = Boolean(passed && ((!isStart && !were.has(id)) || (closed && at > closed.at)));
    const entry = { person, place, at, isLate, isGuest };
    if (isExpected && (passed || !excused.has(id))) found.expected += 1;
    if (passed) {
      found.here += Number(isExpected);
      found.aboard.push(entry);
    } else if (isExpected) found[excused.has(id) ? "excused" : "missing"].push(entry);
    else if (coming && !isGuest) found.absent.push(entry);
  }
  return found;
}

/**
 * At which leg a leader is: the next after the last one that was closed or at which somebody was
 * ticked, or where the plan says when that is further on; but before anything has happened the bus has
 * not left. hasAny(checkpoint): whether anybody was ticked there.
 */
export function legOf({ legs, rolls, bus = null, buses = [], hasAny, now }) {
  if (!legs.length) return null;
  let at = 0;
  let isUnderWay = false;
  legs.forEach((it, place) => {
    const isClosed = closing(rolls, it.id, bus, buses) !== null;
    if (!isClosed && !hasAny(it.id)) return;
    isUnderWay = true;
    at = isClosed ? Math.min(place + 1, legs.length - 1) : place;
  });
  const isOver = Math.max(...legs.map((it) => it.at ?? 0)) + OVER_MS < now;
  const planned = isOver ? 0 : legs.findLastIndex(({ leg, from }) => (
    from !== null && (leg === "return" ? from - EARLY_MS : from) <= now
  ));
  return legs[isUnderWay ? Math.max(at, planned) : 0];
}
