"""What the server will not have, or somebody else answers: it keeps nothing else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Live
from tests.browser.door import API, SCANS, UNKNOWN, Door, fresh_codes, verdicts_of

pytestmark = pytest.mark.browser


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
