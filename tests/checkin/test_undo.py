"""Taking back, overriding, and whatever a door did otherwise than the server would have."""

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from eventapp.checkin import discrepancies as looked_at
from eventapp.checkin import history
from eventapp.checkin.models import Attendance, Closing, Passage, Rights, Scan
from eventapp.database import now
from eventapp.duplicates import merging
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.registration.models import Status
from tests.builders import build_delegate, build_event
from tests.checkin import rules
from tests.checkin.entries import (
    Json,
    attendance,
    build_device,
    build_gate,
    discrepancies,
    earlier,
    entry,
    send,
    verdicts,
)


def undo(of: Json, minutes: float = 0.5, **more: Any) -> Json:
    return {
        **of,
        "id": str(uuid.uuid4()),
        "kind": "undo",
        "undoes": of["id"],
        "note": "Quét nhầm thẻ",
        "read_at": earlier(minutes).isoformat(),
        **more,
    }


@pytest.mark.parametrize("passage", Passage)
def test_an_undo_takes_the_attendance_back(event: Event, passage: Passage) -> None:
    gate, delegate = build_gate(event, passage), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate)
    send(device, sent)
    back = undo(sent)
    (result,) = send(device, back)
    assert (result.kind, result.verdict, result.reason) == ("undo", "admitted", None)
    assert result.delegate is not None and result.delegate["name"] == delegate.name
    assert result.first_read_at is None
    assert attendance(gate, delegate) is None
    kept = db.session.get_one(Scan, back["id"])
    assert (kept.kind, kept.undoes_id, kept.note) == ("undo", sent["id"], "Quét nhầm thẻ")
    assert db.session.get_one(Scan, sent["id"]).verdict == "admitted"  # the log stays
    assert verdicts(device, entry(delegate, gate)) == ["admitted"]  # and they come again


def test_what_an_undo_leaves_is_what_the_shared_cases_say(event: Event) -> None:
    device = build_device(event, rights=Rights.SUPERVISOR)
    gates = {it: build_gate(event, it) for it in Passage}
    for case in json.loads(rules.FILE.read_text())["undoing"]:
        gate, delegate = gates[Passage(case["passage"])], build_delegate(event)
        # The same as long ago as it was by the case's clock.
        shift = now() - timedelta(minutes=1) - datetime.fromisoformat(case["at"])
        ago = {it["at"]: datetime.fromisoformat(it["at"]) + shift for it in case["log"]}
        log = [
            entry(delegate, gate, read_at=ago[it["at"]].isoformat(), direction=it["direction"])
            for it in case["log"]
        ]
        assert verdicts(device, *log) == [it["verdict"] for it in case["log"]], case
        named = {"undoes": None} if case["undoes"] is None else {}
        (result,) = send(device, undo(log[case["undoes"] or 0], **named))
        assert result.verdict == case["verdict"], case
        left, after = attendance(gate, delegate), case["after"]
        assert (left is None) == (after is None), case
        if left is not None:
            assert left.first_read_at == ago[after["first_at"]], case
            assert (left.left_at is None) == after["inside"], case


def test_an_undo_may_name_code_and_checkpoint_instead(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate)
    assert verdicts(device, sent, undo(sent, undoes=None)) == ["admitted", "admitted"]
    assert attendance(gate, delegate) is None


