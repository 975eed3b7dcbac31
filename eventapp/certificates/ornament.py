"""The ornamental frame of a certificate, as PDF operators: a braid between lines, rosettes. Pure.

Drawn once in a file and placed on each page; lengths in millimetres, from the bottom left.
"""

import math
from itertools import pairwise

from eventapp.pdf import MM

GOLD, RED = "#b08a3c", "#8f1d1d"
_OUTER, _BAND = 8.0, 8.0
"""From the paper's edge to the frame, and how broad its band is (mm)."""
INSIDE = _OUTER + _BAND + 2.4
"""From the paper's edge to what is framed (mm)."""
_PERIOD = 13.0
_PETALS = 8
_KAPPA = 0.5523  # of a radius: where a curve's handles lie for a quarter of a circle
_HANDLE = 0.3642  # of half a period: where a curve's handles lie for half a wave


def frame(width: float, height: float) -> bytes:
    """The frame of a page of that size (mm)."""
    left, bottom = _OUTER, _OUTER
    right, top = width - _OUTER, height - _OUTER
    parts = [
        _ink(RED, line=0.9),
        _box(left, bottom, right, top),
        _ink(GOLD, line=0.35),
        _box(left + 0.9, bottom + 0.9, right - 0.9, top - 0.9),
        _box(left + _BAND, bottom + _BAND, right - _BAND, top - _BAND),
        _ink(RED, line=0.6),
        _box(left + _BAND + 0.9, bottom + _BAND + 0.9, right - _BAND - 0.9, top - _BAND - 0.9),
    ]
    for x, y, length, turn in (
        (left + _BAND, bottom + _BAND / 2, right - left - 2 * _BAND, 0),
        (left + _BAND, top - _BAND / 2, right - left - 2 * _BAND, 0),
        (left + _BAND / 2, bottom + _BAND, top - bottom - 2 * _BAND, 1),
        (right - _BAND / 2, bottom + _BAND, top - bottom - 2 * _BAND, 1),
    ):
        matrix = "0 1 -1 0" if turn else "1 0 0 1"
        parts += [f"q {matrix} {x * MM:.2f} {y * MM:.2f} cm", *_braid(length), "Q"]
    for x in (left + _BAND / 2, right - _BAND / 2):
        for y in (bottom + _BAND / 2, top - _BAND / 2):
            parts += [f"q 1 0 0 1 {x * MM:.2f} {y * MM:.2f} cm", *_rosette(), "Q"]
    return ("\n".join(parts) + "\n").encode()


def rgb(colour: str) -> str:
    """The numbers of ``#rrggbb`` as PDF takes them."""
    return " ".join(f"{int(colour[at : at + 2], 16) / 255:.3g}" for at in (1, 3, 5))


def _ink(colour: str, *, line: float) -> str:
    return f"{rgb(colour)} RG {rgb(colour)} rg {line * MM:.2f} w"


def _box(left: float, bottom: float, right: float, top: float) -> str:
    wide, high = (right - left) * MM, (top - bottom) * MM
    return f"{left * MM:.2f} {bottom * MM:.2f} {wide:.2f} {high:.2f} re S"


def _braid(length: float) -> list[str]:
    """Two waves that cross each other along the x axis, with a dot in every eye."""
    periods = max(1, round(length / _PERIOD))
    half = length / periods / 2 * MM
    height = (_BAND / 2 - 1.9) * MM
    parts = []
    for colour, thick, first in ((GOLD, 0.45, 1), (RED, 0.45, -1)):
        path = ["0 0 m"]
        for at in range(2 * periods):
            peak = first * (1 if at % 2 == 0 else -1) * height / 0.75
            start = at * half
            path.append(
                f"{start + _HANDLE * half:.2f} {peak:.2f} {start + (1 - _HANDLE) * half:.2f} "
                f"{peak:.2f} {start + half:.2f} 0 c"
            )
        parts += [_ink(colour, line=thick), " ".join(path) + " S"]
    parts.append(_ink(GOLD, line=0.3))
    parts += [_dot((at + 0.5) * half, 0, 0.85 * MM) for at in range(2 * periods)]
    return parts


def _rosette() -> list[str]:
    """A flower of eight petals around the origin."""
    long, broad = (_BAND / 2 - 1.2) * MM, 0.95 * MM
    parts = [_ink(RED, line=0.3)]
    for at in range(_PETALS):
        angle = 2 * math.pi * at / _PETALS
        cos, sin = math.cos(angle), math.sin(angle)
        parts.append(
            f"q {cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} 0 0 cm 0 0 m "
            f"{0.35 * long:.2f} {broad:.2f} {0.75 * long:.2f} {broad:.2f} {long:.2f} 0 c "
            f"{0.75 * long:.2f} {-broad:.2f} {0.35 * long:.2f} {-broad:.2f} 0 0 c f Q"
        )
    parts += [_ink(GOLD, line=0.3), _dot(0, 0, 0.8 * MM)]
    return parts


def _dot(x: float, y: float, radius: float) -> str:
    bow = _KAPPA * radius
    corners = ((radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0))
    path = [f"{x + radius:.2f} {y:.2f} m"]
    for (x1, y1), (x2, y2) in pairwise(corners):
        handles = (
            (x1 or bow * _sign(x2), y1 or bow * _sign(y2)),
            (x2 or bow * _sign(x1), y2 or bow * _sign(y1)),
            (x2, y2),
        )
        path.append(" ".join(f"{x + a:.2f} {y + b:.2f}" for a, b in handles) + " c")
    return " ".join(path) + " f"


def _sign(number: float) -> int:
    return (number > 0) - (number < 0)
