import io
from dataclasses import dataclass

import pypdfium2
import pytest

from eventapp.badges import calibration
from eventapp.badges.sheets import Settings, papers_for
from eventapp.pdf import MM
from eventapp.pdf.stream import About
from tests.pdf.pictures import lines_of, needs_poppler, opened, text_of


@dataclass(frozen=True)
class Badge:
    """As much of a design as sheets ask for."""

    width: float
    height: float
    sides: tuple[str, ...] = ("front", "back")


def page_for(settings, badge=Badge(90, 130)):
    stream = io.BytesIO()
    about = About("Trang căn chỉnh", "Ban Tổ chức")
    calibration.write(stream, papers_for(badge, settings), settings, about)
    return stream.getvalue()


def dark_at(pdf, page, x, y, dpi=400):
    """Whether there is ink within a tenth of a millimetre of a point (mm, from the top left)."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture = document[page].render(scale=dpi / 72, grayscale=True).to_pil()
    at_x, at_y, around = (round(it * MM * dpi / 72) for it in (x, y, 0.1))
    box = (at_x - around, at_y - around, at_x + around + 1, at_y + around + 1)
    return picture.crop(box).getextrema()[0] < 128


@pytest.mark.parametrize("paper", ["a4", "a3", "letter", "avery-l7165"])
def test_it_has_the_size_of_the_paper_and_a_back_only_with_duplex(paper):
    badge = Badge(90, 60)
    for duplex, pages in (("off", 1), ("fold", 1), ("long", 2), ("short", 2)):
        settings = Settings(paper=paper, duplex=duplex)
        try:
            imposition = papers_for(badge, settings)
        except ValueError:
            assert (paper, duplex) == ("avery-l7165", "fold")
            continue
        found = opened(page_for(settings, badge)).pages
        assert len(found) == pages
        sizes = [float(it) / MM for it in found[0].mediabox]
        assert sizes == pytest.approx([0, 0, imposition.width, imposition.height], abs=0.01)


@pytest.mark.parametrize(("duplex", "behind"), [("long", (190, 20)), ("short", (20, 277))])
def test_crosshairs_are_where_they_should_be_measured_and_grids_behind_them(duplex, behind):
    pdf = page_for(Settings(duplex=duplex, orientation="portrait"))
    assert dark_at(pdf, 0, 20, 20)
    assert dark_at(pdf, 0, 20, 16)
    assert not dark_at(pdf, 0, 21.5, 18)
    x, y = behind
    for at in range(-5, 6):
        assert dark_at(pdf, 1, x + at, y + 0.5)
        assert not dark_at(pdf, 1, x + at + 0.5, y + 0.5)


def test_it_is_printed_with_the_offsets_as_they_are():
    moved = Settings(shift_x=1.5, shift_y=-2, back_shift_x=3, duplex="long", orientation="portrait")
    pdf = page_for(moved)
    assert dark_at(pdf, 0, 21.5, 18)
    assert not dark_at(pdf, 0, 20, 20)
    assert dark_at(pdf, 1, 193, 20)


@needs_poppler
def test_it_says_in_both_languages_what_to_type():
    pdf = page_for(Settings(shift_x=1.5, back_shift_y=-0.75, duplex="long"))
    text = " ".join(text_of(pdf).split())
    for part in (
        "Trang căn chỉnh máy in",
        "lật theo cạnh dài",
        "Độ lệch ngang cần nhập = 21,5 − số đo (mm).",
        "Độ lệch dọc cần nhập = 20 − số đo (mm).",
        "Độ lệch dọc của mặt sau = −0,75 + số đọc theo chiều dọc (mm).",
        "flip on the long edge",
        "Type as the offset across: 21.5 − what you measured (mm).",
        "As the back’s offset down: −0.75 + what you read down (mm).",
    ):
        assert part in text


@pytest.mark.parametrize("size", [(86, 54), (54, 86), (90, 130)])
def test_on_a_small_page_everything_is_still_on_it(size):
    settings = Settings(paper="single", duplex="short")
    pdf = page_for(settings, Badge(*size))
    for page in (0, 1):
        for line in lines_of(pdf, page):
            assert 0 < line.left < line.right < size[0]
            assert 0 < line.top < line.baseline < size[1]
