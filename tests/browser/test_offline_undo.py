"""What is taken back without a network: the device shows what the server will say."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.browser.conftest import Live
from tests.browser.door import Door, checkpoints, fresh_codes, log_of

pytestmark = pytest.mark.browser


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


def at_a_gate_of_both_ways(live: Live) -> int:
    """The last door, where both ways are counted from now on."""
    gate = checkpoints(live)[-1]
    with closing(sqlite3.connect(live.instance / "eventapp.db", timeout=30)) as kept, kept:
        kept.execute(
            "update checkpoint set passage = 'in_out', kind = 'door', day_id = null, leg = '',"
            " stop_id = null, group_id = null where id = ?",
            (gate,),
        )
    return gate


def is_inside(door: Door, code: str, gate: int) -> bool | None:
    """What the device knows of somebody; None: they have never come."""
    passed = door.run("(engine, code) => engine.person(code).passed", code).get(str(gate))
    return None if passed is None else passed["inside"]


def undo(door: Door, id_: str) -> str:
    """The verdict."""
    result = door.run("(engine, id) => engine.undo(id, 'nhầm người')", id_)
    return str(result["verdict"])


@pytest.mark.parametrize("is_known", [False, True], ids=["unsent", "sent before"])
def test_a_way_out_taken_back_leaves_them_inside(
    open_door: Callable[..., Door], live: Live, is_known: bool
) -> None:
    gate, [code] = at_a_gate_of_both_ways(live), fresh_codes(live)
    door = open_door()
    door.page.context.set_offline(not is_known)
    if is_known:
        door.be_patient()
    came, went = (door.scan(code, gate, direction=it) for it in ("in", "out"))
    assert [came["verdict"], went["verdict"]] == ["admitted", "admitted"]
    assert is_inside(door, code, gate) is False
    if is_known:
        door.wait_until("state.unsent === 0")
        door.page.context.set_offline(True)
    assert undo(door, went["id"]) == "admitted"
    assert is_inside(door, code, gate) is True
    assert undo(door, went["id"]) == "duplicate"
    assert is_inside(door, code, gate) is True
    assert undo(door, came["id"]) == "admitted"
    assert is_inside(door, code, gate) is None
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    door.sync()
    assert is_inside(door, code, gate) is None
    undos = [it.verdict for it in log_of(live, code) if it.kind == "undo"]
    assert undos == ["admitted", "duplicate", "admitted"]


@pytest.mark.parametrize("is_known", [False, True], ids=["unsent", "sent before"])
def test_a_duplicate_taken_back_leaves_them_inside(
    open_door: Callable[..., Door], live: Live, is_known: bool
) -> None:
    door, [code] = open_door(), fresh_codes(live)
    door.page.context.set_offline(not is_known)
    if is_known:
        door.be_patient()
    first, second = door.scan(code), door.scan(code)
    assert [first["verdict"], second["verdict"]] == ["admitted", "duplicate"]
    if is_known:
        door.wait_until("state.unsent === 0")
        door.page.context.set_offline(True)
    before = door.state["checkpoints"][0]["passed"]
    assert undo(door, second["id"]) == "admitted"
    assert is_inside(door, code, door.door) is True
    assert door.state["checkpoints"][0]["passed"] == before
    assert door.scan(code)["verdict"] == "duplicate"
    door.page.context.set_offline(False)
    door.wait_until("state.unsent === 0")
    assert is_inside(door, code, door.door) is True


def test_an_undo_that_is_answered_shows_at_once_what_is_left(
    open_door: Callable[..., Door], live: Live
) -> None:
    gate, [code] = at_a_gate_of_both_ways(live), fresh_codes(live)
    door = open_door()
    door.be_patient()
    came, went = (door.scan(code, gate, direction=it) for it in ("in", "out"))
    door.wait_until("state.unsent === 0")
    door.cut(path="**/sync")  # what the answers themselves say
    assert undo(door, went["id"]) == "admitted"
    door.wait_until("state.unsent === 0")
    assert is_inside(door, code, gate) is True
    assert undo(door, came["id"]) == "admitted"
    door.wait_until("state.unsent === 0")
    assert is_inside(door, code, gate) is None
