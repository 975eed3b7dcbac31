"""The cells of one sheet while a file is read, before they are cleaned."""

from bisect import bisect_left
from collections import defaultdict

from eventapp.tables import limits
from eventapp.tables.refusals import Limit, TooLarge
from eventapp.tables.table import Places, Remark, address


class Sheet:
    """Rows that have any text, within the limits, and what is to be remarked of them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[tuple[int, list[str]]] = []
        self.places: defaultdict[Remark, Places] = defaultdict(Places)
        self._merged: dict[tuple[int, int], int] = {}

    def add(self, number: int, cells: list[str], *, hidden: bool = False) -> None:
        """Add a row below the others, unless it is blank. Raises TooLarge."""
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            return
        if len(cells) > limits.MAX_COLUMNS:
            raise TooLarge(Limit.COLUMNS, limits.MAX_COLUMNS, address(len(cells) - 1, number))
        if len(self.rows) > limits.MAX_ROWS:
            raise TooLarge(Limit.ROWS, limits.MAX_ROWS, str(number))
        self.rows.append((number, cells))
        if hidden:
            self.places[Remark.HIDDEN_ROWS].add(str(number))

    def merge(self, column: int, top: int, bottom: int) -> None:
        """Remember that cells of a column are one, from row to row."""
        if bottom > top and column < limits.MAX_COLUMNS:
            self._merged[column, top] = bottom

    def fill_merged(self) -> None:
        """Repeat the text of merged cells downward, in rows that have text of their own.

        Offices merge a province over its people; across, they merge titles.
        """
        numbers = [number for number, _cells in self.rows]
        reached: dict[int, int] = {}
        for (column, top), bottom in sorted(self._merged.items()):
            at = bisect_left(numbers, top)
            if top <= reached.get(column, 0) or at == len(numbers) or numbers[at] != top:
                continue
            reached[column] = bottom
            first = self.rows[at][1]
            text = first[column] if column < len(first) else ""
            if not text:
                continue
            for number, cells in self.rows[at + 1 : bisect_left(numbers, bottom + 1)]:
                cells += [""] * (column + 1 - len(cells))
                if not cells[column]:
                    cells[column] = text
                    self.places[Remark.MERGED].add(address(column, number))
        self._merged.clear()