def test_a_duplicate_that_is_taken_back_leaves_the_arrival(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    first, again = entry(delegate, gate, earlier(5)), entry(delegate, gate, earlier(4))
    send(device, first, again)
    assert verdicts(device, undo(again)) == ["admitted"]
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == first["id"]


def test_a_second_passage_that_is_taken_back_leaves_the_first(event: Event) -> None:
    gate, delegate = build_gate(event, Passage.MANY), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    first, again = entry(delegate, gate, earlier(5)), entry(delegate, gate, earlier(4))
    assert verdicts(device, first, again, undo(again)) == ["admitted"] * 3
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == first["id"]


def test_an_out_that_is_taken_back_leaves_them_inside(event: Event) -> None:
    gate, delegate = build_gate(event, Passage.IN_OUT), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    came = entry(delegate, gate, earlier(5))
    left = entry(delegate, gate, earlier(4), direction="out")
    send(device, came, left)
    assert verdicts(device, undo(left)) == ["admitted"]
    found = attendance(gate, delegate)
    assert found is not None and (found.scan_id, found.left_at) == (came["id"], None)
    assert verdicts(device, undo(left), undo(came)) == ["duplicate", "admitted"]
    assert attendance(gate, delegate) is None


def test_the_entry_that_counts_is_the_earliest_one(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    here, late = entry(delegate, gate, earlier(5)), entry(delegate, gate, earlier(9))
    send(device, here)
    send(device, late)
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == late["id"]
    send(device, undo(late))  # and the other one is there still
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == here["id"]
    send(device, undo(here))
    assert attendance(gate, delegate) is None


@pytest.mark.parametrize("is_together", [True, False])
def test_what_comes_after_its_undo_by_code_counts_for_nothing(
    event: Event, is_together: bool
) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent, later = entry(delegate, gate, earlier(5)), entry(delegate, gate, earlier(1))
    back = undo(sent, minutes=3, undoes=None)
    for batch in [(back, sent)] if is_together else [(back,), (sent,)]:
        send(device, *batch)
    assert attendance(gate, delegate) is None
    assert verdicts(device, later) == ["admitted"]
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == later["id"]


def test_an_undo_is_done_once(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate)
    back = undo(sent)
    first = send(device, sent, back)
    again = entry(delegate, gate)
    assert verdicts(device, again) == ["admitted"]
    assert [it.verdict for it in send(device, sent, back, back)] == [
        *(it.verdict for it in first),
        first[1].verdict,
    ]
    assert attendance(gate, delegate) is not None  # a replay takes nothing back


def test_nothing_to_take_back(event: Event) -> None:
    gate = build_gate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    refused = entry(build_delegate(event, status=Status.PENDING), gate)
    delegate = build_delegate(event)
    sent = entry(delegate, gate)
    send(device, refused, sent)
    # one that was refused; one that was taken back; an undo; what came after the undo
    assert verdicts(device, undo(refused)) == ["duplicate"]
    back = undo(sent)
    assert verdicts(device, back, undo(sent), undo(back)) == ["admitted", "duplicate", "duplicate"]
    send(device, entry(delegate, gate, earlier(5)))
    assert verdicts(device, undo(sent, minutes=7)) == ["duplicate"]
    assert attendance(gate, delegate) is not None


def test_what_is_named_is_taken_back_though_the_clocks_disagree(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate, earlier(1))
    assert verdicts(device, sent, undo(sent, minutes=60)) == ["admitted", "admitted"]
    assert attendance(gate, delegate) is None


def test_no_such_entry(event: Event) -> None:
    gate = build_gate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    unknown = entry("0" * 12, gate)
    other = build_event("su-kien-khac")
    foreign = entry(build_delegate(other), build_gate(other))
    send(build_device(other), foreign)
    sent = [undo(unknown), undo(unknown, undoes=None), undo(foreign)]
    assert verdicts(device, *sent) == ["unknown"] * 3
    assert attendance_count() == 1
    assert db.session.query(Scan).filter_by(kind="undo").count() == 3


def attendance_count() -> int:
    return db.session.query(Attendance).count()


@pytest.mark.parametrize("is_together", [True, False])
def test_an_entry_that_comes_after_its_undo_counts_for_nothing(
    event: Event, is_together: bool
) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate)
    if is_together:
        assert verdicts(device, undo(sent), sent) == ["unknown", "admitted"]
    else:
        assert verdicts(device, undo(sent)) == ["unknown"]
        assert verdicts(device, sent) == ["admitted"]
    assert attendance(gate, delegate) is None


@pytest.mark.parametrize("rights", [Rights.STEWARD, Rights.KIOSK])
def test_only_supervisors_take_back(event: Event, rights: Rights) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=rights)
    sent, later = entry(delegate, gate), entry(build_delegate(event), gate)
    assert verdicts(device, sent, undo(sent), undo(later)) == [
        "admitted",
        "not_allowed",
        "not_allowed",
    ]
    assert attendance(gate, delegate) is not None
    assert verdicts(device, later) == ["admitted"]  # nor does it wait for what is still to come
    assert attendance_count() == 2


