"""Where pictures and papers end, and how large pictures are, found by walking their structure.

Nothing is decoded, so that a picture that unpacks to gigabytes and faults of decoders cost nothing.
Each function gives (width, height, end), the first two in pixels or 0, and raises Broken or
IndexError.
"""

import re
import zlib
from typing import Literal

PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
# Frames, without the tables (C4, CC) and the reserved C8 that share their numbers.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PDF_ENDS = re.compile(rb"startxref\s+\d+\s+%%EOF")
_PDF_TAIL = 1024


class Broken(Exception):
    """The structure does not hold."""


def png(content: bytes) -> tuple[int, int, int]:
    """Width, height and end. PNG 3 (W3C), 5: every chunk with its checksum, IHDR to IEND."""
    at, size, has_data = len(PNG_BEGINS), (0, 0), False
    while True:
        length = _number(content, at, 4, "big")
        kind, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content):
            raise Broken
        body = memoryview(content)[at + 4 : end - 4]
        if zlib.crc32(body) != _number(content, end - 4, 4, "big"):
            raise Broken
        if size == (0, 0):
            if kind != b"IHDR" or length != 13:
                raise Broken
            size = _number(content, at + 8, 4, "big"), _number(content, at + 12, 4, "big")
            _check(size)
        has_data |= kind == b"IDAT"
        if kind == b"IEND":
            if not has_data:
                raise Broken
            return *size, end
        at = end


def jpeg(content: bytes) -> tuple[int, int, int]:
    """Width, height and end. ITU-T T.81, B.1: segments and scans from SOI to EOI."""
    at, size, has_scan = 2, (0, 0), False
    while True:
        if content[at] != 0xFF:
            raise Broken
        while content[at] == 0xFF:
            at += 1
        marker, at = content[at], at + 1
        if marker == 0xD9:
            if not has_scan:
                raise Broken
            return *size, at
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        length = _number(content, at, 2, "big")
        if length < 2 or marker in (0x00, 0xD8):
            raise Broken
        if marker in _JPEG_FRAMES:
            size = _number(content, at + 5, 2, "big"), _number(content, at + 3, 2, "big")
            _check(size)
        at += length
        if marker == 0xDA:
            found = _JPEG_MARKER.search(content, at)
            if size == (0, 0) or found is None:
                raise Broken
            at, has_scan = found.start(), True


def webp(content: bytes) -> tuple[int, int, int]:
    """Width, height and end. RFC 9649: chunks within the length that RIFF states."""
    end = _number(content, 4, 4, "little") + 8
    if end > len(content):
        raise Broken
    at, sizes, has_data = 12, [], False
    while at + 8 <= end:
        kind, length = content[at : at + 4], _number(content, at + 4, 4, "little")
        body = at + 8
        if body + length > end:
            raise Broken
        if kind == b"VP8X":
            sizes.append(
                (
                    _number(content, body + 4, 3, "little") + 1,
                    _number(content, body + 7, 3, "little") + 1,
                )
            )
        elif kind == b"VP8 ":
            if content[body + 3 : body + 6] != b"\x9d\x01\x2a":
                raise Broken
            sizes.append(
                (
                    _number(content, body + 6, 2, "little") & 0x3FFF,
                    _number(content, body + 8, 2, "little") & 0x3FFF,
                )
            )
        elif kind == b"VP8L":
            bits = _number(content, body + 1, 4, "little")
            if content[body] != 0x2F:
                raise Broken
            sizes.append(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        has_data |= kind in (b"VP8 ", b"VP8L", b"ANMF")
        at = body + length + length % 2
    if not has_data or not sizes:
        raise Broken
    for size in sizes:
        _check(size)
    return *max(sizes, key=lambda it: it[0] * it[1]), end


def pdf(content: bytes) -> tuple[int, int, int]:
    """No width or height, and the end. ISO 32000-2, 7.5: a header first, a trailer at the end."""
    start = max(0, len(content) - _PDF_TAIL)
    found = list(_PDF_ENDS.finditer(content, start))
    if not found:
        raise Broken
    return 0, 0, found[-1].end()


def _number(content: bytes, at: int, length: int, order: Literal["big", "little"]) -> int:
    piece = content[at : at + length]
    if len(piece) < length:
        raise Broken
    return int.from_bytes(piece, order)


def _check(size: tuple[int, int]) -> None:
    if not all(size):
        raise Broken
