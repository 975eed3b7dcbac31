"""Luggage and seat tags: on cut sheets, folded, on labels."""

import io
from dataclasses import replace

import pytest

from eventapp.documents.paper import NothingToPrint
from eventapp.documents.tags_pdf import FORMS, LUGGAGE, SEAT, NoTags, Tag, sheet_of, write_tags
from eventapp.extensions import db
from eventapp.pdf.stream import About
from eventapp.registration.models import Delegate
from tests.documents.touring import LONG_SITE, LONGEST, build_tour, paper, people_of, put_into, seat
from tests.pdf.pictures import codes, needs_poppler, opened, pictures, text_of
from tests.visits.groups import build_group

KIND = "visit-tags"
CODE = "7QXJ4M2K9TBC"
TAG = Tag("B", "#1d4e89", "Xe 2", "Nguyễn Văn An", "tỉnh Bắc Ninh", "Hội nghị tổng kết", CODE)
HARD = (
    TAG,
    replace(TAG, colour="", code=""),
    replace(TAG, bus=""),
    replace(TAG, letter="WWWW", bus="Xe số 12, bãi xe phía Đông", name=LONGEST, event=LONG_SITE),
    replace(TAG, delegation=LONG_SITE, name="W" * 60),
    replace(TAG, name="Ý", delegation="", event=""),
)
DPI = 203.2  # eight pixels a millimetre
_MM = 8


def pdf_of(tags=HARD, form=LUGGAGE):
    stream = io.BytesIO()
    assert write_tags(tags, stream, about=About("Thẻ", "BTC"), form=form) == len(tags)
    return stream.getvalue()


@pytest.fixture
def tour(event):
    """Group B with two people in its buses, and one in none."""
    group = build_tour(event)
    people = people_of(event)
    seat(event, group, *people)
    put_into(group.buses[0], people[0])
    put_into(group.buses[1], people[1])
    put_into(None, people[2])
    return group


@needs_poppler
def test_everybody_has_a_tag_bus_by_bus(event, tour):
    text = " ".join(text_of(paper(event, KIND)).split())
    for said in ("Lê Ổn", "Vũ An", "Hoàng Ước", "Xe 1", "Xe 2", "tỉnh Bắc Ninh", "Bộ Tài chính"):
        assert said in text, said
    one = text_of(paper(event, KIND, bus=f"bus-{tour.buses[1].id}"))
    assert "Vũ An" in one
    assert "Lê Ổn" not in one


@needs_poppler
def test_codes_are_there_when_they_are_asked_for(event, tour, tmp_path):
    known = {it.code for it in db.session.query(Delegate)}
    assert set(codes(paper(event, KIND, code=True), tmp_path)) == known
    assert codes(paper(event, KIND), tmp_path) == []


@needs_poppler
@pytest.mark.parametrize("form", FORMS)
def test_nothing_lies_over_the_edge_of_a_tag(form, tmp_path):
    sheet = sheet_of(form)
    pages = pictures(pdf_of(HARD[:1] * sheet.per_page + HARD, form), tmp_path, dpi=DPI)
    places = [(page, place) for page in pages for place in sheet.places()]
    for tag, (page, (x, y)) in zip(HARD, places[sheet.per_page :], strict=False):
        box = (x, y, x + sheet.item_width, y + sheet.item_height)
        item = page.crop(tuple(round(it * _MM) for it in box))
        ink = item.point(lambda grey: 255 if grey < 200 else 0)
        left, top, right, bottom = ink.getbbox()
        white = 2 * _MM
        assert left > white and right < item.width - white, tag
        if form != SEAT:
            assert top > white and bottom < item.height - white, tag
            continue
        # The fold is free, and each half says the same.
        half = item.height // 2
        assert ink.crop((0, half - white, item.width, half + white)).getbbox() is None, tag


@needs_poppler
def test_the_text_of_the_longest_is_all_there():
    text = " ".join(text_of(pdf_of()).split())
    for word in LONGEST.split():
        assert word in text
    assert "W" * 10 in text


@pytest.mark.parametrize(("form", "on_a_sheet"), [(LUGGAGE, 10), (SEAT, 6), ("avery-l7160", 21)])
def test_sheets_are_full(form, on_a_sheet):
    assert sheet_of(form).per_page == on_a_sheet
    assert len(opened(pdf_of([TAG] * (on_a_sheet + 1), form)).pages) == 2


def test_tags_are_read_a_sheet_at_a_time():
    taken = []

    def tags():
        for at in range(50):
            taken.append(stream.tell())
            yield replace(TAG, name=f"Người {at}")

    stream = io.BytesIO()
    write_tags(tags(), stream, about=About("Thẻ", "BTC"))
    assert len(set(taken)) == 5


def test_nobody_is_refused(event):
    with pytest.raises(NothingToPrint):
        paper(event, KIND)
    build_group(event, "C")
    with pytest.raises(NothingToPrint):
        paper(event, KIND)


def test_without_a_tag_nothing_is_written():
    stream = io.BytesIO()
    with pytest.raises(NoTags):
        write_tags([], stream, about=About("", ""))
    assert stream.getvalue() == b""


def test_an_unknown_form_is_refused(organiser, event, tour):
    with pytest.raises(KeyError):
        sheet_of("avery-0000")
    page = organiser.get(f"/manage/hoi-nghi/documents/{KIND}?form=avery-0000").text
    assert "preview.png" not in page


def test_the_same_tags_give_the_same_bytes():
    assert pdf_of() == pdf_of()
