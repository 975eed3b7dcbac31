"""What is said of texts for which shrinking was not enough, and of characters a font lacks."""

import io

import pytest

from eventapp.badges.drawing import SidePrinter
from eventapp.badges.layout import design_of
from eventapp.badges.shipped import DEFAULT, find
from eventapp.pdf import MM
from eventapp.pdf.fitting import Measure
from eventapp.pdf.stream import About, PageStream
from tests.badges.samples import TRICKY, badge, designs, nastiest
from tests.pdf.pictures import opened


def remarks_of(record, design=None):
    design = design or design_of(find(DEFAULT))
    stream = io.BytesIO()
    pages = PageStream(stream, About("", "", "vi"))
    printer = SidePrinter(pages, design, design.sides[0])
    pages.add_page(design.width * MM, design.height * MM, printer.badge(record))
    pages.close()
    opened(stream.getvalue())
    return [(it.text, it.measure, it.strange) for it in printer.remarks]


def test_of_an_ordinary_badge_nothing_is_said():
    assert remarks_of(badge("Nguyễn Thị Minh Hạnh", further="")) == []


def test_what_was_more_than_a_shrink_is_said():
    found = remarks_of(badge(max(TRICKY["names"], key=len), further=""))
    assert [(text, measure) for text, measure, _ in found] == [
        (max(TRICKY["names"], key=len), Measure.WRAPPED)
    ]


@pytest.mark.parametrize(
    ("name", "strange"),
    [
        ("Ngô Quốc Ân 🙂", "🙂"),
        ("Lê\u200f Văn Tám", ""),
        ("李 小龙", "李小龙"),
        ("𝐍gọc", "𝐍"),
        ("Ω", "Ω"),
        ("🙂", "🙂"),
        ("\u202eNguyễn\u0000 (A\\)", ""),
    ],
)
def test_characters_that_the_font_lacks_are_said(name, strange):
    found = remarks_of(badge(name, further=""))
    assert [it[2] for it in found] == ([strange] if strange else [])


@pytest.mark.parametrize("design", designs().values(), ids=designs())
def test_the_nastiest_badges_are_sound_files(design):
    stream = io.BytesIO()
    pages = PageStream(stream, About("", "", "vi"))
    printers = [SidePrinter(pages, design, side) for side in design.sides]
    for record in nastiest():
        for printer in printers:
            pages.add_page(design.width * MM, design.height * MM, printer.badge(record))
    pages.close()
    assert len(opened(stream.getvalue()).pages) == len(nastiest()) * len(design.sides)
