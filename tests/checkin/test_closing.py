"""Closing a checkpoint out: refused until everything has arrived, signed, and opened again."""

import io
import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventapp.checkin import closing, closing_report, devices, discrepancies
from eventapp.checkin.closing import (
    AlreadyClosed,
    CountsChanged,
    NoReason,
    NotClosed,
    NotReconciled,
)
from eventapp.checkin.closing_report import write
from eventapp.checkin.models import (
    Closing,
    Device,
    DeviceCount,
    Discrepancy,
    Explanation,
    Rights,
    Scan,
)
from eventapp.checkin.reconciling import Counts, State, state
from eventapp.database import now
from eventapp.extensions import db
from tests.builders import build_delegate
from tests.checkin.entries import build_device, build_gate, earlier, entry, send
from tests.checkin.phone import Phone
from tests.conftest import Role, post
from tests.pdf.pictures import needs_poppler, opened, text_of

AT = now()


def report(device, checkpoint, made, unsent=0, at=None):
    """What a device says of itself when it asks for what is new."""
    moment = at or now()
    row = db.session.get(DeviceCount, (device.id, checkpoint.id))
    if row is None:
        row = DeviceCount(device_id=device.id, checkpoint_id=checkpoint.id)
        db.session.add(row)
    row.made, row.unsent, row.reported_at = made, unsent, moment
    found = db.session.get_one(Device, device.id)
    found.reported_at = found.last_seen_at = moment
    found.unsent = unsent
    db.session.commit()


@pytest.fixture
def gate(event):
    return build_gate(event)


@pytest.fixture
def device(event):
    return build_device(event, "Cửa 1", Rights.SUPERVISOR)


@pytest.fixture
def reconciled(event, gate, device):
    """Two people let in, and the device has said that this is all."""
    for name in ("Lê An", "Trần Bình"):
        send(device, entry(build_delegate(event, name), gate))
    report(device, gate, 2)
    return event


def states(event, gate):
    db.session.rollback()
    return {it.name: it.state for it in closing.standing(event.id, gate.id).devices.rows}


# --- The rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (Counts(3, 3, 0, AT, AT), State.COMPLETE),
        (Counts(0, 0, 0, AT), State.COMPLETE),
        (Counts(0, is_used=False), State.UNUSED),
        (Counts(3, 3, 1, AT, AT), State.UNSENT),
        (Counts(3, 5, 2, AT, AT, unsent_before=2), State.LEFT),
        (Counts(3, 5, 3, AT, AT, unsent_before=2), State.UNSENT),
        (Counts(3, 5, 0, AT, AT), State.DIFFERENT),
        (Counts(5, 3, 0, AT, AT), State.DIFFERENT),
        (Counts(3), State.UNREPORTED),
        (Counts(3, 3, 0, AT - timedelta(seconds=1), AT), State.UNREPORTED),
        (Counts(0), State.UNREPORTED),
        (Counts(0, 0, 0, AT - timedelta(minutes=20)), State.SILENT),
    ],
)
def test_how_a_device_stands(counts, expected):
    assert state(counts, AT) is expected


def test_an_explanation_is_for_exactly_these_counts():
    missing = Counts(3, 5, 2, AT, AT)
    assert state(missing, AT, (5, 3)) is State.EXPLAINED
    assert state(missing, AT, (5, 4)) is State.UNSENT
    assert state(missing, AT, (6, 3)) is State.UNSENT


# --- Closing ------------------------------------------------------------------------------------


def test_when_everything_has_arrived_it_is_closed_with_its_figures(reconciled, gate):
    closing.close(reconciled.id, gate.id, by="Lê Chủ Trì", note="Đủ")
    row = db.session.get_one(Closing, gate.id)
    assert (row.closed_by, row.note) == ("Lê Chủ Trì", "Đủ")
    figures = row.figures
    assert (figures["expected"], figures["passed"], figures["entries"]) == (2, 2, 2)
    assert figures["delegations"] == [["Bắc Ninh", 2, 2]]
    assert figures["categories"] == [["Đại biểu", "Delegate", 2, 2]]
    [device] = figures["devices"]
    assert (device["name"], device["made"], device["received"]) == ("Cửa 1", 2, 2)
    assert states(reconciled, gate) == {"Cửa 1": State.COMPLETE}


