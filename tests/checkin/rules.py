"""The cases by which the server and the devices agree who may pass.

    python -m tests.checkin.rules

writes tests/checkin/rules.json from eventapp.checkin.verdicts; that is to be done, and looked at,
when the rules change. Devices' own judge is tested against the file, and so is the server's.

``refusals``: a gate as devices know it (null: not theirs), a person (null: unknown), the time, and
the reason (null: they may pass); ``guest`` where a leader takes them along. ``passing``: the
passage, the direction, what was so before, the time, and the verdict with what is so afterwards.
``undoing``: the passage, a log in its order, what
its first ``known`` entries come to (``before``), which entry is taken back (its place in the log;
null: all that has happened), and what is said and so then. Times are RFC 3339.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from eventapp.checkin.models import CheckpointKind, Direction, EntryKind, Passage
from eventapp.checkin.recorded import Logged, add_up
from eventapp.checkin.verdicts import Gate, Passed, Person, pass_through, refusal
from eventapp.registration.models import Status

FILE = Path(__file__).with_name("rules.json")
_NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)

Json = dict[str, Any]


def gate_of(given: Json | None) -> Gate | None:
    """A gate as the cases write it."""
    if given is None:
        return None
    return Gate(
        kind=CheckpointKind(given["kind"]),
        day_id=given["day"],
        session_id=given["session"],
        group_id=given["group"],
        opens_at=_time(given["opens_at"]),
        closes_at=_time(given["closes_at"]),
        category_ids=frozenset(given["categories"]),
    )


def person_of(given: Json | None) -> Person | None:
    """A person as the cases write them."""
    if given is None:
        return None
    return Person(
        status=Status(given["status"]),
        group_id=given["group"],
        day_ids=frozenset(given["days"]),
        session_ids=frozenset(given["sessions"]),
        category_id=given["category"],
    )


def passed_of(given: Json | None) -> Passed | None:
    """What was so before, as the cases write it."""
    if given is None:
        return None
    return Passed(_time(given["first_at"]), _time(given["left_at"]), _time(given["moved_at"]))


def judge_refusal(case: Json) -> str | None:
    """What the server says to a case of ``refusals``."""
    return refusal(
        gate_of(case["gate"]),
        person_of(case["person"]),
        datetime.fromisoformat(case["at"]),
        is_guest=case.get("guest", False),
    )


def judge_passing(case: Json) -> Json:
    """What the server says to a case of ``passing``."""
    is_admitted, after = pass_through(
        Passage(case["passage"]),
        Direction(case["direction"]),
        passed_of(case["before"]),
        datetime.fromisoformat(case["at"]),
    )
    return {
        "verdict": "admitted" if is_admitted else "duplicate",
        "after": {
            "first_at": _text(after.first_at),
            "left_at": _text(after.left_at),
            "moved_at": _text(after.moved_at),
            "inside": after.is_inside,
        },
    }


def judge_undoing(case: Json) -> Json:
    """What the server says to an undo, and what is so afterwards."""
    log, undoes = case["log"], case["undoes"]
    stands = _add_up(case["passage"], log)
    return {
        "verdict": "admitted" if stands else "duplicate",
        "after": (stands and undoes is not None and _add_up(case["passage"], log, undoes)) or None,
    }


def _add_up(passage: str, log: list[Json], without: int | None = None) -> Json | None:
    counts = [
        Logged(str(i), EntryKind.SCAN, Direction(it["direction"]), datetime.fromisoformat(it["at"]))
        for i, it in enumerate(log)
        if it["verdict"] == "admitted"
    ]
    held = add_up(Passage(passage), counts, {str(without)}, None)
    if held is None or held.passed.first_at is None:
        return None
    return {"first_at": _text(held.passed.first_at), "inside": held.passed.is_inside}


def make() -> Json:
    """Every case, with what the server says to it now."""
    return {
        "refusals": [{**it, "reason": judge_refusal(it)} for it in _refusals()],
        "passing": [{**it, **judge_passing(it)} for it in _passing()],
        "undoing": [{**it, **judge_undoing(it)} for it in _undoing()],
    }


def _refusals() -> Iterator[Json]:
    at = _text(_NOON)
    gate, person = _gate(), _person()
    for status in Status:
        for place in (gate, None, _gate(categories=[8])):
            yield {"gate": place, "person": _person(status=status), "at": at}
    for place in (gate, None):
        yield {"gate": place, "person": None, "at": at}
    times = [None, *(_text(_NOON + timedelta(seconds=it)) for it in (-60, 0, 60))]
    for opens, closes in product(times, times):
        yield {"gate": _gate(opens_at=opens, closes_at=closes), "person": person, "at": at}
    for kind, own, categories in product(CheckpointKind, (None, 1, 2), ([], [7], [7, 8], [8])):
        place = _gate(kind=kind, day=own, session=own, group=own, categories=categories)
        for days, sessions, group in (([1], [1], 1), ([2, 1], [3, 1], 2), ([], [], None)):
            who = _person(days=days, sessions=sessions, group=group)
            yield {"gate": place, "person": who, "at": at}
    yield from _guests()


def _guests() -> Iterator[Json]:
    """Those whom leaders take along: everybody who comes, at buses alone."""
    at = _text(_NOON)
    bus = _gate(kind=CheckpointKind.BUS, day=None, group=1)
    for group, status in product((1, 2, None), Status):
        person = _person(group=group, status=status)
        yield {"gate": bus, "person": person, "at": at, "guest": True}
    other = _person(group=2, days=[2], sessions=[2])
    for kind in CheckpointKind:
        place = _gate(kind=kind, session=1, group=1)
        yield {"gate": place, "person": other, "at": at, "guest": True}
    opens_late = {**bus, "opens_at": _text(_NOON + timedelta(seconds=60))}
    for place in ({**bus, "group": None}, {**bus, "categories": [8]}, opens_late, None):
        yield {"gate": place, "person": other, "at": at, "guest": True}
    yield {"gate": bus, "person": None, "at": at, "guest": True}


def _passing() -> Iterator[Json]:
    early, middle, late = (_NOON + timedelta(minutes=it) for it in (-20, -10, 0))
    befores = [
        None,
        Passed(middle),
        Passed(early, None, middle),
        Passed(early, middle, middle),
        Passed(early, early, middle),
        Passed(middle, None, middle),
        Passed(None, middle, middle),
    ]
    for passage, direction, before, minutes in product(
        Passage, Direction, befores, (-30, -15, -10, -5, 0)
    ):
        yield {
            "passage": passage,
            "direction": direction,
            "before": before
            and {
                "first_at": _text(before.first_at),
                "left_at": _text(before.left_at),
                "moved_at": _text(before.moved_at),
            },
            "at": _text(late + timedelta(minutes=minutes)),
        }


def _undoing() -> Iterator[Json]:
    for passage, length in product(Passage, (1, 2, 3)):
        ways = Direction if passage is Passage.IN_OUT else (Direction.IN,)
        for directions in product(ways, repeat=length):
            log = list(_walk(passage, directions))
            for undoes in (*range(length), None):
                # Of what the server has added up, a device knows what it comes to and no entries:
                # with the last one gone it knows how things stood before.
                for known in {0, length} if undoes in (length - 1, None) else {0}:
                    before = _add_up(passage, log[:known])
                    yield {
                        **{"passage": passage, "log": log, "known": known, "before": before},
                        **{"undoes": undoes, "at": _text(_NOON)},
                    }


def _walk(passage: Passage, directions: Iterable[Direction]) -> Iterator[Json]:
    """Somebody passes every ten minutes."""
    state = None
    for minutes, direction in enumerate(directions, start=-6):
        at = _NOON + timedelta(minutes=10 * minutes)
        is_admitted, state = pass_through(passage, direction, state, at)
        verdict = "admitted" if is_admitted else "duplicate"
        yield {"direction": direction, "at": _text(at), "verdict": verdict}


def _gate(**given: object) -> Json:
    plain = {"kind": "door", "day": 1, "session": None, "group": None}
    return {**plain, "categories": [], "opens_at": None, "closes_at": None, **given}


def _person(**given: object) -> Json:
    return {"status": "approved", "category": 7, "group": 1, "days": [1], "sessions": [1], **given}


def _time(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None


def _text(time: datetime | None) -> str | None:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ") if time else None


def text() -> str:
    """The file: one case a line."""
    parts = [
        f'"{name}": [\n' + ",\n".join(json.dumps(it) for it in cases) + "\n]"
        for name, cases in make().items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    FILE.write_text(text())
