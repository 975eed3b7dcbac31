"""Sheets of labels and cards that are cut already, by the maker's number, and customary sizes.

Measures are those of Avery's product families as gLabels' tables give them
(https://github.com/jimevins/glabels-qt, templates/avery-iso-templates.xml and
avery-us-templates.xml), in whole tenths of a millimetre or in inches. Each sheet is symmetrical;
margins follow from that, and a test adds up margins, labels and gaps to the sheet. Numbers whose
measures could not be found in a second place are not here.
"""

from dataclasses import dataclass
from functools import cache

from eventapp.pdf.sheet import A4, A6, LETTER, Sheet

_INCH = 25.4


@dataclass(frozen=True, slots=True)
class Stock:
    """A sheet of labels, upright. ``name`` is what settings say, ``numbers`` the maker's."""

    name: str
    numbers: tuple[str, ...]
    paper: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    pitch_x: float  # from one label's left edge to the next one's
    pitch_y: float

    def sheet(self) -> Sheet:
        """Where its labels lie; nothing is to be cut."""
        gap_x, gap_y = self.pitch_x - self.width, self.pitch_y - self.height
        return Sheet(*self.paper, self.width, self.height, self.columns, self.rows, gap_x, gap_y)


def _inches(
    name: str,
    numbers: tuple[str, ...],
    grid: tuple[int, int],
    size: tuple[float, float],
    pitch: tuple[float, float],
) -> Stock:
    measures = [length * _INCH for length in (*size, *pitch)]
    return Stock(name, numbers, LETTER, *grid, *measures)


STOCKS = (
    # Self-adhesive name badges.
    Stock("avery-l4785", ("L4784", "L4785", "L4786", "L4787"), A4, 2, 5, 80.0, 50.0, 95.0, 55.0),
    # Cards with microperforated edges.
    Stock("avery-l7414", ("L7414",), A4, 2, 5, 90.0, 52.0, 90.0, 52.0),
    # Small labels; 2.6 inches from one to the next.
    Stock("avery-l7160", ("L7160", "J8160"), A4, 3, 7, 63.5, 38.1, 66.04, 38.1),
    # Parcel labels, large enough for a badge with a long name.
    Stock("avery-l7165", ("L7165", "J8165"), A4, 2, 4, 99.1, 67.7, 101.6, 67.7),
    # Self-adhesive name badges.
    _inches(
        "avery-5395", ("5095", "5395", "5895", "8395", "15395"), (2, 4), (3.375, 7 / 3), (3.75, 2.5)
    ),
    # Cards.
    _inches("avery-5371", ("5371", "5871", "8371", "8471", "8871"), (2, 5), (3.5, 2), (3.5, 2)),
    # Shipping labels.
    _inches("avery-5163", ("5163", "5263", "8163", "8463"), (2, 5), (4, 2), (4.1875, 2)),
    _inches("avery-5164", ("5164", "5264", "8164", "8464"), (2, 3), (4, 10 / 3), (4.1875, 10 / 3)),
    _inches("avery-5168", ("5168",), (2, 2), (3.5, 5), (4, 5)),
)

CARDS: dict[str, tuple[float, float]] = {
    # Plastic cards (ISO/IEC 7810, ID-1: 85.60 × 53.98), and their holders, as they are sold.
    "id-1": (86.0, 54.0),
    "id-1-upright": (54.0, 86.0),
    # Visiting cards, as Vietnamese printers cut them.
    "visiting-card": (90.0, 55.0),
    # Hanging holders (bao thẻ): ISO 216 sizes and the form customary for conferences.
    "a7": (74.0, 105.0),
    "conference": (90.0, 130.0),
    "a6": A6,
}
"""Customary sizes of badges: width and height in millimetres."""


@cache
def by_name() -> dict[str, Stock]:
    """The stocks by their names."""
    return {it.name: it for it in STOCKS}


def find(number: str) -> Stock:
    """The stock with that name or maker's number, as people write it. Raises KeyError."""
    wanted = number.strip().casefold().removeprefix("avery").strip(" -")
    for stock in STOCKS:
        if wanted in {it.casefold() for it in (*stock.numbers, stock.name.removeprefix("avery-"))}:
            return stock
    raise KeyError(number)