def refused(event, gate):
    with pytest.raises(NotReconciled) as caught:
        closing.close(event.id, gate.id, by="Lê Chủ Trì")
    db.session.rollback()
    assert db.session.get(Closing, gate.id) is None
    return caught.value


def test_refused_while_a_device_has_entries_that_are_not_sent(reconciled, gate, device):
    report(device, gate, 5, unsent=3)
    assert [it.name for it in refused(reconciled, gate).devices] == ["Cửa 1"]


def test_refused_while_made_and_received_differ(reconciled, gate, device):
    report(device, gate, 3)
    assert states(reconciled, gate) == {"Cửa 1": State.DIFFERENT}
    refused(reconciled, gate)


def test_refused_while_a_device_has_said_nothing_since_its_last_scan(reconciled, gate, device):
    send(device, entry(build_delegate(reconciled, "Vũ Sau"), gate))
    assert states(reconciled, gate) == {"Cửa 1": State.UNREPORTED}
    refused(reconciled, gate)


def test_refused_while_a_device_that_was_here_is_not_heard_of(reconciled, gate):
    """It may have let people in without a network since it last spoke."""
    other = build_device(reconciled, "Cửa 2")
    send(other, entry(build_delegate(reconciled, "Vũ Hai"), gate, earlier(30)))
    report(other, gate, 1)
    first = db.session.scalar(select(Device).filter_by(name="Cửa 1"))
    send(first, entry(build_delegate(reconciled, "Vũ Ba"), gate, now() + timedelta(seconds=1)))
    report(first, gate, 3)
    row = db.session.get_one(DeviceCount, (other.id, gate.id))
    row.reported_at = earlier(20)
    db.session.commit()
    scanned = db.session.scalars(select(Scan).filter_by(device_id=other.id)).all()
    assert len(scanned) == 1
    assert refused(reconciled, gate).devices[0].name == "Cửa 2"


def test_refused_for_an_assigned_device_that_never_reported(reconciled, gate):
    build_device(reconciled, "Cửa 2", Rights.STEWARD, gate)
    assert states(reconciled, gate)["Cửa 2"] is State.UNUSED
    other = db.session.scalar(select(Device).filter_by(name="Cửa 2"))
    other.last_seen_at = now()
    db.session.commit()
    assert [it.name for it in refused(reconciled, gate).devices] == ["Cửa 2"]


def test_refused_while_something_is_to_be_looked_at(reconciled, gate, device):
    somebody = build_delegate(reconciled, "Vũ Đôi")
    send(device, entry(somebody, gate), entry(somebody, gate, shown="admitted"))
    report(device, gate, 4)
    assert refused(reconciled, gate).discrepancies == 1
    [found] = discrepancies.find(reconciled.id)
    discrepancies.settle(reconciled.id, found.row.id, "Một người, hai thẻ", by="Lê Chủ Trì")
    closing.close(reconciled.id, gate.id, by="Lê Chủ Trì")
    assert db.session.get_one(Closing, gate.id).figures["discrepancies"] == {"double": 1}


def test_closed_twice_is_said(reconciled, gate):
    closing.close(reconciled.id, gate.id, by="A")
    with pytest.raises(AlreadyClosed):
        closing.close(reconciled.id, gate.id, by="B")


def test_an_undo_of_what_never_came_is_counted_where_it_was_made(event, gate, device):
    unknown = "00000000-0000-4000-8000-000000000001"
    send(device, entry("", gate, kind="undo", undoes=unknown, note="nhầm"))
    report(device, gate, 1)
    assert states(event, gate) == {"Cửa 1": State.COMPLETE}


# --- A device that was several phones, one after the other ---------------------------------------


@pytest.fixture
def phone(event, client):
    return Phone(client, event, name="Cửa 2")


def let_in(phone, event, gate, number):
    """So many people, one after the other."""
    for _ in range(number):
        assert phone.scan(gate.id, build_delegate(event).code)["verdict"] == "admitted"


def hand_on(phone, event):
    """The phone is lost, and another one becomes the device."""
    phone.token = devices.redeem(devices.renew_link(event, phone.id).link).token
    phone.roster = phone.log = phone.tables = None


