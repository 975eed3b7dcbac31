"""What the app works out by itself is what the server would: rules, codes, names, clocks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from eventapp.text import fold, matches, search_terms
from eventapp.tokens import normalise_code

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def rules(root: Path) -> dict[str, Any]:
    """The cases that both sides are tested against."""
    found: dict[str, Any] = json.loads((root / "tests" / "checkin" / "rules.json").read_text())
    return found


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of ours that runs nothing by itself."""
    return open_page("/healthz")


def run(page: Page, module: str, script: str, argument: Any = None) -> Any:
    """Evaluate ``(module, argument) => …`` with a module of the engine."""
    return page.evaluate(
        f"async (argument) => ({script})"
        f"(await import('/static/checkin/engine/{module}.js'), argument)",
        argument,
    )


def test_refusals_are_the_servers(page: Page, rules: dict[str, Any]) -> None:
    cases = rules["refusals"]
    found = run(
        page,
        "judge",
        "(it, cases) => cases.map((c) => it.refusal(c.gate, c.person, Date.parse(c.at)))",
        cases,
    )
    assert found == [it["reason"] for it in cases]


def test_passing_is_the_servers(page: Page, rules: dict[str, Any]) -> None:
    cases = rules["passing"]
    found = run(
        page,
        "judge",
        """({ passes, after }, cases) => cases.map(({ passage, direction, before, at: time }) => {
            const at = Date.parse(time);
            const first = before?.first_at ? Date.parse(before.first_at) : null;
            const known = first && { at: first, inside: before.left_at === null };
            const verdict = passes(passage, known, direction) ? "admitted" : "duplicate";
            return [verdict, after(known, { kind: "scan", verdict, direction, at })];
        })""",
        cases,
    )
    assert [verdict for verdict, _ in found] == [it["verdict"] for it in cases]
    for case, (verdict, after) in zip(cases, found, strict=True):
        moved = (case["before"] or {}).get("moved_at")
        # What arrives late turns nothing back; what a device reads itself is the latest there is.
        both_ways = case["passage"] == "in_out"
        if both_ways and verdict == "admitted" and (moved is None or case["at"] > moved):
            assert after["inside"] == case["after"]["inside"], case


@pytest.mark.parametrize(
    "typed",
    ["k3-f9 t2 o1il", "0123456789AB", " ABCDEFGHJKMN\r\n", "đ-ư", "", "x" * 300, "ⅻ٣", "a_b"],
)
def test_codes_are_read_as_the_server_reads_them(page: Page, typed: str) -> None:
    assert (
        run(page, "codes", "(it, typed) => it.normaliseCode(typed)", typed)
        == (normalise_code(typed)[:64])
    )


NAMES = (
    "Nguyễn Đình  Đức",
    "NGUYỄN ĐÌNH ĐỨC",
    "Trần-Lê Thị Hòa",
    "H'Hen Niê",
    "H’Hen Niê",
    "Y Krông Niê Kđăm",
    "Ðặng Văn Ɖạt",
    "Sở TT&TT tỉnh Bắc Ninh",
    "Phòng 3/2_b",
    "Groß Łukasz Øre Æther",
    "  ",
    "😀 Vui",
    "Nguyen\u200b\u00a0Van",
    "Bùi Thị Ỷ",
)


def test_names_are_folded_as_the_server_folds_them(page: Page) -> None:
    found = run(page, "folding", "(it, names) => names.map((name) => it.fold(name))", list(NAMES))
    assert found == [fold(name) for name in NAMES]


@pytest.mark.parametrize("query", ["duc nguyen", "Đức", "hen nie", "tt bac", "le hoa tran", "zz"])
def test_names_are_found_in_any_order_of_words(page: Page, query: str) -> None:
    lines = [
        [i, [str(i)], "approved", name, "", "", 1, 1, None, [], [], None, 0]
        for i, name in enumerate(NAMES)
    ]
    found = run(
        page,
        "roster",
        """({ Roster }, [lines, query]) => {
            const roster = new Roster();
            for (const line of lines) roster.put(line);
            return roster.search(query, 100).map((line) => line[3]);
        }""",
        [lines, query],
    )
    terms = search_terms(query)
    assert sorted(found) == sorted(it for it in NAMES if matches(fold(it), terms))


