"""The same entries replayed, reordered, split and duplicated over several devices come to the same,
and no row of the log is ever changed or deleted."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from eventapp.checkin import discrepancies, service
from eventapp.checkin.models import Attendance, Checkpoint, Device, Passage, Rights, Scan
from eventapp.duplicates import merging
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Delegate
from eventapp.registration.substitution import Substitute, substitute
from tests.builders import build_delegate
from tests.checkin.entries import Json, build_device, build_gate, earlier, entry, send

PEOPLE = 3
DEVICES = 3

MOVES = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.sampled_from(list(Passage)),
        st.sampled_from(["in", "out"]),
        st.integers(1, 5000),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda it: it[3],
)
KEYS = [column.key for column in Scan.__table__.columns]


def log() -> dict[str, dict[str, Any]]:
    """Every row of the log."""
    db.session.rollback()
    rows = db.session.execute(select(*(getattr(Scan, key) for key in KEYS)))
    return {row.id: dict(zip(KEYS, row, strict=True)) for row in rows}


def deliver(devices: list[Device], entries: list[Json], data: st.DataObject) -> None:
    """In any order, some of them again, in batches of any size, by any of the devices."""
    stream = data.draw(st.permutations(entries))
    stream += data.draw(st.lists(st.sampled_from(entries), max_size=8))
    known: dict[str, dict[str, Any]] = log()
    first: dict[str, str] = {}
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        device = data.draw(st.sampled_from(devices))
        for result in service.record(device, stream[:cut]):
            verdict = first.setdefault(str(result.id), result.verdict)
            assert result.verdict == verdict
        stream = stream[cut:]
        present = log()
        assert {id_: present[id_] for id_ in known} == known
        known = present
    assert {it["id"] for it in entries} <= set(known)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, data=st.data())
def test_whatever_way_entries_arrive(
    app: Flask, event: Event, moves: Any, data: st.DataObject
) -> None:
    people = [build_delegate(event, "Lê A") for _ in range(PEOPLE)]
    gates = {passage: build_gate(event, passage) for passage in Passage}
    devices = [build_device(event, f"Cửa {number}") for number in range(DEVICES)]
    start = earlier(100)
    entries = [
        entry(people[whose], gates[passage], start + timedelta(seconds=seconds), direction=way)
        for whose, passage, way, seconds in moves
    ]
    deliver(devices, entries, data)
    for passage, gate in gates.items():
        for person in people:
            _check(passage, gate, person, entries)


def _check(passage: Passage, gate: Checkpoint, person: Delegate, entries: list[Json]) -> None:
    """What is so afterwards depends on what happened alone, not on how it arrived."""
    mine = [it for it in entries if (it["checkpoint"], it["code"]) == (gate.id, person.code)]
    mine.sort(key=lambda it: it["read_at"])
    came = [it for it in mine if passage is not Passage.IN_OUT or it["direction"] == "in"]
    found = db.session.get(Attendance, (gate.id, person.id))
    assert (found is not None) == bool(came)
    admitted = db.session.scalars(
        select(Scan.id).filter_by(checkpoint_id=gate.id, delegate_id=person.id, verdict="admitted")
    ).all()
    if passage is Passage.ONCE:
        assert len(admitted) == (1 if came else 0)
    if passage is Passage.MANY:
        assert len(admitted) == len(came)
    if found is None:
        return
    assert found.first_read_at.isoformat() == came[0]["read_at"]
    assert found.scan_id in {it["id"] for it in came}
    if passage is Passage.IN_OUT:
        assert (found.left_at is None) == (mine[-1]["direction"] == "in")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_undone_entries_in_whatever_order(app: Flask, event: Event, data: st.DataObject) -> None:
    """A scan and its undo come to nothing; another's stays."""
    gate, device = build_gate(event), build_device(event, rights=Rights.SUPERVISOR)
    undone, kept = (build_delegate(event, "Lê A") for _ in range(2))
    scans = [entry(undone, gate, earlier(9)), entry(kept, gate, earlier(9))]
    undo = entry(undone, gate, earlier(5), kind="undo", undoes=scans[0]["id"], note="Nhầm")
    deliver([device], [*scans, undo], data)
    assert db.session.get(Attendance, (gate.id, undone.id)) is None
    assert db.session.get(Attendance, (gate.id, kept.id)) is not None


def test_no_row_of_the_log_is_ever_changed_or_deleted(event: Event) -> None:
    """Whatever else happens: undo, override, a substitute, a merge, a discrepancy settled."""
    gate = build_gate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    people = [build_delegate(event, f"Lê Văn {letter}") for letter in "ABCD"]
    sent = [entry(it, gate, earlier(9)) for it in people]
    send(device, *sent, entry("0" * 12, gate, shown="to_confirm"))
    before = log()
    undo = {**sent[0], "id": str(uuid.uuid4()), "kind": "undo", "undoes": sent[0]["id"]}
    send(device, undo, *sent, *({**it, "code": "1" * 12, "shown": "admitted"} for it in sent))
    substitute(event, people[1].id, Substitute("Trần Thị Mới"))
    merging.merge(event, people[2].id, people[3].id)
    for found in discrepancies.find(event.id):
        discrepancies.settle(event.id, found.row.id, "Đã xem", "Cửa 1")
    send(device, *sent)
    after = log()
    assert {id_: after[id_] for id_ in before} == before
    assert Counter(it["kind"] for it in after.values()) == {"scan": 5, "undo": 1}
