"""Confirmations of attendance: who was there on which days, by delegation; and as a paper."""

import io
from datetime import date, timedelta

import pytest

from eventapp.certificates import service, sheets
from eventapp.certificates.sheet_pdf import (
    Attendee,
    NoSheets,
    Sheet,
    SheetDocument,
    write_sheets,
)
from eventapp.documents.paper import KINDS, NothingToPrint, Order
from eventapp.pdf.letterhead import Letterhead, Signature
from tests.builders import build_delegate, organisation
from tests.certificates.attended import coming, prepare, scan
from tests.pdf.pictures import lines_of, needs_poppler, opened, text_of


@pytest.fixture
def common(event):
    return prepare(event)


def written(event, **options):
    """The text of each page."""
    given = {"delegation": "", "number": None, **options}
    stream = io.BytesIO()
    sheets.write(Order(event, given, given.pop("language", "vi")), stream)
    opened(stream.getvalue())
    return [" ".join(page.split()) for page in text_of(stream.getvalue()).split("\f") if page]


def kept(event, delegate):
    """The days on which somebody counts as there, as days of the month."""
    for sheet in sheets._sheets(Order(event, {"delegation": "", "number": None})):
        for it in sheet.people:
            if it.name == delegate.name:
                return [day.day for day in it.days]
    return []


def test_a_scan_at_the_door_is_a_day(event, common):
    delegate = coming(event)
    scan(event, delegate, day_id=event.days[0].id)
    assert kept(event, delegate) == [26]


def test_a_scan_at_a_class_is_a_day_as_well(event, common):
    delegate = coming(event)
    scan(event, delegate, session_id=delegate.enrolments[0].id)
    assert kept(event, delegate) == [26]


def test_a_corrected_session_is_a_day_unless_the_day_is_corrected(event, common):
    delegate = coming(event)
    service.correct(event, delegate.id, session_id=common.id, present=True, reason="ký tay")
    assert kept(event, delegate) == [27]
    service.correct(event, delegate.id, day_id=event.days[1].id, present=False, reason="nhầm")
    assert kept(event, delegate) == []


def test_a_day_is_entered_by_hand(event, common):
    delegate = coming(event)
    service.correct(event, delegate.id, day_id=event.days[0].id, present=True, reason="máy hỏng")
    assert kept(event, delegate) == [26]


@needs_poppler
def test_each_delegation_begins_a_page(event, common):
    first, second = coming(event, position="Trưởng phòng"), coming(event, "Trần Thị Bình")
    ministry = build_delegate(
        event, "Phạm Văn Bộ", organisation=organisation(event, "Bộ Tài chính")
    )
    scan(event, first, day_id=event.days[0].id)
    scan(event, first, day_id=event.days[1].id)
    scan(event, ministry, day_id=event.days[1].id)
    pages = written(event, number=7)
    assert len(pages) == 2
    assert "Số: 7/GXN" in pages[0] and "Số: 8/GXN" in pages[1]
    assert "GIẤY XÁC NHẬN" in pages[0] and "tỉnh Bắc Ninh" in pages[0]
    assert "Nguyễn Văn An" in pages[0] and "Trưởng phòng" in pages[0]
    assert "Tổng số: 1 đại biểu, 2 ngày có mặt." in pages[0]
    assert "làm căn cứ thanh toán công tác phí" in pages[0]
    assert second.name not in pages[0]
    assert "Bộ Tài chính" in pages[1] and "Phạm Văn Bộ" in pages[1]


@needs_poppler
def test_one_delegation_and_in_english(event, common):
    delegate = coming(event)
    scan(event, delegate, day_id=event.days[0].id)
    chosen = str(delegate.organisation.delegation_id)
    pages = written(event, delegation=chosen, language="en")
    assert len(pages) == 1 and "CONFIRMATION OF ATTENDANCE" in pages[0]
    assert "Total: 1 delegates, 1 days." in pages[0]


def test_nobody_was_there(event, common):
    coming(event)
    stream = io.BytesIO()
    with pytest.raises(NothingToPrint):
        sheets.write(Order(event, {"delegation": "", "number": None}), stream)
    assert stream.getvalue() == b""


def test_it_is_a_kind_of_paper(organiser, event, common):
    assert "attendance-sheets" in KINDS
    address = f"/manage/{event.slug}/documents/attendance-sheets"
    assert "chưa có gì để xác nhận" in organiser.get(address).text
    delegate = coming(event)
    scan(event, delegate, day_id=event.days[0].id)
    assert "preview.png" in organiser.get(address).text
    assert "preview.png" not in organiser.get(f"{address}?number=0").text


def test_queries_do_not_grow(event, common, count_queries):
    def queries():
        with count_queries() as seen:
            sheets.write(Order(event, {"delegation": "", "number": None}), io.BytesIO())
        return len(seen)

    scan(event, coming(event), day_id=event.days[0].id)
    few = queries()
    for number in range(9):
        scan(event, coming(event, f"Đại biểu {number}"), day_id=event.days[0].id)
    assert queries() == few


def sheet_of(people, days):
    return SheetDocument(
        title="Giấy xác nhận",
        issuer="Ban Tổ chức",
        days=days,
        sheets=[Sheet(Letterhead("Ban Tổ chức", number=""), "Đoàn", "Xác nhận:", people, "Tổng")],
        signature=Signature("Trưởng ban"),
    )


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9])
def test_any_number_of_days_stays_on_the_paper(count):
    days = tuple(date(2026, 11, 26) + timedelta(days=at) for at in range(count))
    person = Attendee("Công Tằng Tôn Nữ Nguyễn Phúc Phương Thảo", "Trưởng phòng", "Sở", days)
    stream = io.BytesIO()
    assert write_sheets(sheet_of((person,), days), stream) == 1
    for line in lines_of(stream.getvalue()):
        assert line.left >= 29 and line.right <= 196, line


def test_the_signature_never_stands_alone():
    days = (date(2026, 11, 26),)
    for count in range(1, 45):
        people = tuple(Attendee(f"Đại biểu {at}", "Chuyên viên", "", days) for at in range(count))
        stream = io.BytesIO()
        pages = write_sheets(sheet_of(people, days), stream)
        last = " ".join(it.text for it in lines_of(stream.getvalue(), pages - 1))
        assert "TRƯỞNG BAN" in last and f"Đại biểu {count - 1}" in last, count


def test_no_sheet_is_said():
    paper = sheet_of((), ())
    object.__setattr__(paper, "sheets", [])
    with pytest.raises(NoSheets):
        write_sheets(paper, io.BytesIO())
