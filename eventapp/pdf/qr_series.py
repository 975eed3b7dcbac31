"""QR codes of many addresses that differ only at their end, for thousands a second.

All parts of a symbol are linear over GF(2) (see `eventapp.pdf.qr`): to change some bits of the text
turns over the modules that belong to these bits, whatever the rest says. So the symbols of one
address with each of its last characters' bits changed, once, give those of all the others by
exclusive or. The mask is the one that segno finds best for the first address.
"""

from functools import lru_cache
from typing import Any

import segno

from eventapp.pdf.qr import Rows

_ZERO = "0"


class Series:
    """Symbols of ``beginning`` and a code of a fixed number of ASCII characters."""

    def __init__(self, beginning: str, length: int) -> None:
        self._beginning, self._length = beginning, length
        first = segno.make(self._text(()), mode="byte", error="m", micro=False)
        self._settings: dict[str, Any] = {
            "mode": "byte",
            "version": first.version,
            "error": first.error,
            "mask": first.mask,
            "boost_error": False,
            "micro": False,
        }
        self.side = len(first.matrix)
        self._base = self._bits(())
        # For each place: which modules each bit of its character turns over.
        self._turned: list[tuple[int, ...]] = [
            tuple(self._bits(((at, bit),)) ^ self._base for bit in range(7)) for at in range(length)
        ]
        self._known: list[dict[str, int]] = [{} for _ in range(length)]

    def symbol(self, code: str) -> Rows:
        """The symbol of the beginning with this code. Raises ValueError for another length."""
        if len(code) != self._length or not code.isascii():
            raise ValueError(code)
        bits = self._base
        for at, char in enumerate(code):
            known = self._known[at]
            if char not in known:
                known[char] = self._turns(at, char)
            bits ^= known[char]
        row = (1 << self.side) - 1
        return tuple(bits >> self.side * at & row for at in range(self.side - 1, -1, -1))

    def _turns(self, at: int, char: str) -> int:
        changed, turns = ord(char) ^ ord(_ZERO), 0
        for bit, modules in enumerate(self._turned[at]):
            if changed >> bit & 1:
                turns ^= modules
        return turns

    def _text(self, changed: tuple[tuple[int, int], ...]) -> str:
        code = [ord(_ZERO)] * self._length
        for at, bit in changed:
            code[at] ^= 1 << bit
        return self._beginning + "".join(map(chr, code))

    def _bits(self, changed: tuple[tuple[int, int], ...]) -> int:
        bits = 0
        for row in segno.make(self._text(changed), **self._settings).matrix:
            bits = bits << self.side | int("".join(str(module & 1) for module in row), 2)
        return bits


@lru_cache(maxsize=8)
def series(beginning: str, length: int) -> Series:
    """A series that is put together once in a process: that takes as long as a hundred codes."""
    return Series(beginning, length)
