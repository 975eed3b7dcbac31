"""Papers of flowing text: pages, margins, numbers, and the styles of official documents.

Sizes and margins follow Nghị định 30/2020/NĐ-CP, phụ lục I: A4, top and bottom 20–25 mm, left
30–35 mm, right 15–20 mm, type of 13–14 points, page numbers in the middle of the top margin from
the second page on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice
from typing import IO, Any, BinaryIO, Literal, cast

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    ActionFlowable,
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
)

from eventapp.pdf import MM, fitting, fonts
from eventapp.pdf.sheet import A4
from eventapp.pdf.stream import About, StreamedCanvas

TEXT_SIZE = 13.0
"""Points: the smaller of the two sizes that the decree allows."""
_PAGE_NUMBER_SIZE = 13.0
_RUNNING_SIZE = 10.0

Align = Literal["left", "center", "right", "justify"]
# ReportLab takes the words too, but does not understand them everywhere.
_ALIGNMENTS: dict[Align, Literal[0, 1, 2, 4]] = {"left": 0, "center": 1, "right": 2, "justify": 4}

SOFT = HexColor("#4d4d4d")
BLACK = HexColor("#000000")


@dataclass(frozen=True, slots=True)
class Margins:
    """White around the text, in millimetres."""

    top: float
    bottom: float
    left: float
    right: float


OFFICIAL = Margins(top=20, bottom=20, left=30, right=15)
"""What the decree asks for; the right one is the least allowed, for the tables' sake."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A page's size and margins in millimetres."""

    width: float = A4[0]
    height: float = A4[1]
    margins: Margins = OFFICIAL

    @property
    def text_width(self) -> float:
        """Width between the margins."""
        return self.width - self.margins.left - self.margins.right


def write(
    story: Iterable[Flowable],
    stream: BinaryIO,
    *,
    about: About,
    paper: Paper | None = None,
    numbered: bool = True,
    font: str = fonts.SERIF,
    running: str = "",
) -> int:
    """Lay the story out on pages and write them; returns how many there are.

    The story is read as it is needed, and each page is written when it is full: memory does not
    grow with its length. Numbers (``2/5``) stand in the top margin from the second page of each
    paper on (`next_paper`), with the `running` title on their right. Same input, same bytes.
    """
    fonts.register_families()
    paper = paper or Paper()
    size = (paper.width * MM, paper.height * MM)

    def number(canvas: Canvas, _: BaseDocTemplate) -> None:
        page = canvas.page_of_paper if isinstance(canvas, StreamedCanvas) else 0
        if numbered and page > 1 and isinstance(canvas, StreamedCanvas):
            y = size[1] - paper.margins.top / 2 * MM - _PAGE_NUMBER_SIZE / 3
            middle = (paper.margins.left + paper.text_width / 2) * MM
            canvas.setFont(font, _PAGE_NUMBER_SIZE)
            canvas.drawRightString(middle, y, f"{page}/")
            canvas.show_total(middle, y, font, _PAGE_NUMBER_SIZE)
            if running:
                edge = (paper.width - paper.margins.right) * MM
                left = edge - fonts.width(running, font, _RUNNING_SIZE)
                canvas.show_lines([(left, y, running, font, _RUNNING_SIZE)])

    frame = Frame(
        paper.margins.left * MM,
        paper.margins.bottom * MM,
        paper.text_width * MM,
        (paper.height - paper.margins.top - paper.margins.bottom) * MM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    template = BaseDocTemplate(stream, pagesize=size, title=about.title, author=about.author)
    template.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=number)])

    def make(target: str | IO[bytes], /, **_: Any) -> StreamedCanvas:
        return StreamedCanvas(cast(BinaryIO, target), pagesize=size, about=about, font=font)

    flowables: list[Flowable] = []
    flowables.append(_Source(iter(story), flowables))
    template.build(flowables, canvasmaker=make)
    return template.page


def next_paper() -> list[Flowable]:
    """What parts two papers of one file: the second begins a page, and its numbers begin anew."""
    return [_NextPaper(), PageBreak()]


class _NextPaper(ActionFlowable):
    """Ends the numbers of a paper."""

    def apply(self, doc: BaseDocTemplate) -> None:
        """ReportLab's hook."""
        cast(StreamedCanvas, doc.canv).begin_paper()


class _Source(ActionFlowable):
    """Fills the list that ReportLab takes flowables from, some at a time."""

    _AT_ONCE = 20

    def __init__(self, story: Iterator[Flowable], flowables: list[Flowable]) -> None:
        super().__init__()
        self._story: Iterator[Flowable] = story
        self._flowables = flowables

    def apply(self, doc: BaseDocTemplate) -> None:
        """ReportLab's hook."""
        following = list(islice(self._story, self._AT_ONCE + 1))
        if len(following) > self._AT_ONCE:
            # One is held back: if nothing came after a page's end, this would begin another page.
            self._story = chain(following[-1:], self._story)
            following[-1] = self
        self._flowables[0:0] = following


@cache
def style(
    font: str = fonts.SERIF,
    size: float = TEXT_SIZE,
    align: Align = "left",
    *,
    leading: float = 1.2,
    above: float = 0.0,
    below: float = 0.0,
    soft: bool = False,
) -> ParagraphStyle:
    """A paragraph style: size in points, leading in sizes, space above and below in millimetres."""
    fonts.register_families()
    return ParagraphStyle(
        f"{font}-{size}-{align}",
        fontName=font,
        bulletFontName=font,
        fontSize=size,
        leading=size * leading,
        alignment=_ALIGNMENTS[align],
        spaceBefore=above * MM,
        spaceAfter=below * MM,
        textColor=SOFT if soft else BLACK,
        splitLongWords=1,
        allowWidows=0,
        allowOrphans=0,
    )


@cache
def indented(like: ParagraphStyle, indent: float) -> ParagraphStyle:
    """The style with its first line indented by so many millimetres."""
    return ParagraphStyle(f"{like.name}-{indent}", parent=like, firstLineIndent=indent * MM)


class _Text(Paragraph):
    """A paragraph that is divided into lines once for a width: tables ask for it five times."""

    _laid: tuple[float, tuple[float, float]] | None = None

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        # Its lines are gone when it has been drawn.
        if self._laid is None or self._laid[0] != availWidth or not hasattr(self, "blPara"):
            self._laid = availWidth, super().wrap(availWidth, availHeight)
        return self._laid[1]


def paragraph(text: str, like: ParagraphStyle) -> Paragraph:
    """A text, not markup, as a paragraph."""
    return _Text(fonts.markup(text, like.fontName), like)


def heading(text: str, like: ParagraphStyle, width: float) -> Paragraph:
    """A short text in lines as even as can be, none a single lonely word; width in millimetres."""
    lines = fitting.balanced(text, like.fontName, like.fontSize, width * MM)
    return _Text("<br/>".join(fonts.markup(line, like.fontName) for line in lines), like)
