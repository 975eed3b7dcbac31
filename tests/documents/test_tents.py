"""Name tents: whose, in which order, and what can be read on both sides."""

import io
from dataclasses import dataclass

import pikepdf
import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from eventapp.documents.tents_pdf import NoTents, TentRecord, Tents, TentSize, write_tents
from eventapp.extensions import db
from eventapp.pdf.stream import About, PageStream
from eventapp.programme.models import Session, Speaker
from eventapp.registration.models import Delegate, Status
from tests.builders import build_delegate, organisation
from tests.conftest import csrf_token
from tests.pdf.pictures import needs_poppler, opened, pictures, text_of

LONGEST = "Nguyễn Thị Phương Ngọc Quỳnh Trường Khương Nghiêm Thượng Hường"
TRICKY = (
    TentRecord("Nguyễn Đình Thắng", "Thứ trưởng", "Bộ Thông tin và Truyền thông"),
    TentRecord("Ý"),
    TentRecord(
        LONGEST,
        "Phó Giám đốc Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và "
        "Truyền thông, kiêm Trưởng phòng Hạ tầng",
        "Trung tâm Công nghệ thông tin và Truyền thông, " * 5,
    ),
    TentRecord("W" * 60, "Chức vụ", "Ở"),
    TentRecord("ẪẶỘ Ẫ ǴQJ", "giám đốc", "y"),
    TentRecord("<b>O'Brien</b> & Sons 🙂", "", "Sở Nội vụ"),
    TentRecord("🙂"),
)
DPI = 101.6  # four pixels a millimetre
_MM = 4


def pdf_of(records=TRICKY, **look) -> bytes:
    stream = io.BytesIO()
    assert write_tents(records, stream, about=About("Biển tên", "BTC"), tents=Tents(**look)) == len(
        records
    )
    return stream.getvalue()