def test_only_those_expected_are_found(page: Page) -> None:
    statuses = ["approved", "pending", "waitlisted", "offered", "refused", "cancelled"]
    lines = [
        [i, [str(i)], status, "An", "", "", 1, 1, None, [], [], None, 0]
        for i, status in enumerate(statuses)
    ]
    found = run(
        page,
        "roster",
        """({ Roster }, lines) => {
            const roster = new Roster();
            for (const line of lines) roster.put(line);
            return roster.search("an", 100).map((line) => line[2]);
        }""",
        lines,
    )
    assert sorted(found) == ["approved", "pending"]


HOUR = 3_600_000
# What happens to a clock, in order: seconds that pass, ms that it jumps then, and the offset that a
# contact measures (None: none); then for each the offset that a reading made there is worth.
CLOCKS = {
    "right all the time": ([(0, 0, 0), (9, 0, None)], [0, 0]),
    "an hour behind": ([(0, 0, HOUR), (9, 0, None)], [HOUR, HOUR]),
    "measured later": ([(0, 0, None), (9, 0, 5 * HOUR)], [5 * HOUR, 5 * HOUR]),
    "set back, and nobody asked since": ([(0, 0, 0), (9, -HOUR, None)], [0, HOUR]),
    "asleep": ([(0, 0, 0), (9, HOUR, None), (9, 0, 0)], [0, 0, 0]),
    "set forward": ([(0, 0, 0), (9, HOUR, None), (9, 0, -HOUR)], [0, -HOUR, -HOUR]),
    "forward and back again": (
        [(0, 0, 0), (9, 3 * HOUR, None), (9, -8 * HOUR, None), (9, 0, 5 * HOUR)],
        [0, -3 * HOUR, 5 * HOUR, 5 * HOUR],
    ),
    "asleep, then back": (
        [(0, 0, 0), (9, 3 * HOUR, None), (9, -8 * HOUR, None), (9, 0, 8 * HOUR)],
        [0, 0, 8 * HOUR, 8 * HOUR],
    ),
    "never any contact": ([(0, 0, None), (9, -HOUR, None)], [None, None]),
}


@pytest.mark.parametrize("name", CLOCKS)
@pytest.mark.parametrize("again", [False, True], ids=["same page", "page opened anew"])
def test_a_clock_that_is_wrong(page: Page, name: str, again: bool) -> None:
    steps, expected = CLOCKS[name]
    found = run(
        page,
        "clock",
        """({ Clock }, [steps, again]) => {
            let [wall, steady] = [1e12, 0];
            const parts = { wall: () => wall, steady: () => steady };
            let clock = new Clock([], parts);
            const read = [];
            for (const [passes, jump, measured] of steps) {
                [wall, steady] = [wall + passes * 1000 + jump, steady + passes * 1000];
                clock.look();
                read.push([clock.current.id, clock.offset]);
                if (measured !== null) clock.contact(wall + measured - 50, 100, wall);
            }
            if (again) clock = new Clock(clock.kept(new Set(read.map(([id]) => id))), parts);
            return read.map(([id, believed]) => clock.offsetOf(id, believed));
        }""",
        [steps, again],
    )
    assert found == expected


def test_a_device_that_slept_is_not_thought_wrong(page: Page) -> None:
    now = run(
        page,
        "clock",
        """({ Clock }) => {
            let [wall, steady] = [1e12, 0];
            const clock = new Clock([], { wall: () => wall, steady: () => steady });
            clock.contact(wall + 2000, 0, wall);
            wall += 3600000;
            return clock.now();
        }""",
    )
    assert now == 1e12 + HOUR + 2000
