"""QR codes as vector paths, for thousands a second, and as SVG.

A pass code is 12 characters of Crockford's base32: version 1 (21 x 21 modules), alphanumeric mode,
error level Q, which still reads when a quarter of it is lost (ISO/IEC 18004). Everything else is
encoded by segno as it comes.

All parts of a symbol are linear over GF(2): data bits, Reed-Solomon and mask. So the symbol of one
code is the symbol of another with those modules turned over that their difference turns over.
segno makes one symbol for each of the 66 data bits, once; a code is then put together by
exclusive or.
"""

import re
from functools import cache
from io import BytesIO
from operator import getitem, itemgetter
from xml.sax.saxutils import escape

import segno

QUIET_ZONE = 4
"""Modules that must stay empty on each side (ISO/IEC 18004, 9.1)."""
PASS_SIDE = 21
"""Modules on a side of a pass code's symbol."""

_ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_PASS_CODE = re.compile("[0-9A-Z]{12}")
_RUNS = re.compile("1+")
_FINDER = (0b1111111, 0b1000001, 0b1011101, 0b1011101, 0b1011101, 0b1000001, 0b1111111)
# Bits from one row to the next: with an empty gap of 11, no shift below carries a row's end into
# the next row's beginning.
_STRIDE = 32
_ZEROS = "0" * 12
_FULL = sum(((1 << PASS_SIDE) - 1) << (row * _STRIDE) for row in range(PASS_SIDE))

Rows = tuple[int, ...]
"""A symbol's rows from the top, as many bits each; the highest bit is the module on the left."""


def is_pass_code(text: str) -> bool:
    """Whether a text gets a symbol of `PASS_SIDE` modules by the quick way."""
    return _PASS_CODE.fullmatch(text) is not None


def symbol(text: str) -> Rows:
    """The QR code of a text.

    Raises ValueError for an empty text and for one too long for any QR code.
    """
    if is_pass_code(text):
        bits, last = _pass_symbol(text), PASS_SIDE - 1
        mask = (1 << PASS_SIDE) - 1
        return tuple(bits >> (row * _STRIDE) & mask for row in range(last, -1, -1))
    if not text:
        raise ValueError("A QR code needs a text.")
    matrix = segno.make(text, micro=False, error="m").matrix
    return tuple(int("".join(str(module & 1) for module in row), 2) for row in matrix)


def operators(text: str, *, x: float, y: float, size: float, finders: bool = True) -> bytes:
    """PDF operators that fill the code's dark modules, without colour: one path, one fill.

    x and y are the bottom left corner of the symbol without its quiet zone, size its side: points.
    Without `finders` the three squares in the corners are left to artwork that is drawn once for
    many codes (`finder_operators`); light modules part them from the rest, so no seam shows.
    """
    if not finders and is_pass_code(text):
        return _pass_operators(text, x, y, size)
    rows = symbol(text)
    side = len(rows)
    if not finders:
        right = (1 << (side - 8)) - 1
        middle = right & ~0xFF
        rows = (
            *(row & middle for row in rows[:7]),
            *rows[7:-7],
            *(row & right for row in rows[-7:]),
        )
    return _operators(rows, x, y, size)


def fill(rows: Rows, *, x: float, y: float, size: float) -> bytes:
    """PDF operators that fill the dark modules of a symbol; see `operators`."""
    return _operators(rows, x, y, size)


def finder_operators(side: int, *, x: float, y: float, size: float) -> bytes:
    """PDF operators for the squares in three corners of every symbol of so many modules."""
    top = [row << (side - 7) | row for row in _FINDER]
    bottom = [row << (side - 7) for row in _FINDER]
    return _operators((*top, *[0] * (side - 14), *bottom), x, y, size)


def _operators(rows: Rows, x: float, y: float, size: float) -> bytes:
    side = len(rows)
    module = size / side
    path = [f"q {module:.4f} 0 0 {module:.4f} {x:.2f} {y:.2f} cm"]
    form = f"0{side}b"
    for above, row in enumerate(rows, 1):
        tail = f" {side - above} "
        for run in _RUNS.finditer(format(row, form)):
            start, end = run.span()
            path.append(f"{start}{tail}{end - start} 1 re")
    path.append("f Q\n")
    return "\n".join(path).encode()


def quiet(side: int, size: float) -> float:
    """Width of the quiet zone around a symbol of so many modules, in the unit of its size."""
    return size / side * QUIET_ZONE


def svg(text: str, label: str = "") -> str:
    """The code with its quiet zone as an SVG picture; `label` is what a screen reader says."""
    rows = symbol(text)
    side = len(rows) + 2 * QUIET_ZONE
    form = f"0{len(rows)}b"
    path = "".join(
        f"M{run.start() + QUIET_ZONE} {y}h{run.end() - run.start()}v1H{run.start() + QUIET_ZONE}z"
        for y, row in enumerate(rows, QUIET_ZONE)
        for run in _RUNS.finditer(format(row, form))
    )
    title = f"<title>{escape(label)}</title>" if label else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {side} {side}" '
        f'role="img" shape-rendering="crispEdges">{title}'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>'
    )