def test_nobody_takes_back_at_a_checkpoint_that_is_not_theirs(event: Event) -> None:
    gate, other = build_gate(event), build_gate(event)
    delegate = build_delegate(event)
    sent = entry(delegate, gate)
    send(build_device(event), sent)
    device = build_device(event, "Cửa 2", Rights.SUPERVISOR, other)
    assert verdicts(device, undo(sent)) == ["wrong_checkpoint"]
    assert attendance(gate, delegate) is not None


def override(whose: Any, gate: Any, **more: Any) -> Json:
    return entry(whose, gate, **{"override": True, "note": "Trưởng đoàn xác nhận", **more})


@pytest.mark.parametrize("status", [Status.PENDING, Status.CANCELLED])
def test_a_supervisor_lets_in_whom_the_rules_refuse(event: Event, status: Status) -> None:
    gate, delegate = build_gate(event), build_delegate(event, status=status)
    device = build_device(event, rights=Rights.SUPERVISOR)
    (result,) = send(device, override(delegate, gate, shown="override"))
    assert (result.verdict, result.discrepancy) == ("admitted", "override")
    assert attendance(gate, delegate) is not None
    assert discrepancies(event) == [("override", "override")]


def test_a_supervisor_lets_somebody_in_again(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event, rights=Rights.SUPERVISOR)
    sent = entry(delegate, gate, earlier(9))
    assert verdicts(device, sent, override(delegate, gate)) == ["admitted", "admitted"]
    found = attendance(gate, delegate)
    assert found is not None and found.scan_id == sent["id"]
    assert discrepancies(event) == [("override", "")]


def test_who_may_pass_needs_no_override(event: Event) -> None:
    device = build_device(event, rights=Rights.SUPERVISOR)
    (result,) = send(device, override(build_delegate(event), build_gate(event)))
    assert (result.verdict, result.discrepancy) == ("admitted", None)


def test_what_is_no_override_is_an_ordinary_scan(event: Event) -> None:
    own, other = build_gate(event), build_gate(event)
    supervisor = build_device(event, "Bàn", Rights.SUPERVISOR, own)
    steward = build_device(event)
    pending = build_delegate(event, status=Status.PENDING)
    assert verdicts(steward, override(pending, own)) == ["not_approved"]
    assert verdicts(supervisor, override(pending, own, note=" ")) == ["not_approved"]
    assert verdicts(supervisor, override(pending, own, override=1)) == ["not_approved"]
    assert verdicts(supervisor, override("0" * 12, own)) == ["unknown"]
    assert verdicts(supervisor, override(build_delegate(event), other)) == ["wrong_checkpoint"]
    assert attendance_count() == 0


@pytest.mark.parametrize("shown", ["admitted", "to_confirm", "override"])
def test_whoever_was_let_in_otherwise_is_to_be_looked_at(event: Event, shown: str) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    pending = build_delegate(event, status=Status.PENDING)
    first, second = build_device(event), build_device(event, "Cửa 2")
    assert [it.discrepancy for it in send(first, entry(delegate, gate, shown=shown))] == [None]
    sent = [
        entry(delegate, gate, shown=shown),
        entry(pending, gate, shown=shown),
        entry("0" * 12, gate, shown=shown),
    ]
    kinds = ["double", "refused", "unknown"]
    assert [it.discrepancy for it in send(second, *sent)] == kinds
    assert discrepancies(event) == [(kind, shown) for kind in kinds]
    # Sent again: the same, once.
    assert [it.discrepancy for it in send(first, *sent)] == kinds
    assert len(discrepancies(event)) == 3