def tents_in(page: Image.Image, size: TentSize) -> list[Image.Image]:
    """Each tent of a page, without its marks."""
    number = 2 if size is TentSize.A5 else 1
    height = page.height // number
    away = round(6 * _MM)
    return [
        page.crop((away, at * height, page.width - away, (at + 1) * height)) for at in range(number)
    ]


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much of what one shows the other does not, as seen from a step away."""
    one, other = one.reduce(8), other.reduce(8)
    return ImageStat.Stat(ImageChops.difference(one, other)).sum[0] / ImageStat.Stat(one).sum[0]


@needs_poppler
@pytest.mark.parametrize("size", TentSize)
def test_both_sides_are_read_and_nothing_lies_over_a_fold_or_an_edge(size, tmp_path):
    pages = pictures(pdf_of(size=size), tmp_path, dpi=DPI)
    tents = [tent for page in pages for tent in tents_in(page, size)]
    for record, tent in zip(TRICKY, tents, strict=False):
        ink = ImageOps.invert(tent).point(lambda it: 255 if it > 64 else 0)
        lower = ink.crop((0, tent.height // 2, tent.width, tent.height))
        upper = ink.crop((0, 0, tent.width, tent.height // 2)).rotate(180)
        if record.name == "🙂":  # no font of ours has it
            assert lower.getbbox() is None
            continue
        left, top, right, bottom = lower.getbbox()
        white = 2 * _MM
        assert left > 0 and top > white, record
        assert right < lower.width and bottom < lower.height - white, record
        # The same on both sides, as seen from a step away.
        assert (
            min(
                difference(lower, ImageChops.offset(upper, x, y))
                for x in (-1, 0, 1)  # a picture's edge is no whole pixel
                for y in (-1, 0, 1)
            )
            < 0.15
        ), record


@needs_poppler
def test_the_text_is_that_of_the_records():
    text = " ".join(text_of(pdf_of(capitals=False)).split())
    for part in ("Nguyễn Đình Thắng", "Thứ trưởng", "Bộ Thông tin và Truyền thông", "O'Brien"):
        assert part in text
    assert "NGUYỄN ĐÌNH THẮNG" in text_of(pdf_of())


@pytest.mark.parametrize(("size", "pages", "width"), [("a4", 7, 297), ("a5", 4, 210)])
def test_sheets(size, pages, width):
    document = opened(pdf_of(size=TentSize(size)))
    assert len(document.pages) == pages
    assert float(document.pages[0].MediaBox[2]) * 25.4 / 72 == pytest.approx(width, abs=0.1)


def test_the_same_people_give_the_same_bytes():
    assert pdf_of() == pdf_of()


def test_without_anybody_nothing_is_written():
    stream = io.BytesIO()
    with pytest.raises(NoTents):
        write_tents([], stream, about=About("", ""))
    assert stream.getvalue() == b""


@dataclass
class Square:
    """Artwork: a black square."""

    drawn: int = 0

    def add_to(self, pages: PageStream) -> bytes:
        return pages.add_form(1, 1, b"0 0 1 1 re f\n")

    def placed(self, operator: bytes, x: float, y: float, width: float, height: float) -> bytes:
        self.drawn += 1
        return b"q %.2f 0 0 %.2f %.2f %.2f cm %bQ\n" % (width, height, x, y, operator)


@needs_poppler
def test_a_logo_stands_beside_the_name(tmp_path):
    logo = Square()
    pdf = pdf_of(TRICKY[2:3], logo=logo)
    assert logo.drawn == 1  # and shown twice
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages[0].Resources.XObject) == 1
    (page,) = pictures(pdf, tmp_path, dpi=DPI)
    lower = ImageOps.invert(page).crop((0, page.height // 2, page.width, page.height))
    side = 0.3 * 105
    left, top = 0.1 * 105 * _MM, 0.12 * 105 * _MM
    assert lower.crop(
        (round(left) + 1, round(top) + 1, round(left + side * _MM) - 1, round(top + side * _MM) - 1)
    ).getextrema() == (255, 255)
    beside = lower.crop(
        (round(left + side * _MM) + 2, 0, round(left + (side + 2) * _MM), lower.height)
    )
    assert beside.getbbox() is None


@pytest.fixture
def people(event):
    for name, office, rank, status in (
        ("Lê Bình", "Sở Nội vụ", 5, Status.APPROVED),
        ("Vũ Hà", "Bộ Tài chính", 2, Status.APPROVED),
        ("Đỗ An", "Sở Nội vụ", 2, Status.PENDING),
        ("Ngô Vắng", "Sở Nội vụ", 1, Status.CANCELLED),
    ):
        build_delegate(
            event, name, organisation=organisation(event, office), protocol_rank=rank, status=status
        )
    return {it.name: it for it in db.session.scalars(db.select(Delegate))}


def file_of(client, event, **options) -> list[str]:
    """The names in the file, in their order."""
    answer = client.get(
        f"/manage/{event.slug}/documents/name-tents/file",
        query_string={"letters": "written", **options},
    )
    assert answer.mimetype == "application/pdf", answer.headers.get("Location")
    names = ("Lê Bình", "Vũ Hà", "Đỗ An", "Ngô Vắng", "Nguyễn Diễn Giả", "Trần Thứ Hai")
    lines = [line.strip() for line in text_of(answer.data).splitlines()]
    return list(dict.fromkeys(line for line in lines if line in names))  # on both sides


@needs_poppler
def test_everybody_who_comes_in_protocol_order(organiser, event, people):
    assert file_of(organiser, event) == ["Đỗ An", "Vũ Hà", "Lê Bình"]
    assert file_of(organiser, event, order="delegation") == ["Đỗ An", "Lê Bình", "Vũ Hà"]


@needs_poppler
def test_some_of_them(organiser, event, people):
    ministry = people["Vũ Hà"].organisation.delegation_id
    assert file_of(organiser, event, delegation=ministry) == ["Vũ Hà"]
    assert file_of(organiser, event, person=people["Lê Bình"].id) == ["Lê Bình"]
    category = event.categories[0].id
    assert len(file_of(organiser, event, category=category)) == 3


@needs_poppler
def test_up_to_a_rank(organiser, event, people):
    from eventapp.registration import ranking

    ranking.save(event, ranking.revision_of(()), [["Chuyên viên"], ["Lái xe"]])
    assert len(file_of(organiser, event, rank=1)) == 3
    assert "đến bậc 2: Lái xe" in organiser.get(f"/manage/{event.slug}/documents/name-tents").text


@needs_poppler
def test_the_speakers_of_a_session(organiser, event, people):
    session = db.session.scalars(db.select(Session)).first()
    session.speakers = [
        Speaker(name="Trần Thứ Hai", order=2),
        Speaker(name="Nguyễn Diễn Giả", position="Vụ trưởng", organisation="Bộ A", order=1),
    ]
    db.session.commit()
    assert file_of(organiser, event, session=session.id) == ["Nguyễn Diễn Giả", "Trần Thứ Hai"]


def test_nobody_to_print_for_is_said(organiser, event):
    answer = organiser.get(f"/manage/{event.slug}/documents/name-tents/file", follow_redirects=True)
    assert "Không có ai để in biển tên" in answer.text


def test_those_ticked_in_the_list_are_chosen(organiser, event, people):
    ids = [str(people[name].id) for name in ("Lê Bình", "Vũ Hà")]
    token = csrf_token(organiser, f"/manage/{event.slug}/delegates")
    address = f"/manage/{event.slug}/delegates/name-tents"
    answer = organiser.post(
        address, data={"csrf_token": token, "ids": ids, "scope": "selected"}, follow_redirects=True
    )
    assert answer.text.count("checked") >= 2
    assert "Lê Bình" in answer.text
    assert "Đỗ An" not in answer.text
    answer = organiser.post(address, data={"csrf_token": token, "scope": "all", "category": "1"})
    assert answer.headers["Location"].endswith("name-tents?category=1")
    answer = organiser.post(address, data={"csrf_token": token, "scope": "selected"})
    assert answer.headers["Location"].endswith("/delegates")
    answer = organiser.post(address, data={"csrf_token": token, "scope": "all", "q": "binh"})
    assert answer.headers["Location"].endswith(f"name-tents?person={ids[0]}")


def test_too_many_by_name_are_refused(organiser, event, people, monkeypatch):
    monkeypatch.setattr("eventapp.documents.tents_view.MAX_CHOSEN", 1)
    token = csrf_token(organiser, f"/manage/{event.slug}/delegates")
    answer = organiser.post(
        f"/manage/{event.slug}/delegates/name-tents",
        data={"csrf_token": token, "scope": "all", "status": "approved"},
        follow_redirects=True,
    )
    assert "Hãy chọn nhiều nhất 1 người" in answer.text


def test_the_page_costs_a_bounded_number_of_queries(organiser, event, people, count_queries):
    path = f"/manage/{event.slug}/documents/name-tents"

    def queries(address: str) -> int:
        with count_queries() as seen:
            assert organiser.get(address).status_code == 200
        return len([it for it in seen if not it.startswith("BEGIN")])

    before = queries(path), queries(f"{path}/file")
    for number in range(30):
        build_delegate(event, f"Người {number}")
    assert (queries(path), queries(f"{path}/file")) == before
    assert max(before) <= 12
