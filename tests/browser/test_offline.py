"""Scanning while the network goes and comes: nothing is lost, nothing is counted twice."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Route

from tests.browser.conftest import Live
from tests.browser.door import SCANS, UNKNOWN, Door, fresh_codes, log_of, verdicts_of

pytestmark = pytest.mark.browser


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
    nobodys = "ZZZZ0001ZZZZ"
    assert door.scan(nobodys) | {"id": "", "at": 0} == {
        **{"id": "", "at": 0, "kind": "scan", "code": nobodys, "checkpoint": door.door},
        **{"direction": "in", "source": "scanner", "verdict": "refused", "reason": "unknown"},
        **{"person": None, "firstReadAt": None, "by": "server"},
    }
    door.wait_until("state.unsent === 0")
    assert [it.discrepancy for it in log_of(live, nobodys)] == [None]


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
    # Their clocks may differ by more than the time between the two.
    arrived = sorted(log_of(live, code), key=lambda it: it.received_at)
    assert [(it.verdict, it.discrepancy) for it in arrived] == [
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