def test_what_a_lost_phone_had_not_sent_stands_against_it_until_it_is_explained(event, gate, phone):
    let_in(phone, event, gate, 3)
    phone.sync(counts={gate.id: [5, 2]}, unsent=2)
    hand_on(phone, event)
    phone.sync(counts={})
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [1, 0]})
    [row] = closing.standing(event.id, gate.id).devices.rows
    assert (row.state, row.counts.stated, row.counts.received) == (State.LEFT, 6, 4)
    refused(event, gate)
    phone.sync(counts={gate.id: [2, 1]}, unsent=1)  # this one has more, too
    assert states(event, gate) == {"Cửa 2": State.UNSENT}
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [2, 0]})
    closing.explain(event.id, gate.id, phone.id, numbers=(7, 5), reason="Đã chép tay", by="A")
    figures = closing.close(event.id, gate.id, by="A").figures
    [device] = figures["devices"]
    assert (device["made"], device["received"], device["unsent"]) == (7, 5, 2)
    assert device["state"] == State.EXPLAINED
    stream = io.BytesIO()
    write(event, gate.id, stream, language="en")  # the report takes it
    stands = closing.standing(event.id, gate.id)
    assert closing_report.summary(stands, "en").devices[0].reason == "Đã chép tay"


def test_what_a_lost_phone_sent_without_saying_so_is_not_missing(event, gate, phone):
    phone.sync(counts={gate.id: [2, 2]}, unsent=2)
    let_in(phone, event, gate, 3)  # and one more than it had spoken of
    hand_on(phone, event)
    phone.sync(counts={})
    assert states(event, gate) == {"Cửa 2": State.COMPLETE}
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [1, 0]})
    assert states(event, gate) == {"Cửa 2": State.COMPLETE}
    closing.close(event.id, gate.id, by="A")


def test_what_the_next_phone_scans_before_it_speaks_is_its_own(event, gate, phone):
    let_in(phone, event, gate, 3)  # and it never said how many
    hand_on(phone, event)
    let_in(phone, event, gate, 2)
    phone.sync(counts={gate.id: [2, 0]})
    [row] = closing.standing(event.id, gate.id).devices.rows
    assert (row.state, row.counts.made, row.counts.received) == (State.COMPLETE, 5, 5)


def test_a_phone_that_is_set_up_anew_goes_on_counting(event, gate, phone):
    let_in(phone, event, gate, 2)
    phone.sync(counts={gate.id: [2, 0]})
    hand_on(phone, event)
    phone.sync(counts={gate.id: [2, 0]})
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [3, 0]})
    assert states(event, gate) == {"Cửa 2": State.COMPLETE}


def test_the_next_phone_is_heard_of_where_only_the_one_before_has_scanned(
    event, gate, phone, device
):
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [1, 0]})
    hand_on(phone, event)
    phone.sync(counts={})
    send(device, entry(build_delegate(event, "Vũ Sau"), gate, now()))
    report(device, gate, 1)
    phone.sync(counts={}, battery=79)
    assert states(event, gate) == {"Cửa 1": State.COMPLETE, "Cửa 2": State.COMPLETE}
    closing.close(event.id, gate.id, by="A")


def test_a_revoked_device_is_not_heard_of_any_more(event, gate, phone, device):
    """What it had said still holds; whether it let anybody in after that, nobody knows."""
    let_in(phone, event, gate, 1)
    phone.sync(counts={gate.id: [1, 0]})
    devices.revoke(event, phone.id)
    [row] = closing.standing(event.id, gate.id).devices.rows
    assert (row.state, row.is_revoked) == (State.COMPLETE, True)
    send(device, entry(build_delegate(event, "Vũ Sau"), gate, now()))
    report(device, gate, 1)
    [found] = refused(event, gate).devices
    assert (found.id, found.state) == (phone.id, State.SILENT)
    closing.explain(event.id, gate.id, phone.id, numbers=(1, 1), reason="Máy đã nộp", by="A")
    closing.close(event.id, gate.id, by="A")


# --- Explaining ---------------------------------------------------------------------------------


def test_what_is_explained_stands_against_it_no_more(reconciled, gate, device):
    report(device, gate, 5, unsent=3)
    closing.explain(
        reconciled.id, gate.id, device.id, numbers=(5, 2), reason="Máy bị mất", by="Lê Chủ Trì"
    )
    assert states(reconciled, gate) == {"Cửa 1": State.EXPLAINED}
    closing.close(reconciled.id, gate.id, by="Lê Chủ Trì")
    with pytest.raises(AlreadyClosed):
        closing.explain(
            reconciled.id, gate.id, device.id, numbers=(5, 2), reason="Khác", by="Ai đó"
        )


