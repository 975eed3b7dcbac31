"""Who is expected, missing, late and a guest, by what a phone knows: the rules of the roll."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

GROUP, OTHER = 1, 2
DEPARTURE, FIRST, SECOND, RETURN = 10, 11, 12, 13
TABLES: dict[str, Any] = {
    "groups": [
        {"id": GROUP, "departs_at": "2026-11-26T00:30:00Z", "returns_at": "2026-11-26T09:00:00Z"},
        {"id": OTHER, "departs_at": None, "returns_at": None},
    ],
    # As they are visited; not as their ids are.
    "stops": [
        {"id": 8, "group": GROUP, "arrives_at": "2026-11-26T02:00:00Z", "leaves_at": None},
        {"id": 7, "group": GROUP, "arrives_at": "2026-11-26T04:00:00Z", "leaves_at": None},
    ],
    "checkpoints": [
        {"id": RETURN, "kind": "bus", "group": GROUP, "leg": "return", "stop": None},
        {"id": SECOND, "kind": "bus", "group": GROUP, "leg": "stop", "stop": 7},
        {"id": FIRST, "kind": "bus", "group": GROUP, "leg": "stop", "stop": 8},
        {"id": DEPARTURE, "kind": "bus", "group": GROUP, "leg": "departure", "stop": None},
        {"id": 20, "kind": "bus", "group": OTHER, "leg": "departure", "stop": None},
        {"id": 21, "kind": "door", "group": None, "leg": "", "stop": None},
    ],
}
Roll = dict[str, Any]


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of ours that runs nothing by itself."""
    return open_page("/healthz")


def run(page: Page, script: str, argument: Any = None) -> Any:
    """Evaluate ``(module, argument) => …`` with the rules of the roll."""
    return page.evaluate(
        f"async (it) => ({script})(await import('/static/checkin/engine/roll.js'), it)", argument
    )


def call(
    page: Page,
    leg: int,
    passed: dict[int, dict[str, int]],
    *,
    people: Sequence[dict[str, Any]] = (),
    rolls: Sequence[Roll] = (),
    bus: int | None = None,
    buses: Sequence[int] = (),
) -> dict[str, Any]:
    """The roll at a leg; ``passed`` are times by checkpoint and name. Lists are names."""
    found = run(
        page,
        """({ callRoll, legsOf }, { tables, group, leg: id, passed, ...given }) => {
            const legs = legsOf(group, tables);
            const passedAt = (at, who) => {
                const time = passed[at]?.[who];
                return time === undefined ? null : { at: time };
            };
            const leg = legs.find((it) => it.id === id);
            return callRoll({ ...given, group, legs, leg, passedAt });
        }""",
        {
            **{"tables": TABLES, "group": GROUP, "leg": leg, "bus": bus, "buses": list(buses)},
            "passed": {str(at): times for at, times in passed.items()},
            "people": [
                {"group": GROUP, "bus": None, "coming": True, **it}
                for it in (people or [{"id": name} for name in "abc"])
            ],
            "rolls": list(rolls),
        },
    )
    lists = {
        name: [it["person"]["id"] for it in found[name]]
        for name in ("missing", "absent", "excused", "aboard")
    }
    late = [it["person"]["id"] for it in found["aboard"] if it["isLate"]]
    guests = [it["person"]["id"] for it in found["aboard"] if it["isGuest"]]
    return {
        "of": (found["here"], found["expected"]),
        **lists,
        "late": late,
        "guests": guests,
        "closed": found["closed"],
    }


