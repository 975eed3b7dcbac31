"""The drawing of a hall and its lists."""

import io
from dataclasses import replace

import pytest
from PIL import ImageOps

from eventapp.pdf.stream import About
from eventapp.seating import service
from eventapp.seating.arrangement import Person, arrange
from eventapp.seating.hall import Hall, Seat
from eventapp.seating.seating_pdf import SeatingPaper, Sitting, shortened, write_seating
from eventapp.seating.service import PlanData
from tests.builders import build_delegate
from tests.pdf.pictures import lines_of, needs_poppler, opened, pictures, text_of, texts_of

NAMES = (
    "Nguyễn Đình Thắng",
    "Ý",
    "Nguyễn Thị Phương Ngọc Quỳnh Trường Khương Nghiêm Thượng Hường",
    "W" * 60,
    "<b>H'Hen Niê</b>",
)
TITLE = "Hội nghị tổng kết 5 năm thực hiện Nghị định 64/2007/NĐ-CP " * 4


def paper_of(hall: Hall, people: int, *, stage_above: bool = True) -> SeatingPaper:
    seats = arrange(hall, [Person(n, n % 28) for n in range(1, people + 1)], {})
    seated = {seat: Sitting(f"{NAMES[n % 5]} {n}", n % 28 + 1) for seat, n in seats.items()}
    return SeatingPaper(
        title=TITLE.strip(),
        room="Hội trường lớn",
        hall=hall,
        stage_above=stage_above,
        seated=seated,
        delegations={n: f"Tỉnh số {n}" for n in range(1, 29)},
        by_name=sorted(((it, seat) for seat, it in seated.items()), key=lambda it: it[0].name),
        unseated=(Sitting("Đỗ Đứng", 3),),
    )


def pdf_of(paper: SeatingPaper, size="a4") -> bytes:
    stream = io.BytesIO()
    number = write_seating(paper, stream, about=About("Sơ đồ", "BTC"), size=size)
    assert len(opened(stream.getvalue()).pages) == number
    return stream.getvalue()


HALLS = pytest.mark.parametrize(
    ("hall", "people"),
    [
        (Hall(1, 1), 1),
        (Hall(12, 16, frozenset({8}), frozenset({Seat(12, 1)}), 2), 180),
        (Hall(60, 60, frozenset({20, 40})), 3_600),
        (Hall(60, 2), 100),
        (Hall(2, 60), 100),
    ],
)


@needs_poppler
@HALLS
@pytest.mark.parametrize("size", ["a4", "a3"])
def test_nothing_lies_outside_the_margins(hall, people, size, tmp_path):
    pdf = pdf_of(paper_of(hall, people), size)
    page = pictures(pdf, tmp_path, dpi=50.8)[0]  # two pixels a millimetre
    left, top, right, bottom = (
        ImageOps.invert(page).point(lambda it: 255 if it > 40 else 0).getbbox()
    )
    edge = 2 * 9
    assert min(left, top) >= edge
    assert right <= page.width - edge
    assert bottom <= page.height - edge


@needs_poppler
def test_everybody_is_on_the_drawing_and_in_both_lists():
    hall = Hall(12, 16, frozenset({8}), frozenset({Seat(12, 1)}), 2)
    paper = paper_of(hall, 180)
    pages = text_of(pdf_of(paper)).split("\f")
    drawing, lists = pages[0], " ".join(" ".join(pages[1:]).split())
    for seat in paper.seated:
        assert seat.label in drawing
    assert "SÂN KHẤU" in drawing
    assert "Tỉnh số 28" in drawing
    assert lists.count("Nguyễn Đình Thắng") == 2 * 36
    assert "Chưa có chỗ (1)" in lists
    assert "Đỗ Đứng" in lists


def test_the_same_hall_gives_the_same_bytes():
    hall = Hall(3, 3)
    assert pdf_of(paper_of(hall, 9)) == pdf_of(paper_of(hall, 9))


@needs_poppler
def test_the_stage_can_be_below(tmp_path):
    hall = Hall(3, 6)
    for above in (True, False):
        text = text_of(pdf_of(paper_of(hall, 18, stage_above=above))).split("\f")[0]
        assert (text.index("SÂN KHẤU") < text.index("A1")) is above
        assert (text.index("A1") < text.index("C1")) is above


@needs_poppler
def test_the_kind_of_paper(organiser, event):
    address = f"/manage/{event.slug}/documents/seating"
    answer = organiser.get(f"{address}/file", follow_redirects=True)
    assert "Chưa có hội trường nào có sơ đồ" in answer.text
    build_delegate(event, "Nguyễn Đình Thắng")
    plan_id = service.add(event, PlanData(event.rooms[0].id, rows=2, seats=3))
    service.arrange(event, plan_id, 1)
    answer = organiser.get(f"{address}/file?size=a3&plan={plan_id}")
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    assert "Nguyễn Đình Thắng" in text
    assert "Chỗ ngồi theo đoàn" in text


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Nguyễn Thị Bích Ngọc", "N.T.B. Ngọc"),
        ("Đỗ Thị Ước", "Đ.T. Ước"),
        ("Vũ Hà", "Vũ Hà"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("Ý", "Ý"),
        ("", ""),
        ("A\u0302u Văn 🙂 An", "Â.V. An"),
    ],
)
def test_long_names_are_shortened_to_what_people_are_called(name, short):
    assert shortened(name) == short


@needs_poppler
def test_where_a_seat_is_too_small_for_a_name_it_is_shortened_and_whole_in_the_lists():
    hall = Hall(24, 26, frozenset({13}))
    paper = replace(paper_of(hall, 600), title="Hội nghị")
    long = {seat: replace(it, name="Nguyễn Thị Bích Ngọc") for seat, it in paper.seated.items()}
    by_name = [(it, seat) for seat, it in long.items()]
    drawing, *lists = texts_of(pdf_of(replace(paper, seated=long, by_name=by_name)))
    assert drawing.count("N.T.B. Ngọc") == 600
    assert "Nguyễn Thị Bích Ngọc" not in drawing
    assert "".join(lists).count("Nguyễn Thị Bích Ngọc") == 1200


@pytest.mark.parametrize("size", ["a4", "a3"])
def test_pages_are_numbered(size):
    pages = texts_of(pdf_of(paper_of(Hall(12, 16), 180), size))
    for number, page in enumerate(pages, start=1):
        assert f"{number}/{len(pages)}" in page


def test_a_long_delegation_goes_on_below_the_name():
    paper = paper_of(Hall(2, 4), 8)
    delegations = dict.fromkeys(paper.delegations, "Ủy ban nhân dân tỉnh có tên rất dài " * 3)
    pdf = pdf_of(replace(paper, delegations=delegations))
    listed = [it for it in lines_of(pdf, 2) if it.font == "BeVietnamPro-Regular"]
    assert {round(it.size, 1) for it in listed} == {9.0}
    assert len(listed) > 16
