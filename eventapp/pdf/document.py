"""Papers of flowing text: pages, margins, numbers, and the styles of official documents.

Sizes and margins follow Nghị định 30/2020/NĐ-CP, phụ lục I: A4, top and bottom 20–25 mm, left
30–35 mm, right 15–20 mm, type of 13–14 points, page numbers in the middle of the top margin from
the second page on.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, groupby, islice, pairwise
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
_LEAST_WORDS = 2  # that stay on a line of which one is taken
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
    first_foot: str = "",
    head: Callable[[StreamedCanvas], None] | None = None,
) -> int:
    """Lay the story out on pages and write them; returns how many there are.

    The story is read as it is needed, and each page is written when it is full: memory does not
    grow with its length. Numbers (``2/5``) stand in the top margin from the second page of each
    paper on (`next_paper`), with the `running` title on their right. `first_foot` stands small in
    the bottom margin of its first page, where the decree has room for what says where a paper is
    from. A `head` draws what stands in the margins of every page itself, instead of all that.
    Same input, same bytes.
    """
    fonts.register_families()
    paper = paper or Paper()
    size = (paper.width * MM, paper.height * MM)

    def mark(canvas: Canvas, _: BaseDocTemplate) -> None:
        if not isinstance(canvas, StreamedCanvas):
            return
        if head is not None:
            head(canvas)
        elif canvas.page_of_paper > 1 and numbered:
            _number(canvas, paper, font, running)
        elif canvas.page_of_paper == 1 and first_foot:
            _foot(canvas, paper, font, first_foot)

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
    template.addPageTemplates([PageTemplate(id="page", frames=[frame], onPage=mark)])

    def make(target: str | IO[bytes], /, **_: Any) -> StreamedCanvas:
        return StreamedCanvas(cast(BinaryIO, target), pagesize=size, about=about, font=font)

    flowables: list[Flowable] = []
    flowables.append(_Source(iter(story), flowables))
    template.build(flowables, canvasmaker=make)
    return template.page


def _number(canvas: StreamedCanvas, paper: Paper, font: str, running: str) -> None:
    """A page's number in the middle of the top margin, and the running title on its right."""
    y = (paper.height - paper.margins.top / 2) * MM - _PAGE_NUMBER_SIZE / 3
    middle = (paper.margins.left + paper.text_width / 2) * MM
    canvas.setFont(font, _PAGE_NUMBER_SIZE)
    canvas.drawRightString(middle, y, f"{canvas.page_of_paper}/")
    canvas.show_total(middle, y, font, _PAGE_NUMBER_SIZE)
    if running:
        edge = (paper.width - paper.margins.right) * MM
        left = edge - fonts.width(running, font, _RUNNING_SIZE)
        canvas.show_lines([(left, y, running, font, _RUNNING_SIZE)])


def _foot(canvas: StreamedCanvas, paper: Paper, font: str, text: str) -> None:
    """A line in the middle of the bottom margin."""
    wide = fonts.width(text, font, _RUNNING_SIZE)
    size = _RUNNING_SIZE * min(1.0, paper.text_width * MM / wide)
    left = (paper.margins.left + paper.text_width / 2) * MM - wide * size / _RUNNING_SIZE / 2
    y = paper.margins.bottom / 2 * MM - size / 3
    canvas.show_lines([(left, y, text, font, size)])


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


@cache
def hanging(like: ParagraphStyle, indent: float) -> ParagraphStyle:
    """The style with every line but the first indented by so many millimetres."""
    name = f"{like.name}-hanging-{indent}"
    return ParagraphStyle(name, parent=like, leftIndent=indent * MM, firstLineIndent=-indent * MM)


