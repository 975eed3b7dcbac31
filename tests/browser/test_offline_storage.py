"""The device's storage: full, shared by tabs, taken over by another token."""

from collections.abc import Callable
from itertools import count
from weakref import WeakKeyDictionary

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import Live
from tests.browser.door import (
    API,
    EVENT,
    SCANS,
    Door,
    fresh_codes,
    log_of,
    new_token,
    provision,
    revoke,
    verdicts_of,
)

pytestmark = pytest.mark.browser

_numbers = count(1)
_sessions: WeakKeyDictionary[Page, CDPSession] = WeakKeyDictionary()
_ROOM = 16_000_000  # bytes, so that it is filled in a moment


@pytest.fixture
def open_small(open_page: Callable[..., Page], live: Live) -> Callable[[], Page]:
    """``open_small()``: a page of a browser that has little room for us."""

    def open_() -> Page:
        page = open_page("about:blank")
        # Before anything is stored: the browser allots room for a while ahead. The quota holds for
        # as long as this session.
        _sessions[page] = page.context.new_cdp_session(page)
        quota = {"origin": live.url, "quotaSize": _ROOM}
        _sessions[page].send("Storage.overrideQuotaForOrigin", quota)
        page.goto("/healthz")
        return page

    return open_


@pytest.fixture
def door(open_small: Callable[[], Page], live: Live) -> Door:
    """A device."""
    return provision(open_small(), live, f"Bộ nhớ {next(_numbers)}")


def fill(door: Door, *, full: bool) -> None:
    """Leave no room for this origin, or as much as there was."""
    door.page.evaluate(_FILL if full else _EMPTY)


# To the last byte.
_FILL = """async () => {
    const KEYS = { autoIncrement: true };
    const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open("filling", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("all", KEYS);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const fits = (size) => new Promise((resolve) => {
        const transaction = database.transaction("all", "readwrite");
        transaction.objectStore("all").add(crypto.getRandomValues(new Uint8Array(size)));
        transaction.oncomplete = () => resolve(true);
        transaction.onabort = () => resolve(false);
    });
    for (const size of [65536, 16384, 4096, 1024, 256, 64, 1]) while (await fits(size)) ;
    database.close();
}"""


_EMPTY = """() => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("filling");
    request.onsuccess = () => resolve();
    request.onerror = request.onblocked = () => reject(request.error);
})"""


def another_tab(door: Door) -> Door:
    """Another tab of the same browser."""
    other = Door(door.page.context.new_page(), door.live)
    other.page.goto(f"{door.live.url}/checkin/")
    other.wait_until("state.ready")
    return other


def test_on_a_full_disk_nothing_is_shown_as_stored(door: Door, live: Live) -> None:
    [code] = fresh_codes(live)
    fill(door, full=True)
    door.page.context.set_offline(True)
    result = door.scan(code)
    assert result["verdict"] == "not_stored"
    assert (door.state["unsent"], door.stored, door.state["storage"]) == (1, 0, "full")
    # What cannot be stored can be sent.
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    assert verdicts_of(live, code) == ["admitted"]


def test_on_a_full_disk_the_server_keeps_what_is_read(door: Door, live: Live) -> None:
    [code] = fresh_codes(live)
    fill(door, full=True)
    result = door.scan(code)
    assert (result["verdict"], result["by"]) == ("admitted", "server")
    door.wait_until("state.unsent === 0")
    assert verdicts_of(live, code) == ["admitted"]


def test_what_was_only_in_memory_is_stored_when_there_is_room(door: Door, live: Live) -> None:
    [first, second] = fresh_codes(live, 2)
    fill(door, full=True)
    door.page.context.set_offline(True)
    assert door.scan(first)["verdict"] == "not_stored"
    leave = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    assert (door.state["unsaved"], door.page.evaluate(leave)) == (1, True)
    fill(door, full=False)
    assert door.scan(second)["verdict"] == "admitted"
    assert (door.state["unsent"], door.state["storage"]) == (2, "ok")
    door.sync()
    assert (door.state["unsaved"], door.page.evaluate(leave)) == (0, False)
    assert door.stored == 2
    door.page.reload()
    door.wait_until("state.unsent === 2")
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    assert verdicts_of(live, first) == verdicts_of(live, second) == ["admitted"]
    assert door.run("(engine) => engine.outbox.counts()")[str(door.door)] == [2, 0]


