"""The page that shows by how much a printer is off, and says in both languages what to type.

It is printed with the settings as they are, so that printing it again shows whether they are right.
On the front there are rulers in millimetres and crosshairs, whose distances from the paper's edges
are measured; on the back, behind each crosshair, a grid on which the crosshair is seen against the
light.
"""

from collections.abc import Iterator
from typing import BinaryIO

from eventapp.badges.sheets import Duplex, Imposition, Settings
from eventapp.pdf import MM, fitting, fonts
from eventapp.pdf.stream import About, PageStream

_FAR = 20.0
"""Crosshairs' distance from the nearest edges (mm), less on small pages."""
_ARM, _GRID = 6.0, 5
_RULER = 10.0
"""Distance of a ruler's line from the edge: printers leave about 5 mm white."""
_LARGEST, _SMALLEST = 10.5, 3.0


def write(stream: BinaryIO, imposition: Imposition, settings: Settings, about: About) -> None:
    """Write the page, and with duplex a second one for the back."""
    pages = PageStream(stream, about)
    width, height = imposition.width, imposition.height
    far = float(round(min(_FAR, width / 4, height / 4)))
    points = [(x, y) for y in (far, height - far) for x in (far, width - far)]
    front = _Drawing(pages, width, height, settings.shift_x, settings.shift_y)
    front.rulers()
    for x, y in points:
        front.crosshair(x, y)
    has_back = settings.duplex in (Duplex.LONG, Duplex.SHORT)
    span = next(it for it in (100, 50, 20) if it + 30 <= width or it == 20)
    front.texts(far + _ARM + 2, (_TITLE, *_front_words(far, span, settings, has_back)))
    front.finish()
    if has_back:
        back = _Drawing(pages, width, height, settings.back_shift_x, settings.back_shift_y)
        for x, y in points:
            # Turned over like the paper, so that each lies behind its crosshair.
            back.grid(*((width - x, y) if imposition.flips_sideways else (x, height - y)))
        back.texts(far + _ARM + 4, (_BACK_TITLE, *_back_words(settings)))
        back.finish()
    pages.close()


_Words = tuple[str, str]
"""Vietnamese and English."""
_Line = tuple[str, str, float, float]
"""Text, font, grey and the distance to the next one (points)."""
_TITLE = "Trang căn chỉnh máy in", "Printer calibration page"
_BACK_TITLE = "Mặt sau của trang căn chỉnh", "Back of the calibration page"
_EDGES = {
    Duplex.LONG: (
        " In hai mặt, lật theo cạnh dài.",
        " Print on both sides, flip on the long edge.",
    ),
    Duplex.SHORT: (
        " In hai mặt, lật theo cạnh ngắn.",
        " Print on both sides, flip on the short edge.",
    ),
}


def _front_words(far: float, span: int, settings: Settings, has_back: bool) -> Iterator[_Words]:
    edge = _EDGES.get(settings.duplex, ("", ""))
    yield (
        "1. In trang này đúng kích thước thật (100 %, không chọn “vừa trang”), trên đúng loại giấy"
        f" sẽ dùng.{edge[0]} Từ vạch 20 đến vạch {20 + span} của thước ngang phải dài {span} mm.",
        "1. Print this page at its actual size (100 %, not “fit to page”), on the paper that you"
        f" will use.{edge[1]} On the ruler at the top, 20 to {20 + span} must be {span} mm.",
    )
    for number, (edges, lines, fields, shift) in enumerate(
        (
            (("trái", "left"), ("đứng", "upright"), ("ngang", "across"), settings.shift_x),
            (("trên", "top"), ("ngang", "level"), ("dọc", "down"), settings.shift_y),
        ),
        2,
    ):
        yield (
            f"{number}. Đo từ mép {edges[0]} của giấy đến vạch {lines[0]} của dấu thập trên bên"
            f" trái: phải là {_vi(far)} mm. Độ lệch {fields[0]} cần nhập ="
            f" {_vi(shift + far)} − số đo (mm).",
            f"{number}. Measure from the paper’s {edges[1]} edge to the {lines[1]} line of the"
            f" crosshair at the top left: it must be {far:g} mm. Type as the offset {fields[1]}:"
            f" {_en(shift + far)} − what you measured (mm).",
        )
    yield (
        "4. Lật tờ giấy và đọc tiếp ở mặt sau." if has_back else "4. In lại trang này để kiểm tra.",
        "4. Turn the paper over and read on." if has_back else "4. Print this page again to check.",
    )


def _back_words(settings: Settings) -> Iterator[_Words]:
    x, y = settings.back_shift_x, settings.back_shift_y
    yield (
        "5. Giơ tờ giấy ra trước ánh sáng, mặt này hướng về phía mình: dấu thập của mặt trước hiện"
        " trên lưới, mỗi ô 1 mm. Đọc xem tâm dấu thập nằm ở đâu: bên phải tâm lưới là số dương,"
        " bên trái là số âm; phía dưới là số dương, phía trên là số âm.",
        "5. Hold the paper against the light with this side towards you: the front’s crosshair is"
        " seen on the grid, 1 mm a square. Read where its centre lies: to the right of the grid’s"
        " centre is positive, to the left negative; below is positive, above negative.",
    )
    yield (
        f"6. Độ lệch ngang của mặt sau cần nhập = {_vi(x)} + số đọc theo chiều ngang. Độ lệch dọc"
        f" của mặt sau = {_vi(y)} + số đọc theo chiều dọc (mm).",
        f"6. Type as the back’s offset across: {_en(x)} + what you read across. As the back’s"
        f" offset down: {_en(y)} + what you read down (mm).",
    )
    yield "7. In lại hai mặt để kiểm tra.", "7. Print both sides again to check."


