"""Long tables: nothing lost, nothing torn, nothing alone; read as they are drawn."""

import io
import re

import pytest
from reportlab.platypus import KeepTogether, Spacer

from eventapp.pdf import MM, document, fonts
from eventapp.pdf.listing import Band, Column, Listing, Row, Text
from eventapp.pdf.stream import About
from tests.pdf.pictures import lines_of, needs_poppler, opened, text_of

COLUMNS = (Column("TT", 12, "center"), Column("Họ và tên", 60), Column("Đơn vị", 93))
OFFICE = "Trung tâm Công nghệ thông tin và Truyền thông trực thuộc Sở Thông tin và Truyền thông"


def row(number, office=OFFICE):
    name = Text(f"Nguyễn Văn Ử{number}", fonts.SERIF_BOLD)
    return Row(((Text(str(number)),), (name,), (Text("Giám đốc"), Text(office, size=11))))


def written(rows, *, after=()):
    stream = io.BytesIO()
    height = sum(it.wrap(165 * MM, 1000)[1] for it in after) / MM
    story = [Listing(COLUMNS, rows, after=height), *map(KeepTogether, ([it] for it in after))]
    document.write(story, stream, about=About("Danh sách", "BTC"))
    return stream.getvalue()


def pages_of(pdf):
    return text_of(pdf).split("\f")[:-1]


@needs_poppler
def test_everybody_is_on_it_once_under_the_titles_of_the_columns():
    pdf = written(row(number) for number in range(1, 301))
    opened(pdf)
    pages = pages_of(pdf)
    assert len(pages) > 10
    assert all("Họ và tên" in page for page in pages)
    found = re.findall(r"Nguyễn Văn Ử(\d+)", " ".join(pages))
    assert list(map(int, found)) == list(range(1, 301))


@needs_poppler
@pytest.mark.parametrize("before", range(8, 22))
def test_a_band_never_stands_last(before):
    rows = [*map(row, range(before)), Band(Text("Bắc Ninh")), Band(Text("Sở Nội vụ"))]
    rows += [row(900), row(901), *map(row, range(100, 110))]
    for page in pages_of(written(rows)):
        if "Bắc Ninh" in page:
            after = page.partition("Bắc Ninh")[2]
            assert "Sở Nội vụ" in after
            assert "Ử900" in after
            assert "Ử901" in after


@needs_poppler
@pytest.mark.parametrize("number", range(10, 40))
def test_what_follows_takes_the_last_rows_along(number):
    after = [document.paragraph("Chữ ký", document.style()), Spacer(0, 40 * MM)]
    last = pages_of(written(map(row, range(number)), after=after))[-1]
    assert "Chữ ký" in last
    assert f"Ử{number - 1}" in last


def test_rows_stay_inside_the_margins():
    pdf = written(map(row, range(100)))
    for line in lines_of(pdf, 1)[1:]:
        assert line.left >= 30
        assert line.right <= 195
        assert line.baseline <= 277


@needs_poppler
@pytest.mark.parametrize("text", ["W" * 300, "từ " * 500, "", "🙂\x00", "<b>&"])
def test_odd_texts_never_break_it(text):
    pdf = written([row(1, text), Band(Text(text)), row(2, text)])
    opened(pdf)
    assert "Ử1" in text_of(pdf)
    assert "Ử2" in text_of(pdf)


def test_rows_are_read_as_they_are_drawn():
    stream, seen = io.BytesIO(), []

    def rows():
        for number in range(500):
            seen.append(len(stream.getvalue()))
            yield row(number)

    document.write([Listing(COLUMNS, rows())], stream, about=About("A", "B"))
    assert seen[0] < seen[250] < seen[-1]