def test_other_counts_need_another_explanation(reconciled, gate, device):
    report(device, gate, 5, unsent=3)
    with pytest.raises(CountsChanged):
        closing.explain(reconciled.id, gate.id, device.id, numbers=(4, 2), reason="x", by="A")
    closing.explain(reconciled.id, gate.id, device.id, numbers=(5, 2), reason="Mất", by="A")
    report(device, gate, 6, unsent=4)
    refused(reconciled, gate)
    closing.explain(reconciled.id, gate.id, device.id, numbers=(6, 2), reason="Vỡ", by="B")
    assert states(reconciled, gate) == {"Cửa 1": State.EXPLAINED}
    assert db.session.scalar(select(func.count()).select_from(Explanation)) == 1


def test_a_device_that_never_reports_is_explained_by_what_has_arrived(event, gate, device):
    send(device, entry(build_delegate(event), gate))
    closing.explain(event.id, gate.id, device.id, numbers=(1, 1), reason="Đầu đọc", by="A")
    closing.close(event.id, gate.id, by="A")


def test_an_explanation_says_something(reconciled, gate, device):
    report(device, gate, 5)
    with pytest.raises(NoReason):
        closing.explain(reconciled.id, gate.id, device.id, numbers=(5, 2), reason=" ", by="A")


# --- Opening again, and what comes later --------------------------------------------------------


def test_opened_again_with_a_reason_that_is_kept(reconciled, gate):
    closing.close(reconciled.id, gate.id, by="A", note="Đủ")
    with pytest.raises(NoReason):
        closing.reopen(reconciled.id, gate.id, reason="  ")
    closing.reopen(reconciled.id, gate.id, reason="Còn một máy")
    assert db.session.get(Closing, gate.id) is None
    assert [(it.action, it.note) for it in closing.changes(reconciled.id, gate.id)] == [
        ("reopen_checkpoint", "Còn một máy"),
        ("close_checkpoint", "Đủ"),
    ]
    with pytest.raises(NotClosed):
        closing.reopen(reconciled.id, gate.id, reason="Nữa")
    closing.close(reconciled.id, gate.id, by="A")


def test_what_comes_later_is_kept_and_to_be_looked_at(reconciled, gate, device):
    closing.close(reconciled.id, gate.id, by="A")
    [late] = send(device, entry(build_delegate(reconciled, "Vũ Muộn"), gate, earlier(90)))
    assert (late.verdict, late.discrepancy) == ("admitted", "after_close")
    assert db.session.get_one(Closing, gate.id).figures["entries"] == 2
    found = closing.standing(reconciled.id, gate.id)
    assert (found.late, found.open_discrepancies, found.entries) == (1, 1, 3)
    closing.reopen(reconciled.id, gate.id, reason="Có lượt đến muộn")
    report(device, gate, 3)
    assert refused(reconciled, gate).discrepancies == 1


def test_a_scan_at_the_same_moment_is_counted_or_comes_after_it(
    app: Flask, reconciled, gate, device
):
    """Whatever the order: what the figures do not count is to be looked at."""
    event_id, gate_id, device_id = reconciled.id, gate.id, device.id
    people = [build_delegate(reconciled, f"Vũ Cùng Lúc {number}") for number in range(8)]
    entries = [entry(it, gate) for it in people]
    report(device, gate, 10, unsent=0, at=now() + timedelta(hours=1))
    closing.explain(event_id, gate_id, device_id, numbers=(10, 2), reason="Trên giấy", by="A")
    ready = threading.Barrier(3)
    failed: list[Exception] = []

    def scan(mine):
        with app.app_context():
            found = db.session.get_one(Device, device_id)
            ready.wait()
            for it in mine:
                send(found, it)
            db.session.remove()

    def close():
        with app.app_context():
            ready.wait()
            for _ in range(200):
                try:
                    closing.close(event_id, gate_id, by="A")
                    break
                except NotReconciled:
                    db.session.rollback()
                except Exception as error:
                    failed.append(error)
                    break
            db.session.remove()

    threads = [
        threading.Thread(target=scan, args=(entries[:4],)),
        threading.Thread(target=scan, args=(entries[4:],)),
        threading.Thread(target=close),
    ]
    for it in threads:
        it.start()
    for it in threads:
        it.join()
    assert failed == []
    db.session.rollback()
    row = db.session.get(Closing, gate_id)
    assert row is not None
    late = db.session.scalar(select(func.count()).select_from(Discrepancy))
    entries_there = db.session.scalar(select(func.count()).select_from(Scan))
    assert entries_there == 10
    assert row.figures["entries"] + late == entries_there


