"""Scanning while the network goes and comes: nothing is lost, nothing is counted twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from tests.browser.conftest import Live
from tests.browser.door import (
    API,
    SCANS,
    UNKNOWN,
    Door,
    fresh_codes,
    log_of,
    provision,
    verdicts_of,
)

pytestmark = pytest.mark.browser

_numbers = count(1)


@pytest.fixture
def open_door(open_page: Callable[..., Page], live: Live) -> Callable[..., Door]:
    """``open_door()``: another device, in a profile of its own."""

    def open_(**options: Any) -> Door:
        return provision(open_page("/healthz", **options), live, f"Cửa {next(_numbers)}")

    return open_


def test_online_the_server_says_what_a_scan_is_worth(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.be_patient()
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "server")
    assert result["person"]["name"]
    door.wait_until("state.unsent === 0")
    assert door.scan(code)["verdict"] == "duplicate"
    assert door.scan(UNKNOWN) | {"id": "", "at": 0} == {
        **{"id": "", "at": 0, "kind": "scan", "code": UNKNOWN, "checkpoint": door.door},
        **{"direction": "in", "source": "scanner", "verdict": "refused", "reason": "unknown"},
        **{"person": None, "firstReadAt": None, "by": "server"},
    }
    door.wait_until("state.unsent === 0")
    assert [it.discrepancy for it in log_of(live, UNKNOWN)] == [None]


def test_without_a_network_the_device_decides_and_sends_later(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [code, other] = open_door(), fresh_codes(live, 2)
    door.page.context.set_offline(True)
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "device")
    assert door.scan(code)["verdict"] == "duplicate"
    assert door.scan("not a code")["reason"] == "unknown"
    assert door.scan(UNKNOWN)["verdict"] == "to_confirm"
    assert door.scan(UNKNOWN)["verdict"] == "duplicate"
    assert door.state["unsent"] == door.stored == 5
    assert not door.state["online"]
    door.page.context.set_offline(False)
    door.scan(other)
    door.wait_until("state.unsent === 0 && state.online")
    assert door.stored == 0
    assert verdicts_of(live, code) == ["admitted", "duplicate"]
    # Let in on a code that nobody has: somebody looks at it.
    assert "unknown" in [it.discrepancy for it in log_of(live, UNKNOWN)]


def test_a_scan_whose_answer_is_lost_is_one_scan(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [code] = open_door(), fresh_codes(live)
    done = door.cut(after=True, path=SCANS)
    door.be_patient()
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "device")
    assert done == [200]
    assert door.state["unsent"] == door.stored == 1
    door.mend()
    door.sync()
    assert door.state["unsent"] == door.stored == 0
    assert [(it.verdict, it.discrepancy) for it in log_of(live, code)] == [("admitted", None)]


def test_an_answer_that_comes_late_is_told(open_door: Callable[..., Door], live: Live) -> None:
    door, [code] = open_door(), fresh_codes(live)
    other = open_door()
    other.be_patient()
    other.scan(code)
    door.run(
        """(engine) => {
            window.told = [];
            engine.addEventListener("settled", ({ detail }) => window.told.push(detail));
        }"""
    )
    door.cut(path="**/sync")  # it does not learn of the other one's scan
    held: list[Route] = []
    door.page.route(SCANS, lambda route: held.append(route))
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "device")
    assert door.state["unsent"] == door.stored == 1
    for route in held:
        route.continue_()
    door.mend()
    door.wait_until("state.unsent === 0")
    told = door.page.evaluate("window.told")
    assert {(it["id"], it["result"]["verdict"], it["shown"]) for it in told} >= {
        (result["id"], "duplicate", "admitted")
    }
    # The door let somebody in whom the server would not have: sent once more, the entry says so.
    assert [it.discrepancy for it in log_of(live, code)] == [None, "double"]


def test_two_devices_let_one_pass_in_while_offline(
    open_door: Callable[..., Door], live: Live
) -> None:
    first, second, [code] = open_door(), open_door(), fresh_codes(live)
    for door in (first, second):
        door.page.context.set_offline(True)
        assert door.scan(code)["verdict"] == "admitted"
    for door in (first, second):
        door.page.context.set_offline(False)
        door.wait_until("state.unsent === 0")
    assert [(it.verdict, it.discrepancy) for it in log_of(live, code)] == [
        ("admitted", None),
        ("duplicate", "double"),
    ]
    # Both know now.
    second.sync()
    passed = second.run("(engine, code) => engine.person(code).passed", code)
    assert passed[str(second.door)]["inside"]


def test_another_desks_scan_is_known_without_a_network(
    open_door: Callable[..., Door], live: Live
) -> None:
    first, second, [code] = open_door(), open_door(), fresh_codes(live)
    first.be_patient()
    first.scan(code)
    second.sync()
    second.page.context.set_offline(True)
    result = second.scan(code)
    assert (result["verdict"], result["by"]) == ("duplicate", "device")
    assert result["firstReadAt"]


def test_a_scan_taken_back_counts_no_more(open_door: Callable[..., Door], live: Live) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.page.context.set_offline(True)
    scanned = door.scan(code)
    before = door.state["checkpoints"][0]["passed"]
    undone = door.run("(engine, id) => engine.undo(id, 'nhầm người')", scanned["id"])
    assert undone["verdict"] == "admitted"
    assert door.state["checkpoints"][0]["passed"] == before - 1
    assert door.scan(code)["verdict"] == "admitted"
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    assert [(it.kind, it.verdict) for it in log_of(live, code)] == [
        ("scan", "admitted"),
        ("undo", "admitted"),
        ("scan", "admitted"),
    ]


def test_a_whole_delegation_is_one_request(open_door: Callable[..., Door], live: Live) -> None:
    door, codes = open_door(), fresh_codes(live, 3)
    requests: list[int] = []
    door.page.on(
        "request",
        lambda it: requests.append(len(it.post_data_json["scans"])) if "/scans" in it.url else None,
    )
    door.be_patient()
    results = door.run(
        "(engine, order) => engine.scanMany(order)", {"codes": codes, "checkpoint": door.door}
    )
    assert [it["verdict"] for it in results] == ["admitted"] * 3
    assert requests == [3]
    door.page.context.set_offline(True)
    again = door.run(
        "(engine, order) => engine.scanMany(order)", {"codes": codes, "checkpoint": door.door}
    )
    assert [(it["verdict"], it["by"]) for it in again] == [("duplicate", "device")] * 3
    assert door.stored == 3


def test_five_hundred_scans_that_wait_are_sent(open_door: Callable[..., Door], live: Live) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.page.context.set_offline(True)
    door.run(
        """async (engine, [code, checkpoint]) => {
            for (let i = 0; i < 510; i += 1) await engine.scan({ code, checkpoint });
        }""",
        [code, door.door],
    )
    assert door.state["unsent"] == door.stored == 510
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    verdicts = verdicts_of(live, code)
    assert (len(verdicts), verdicts.count("admitted")) == (510, 1)
    door.sync()  # and says so
    with_counts = door.run("(engine) => engine.outbox.counts()")
    assert with_counts == {str(door.door): [510, 0]}


@pytest.mark.parametrize(
    ("status", "type_", "body"),
    [
        (200, "text/html", "<p>Welcome to the hotel. Please sign in.</p>"),
        (200, "application/json", '{"results": []}'),
        (401, "text/html", "<p>Who are you?</p>"),
        (503, "application/json", '{"error": {"code": 503, "message": "later"}}'),
    ],
)
def test_what_is_not_our_answer_acknowledges_nothing(
    open_door: Callable[..., Door], live: Live, status: int, type_: str, body: str
) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.page.route(API, lambda route: route.fulfill(status=status, content_type=type_, body=body))
    assert door.scan(code)["verdict"] == "admitted"
    door.sync()
    assert door.state["unsent"] == door.stored == 1
    assert not door.state["revoked"]
    door.mend()
    door.sync()
    assert verdicts_of(live, code) == ["admitted"]


def test_one_entry_that_the_server_will_not_have_keeps_no_other(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [good, bad, last] = open_door(), fresh_codes(live, 3)
    door.page.context.set_offline(True)
    for code in (good, bad, last):
        door.scan(code)

    def refuse(route: Route) -> None:
        if bad in (route.request.post_data or ""):
            route.fulfill(status=400, json={"error": {"code": 400, "message": "no"}})
        else:
            route.continue_()

    door.page.route(SCANS, refuse)
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 1")
    assert [verdicts_of(live, it) for it in (good, bad, last)] == [["admitted"], [], ["admitted"]]
    assert door.stored == 1


def refuse_calls(door: Door, path: str, status: int, about: str = "") -> None:
    """The server's answers, as the page sees them, to calls that speak of something."""
    door.run(_REFUSE, [path, status, about])