@pytest.mark.parametrize("shown", ["duplicate", "refused", "", None, 5, "welcome", ["admitted"]])
def test_whoever_was_not_let_in_is_not(event: Event, shown: object) -> None:
    gate = build_gate(event)
    sent = [entry(build_delegate(event, status=Status.PENDING), gate, shown=shown)]
    assert [it.discrepancy for it in send(build_device(event), *sent)] == [None]
    assert discrepancies(event) == []


def test_what_was_shown_may_be_said_later(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event)
    sent = entry(delegate, gate)
    send(device, entry(delegate, gate), sent)
    assert discrepancies(event) == []
    (result,) = send(device, {**sent, "shown": "admitted"})
    assert (result.verdict, result.discrepancy) == ("duplicate", "double")
    assert discrepancies(event) == [("double", "admitted")]


def test_what_comes_after_the_closing_is_kept_and_looked_at(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event)
    device = build_device(event)
    before = entry(delegate, gate)
    send(device, before)
    db.session.add(Closing(checkpoint_id=gate.id, closed_by="Nguyễn Văn An", figures={}))
    db.session.commit()
    late = entry(build_delegate(event), gate, earlier(3))
    again = entry(delegate, gate, shown="admitted")
    results = send(device, late, again, before)
    assert [it.verdict for it in results] == ["admitted", "duplicate", "admitted"]
    assert [it.discrepancy for it in results] == ["after_close", "after_close", None]
    assert len(discrepancies(event)) == 2
    assert attendance_count() == 2


def test_found_and_settled(event: Event) -> None:
    gate, delegate = build_gate(event), build_delegate(event, "H'Hen Niê")
    send(build_device(event), entry(delegate, gate, earlier(9)))
    send(build_device(event, "Cửa 2"), entry(delegate, gate, earlier(5), shown="admitted"))
    (found,) = looked_at.find(event.id)
    assert found.then is not None and found.then.device == "Cửa 2"
    assert found.first is not None and found.first.device == "Cửa 1"
    assert found.delegate is not None and found.delegate["name"] == "H'Hen Niê"
    assert looked_at.find(event.id, is_settled=True) == []
    looked_at.settle(event.id, found.row.id, "Hai thẻ in cho một người", "Cửa 2")
    looked_at.settle(event.id, found.row.id, "Ai đó khác", "Cửa 1")
    (settled,) = looked_at.find(event.id, is_settled=True)
    assert (settled.row.note, settled.row.settled_by) == ("Hai thẻ in cho một người", "Cửa 2")
    assert looked_at.count(event.id) == 0
    assert looked_at.count(event.id, is_settled=None, checkpoint_id=gate.id) == 1
    with pytest.raises(looked_at.NoNote):
        looked_at.settle(event.id, found.row.id, " \u200b", "Cửa 2")
    with pytest.raises(looked_at.NotFound):
        looked_at.settle(build_event("khac").id, found.row.id, "x", "Cửa 2")


def test_what_let_them_in_first_is_found_after_a_merge(event: Event) -> None:
    gate = build_gate(event)
    kept, other = build_delegate(event, "H'Hen Niê"), build_delegate(event, "H’Hen Niê")
    send(build_device(event), entry(other, gate, earlier(9)))
    send(build_device(event, "Cửa 2"), entry(other, gate, earlier(5), shown="admitted"))
    merging.merge(event, kept.id, other.id)
    (found,) = looked_at.find(event.id)
    assert found.delegate is not None and found.delegate["id"] == kept.id
    assert found.first is not None and found.first.device == "Cửa 1"


def test_the_history_has_what_came_before_the_person_was_known(event: Event) -> None:
    gate, device = build_gate(event), build_device(event)
    code = "0123456789AB"
    unknown = entry(code, gate, earlier(9))
    send(device, unknown)
    delegate = build_delegate(event, code=code)
    admitted = entry(delegate, gate, earlier(5))
    send(device, admitted)
    assert [it.id for it in history.of_code(event.id, code)] == [admitted["id"], unknown["id"]]