def png(text: str, scale: int = 6) -> bytes:
    """The code with its quiet zone as a PNG picture, so many pixels a module."""
    picture = BytesIO()
    segno.make(text, micro=False, error="q").save(picture, kind="png", scale=scale)
    return picture.getvalue()


def grouped(code: str) -> str:
    """A code in groups of four, for people: ``"7QXJ 4M2K 9TBC"``."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


# --- Pass codes ---------------------------------------------------------------------------------


def _pass_operators(code: str, x: float, y: float, size: float) -> bytes:
    """`operators` without finders: bytes of the symbol looked up as parts of the path.

    A run that goes on in the next byte becomes two rectangles of one path, without a seam, since
    a path is filled as a whole.
    """
    module = size / PASS_SIDE
    start = b"q %.4f 0 0 %.4f %.2f %.2f cm\n" % (module, module, x, y)
    select, tables = _paths()
    parts = select(_pass_symbol(code).to_bytes(_STRIDE // 8 * PASS_SIDE, "big"))
    return start + b"".join(map(getitem, tables, parts)) + b"f Q\n"


@cache
def _paths() -> tuple["itemgetter[tuple[int, ...]]", tuple[tuple[bytes, ...], ...]]:
    """Which bytes of a symbol's rows hold data, and for each the path of its every value.

    A row is three bytes, of 5, 8 and 8 modules, after an empty one.
    """
    places: list[int] = []
    tables: list[tuple[bytes, ...]] = []
    for row in range(PASS_SIDE):
        for at, first, modules in ((1, 0, 5), (2, 5, 8), (3, 13, 8)):
            # Beside the squares in the corners there are eight modules which belong to them.
            mask = (1 << modules) - 1
            if row < 7 or row >= PASS_SIDE - 7:
                mask &= (0, 0, 0x1F, 0xFF if row > 7 else 0)[at]
            if not mask:
                continue
            places.append(row * _STRIDE // 8 + at)
            tables.append(
                tuple(
                    b"".join(
                        b"%d %d %d 1 re\n"
                        % (first + run.start(), PASS_SIDE - 1 - row, run.end() - run.start())
                        for run in _RUNS.finditer(format(value & mask, f"0{modules}b"))
                    )
                    for value in range(1 << modules)
                )
            )
    return itemgetter(*places), tuple(tables)


def _pass_symbol(code: str) -> int:
    """The symbol of a pass code, with the mask of the lowest penalty, rows `_STRIDE` bits apart."""
    pieces = _pieces()
    bits = 0
    for at in range(6):
        bits ^= pieces[at][code[2 * at : 2 * at + 2]]
    return min((bits ^ base for base in _bases()), key=_penalty)


@cache
def _bases() -> tuple[int, ...]:
    """The symbols of a code of zeros with each of the eight masks."""
    return tuple(_bits_by_segno(_ZEROS, mask) for mask in range(8))


@cache
def _pieces() -> tuple[dict[str, int], ...]:
    """For each of the six pairs of characters: which modules a pair turns over."""
    base = _bases()[0]
    tables = []
    for at in range(6):
        turned = []
        for bit in range(11):
            pair = _ALPHANUMERIC[(1 << bit) // 45] + _ALPHANUMERIC[(1 << bit) % 45]
            text = _ZEROS[: 2 * at] + pair + _ZEROS[2 * at + 2 :]
            turned.append(_bits_by_segno(text, 0) ^ base)
        table = {}
        for first in range(36):
            for second in range(36):
                modules = 0
                for bit in range(11):
                    if (first * 45 + second) >> bit & 1:
                        modules ^= turned[bit]
                table[_ALPHANUMERIC[first] + _ALPHANUMERIC[second]] = modules
        tables.append(table)
    return tuple(tables)


def _bits_by_segno(text: str, mask: int) -> int:
    made = segno.make(
        text, version=1, error="q", mode="alphanumeric", mask=mask, boost_error=False, micro=False
    )
    bits = 0
    for row in made.matrix:
        bits = bits << _STRIDE | int("".join(map(str, row)), 2)
    return bits


def _penalty(dark: int) -> int:
    """How hard a symbol is to read (ISO/IEC 18004, 7.8.3): runs, blocks, false finders, balance.

    Judged on the finished symbol. Readers take any mask; encoders differ in such details.
    """
    light = dark ^ _FULL
    score = 0
    for modules in (dark, light):
        for step in (1, _STRIDE):
            two = modules & modules >> step
            five = two & two >> 2 * step & modules >> 4 * step
            score += five.bit_count() + 2 * (five & ~(five << step)).bit_count()
        pairs = modules & modules >> 1
        score += 3 * (pairs & pairs >> _STRIDE).bit_count()
    for step in (1, _STRIDE):
        # 1011101, then four light modules after or before it.
        three = dark & dark >> step & dark >> 2 * step
        finder = dark & light >> step & three >> 2 * step & light >> 5 * step & dark >> 6 * step
        four = light & light >> step
        four &= four >> 2 * step
        score += 40 * (finder & four >> 7 * step).bit_count()
        score += 40 * (finder & four << 4 * step).bit_count()
    share = 100 * dark.bit_count() / (PASS_SIDE * PASS_SIDE)
    return score + 10 * int(abs(share - 50) / 5)
