import io
import json
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from eventapp.badges.layout import A6, BadgeLabels, BadgeRecord
from eventapp.badges.render import NoBadges, write_badges
from tests.pdf.pictures import codes_in, needs_poppler, opened, pictures, text_of

TRICKY = json.loads(
    (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
)
COLOURS = ("#1d4e89", "#a4161a", "#ffd60a", "#000000")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def badge(**changed):
    record = BadgeRecord(
        name="Nguyễn Thị Minh Hạnh",
        code="7QXJ4M2K9TBC",
        category="Đại biểu",
        colour="#1d4e89",
        event="Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009",
        dates="16–17/11/2012",
        venue="Trung tâm văn hóa Kinh Bắc, tỉnh Bắc Ninh",
        position="Phó Giám đốc",
        organisation="Sở Thông tin và Truyền thông",
        province="Tỉnh Bắc Ninh",
    )
    return replace(record, **changed)


def tricky(count=32):
    chance = random.Random(2)
    for at in range(count):
        yield badge(
            name=TRICKY["names"][at % 32],
            code="".join(chance.choices(ALPHABET, k=12)),
            colour=COLOURS[at % 4],
            category=("Đại biểu", "Ban Tổ chức")[at % 2],
            position=TRICKY["positions"][at % 3],
            organisation=TRICKY["organisations"][at % 8],
            group="" if at % 3 == 0 else "ABC"[at % 3],
            bus="" if at % 5 == 0 else "Xe 2",
        )


def pdf_of(records, **options):
    stream = io.BytesIO()
    number = write_badges(
        records, stream, **{"title": "Thẻ đại biểu", "author": "Bộ TT&TT"} | options
    )
    return number, stream.getvalue()


def test_one_badge_a_page_of_its_size():
    number, pdf = pdf_of([badge(), badge(name="Ý")])
    pages = opened(pdf).pages
    assert number == len(pages) == 2
    assert [float(side) for side in pages[0].mediabox] == pytest.approx([0, 0, 255.118, 368.504])


def test_four_on_an_a4_sheet():
    number, pdf = pdf_of(tricky(9), sheet="a4")
    pages = opened(pdf).pages
    assert (number, len(pages)) == (9, 3)
    assert [float(side) for side in pages[0].mediabox] == pytest.approx([0, 0, 595.276, 841.89])


def test_nobody_to_print_for_is_refused_and_nothing_is_written():
    stream = io.BytesIO()
    with pytest.raises(NoBadges):
        write_badges([], stream, title="", author="")
    assert stream.getvalue() == b""


def test_the_same_badges_give_the_same_bytes():
    assert pdf_of(tricky()) == pdf_of(tricky())


@needs_poppler
def test_what_a_badge_says_can_be_copied():
    _, pdf = pdf_of([badge(group="B", bus="Xe 2")], labels=BadgeLabels(group="Visit group"))
    text = " ".join(text_of(pdf).split())
    for part in (
        "Nguyễn Thị Minh Hạnh",
        "Phó Giám đốc",
        "Sở Thông tin và Truyền thông",
        "Tỉnh Bắc Ninh",
        "7QXJ 4M2K 9TBC",
        "ĐẠI BIỂU",
        "16–17/11/2012",
        "Visit group",
        "Xe 2",
    ):
        assert part in text


@needs_poppler
@pytest.mark.parametrize("design", [{}, {"design": A6}])
def test_an_independent_reader_reads_every_code_of_the_nastiest_badges(tmp_path, design):
    records = list(tricky())
    _, pdf = pdf_of(records, **design)
    read = [codes_in(picture) for picture in pictures(pdf, tmp_path)]
    assert read == [[record.code] for record in records]


@needs_poppler
@pytest.mark.parametrize("design", [{}, {"design": A6}])
def test_sheets_carry_the_badges_in_order(tmp_path, design):
    records = list(tricky(10))
    _, pdf = pdf_of(records, sheet="a4", **design)
    read = [code for picture in pictures(pdf, tmp_path) for code in codes_in(picture)]
    # Codes stand lower or higher with and without a group only across, never along.
    assert read == [record.code for record in records]


@needs_poppler
@pytest.mark.parametrize("code", ["abc-123", "https://example.org/p/7QXJ4M2K9TBC", "7QXJ4M2K9TB"])
def test_other_codes_are_printed_too(tmp_path, code):
    _, pdf = pdf_of([badge(), badge(code=code)])
    assert [codes_in(picture) for picture in pictures(pdf, tmp_path)] == [["7QXJ4M2K9TBC"], [code]]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "🙂"},
        {"name": ""},
        {"colour": "none"},
        {"name": "\u202eNguyễn\u0000 (A\\)"},
        {"organisation": "x" * 3000},
        {"event": ""},
        {"name": "李 小龙"},
    ],
)
def test_odd_texts_never_break_the_file(changed):
    opened(pdf_of([badge(**changed)])[1])


def test_thousands_take_little_memory_and_little_room():
    class Sink(io.RawIOBase):
        size = 0

        def write(self, data):
            self.size += len(data)
            return len(data)

    def people():
        for at in range(3000):
            yield badge(name=f"Nguyễn Thị {at}", code=f"{at:012d}")

    sink = Sink()
    tracemalloc.start()
    write_badges(people(), sink, title="", author="")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 25_000_000
    assert sink.size < 3000 * 1500