def test_a_full_disk_starts_the_app_all_the_same(door: Door, live: Live) -> None:
    people = door.state["people"]
    fill(door, full=True)
    door.page.reload()
    door.wait_until("state.ready")
    assert door.state["people"] == people


def test_what_the_disk_did_not_take_is_written_with_what_it_takes(door: Door) -> None:
    people = door.state["people"]
    renamed = door.run(
        """async (engine) => {
            engine.link.stop();
            const { Database } = await import("/static/checkin/engine/database.js");
            const { run } = Database.prototype;
            const lines = [...engine.roster.lines.values()].map((it) => it.with(3, "Đổi Tên"));
            const roster = { number: 10 ** 6, whole: true, people: lines, gone: [] };
            Database.prototype.run = function (stores, mode, work) {
                if (mode === "readonly") return run.call(this, stores, mode, work);
                return Promise.reject(new DOMException("", "QuotaExceededError"));
            };
            const failed = await engine.vault.write({ roster }).catch((error) => error.name);
            Database.prototype.run = run;
            await engine.vault.write({ facts: { ...engine.vault.facts, openDiscrepancies: 7 } });
            return failed;
        }"""
    )
    assert renamed == "QuotaExceededError"
    door.cut()
    door.page.reload()
    door.wait_until("state.openDiscrepancies === 7")
    assert door.state["people"] == people
    names = door.run("(engine) => [...engine.roster.lines.values()].map((line) => line[3])")
    assert set(names) == {"Đổi Tên"}


def test_a_token_is_not_lost_on_a_full_disk(open_small: Callable[[], Page], live: Live) -> None:
    page = open_small()
    door = Door(page, live)
    fill(door, full=True)
    page.evaluate(
        "device => import('/static/checkin/engine/devices.js').then((it) => it.remember(device))",
        {"event": EVENT, "token": new_token(live, "Đầy từ đầu")},
    )
    page.goto(f"{live.url}/checkin/")
    door.wait_until("state.ready && state.people > 0")
    page.reload()
    door.wait_until("state.ready && state.people > 0")


def test_two_tabs_show_one_number_and_send_once(door: Door, live: Live) -> None:
    codes = fresh_codes(live, 2)
    other = another_tab(door)
    door.page.context.set_offline(True)
    assert door.scan(codes[0])["verdict"] == "admitted"
    other.wait_until("state.unsent === 1")
    assert other.scan(codes[0])["verdict"] == "duplicate"
    assert other.scan(codes[1])["verdict"] == "admitted"
    door.wait_until("state.unsent === 3")
    assert door.stored == 3
    sent: list[str] = []
    for tab in (door, other):
        tab.page.on(
            "request",
            lambda it: (
                sent.extend(scan["id"] for scan in it.post_data_json["scans"])
                if it.url.endswith("/scans")
                else None
            ),
        )
    door.page.context.set_offline(False)
    for tab in (door, other):
        tab.wait_until("state.unsent === 0")
    assert len(sent) == len(set(sent)) == 3
    assert [verdicts_of(live, it).count("admitted") for it in codes] == [1, 1]
    assert sum(len(verdicts_of(live, it)) for it in codes) == 3


def test_a_tab_tells_the_others_what_only_it_holds(door: Door, live: Live) -> None:
    other = another_tab(door)
    fill(door, full=True)
    door.page.context.set_offline(True)
    assert door.scan(fresh_codes(live)[0])["verdict"] == "not_stored"
    other.wait_until("state.unsent === 1")
    # It goes with the tab; nobody counts what is nowhere.
    door.page.close()
    other.run(
        """async (engine) => {
            const end = performance.now() + 60000;
            while (engine.state.unsent && performance.now() < end) {
                await engine.hear({ kind: "outbox" }); // as every few seconds
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
        }"""
    )
    assert other.state["unsent"] == 0