def _en(length: float) -> str:
    return f"{round(length, 2):g}".replace("-", "−")


def _vi(length: float) -> str:
    return _en(length).replace(".", ",")


class _Drawing:
    """One page; millimetres from its top left corner, all moved by the printer's offset."""

    def __init__(
        self, pages: PageStream, width: float, height: float, dx: float, dy: float
    ) -> None:
        self._pages, self._width, self._height = pages, width, height
        self._drawn = [b"q 1 0 0 1 %.3f %.3f cm 0 G 0 g\n" % (dx * MM, -dy * MM)]

    def finish(self) -> None:
        """Write the page."""
        drawn = b"".join((*self._drawn, b"Q\n"))
        self._pages.add_page(self._width * MM, self._height * MM, drawn)

    def rulers(self) -> None:
        """Along the upper and the left edge; each tick is as far from the corner as it says."""
        for number in range(int(_RULER), int(self._width) - 4):
            length = _tick(number)
            self._line(number, _RULER - length, number, _RULER)
            if number % 10 == 0 and number > _RULER:
                self._text(f"{number}", number, _RULER + 2.8, 6, centred=True)
        for number in range(int(_RULER), int(self._height) - 4):
            length = _tick(number)
            self._line(_RULER - length, number, _RULER, number)
            if number % 10 == 0 and number > _RULER:
                self._text(f"{number}", _RULER + 1, number + 0.8, 6)

    def crosshair(self, x: float, y: float) -> None:
        """Two crossing lines with a ring around them."""
        self._line(x - _ARM, y, x + _ARM, y, 0.5)
        self._line(x, y - _ARM, x, y + _ARM, 0.5)

    def grid(self, x: float, y: float) -> None:
        """Squares of a millimetre around a point, with numbers at their ends."""
        for at in range(-_GRID, _GRID + 1):
            thick = 0.6 if at == 0 else 0.15
            self._line(x + at, y - _GRID, x + at, y + _GRID, thick)
            self._line(x - _GRID, y + at, x + _GRID, y + at, thick)
        for at in (-_GRID, _GRID):
            word = f"{at:+d}".replace("-", "−")
            self._text(word, x + at, y + _GRID + 2.4, 5, centred=True)
            self._text(word, x + _GRID + 0.8, y + at + 0.6, 5)

    def texts(self, away: float, words: tuple[_Words, ...]) -> None:
        """The words in both languages in the middle of the page, as large as fits.

        They keep ``away`` from the corners, where there are crosses: at the sides, or above and
        below, whichever leaves more room.
        """
        beside = (away, _RULER + 4, self._width - 2 * away, self._height - _RULER - 9)
        between = (_RULER + 7, away, self._width - _RULER - 12, self._height - 2 * away)
        left, top, width, height = max(beside, between, key=lambda it: max(0, it[2]) * it[3])
        size = _LARGEST
        while True:
            lines = _lines(words, size, width)
            needed = sum(leading for *_, leading in lines)
            if needed <= height * MM or size <= _SMALLEST:
                break
            size -= 0.5
        down = top + max(0.0, height - needed / MM) / 2
        for line, font, grey, leading in lines:
            self._text(line, left, down + 1.1 * size / MM, size, font=font, grey=grey)
            down += leading / MM

    def _line(self, x1: float, y1: float, x2: float, y2: float, thick: float = 0.25) -> None:
        self._drawn.append(
            b"%.2f w %.3f %.3f m %.3f %.3f l S\n"
            % (thick, x1 * MM, (self._height - y1) * MM, x2 * MM, (self._height - y2) * MM)
        )

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        font: str = fonts.SANS,
        grey: float = 0.0,
        centred: bool = False,
    ) -> None:
        start = x * MM - (fonts.width(text, font, size) / 2 if centred else 0)
        self._drawn.append(
            b"BT %.2f g %.3f %.3f Td %bET 0 g\n"
            % (grey, start, (self._height - y) * MM, self._pages.show(text, font, size))
        )


def _tick(number: int) -> float:
    if number % 10 == 0:
        return 4.0
    return 3.0 if number % 5 == 0 else 2.0


def _lines(words: tuple[_Words, ...], size: float, width: float) -> list[_Line]:
    """The words in lines of that width (mm); the first pair is a heading."""
    lines: list[_Line] = []
    for number, pair in enumerate(words):
        font = fonts.SANS if number else fonts.SANS_BOLD
        for text, grey in zip(pair, (0.0, 0.35), strict=True):
            *others, last = fitting.balanced(text, font, size, width * MM)
            lines += [(line, font, grey, 1.1 * size) for line in others]
            lines.append((last, font, grey, 1.4 * size))
    return lines
