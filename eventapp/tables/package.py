"""The ZIP files that XLSX and ODS are, unpacked no further than is read and never trusted.

What a package says of its own sizes is not believed: bytes and tags are counted as they come out.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat

from eventapp.tables import limits
from eventapp.tables.refusals import Encrypted, Limit, NotATable, Seems, TooLarge

_CHUNK = 64 * 1024
_MAX_TAG = 256 * 1024
"""Bytes of one tag: expat before 2.6 reads an unfinished one again with every chunk."""

Start = Callable[[str, dict[str, str]], Any]


class Stop(Exception):
    """Raised by a handler that has seen enough of a part."""


class Package:
    """A ZIP file in memory.

    Raises NotATable(broken) when it is damaged or uses what no office program does, TooLarge
    (bytes unpacked, parts) and Encrypted, here and while parts are read.
    """

    def __init__(self, data: bytes) -> None:
        # An upper bound of the entries, before the library makes an object of each.
        if data.count(b"PK\x01\x02") > limits.MAX_PARTS:
            raise TooLarge(Limit.PARTS, limits.MAX_PARTS)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise NotATable(Seems.BROKEN) from None
        self._parts = {part.filename: part for part in self._zip.infolist()}
        self._unpacked = 0
        self._markup = 0

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content of a part, piece by piece."""
        part = self._parts.get(name)
        # bzip2 and LZMA, which the standards do not allow, unpack without a bound.
        if part is None or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise NotATable(Seems.BROKEN)
        if part.flag_bits & 0x1:
            raise Encrypted
        try:
            with self._zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    self._unpacked += len(chunk)
                    self._markup += chunk.count(b"<") + chunk.count(b"/>")
                    if (
                        self._unpacked > limits.MAX_UNPACKED_BYTES
                        or self._markup > limits.MAX_MARKUP
                    ):
                        raise TooLarge(Limit.UNPACKED, limits.MAX_UNPACKED_BYTES)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
            raise NotATable(Seems.BROKEN) from None

    def parse(
        self,
        name: str,
        start: Start,
        end: Callable[[str], Any] | None = None,
        text: Callable[[str], Any] | None = None,
    ) -> None:
        """Give a part's elements to the handlers; a handler may raise `Stop`.

        Names are local ones, attributes have their usual prefixes (``office:value``, ``r:id``).
        A document type, with which entities are declared, is refused: neither standard has any.
        """
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        fed = 0
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
                fed += len(chunk)
                if fed - max(parser.CurrentByteIndex, 0) > _MAX_TAG:
                    raise NotATable(Seems.BROKEN)
            parser.Parse(b"", True)
        except Stop:
            pass
        except expat.ExpatError:
            raise NotATable(Seems.BROKEN) from None


def _refuse(*_declaration: object) -> None:
    raise NotATable(Seems.BROKEN)