_REFUSE = """(engine, [path, status, about]) => {
    const { server } = engine;
    const { fetch } = server;
    window.refused = 0;
    server.fetch = function (...call) {
        const isMeant = call[0] === path && JSON.stringify(call[1]).includes(about);
        if (!isMeant) return fetch.apply(this, call);
        window.refused += 1;
        const error = { code: status, message: "no" };
        return Promise.resolve(Response.json({ error }, { status }));
    };
}"""


@pytest.mark.parametrize("status", [403, 500])
def test_a_server_that_will_have_nothing_is_not_stormed(
    open_door: Callable[..., Door], live: Live, status: int
) -> None:
    door, codes = open_door(), fresh_codes(live, 3)
    door.page.context.set_offline(True)
    order = {"codes": [*codes, *[UNKNOWN] * 197], "checkpoint": door.door}
    door.run("(engine, order) => engine.scanMany(order)", order)
    door.run("(engine) => engine.link.stop()")
    refuse_calls(door, "scans", status)
    door.page.context.set_offline(False)
    door.run("(engine) => { engine.link.stopped = false; }")
    for _ in range(3):
        assert door.sync() == "Refused"
    assert door.page.evaluate("window.refused") <= 3 * 14
    assert door.state["unsent"] == door.stored == 200


def test_one_entry_on_which_the_server_fails_keeps_no_other(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [good, bad, last] = open_door(), fresh_codes(live, 3)
    door.page.context.set_offline(True)
    for code in (good, bad, last):
        door.scan(code)
    refuse_calls(door, "scans", 500, about=bad)
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 1 && state.online")
    assert [verdicts_of(live, it) for it in (good, bad, last)] == [["admitted"], [], ["admitted"]]


@pytest.mark.parametrize("status", [429, 500])
def test_people_whom_the_server_does_not_take_keep_no_scan(
    open_door: Callable[..., Door], live: Live, status: int
) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.page.context.set_offline(True)
    person = {"name": "Lê Thị Chờ", "organisation": "Sở", "checkpoint": door.door}
    made = door.run("(engine, person) => engine.walkIn(person)", person)
    door.scan(code)
    refuse_calls(door, "walkins", status)
    door.page.context.set_offline(False)
    # Those of somebody of whom the server has not heard wait; if it would not hear, they do not.
    left = {429: 1, 500: 0}[status]
    door.wait_until(f"state.unsent === {left} && state.unsentWalkIns === 1")
    assert verdicts_of(live, code) == ["admitted"]
    assert len(verdicts_of(live, made["code"])) == 1 - left


def test_a_slow_network_is_sent_less_at_once(open_door: Callable[..., Door], live: Live) -> None:
    door = open_door()
    door.page.context.set_offline(True)
    order = {"codes": [UNKNOWN] * 300, "checkpoint": door.door}
    door.run("(engine, order) => engine.scanMany(order)", order)
    sizes = door.run(
        """async (engine) => {
            const { TimedOut } = await import("/static/checkin/engine/server.js");
            const { call } = engine.server;
            const sizes = [];
            engine.server.call = function (path, body, options) {
                const number = body.scans?.length ?? 0;
                if (number) sizes.push(number);
                if (number > 70) return Promise.reject(new TimedOut());
                return call.call(this, path, body, options);
            };
            window.sizes = sizes;
            return sizes;
        }"""
    )
    assert sizes == []
    door.page.context.set_offline(False)
    while door.state["unsent"]:
        door.sync()
    assert door.page.evaluate("Math.min(...window.sizes)") <= 63


def test_a_refused_side_call_is_no_lack_of_a_network(open_door: Callable[..., Door]) -> None:
    door = open_door()
    door.page.route(
        "**/history",
        lambda route: route.fulfill(status=429, json={"error": {"code": 429, "message": "no"}}),
    )
    door.sync()
    assert door.run(
        """(engine, code) => engine.api("history", { code })
            .catch((it) => [it.status, engine.online])""",
        UNKNOWN,
    ) == [429, True]


def test_an_entry_that_the_server_cannot_read_stays(
    open_door: Callable[..., Door], live: Live
) -> None:
    door, [bad, good] = open_door(), fresh_codes(live, 2)
    door.page.context.set_offline(True)
    order = {"code": bad, "checkpoint": door.door}
    scanned = door.run("(engine, order) => engine.scan(order)", order)
    door.scan(good)

    def misread(route: Route) -> None:
        body = route.request.post_data_json
        for scan in body["scans"]:
            if scan["id"] == scanned["id"]:
                scan["read_at"] = "once upon a time"
        route.continue_(post_data=body)

    door.page.route(SCANS, misread)
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 1 && state.refused === 1")
    assert door.stored == 1
    assert verdicts_of(live, good) == ["admitted"]
    assert verdicts_of(live, bad) == []


def test_somebody_registered_at_the_door_without_a_network(
    open_door: Callable[..., Door], live: Live
) -> None:
    door = open_door()
    category = door.state["categories"][0]["id"]
    organisation = door.state["organisations"][0][1]
    door.page.context.set_offline(True)
    person = {
        **{"name": "Trần Thị Khách Mới", "position": "Chuyên viên", "organisation": organisation},
        **{"delegation": None, "category": category, "phone": "0912345678", "email": ""},
        **{"note": "", "checkpoint": door.door},
    }
    made = door.run("(engine, person) => engine.walkIn(person)", person)
    assert made["walkIn"] is None
    assert made["result"]["verdict"] == "to_confirm"
    assert (door.state["unsentWalkIns"], door.state["unsent"]) == (1, 1)
    assert door.run("(engine, code) => engine.person(code).name", made["code"]) == person["name"]
    assert door.scan(made["code"])["verdict"] == "duplicate"
    door.page.reload()
    door.wait_until("state.ready")
    assert door.run("(engine, code) => engine.person(code).name", made["code"]) == person["name"]
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0 && state.unsentWalkIns === 0")
    assert verdicts_of(live, made["code"])[0] == "admitted"


def test_times_are_right_though_the_clock_was_moved_by_hours(
    open_page: Callable[..., Page], live: Live
) -> None:
    page = open_page("/healthz")
    page.add_init_script(
        "const now = Date.now; window.shift = 0; Date.now = () => now() + window.shift;"
    )
    door, [ahead, behind] = provision(page, live, "Đồng hồ sai"), fresh_codes(live, 2)
    page.context.set_offline(True)
    hours = 3_600_000
    for code, shift in ((ahead, 3 * hours), (behind, -5 * hours)):
        page.evaluate("(shift) => { window.shift = shift; }", shift)
        assert door.scan(code)["verdict"] == "admitted"
    page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    for code, shift in ((ahead, 3), (behind, -5)):
        [entry] = log_of(live, code)
        read, happened, received = (
            datetime.fromisoformat(it)
            for it in (entry.read_at, entry.happened_at, entry.received_at)
        )
        assert abs(read - timedelta(hours=shift) - happened) < timedelta(seconds=3)
        assert timedelta() <= received - happened < timedelta(minutes=2)
        assert abs(entry.offset_ms + shift * hours) < 3000


def test_a_time_from_paper_is_the_halls(open_door: Callable[..., Door], live: Live) -> None:
    door, [code] = open_door(), fresh_codes(live)
    at = 1_353_000_000_000  # 16 November 2012, before anybody read it in
    result = door.scan(code, readAt=at, source="paper")
    assert result["at"] == at
    door.wait_until("state.unsent === 0")
    [entry] = log_of(live, code)
    assert entry.happened_at.startswith("2012-11-15 17:20:00")


def test_the_number_of_unsent_scans_is_true_whatever_fails(
    open_door: Callable[..., Door], live: Live
) -> None:
    """Sampled against the store all the while, by a connection of its own."""
    door, codes = open_door(), fresh_codes(live, 6)
    answers = count()

    def fail(route: Route) -> None:
        match next(answers) % 4:
            case 0:
                route.abort("internetdisconnected")
            case 1:
                route.fetch()
                route.abort("internetdisconnected")
            case 2:
                route.fulfill(status=503, json={"error": {"code": 503, "message": "later"}})
            case _:
                route.continue_()

    door.page.route(SCANS, fail)
    samples = door.run(
        """async (engine, [codes, checkpoint]) => {
            const store = await new Promise((resolve) => {
                const request = indexedDB.open(`eventapp-checkin-${engine.event}`);
                request.onsuccess = () => resolve(request.result);
            });
            const counted = () => new Promise((resolve) => {
                const count = store.transaction("outbox").objectStore("outbox").count();
                count.onsuccess = () => resolve(count.result);
            });
            let over = false;
            const samples = [];
            const sampling = (async () => {
                while (!over) {
                    const before = engine.state.unsent;
                    const stored = await counted();
                    samples.push([before, stored, engine.state.unsent]);
                    await new Promise((resolve) => setTimeout(resolve, 2));
                }
            })();
            for (let i = 0; i < 60; i += 1) {
                await engine.scan({ code: codes[i % codes.length], checkpoint });
                if (i % 7 === 0) await engine.sync().catch(() => {});
            }
            over = true;
            await sampling;
            return samples;
        }""",
        [codes, door.door],
    )
    assert len(samples) > 20
    wrong = [it for it in samples if not min(it[0], it[2]) - 1 <= it[1] <= max(it[0], it[2]) + 1]
    assert wrong == []
    assert max(stored for _, stored, _ in samples) > 1
    door.mend()
    door.sync()
    assert door.state["unsent"] == door.stored == 0
    made = door.run("(engine) => engine.outbox.counts()")[str(door.door)]
    assert made == [60, 0]
    assert sum(len(verdicts_of(live, it)) for it in codes) == 60
    assert all(verdicts_of(live, it).count("admitted") == 1 for it in codes)