def test_what_the_server_has_said_to_one_tab_the_other_knows(door: Door, live: Live) -> None:
    [code] = fresh_codes(live)
    other = another_tab(door)
    door.be_patient()
    door.scan(code)
    door.wait_until("state.unsent === 0")
    for tab in (door, other):
        tab.page.context.set_offline(True)
    result = other.scan(code)
    assert (result["verdict"], result["by"]) == ("duplicate", "device")


def test_a_revoked_device_forgets_people_in_every_tab(door: Door, live: Live) -> None:
    code, answered = fresh_codes(live, 2)
    door.be_patient()
    assert door.scan(answered)["by"] == "server"
    door.run("(engine) => { engine.patience = 250; }")
    other = another_tab(door)
    door.cut(path=SCANS)
    other.cut(path=SCANS)
    door.scan(code)
    revoke(live, door.state["device"]["name"])
    assert door.sync() in {"Revoked", "Unreachable"}
    door.mend()
    other.mend()
    assert door.sync() in {"Revoked", "Unreachable"}
    for tab in (door, other):
        tab.wait_until("state.revoked")
        assert (tab.state["people"], tab.state["unsent"]) == (0, 1)
        assert tab.run("(engine, code) => engine.person(code)", code) is None
        assert tab.run("(engine) => engine.answers.last.size") == 0
        refused = tab.run(
            "(engine, order) => engine.scan(order).catch((error) => error.constructor.name)",
            {"code": code, "checkpoint": door.door},
        )
        assert refused == "Revoked"
    assert log_of(live, code) == []


def test_a_device_revoked_on_a_full_disk_forgets_people(door: Door, live: Live) -> None:
    name = door.state["device"]["name"]
    [code] = fresh_codes(live)
    door.page.context.set_offline(True)
    door.scan(code)
    fill(door, full=True)
    revoke(live, name)
    door.page.context.set_offline(False)
    door.wait_until("state.revoked")
    door.cut()
    door.page.reload()
    door.wait_until("state.revoked")
    assert (door.state["people"], door.state["unsent"]) == (0, 1)
    assert door.run(_SEALED) == 0


_SEALED = """(engine) => engine.database.read(["sealed"], (store) => new Promise((resolve) => {
    const count = store("sealed").count();
    count.onsuccess = () => resolve(count.result);
}))"""


@pytest.mark.parametrize(
    ("error", "is_unknown"),
    [("login_required", False), ({"code": 401, "message": "no valid device token"}, True)],
)
def test_only_an_end_said_in_so_many_words_makes_a_device_forget(
    door: Door, live: Live, error: object, is_unknown: bool
) -> None:
    people = door.state["people"]
    door.page.route(API, lambda route: route.fulfill(status=401, json={"error": error}))
    assert door.scan(fresh_codes(live)[0])["verdict"] == "admitted"
    door.sync()
    state = door.state
    assert (state["people"], state["unsent"], state["revoked"]) == (people, 1, False)
    assert (state["online"], state["unknown"]) == (False, is_unknown)
    door.mend()
    door.sync()
    assert (door.state["unsent"], door.state["unknown"]) == (0, False)


def test_a_walk_in_that_cannot_be_read_is_kept_and_keeps_nothing_else(door: Door) -> None:
    people = door.state["people"]
    door.page.context.set_offline(True)
    person = {"name": "Lê Thị Hỏng", "organisation": "Sở", "checkpoint": door.door}
    door.run("(engine, person) => engine.walkIn(person)", person)
    door.run(
        """(engine) => engine.database.write(["walkins"], (store) => new Promise((resolve) => {
            store("walkins").getAll().onsuccess = ({ target }) => {
                const [row] = target.result;
                new Uint8Array(row.sealed.data)[0] ^= 1;
                store("walkins").put(row).onsuccess = () => resolve();
            };
        }))"""
    )
    door.page.reload()
    door.wait_until("state.ready")
    state = door.state
    assert (state["people"], state["unsentWalkIns"], state["storage"]) == (people, 1, "ok")
    assert door.run("(engine) => Boolean(engine.vault.key)")


