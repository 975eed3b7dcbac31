"""How long it takes to find every clash of a programme, against comparing everything.

    python benchmarks/clashes.py [--sessions 200] [--delegates 5000] [--repeat 9]

Prints the median in milliseconds of the rules on a programme of that size (each delegate signed up
for ten sessions, ten going on at once, thirty buses), and beside it that of a baseline in the same
run which compares each session with each other and each delegate's sessions by pairs.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations

from eventapp.programme.clashes import Clash, Departure, Item, Rule, alone, find

START = datetime(2026, 11, 26, 1, tzinfo=UTC)
STEP = timedelta(minutes=5)


def programme(sessions: int, delegates: int) -> tuple[list[Item], list[Departure]]:
    """So many sessions, ten at a time, and buses; the same each time."""
    rng = random.Random(2012)
    enrolled: list[set[int]] = [set() for _ in range(sessions)]
    for delegate in range(delegates):
        for session in rng.sample(range(sessions), 10):
            enrolled[session].add(delegate)
    items = [
        Item(
            id=number,
            starts_at=(start := START + (number // 10 * 12 + rng.randrange(4)) * STEP),
            ends_at=start + rng.randrange(6, 14) * STEP,
            room=rng.randrange(12),
            people=frozenset(rng.sample([f"nguyễn văn {it}" for it in range(150)], 3)),
            delegates=frozenset(who),
            places=250,
            seats=300,
        )
        for number, who in enumerate(enrolled)
    ]
    buses = [
        Departure(
            number,
            leaves := START + rng.randrange(sessions) * STEP,
            leaves + timedelta(hours=2),
            frozenset(rng.sample(range(delegates), 45)),
        )
        for number in range(30)
    ]
    return items, buses


def compare_everything(items: list[Item], buses: list[Departure]) -> set[Clash]:
    """The same rules, each asked of everything."""
    found = {it for one in items for it in alone(one)}
    both: dict[tuple[int, int], set[int]] = {}
    attended: dict[int, list[Item]] = {}
    for item in items:
        for delegate in item.delegates:
            attended.setdefault(delegate, []).append(item)
    for delegate, theirs in attended.items():
        for one, other in combinations(theirs, 2):
            if one.overlaps(other):
                both.setdefault((one.id, other.id), set()).add(delegate)
    for pair, who in both.items():
        found.add(Clash(Rule.DELEGATES, pair, delegates=tuple(sorted(who)), number=len(who)))
    for one, other in combinations(items, 2):
        if not one.overlaps(other):
            continue
        if one.room is not None and one.room == other.room:
            found.add(Clash(Rule.ROOM, (one.id, other.id), room=one.room))
        for person in one.people:
            if person in other.people:
                found.add(Clash(Rule.PERSON, (one.id, other.id), person=person))
    for one in items:
        for bus in buses:
            if bus.leaves_at < one.ends_at and one.starts_at < bus.returns_at:
                gone = tuple(sorted(it for it in bus.members if it in one.delegates))
                if gone:
                    found.add(
                        Clash(Rule.VISIT, (one.id,), group=bus.id, delegates=gone, number=len(gone))
                    )
    return found


def median_ms(work: Callable[[], object], repeat: int) -> float:
    """The median of so many runs."""
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--delegates", type=int, default=5000)
    parser.add_argument("--repeat", type=int, default=9)
    arguments = parser.parse_args()
    items, buses = programme(arguments.sessions, arguments.delegates)
    found = find(items, buses)
    assert set(found) == compare_everything(items, buses)
    print(f"{len(items)} sessions, {arguments.delegates} delegates, {len(found)} clashes")
    for name, work in (("sweep", find), ("everything", compare_everything)):
        median = median_ms(lambda work=work: work(items, buses), arguments.repeat)
        print(f"{name:10} {median:8.1f} ms")


if __name__ == "__main__":
    main()
