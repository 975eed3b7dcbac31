"""The device's storage: full, shared by tabs, taken over by another token."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import CDPSession, Page

from tests.browser.conftest import Live
from tests.browser.door import (
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
_sessions: list[CDPSession] = []


@pytest.fixture
def door(open_page: Callable[..., Page], live: Live) -> Door:
    """A device."""
    return provision(open_page("/healthz"), live, f"Bộ nhớ {next(_numbers)}")


def fill(door: Door, *, full: bool) -> None:
    """Leave no room for this origin, or as much as there was."""
    session = door.page.context.new_cdp_session(door.page)  # the quota holds as long as this does
    _sessions.append(session)
    origin = {"origin": door.live.url}
    if full:
        used = session.send("Storage.getUsageAndQuota", origin)["usage"]
        session.send("Storage.overrideQuotaForOrigin", {**origin, "quotaSize": used + 1_000_000})
        door.page.evaluate(_FILL)
    else:
        session.send("Storage.overrideQuotaForOrigin", origin)


# To the last byte: the browser allots some room to those who write, and asks again when it is used.
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
    fill(door, full=False)
    assert door.scan(second)["verdict"] == "admitted"
    assert (door.state["unsent"], door.state["storage"]) == (2, "ok")
    door.sync()
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


def test_a_token_is_not_lost_on_a_full_disk(open_page: Callable[..., Page], live: Live) -> None:
    page = open_page("/healthz")
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
    other.page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
    other.run("(engine) => engine.hear({ kind: 'outbox' })")
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
    [code] = fresh_codes(live)
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
        refused = tab.run(
            "(engine, order) => engine.scan(order).catch((error) => error.constructor.name)",
            {"code": code, "checkpoint": door.door},
        )
        assert refused == "Revoked"
    assert log_of(live, code) == []


def test_a_full_disk_keeps_nobody_from_being_forgotten(door: Door, live: Live) -> None:
    fill(door, full=True)
    revoke(live, door.state["device"]["name"])
    assert door.sync() in {"Revoked", "Unreachable"}
    door.wait_until("state.revoked")
    assert door.page.evaluate(_SEALED, EVENT) == 0
    door.page.reload()
    assert door.page.evaluate(_SEALED, EVENT) == 0


_SEALED = """(event) => new Promise((resolve) => {
    const request = indexedDB.open(`eventapp-checkin-${event}`);
    request.onsuccess = () => {
        const count = request.result.transaction("sealed").objectStore("sealed").count();
        count.onsuccess = () => { request.result.close(); resolve(count.result); };
    };
})"""


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