def test_the_number_of_queries_does_not_grow(reconciled, gate, device, count_queries):
    with count_queries() as few:
        closing.overview(reconciled.id)
    for number in range(6):
        more = build_gate(reconciled)
        send(build_device(reconciled, f"Máy {number}"), entry("00000000ABCD", more))
    db.session.rollback()
    with count_queries() as many:
        assert len(closing.overview(reconciled.id)) == 7
    assert len(many) == len(few)


# --- The pages and the paper --------------------------------------------------------------------


def address(gate, rest=""):
    return f"/manage/hoi-nghi/checkpoints/{gate.id}/closing{rest}"


def test_organisers_close_explain_and_open_again(organiser, reconciled, gate, device):
    report(device, gate, 3, unsent=1)
    here = address(gate)
    page = post(organiser, here, {"note": "Đủ & khớp"})
    assert page.status_code == 422
    assert "notice-danger" in page.text
    assert "Cửa 1" in page.text
    assert 'value="Đủ &amp; khớp"' in page.text
    counts = {"device": device.id, "made": 3, "received": 2}
    overtaken = {**counts, "made": 4, "reason": "Máy hết pin"}
    page = post(organiser, address(gate, "/explanation"), overtaken, form_at=here)
    assert page.status_code == 422
    assert "notice-warning" in page.text
    assert 'value="Máy hết pin"' in page.text
    for reason, tone in (("", "danger"), ("Máy bị mất", "success")):
        answer = post(
            organiser, address(gate, "/explanation"), {**counts, "reason": reason}, form_at=here
        )
        assert f"notice-{tone}" in organiser.get(answer.location).text
    post(organiser, here, {"note": "Đủ"})
    page = organiser.get(here)
    assert "Máy bị mất" in page.text
    assert db.session.get(Closing, gate.id) is not None
    post(organiser, address(gate, "/reopen"), {"reason": "Nhầm"}, form_at=here)
    db.session.rollback()
    assert db.session.get(Closing, gate.id) is None
    assert "Nhầm" in organiser.get(here).text
    assert organiser.get("/manage/hoi-nghi/closings").status_code == 200


@needs_poppler
def test_the_report_says_what_was_signed(organiser, reconciled, gate, device):
    somebody = build_delegate(reconciled, "Vũ Đôi")
    send(device, entry(somebody, gate), entry(somebody, gate, shown="admitted"))
    [found] = discrepancies.find(reconciled.id)
    discrepancies.settle(reconciled.id, found.row.id, "Hai bàn cùng lúc", by="Lê Giám Sát")
    report(device, gate, 9)
    closing.explain(
        reconciled.id, gate.id, device.id, numbers=(9, 4), reason="Hỏng", by="Trần Tổ Trưởng"
    )
    assert organiser.get(address(gate, "/report.pdf")).status_code == 404
    closing.close(reconciled.id, gate.id, by="Lê Chủ Trì", note="Chốt buổi sáng")
    answer = organiser.get(address(gate, "/report.pdf?language=vi"))
    assert answer.mimetype == "application/pdf"
    opened(answer.data)
    text = " ".join(text_of(answer.data).split())
    for part in (
        "BÁO CÁO KẾT QUẢ ĐIỂM DANH",
        "Bắc Ninh",
        "Vũ Đôi",
        "Hai bàn cùng lúc",
        "Hỏng",
        "(Trần",
        "Chốt buổi sáng",
        "Lê Chủ Trì",
        "NGƯỜI LẬP BÁO CÁO",
        "Độc lập - Tự do - Hạnh phúc",
    ):
        assert part in text, part
    english = io.BytesIO()
    write(reconciled, gate.id, english, language="en")
    assert "REPORT ON THE CHECK-IN" in " ".join(text_of(english.getvalue()).split())


@pytest.mark.parametrize("rest", ["", "/report.pdf"])
def test_staff_close_nothing(event, gate, sign_in, rest):
    client = sign_in(Role.STAFF, event)
    assert client.get(address(gate, rest)).status_code == 403
    assert client.get("/manage/hoi-nghi/closings").status_code == 403


def test_another_events_checkpoint_is_not_there(organiser, event):
    assert organiser.get("/manage/hoi-nghi/checkpoints/999/closing").status_code == 404