def test_a_token_taken_over_halfway_is_taken_over_at_the_next_start(door: Door, live: Live) -> None:
    door.page.context.set_offline(True)
    person = {"name": "Lê Thị Dở", "organisation": "Sở", "checkpoint": door.door}
    made = door.run("(engine, person) => engine.walkIn(person)", person)
    door.page.evaluate(
        """async (device) => {
            const { remember } = await import("/static/checkin/engine/devices.js");
            const { Database } = await import("/static/checkin/engine/database.js");
            const { run } = Database.prototype;
            Database.prototype.run = function (stores, mode, work) {
                const works = mode === "readonly" || stores.includes("devices");
                if (works) return run.call(this, stores, mode, work);
                return Promise.reject(new DOMException("", "QuotaExceededError"));
            };
            await remember(device);
        }""",
        {"event": EVENT, "token": new_token(live, "Tiếp quản dở")},
    )
    door.page.reload()
    door.wait_until("state.unsentWalkIns === 1")
    assert door.run("(engine, code) => engine.person(code).name", made["code"]) == person["name"]


def test_what_happens_while_it_starts_anew_waits_for_that(door: Door, live: Live) -> None:
    first, second = fresh_codes(live, 2)
    fill(door, full=True)
    door.page.context.set_offline(True)
    assert door.scan(first)["verdict"] == "not_stored"
    found = door.run(
        """async (engine, [code, checkpoint]) => {
            let starts = 0;
            const { start } = engine;
            engine.start = (device) => { starts += 1; return start.call(engine, device); };
            const all = [engine.restart(), engine.hear({ kind: "version" }), engine.catchUp()];
            const result = engine.scan({ code, checkpoint });
            await Promise.all(all);
            const { memory } = engine.outbox;
            return [(await result).verdict, starts, memory.size, engine.state.people > 0];
        }""",
        [second, door.door],
    )
    assert found == ["not_stored", 1, 2, True]


def test_what_waits_for_another_event_is_counted_and_sent(door: Door, live: Live) -> None:
    [code] = fresh_codes(live)
    door.page.context.set_offline(True)
    door.scan(code)
    door.page.evaluate(
        "device => import('/static/checkin/engine/devices.js').then((it) => it.remember(device))",
        {"event": "another-event", "token": "of another event"},
    )
    door.page.reload()
    door.wait_until("state.event.slug === 'another-event' && state.unsentOthers === 1")
    door.page.context.set_offline(False)
    door.wait_until("state.unsentOthers === 0")
    assert verdicts_of(live, code) == ["admitted"]
    assert door.run("(engine) => engine.event") == "another-event"


def test_a_new_token_takes_over_what_waits(door: Door, live: Live) -> None:
    [code] = fresh_codes(live)
    door.page.context.set_offline(True)
    order = {"code": code, "checkpoint": door.door, "override": True, "note": "khách mời của đoàn"}
    door.run("(engine, order) => engine.scan(order)", order)
    before = door.state["people"]
    door.page.evaluate(
        "device => import('/static/checkin/engine/devices.js').then((it) => it.remember(device))",
        {"event": EVENT, "token": new_token(live, "Thay thiết bị")},
    )
    door.wait_until("!state.ready && state.unsent === 1")
    door.page.context.set_offline(False)
    door.wait_until("state.ready && state.unsent === 0")
    assert door.state["people"] == before
    assert door.state["device"]["name"] == "Thay thiết bị"
    assert [(it.verdict, it.note) for it in log_of(live, code)] == [("admitted", order["note"])]
    # The other device's counts are not this one's.
    assert door.run("(engine) => engine.outbox.counts()")[str(door.door)][1] == 0
