"""What organisers are to look at, in words; settled with a note, and kept."""

import re

import pytest

from eventapp.checkin import closing, discrepancies, discrepancy_words
from eventapp.checkin.models import DiscrepancyKind, Rights
from eventapp.database import now
from eventapp.extensions import db
from eventapp.registration.models import Status
from tests.builders import build_delegate
from tests.checkin.entries import build_device, build_gate, earlier, entry, send
from tests.conftest import Role, post

HERE = "/manage/hoi-nghi/discrepancies"


@pytest.fixture
def gate(event):
    return build_gate(event)


@pytest.fixture
def double(event, gate):
    """Two desks that were offline let the same person in."""
    somebody = build_delegate(event, "Trần Thị Ước")
    first, second = build_device(event, "Cửa chính"), build_device(event, "Cửa phụ")
    send(first, entry(somebody, gate, earlier(20), shown="admitted"))
    send(second, entry(somebody, gate, earlier(15), shown="admitted"))
    return somebody


def words_of(event):
    db.session.rollback()
    [found] = discrepancies.find(event.id, is_settled=None)
    return discrepancy_words.title(found), discrepancy_words.happened(found, event.zone)


def test_two_desks_with_their_names_and_times(event, gate, double):
    title, text = words_of(event)
    assert title == "Trần Thị Ước"
    times = re.findall(r"“(Cửa [^”]+)” lúc (\d\d:\d\d:\d\d)", text)
    assert [it[0] for it in times] == ["Cửa chính", "Cửa phụ"]
    assert times[0][1] != times[1][1]


def test_each_kind_says_what_the_door_did(event, gate):
    device = build_device(event, "Cửa chính", Rights.SUPERVISOR)
    gone = build_delegate(event, "Lê Đã Hủy", status=Status.CANCELLED)
    send(device, entry(gone, gate, shown="admitted"))
    assert "đã hủy đăng ký" in words_of(event)[1]
    [found] = discrepancies.find(event.id)
    discrepancies.settle(event.id, found.row.id, "Xong", by="A")
    send(device, entry("7QXJ4M2K9TBC", gate, shown="to_confirm"))
    send(device, entry(gone, gate, override=True, note="Lãnh đạo cho vào."))
    texts = {
        it.row.kind: (discrepancy_words.title(it), discrepancy_words.happened(it, event.zone))
        for it in discrepancies.find(event.id)
    }
    assert texts[DiscrepancyKind.UNKNOWN][0] == "Mã 7QXJ 4M2K 9TBC"
    assert "Không ai có mã này" in texts[DiscrepancyKind.UNKNOWN][1]
    assert "Lãnh đạo cho vào." in texts[DiscrepancyKind.OVERRIDE][1]


def test_what_came_after_the_closing_says_when(event, gate):
    closing.close(event.id, gate.id, by="A")
    device = build_device(event, "Cửa chính")
    send(device, entry(build_delegate(event), gate, earlier(60)))
    assert f"{now().astimezone(event.zone):%d/%m/%Y}, sau khi" not in words_of(event)[0]
    assert "sau khi điểm quét thẻ đã chốt" in words_of(event)[1]


def test_settled_with_a_note_and_kept(organiser, event, gate, double):
    page = organiser.get(HERE)
    assert "Trần Thị Ước" in page.text
    number = discrepancies.find(event.id)[0].row.id
    answer = post(organiser, f"{HERE}/{number}", {"note": " "}, form_at=HERE)
    assert "notice-danger" in organiser.get(answer.location).text
    post(organiser, f"{HERE}/{number}", {"note": "Hai thẻ, một người"}, form_at=HERE)
    assert "Trần Thị Ước" not in organiser.get(HERE).text
    settled = organiser.get(f"{HERE}?state=settled").text
    assert "Hai thẻ, một người" in settled
    assert "Trần Thị Ước" in settled
    db.session.rollback()
    assert discrepancies.find(event.id, is_settled=True)[0].row.settled_at is not None


def test_filters_and_pages(organiser, event, gate):
    device, other = build_device(event), build_gate(event)
    send(device, *(entry(f"7QXJ4M2K9T{n:02d}", gate, shown="to_confirm") for n in range(30)))
    assert organiser.get(HERE).text.count('class="panel odd') == 25
    assert organiser.get(f"{HERE}?page=2").text.count('class="panel odd') == 5
    assert organiser.get(f"{HERE}?kind=double").text.count('class="panel odd') == 0
    assert organiser.get(f"{HERE}?kind=unknown").text.count('class="panel odd') == 25
    assert organiser.get(f"{HERE}?checkpoint={other.id}").text.count('class="panel odd') == 0
    for nonsense in ("kind=x", "state=x", "page=x", "page=-1", "checkpoint=x"):
        assert organiser.get(f"{HERE}?{nonsense}").status_code == 200


def test_the_number_of_queries_does_not_grow(organiser, event, gate, count_queries):
    device = build_device(event)
    send(device, entry("7QXJ4M2K9T00", gate, shown="to_confirm"))
    with count_queries() as few:
        organiser.get(HERE)
    send(device, *(entry(f"7QXJ4M2K9T{n:02d}", gate, shown="to_confirm") for n in range(1, 20)))
    with count_queries() as many:
        organiser.get(HERE)
    assert len(many) <= len(few)


def test_staff_see_none(event, sign_in):
    assert sign_in(Role.STAFF, event).get(HERE).status_code == 403


def test_another_events_is_not_there(organiser, event, gate, double):
    assert post(organiser, f"{HERE}/999", {"note": "x"}, form_at=HERE).status_code == 404