class _Text(Paragraph):
    """A paragraph whose last line is no lonely syllable, as far as that can be had.

    It is divided into lines once for a width: tables ask for it five times.
    """

    _laid: tuple[float, tuple[float, float]] | None = None

    def wrap(self, availWidth: float, availHeight: float) -> tuple[float, float]:  # noqa: N803
        """ReportLab's hook: the room it takes (points)."""
        # Its lines are gone when it has been drawn.
        if self._laid is None or self._laid[0] != availWidth or not hasattr(self, "blPara"):
            self._laid = availWidth, super().wrap(availWidth, availHeight)
        return self._laid[1]

    def breakLines(self, width: Any) -> Any:  # noqa: N802 - ReportLab's name
        """ReportLab's hook: the lines for a width, or for one each (points)."""
        whole = self.frags
        broken: Any = super().breakLines(width)
        room = _unfilled(broken)
        if room is None:
            return broken
        widths = [*width] if isinstance(width, list | tuple) else [width]
        lines = broken.lines
        widths += [widths[-1]] * (len(lines) - len(widths))
        # So narrow that one word more goes on to the last line, though ReportLab presses spaces.
        font = self.style.fontName
        pressed = self.style.spaceShrinkage * fonts.width(" ", font, self.style.fontSize)
        less = room + 0.01 + pressed * _words_of_last_but_one(broken)
        widths[len(lines) - 2] -= less
        divided, self.frags = self.frags, whole
        again: Any = super().breakLines(widths)
        if len(again.lines) != len(lines):
            self.frags = divided
            return broken
        _widen(again, less)
        return again


def _unfilled(broken: Any) -> float | None:
    """How much of the last line but one is empty (points), if the last is a lonely word."""
    lines = broken.lines
    if len(lines) < 2:
        return None
    if broken.kind == 0:
        (room, before), (_room, last) = lines[-2:]
        moved = before[-1]
        is_lonely = len(last) == 1 and len(before) > _LEAST_WORDS
    else:
        before, last = lines[-2:]
        room, whole = float(before.extraSpace), "".join(it.text for it in before.words)
        moved = whole.rstrip().rpartition(" ")[2]
        is_lonely = last.wordCount == 1 and before.wordCount > _LEAST_WORDS
        is_lonely = is_lonely and not before.lineBreak
    # A dash or a stroke is no company.
    return room if is_lonely and any(map(str.isalnum, moved)) else None


def _words_of_last_but_one(broken: Any) -> int:
    line = broken.lines[-2]
    return len(line[1]) if broken.kind == 0 else cast(int, line.wordCount)


def _widen(broken: Any, by: float) -> None:
    """Let the last line but one reach as far as the others again, where it is justified."""
    if broken.kind == 0:
        room, words = broken.lines[-2]
        broken.lines[-2] = room + by, words
    else:
        broken.lines[-2].extraSpace += by
        broken.lines[-2].maxWidth += by


def paragraph(text: str, like: ParagraphStyle) -> Paragraph:
    """A text, not markup, as a paragraph."""
    return _Text(fonts.markup(text, like.fontName), like)


def heading(text: str, like: ParagraphStyle, width: float) -> Paragraph:
    """A short text in lines as even as can be, none a single lonely word; width in millimetres.

    Where the text has lines of its own, each is divided by itself.
    """
    lines = [
        line
        for part in text.splitlines()
        for line in fitting.balanced(part, like.fontName, like.fontSize, width * MM)
    ]
    return _Text("<br/>".join(fonts.markup(line, like.fontName) for line in lines), like)


def phrased(pieces: Sequence[tuple[str, str]], like: ParagraphStyle, width: float) -> Paragraph:
    """A text to read out, in pieces as (text, font): its lines end where a reader may pause.

    Width in millimetres; the style's indents are taken from it.
    """
    words = [
        (word, font)
        for text, font in pieces
        for word in fonts.clean(text).split()
        if fonts.em_width(word, font)
    ]
    room = width * MM - like.leftIndent - like.rightIndent
    starts = fitting.phrased(words, like.fontSize, room)
    lines = [words[start:end] for start, end in pairwise([*starts, len(words)])]
    return _Text("<br/>".join(_in_fonts(line, like.fontName) for line in lines), like)


def _in_fonts(words: Sequence[tuple[str, str]], usual: str) -> str:
    """Words of one line as markup."""
    found = []
    for font, those in groupby(words, key=lambda it: it[1]):
        text = fonts.markup(" ".join(word for word, _ in those), font)
        found.append(text if font == usual else f'<font face="{font}">{text}</font>')
    return " ".join(found)