def only(found: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty."""
    return {key: it for key, it in found.items() if it not in ([], None)}


def closed(checkpoint: int, at: int, missing: Sequence[Any] = (), **more: Any) -> Roll:
    """A roll that was closed."""
    plain = {"id": f"{at}", "bus": None, "kind": "closed", "checkpoint": checkpoint, "at": at}
    return {**plain, "missing": list(missing), **more}


def test_the_way_is_in_the_order_of_the_plan(page: Page) -> None:
    found = run(
        page,
        "(it, [group, tables]) => it.legsOf(group, tables).map((l) => [l.id, l.number, l.at])",
        [GROUP, TABLES],
    )
    assert [it[:2] for it in found] == [[DEPARTURE, 1], [FIRST, 1], [SECOND, 2], [RETURN, 1]]
    assert [it[2] is not None for it in found] == [True] * 4


def test_at_departure_those_with_a_seat_are_expected(page: Page) -> None:
    people = [
        {"id": "a"},
        {"id": "b"},
        {"id": "guest", "group": OTHER},
        {"id": "cancelled", "coming": False},
    ]
    passed = {DEPARTURE: {"b": 5, "guest": 6, "cancelled": 7}}
    assert only(call(page, DEPARTURE, passed, people=people)) == {
        "of": (1, 2),
        "missing": ["a"],
        "aboard": ["b", "guest", "cancelled"],
        "guests": ["guest"],
    }
    assert only(call(page, DEPARTURE, {}, people=people)) == {"of": (0, 2), "missing": ["a", "b"]}


def test_later_those_are_expected_who_were_aboard(page: Page) -> None:
    people = [{"id": "a"}, {"id": "b"}, {"id": "never"}, {"id": "guest", "group": OTHER}]
    passed = {DEPARTURE: {"a": 1, "b": 1, "guest": 1}, FIRST: {"a": 5}}
    assert only(call(page, FIRST, passed, people=people)) == {
        **{"of": (1, 3), "missing": ["b", "guest"], "absent": ["never"], "aboard": ["a"]},
    }
    # Whoever has got on at a stop is expected from then on.
    passed[FIRST]["never"] = 6
    late = call(page, FIRST, passed, people=people)
    assert (late["of"], late["late"], late["absent"]) == ((1, 3), ["never"], [])
    assert call(page, SECOND, passed, people=people)["of"] == (0, 4)


def test_whoever_goes_their_own_way_is_not_missing(page: Page) -> None:
    rolls = [closed(DEPARTURE, 9, [["b", 1], ["c", 0]])]
    passed = {DEPARTURE: {"a": 1}}
    found = call(page, DEPARTURE, passed, rolls=rolls)
    assert (found["of"], found["missing"], found["excused"]) == ((1, 2), ["c"], ["b"])
    # Aboard and excused at a stop, they are looked for nowhere until they are there again.
    passed = {DEPARTURE: {"a": 1, "b": 1, "c": 1}, FIRST: {"c": 5}}
    rolls = [closed(FIRST, 9, [["a", 1], ["b", 0]])]
    found = call(page, SECOND, passed, rolls=rolls)
    assert (found["missing"], found["excused"]) == (["b", "c"], ["a"])
    passed[SECOND] = {"a": 12}
    assert call(page, SECOND, passed, rolls=rolls)["aboard"] == ["a"]
    assert call(page, RETURN, passed, rolls=rolls)["missing"] == ["a", "b", "c"]
    # A roll that was opened again excuses nobody.
    rolls.append({**closed(FIRST, 10), "kind": "reopened"})
    assert call(page, RETURN, {DEPARTURE: {"a": 1}}, rolls=rolls)["missing"] == ["a"]


def test_who_comes_after_the_closing_is_late(page: Page) -> None:
    rolls = [closed(DEPARTURE, 9, [["b", 0]])]
    found = call(page, DEPARTURE, {DEPARTURE: {"a": 1, "b": 10}}, rolls=rolls)
    assert (found["late"], found["of"], found["closed"]["id"]) == (["b"], (2, 3), "9")


def test_one_bus_of_several(page: Page) -> None:
    people = [
        {"id": "a", "bus": 5},
        {"id": "b", "bus": 6},
        {"id": "none"},
        {"id": "guest", "group": OTHER, "bus": 9},
    ]
    passed = {DEPARTURE: {"guest": 3}}
    found = call(page, DEPARTURE, passed, people=people, bus=5, buses=[5, 6])
    assert (found["missing"], found["aboard"]) == (["a", "none"], ["guest"])


def closing(page: Page, rolls: Sequence[Roll], bus: int | None) -> Roll | None:
    found: Roll | None = run(
        page,
        "(it, [rolls, at, bus]) => it.closing(rolls, at, bus, [5, 6])",
        [list(rolls), DEPARTURE, bus],
    )
    return found


def test_a_bus_and_its_group_are_closed(page: Page) -> None:
    one = closed(DEPARTURE, 1, [["a", 0]], bus=5)
    other = closed(DEPARTURE, 2, [["b", 1]], bus=6)
    assert closing(page, [one], 5) == one
    assert closing(page, [one], None) is None
    whole = closing(page, [one, other], None)
    assert whole is not None
    assert (whole["at"], whole["missing"]) == (2, [["a", 0], ["b", 1]])
    opened = {**closed(DEPARTURE, 3), "kind": "reopened"}
    assert closing(page, [one, other, opened], 5) is None
    everybody = closed(DEPARTURE, 4)
    for bus in (5, 6, None):
        found = closing(page, [one, other, opened, everybody], bus)
        assert found is not None and found["at"] == 4
    assert closing(page, [everybody, {**opened, "bus": 5, "at": 5}], 5) is None


def test_of_two_rolls_of_one_moment_all_see_the_same(page: Page) -> None:
    first, second = closed(DEPARTURE, 1, id="a"), closed(DEPARTURE, 1, id="b", kind="reopened")
    for rolls in ([first, second], [second, first]):
        assert closing(page, rolls, 5) is None


@pytest.mark.parametrize(
    ("hour", "ticked", "rolls", "leg"),
    [
        (0, [], [], DEPARTURE),
        (9, [], [], DEPARTURE),  # a late bus: nothing has happened
        (0, [DEPARTURE], [], DEPARTURE),
        (0, [DEPARTURE], [DEPARTURE], FIRST),
        (0, [DEPARTURE, FIRST], [DEPARTURE], FIRST),
        (3, [DEPARTURE], [], FIRST),  # nobody closed it, but by now they are there
        (3, [], [DEPARTURE, FIRST], SECOND),
        (8, [DEPARTURE], [DEPARTURE], RETURN),  # up to an hour before its time
        (9, [], [RETURN], RETURN),
        (72, [DEPARTURE], [], DEPARTURE),  # that plan is over
    ],
)
def test_at_which_leg_it_goes_on(
    page: Page, hour: int, ticked: list[int], rolls: list[int], leg: int
) -> None:
    found = run(
        page,
        """({ legOf, legsOf }, [group, tables, hour, ticked, rolls]) => legOf({
            legs: legsOf(group, tables), rolls, hasAny: (it) => ticked.includes(it),
            now: Date.parse("2026-11-26T00:00:00Z") + hour * 3600000,
        }).id""",
        [GROUP, TABLES, hour, ticked, [closed(it, 1) for it in rolls]],
    )
    assert found == leg


def test_a_roll_of_no_group_is_none(page: Page) -> None:
    assert run(page, "(it) => it.legOf({ legs: [], rolls: [] })") is None
    assert json.dumps(run(page, "(it, t) => it.legsOf(99, t)", TABLES)) == "[]"
