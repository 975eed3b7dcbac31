"""Fonts without the instructions that fit letters to the dots of a coarse screen.

Printers, and what shows PDF files today, take no notice of them; in the subsets of Tinos they are
half of the bytes, again in every file of thousands.
"""

import struct
from functools import lru_cache
from itertools import pairwise

_INSTRUCTIONS = (b"cvt ", b"fpgm", b"prep")
_MORE, _WORDS, _INSTRUCTED = 0x20, 0x1, 0x100
_TURNED = ((0x8, 2), (0x40, 4), (0x80, 8))
_REPEATED, _AXES = 0x8, ((0x2, 0x10), (0x4, 0x20))
_WHOLE = 0xB1B0AFBA
"""What the sum of a font's words has to be taken from (OpenType, table head)."""


def unhinted(font: bytes) -> bytes:
    """A TrueType font with the same letters and no instructions."""
    (number,) = struct.unpack_from(">H", font, 4)
    tables: dict[bytes, bytes] = {}
    for at in range(number):
        tag, _sum, offset, length = struct.unpack_from(">4s3L", font, 12 + 16 * at)
        if tag not in _INSTRUCTIONS:
            tables[tag] = font[offset : offset + length]
    is_long = struct.unpack_from(">h", tables[b"head"], 50)[0]
    count = struct.unpack_from(">H", tables[b"maxp"], 4)[0] + 1
    if is_long:
        offsets = struct.unpack_from(f">{count}L", tables[b"loca"])
    else:
        offsets = tuple(2 * it for it in struct.unpack_from(f">{count}H", tables[b"loca"]))
    glyphs, places, at = [], [0], 0
    for start, end in pairwise(offsets):
        glyph = _without_instructions(tables[b"glyf"][start:end])
        glyph += b"\0" * (-len(glyph) % 4)
        glyphs.append(glyph)
        at += len(glyph)
        places.append(at)
    tables[b"glyf"] = b"".join(glyphs)
    tables[b"loca"] = struct.pack(f">{count}L", *places)
    # Long offsets, no sum of the whole yet.
    head = tables[b"head"]
    tables[b"head"] = head[:8] + b"\0\0\0\0" + head[12:50] + struct.pack(">h", 1) + head[52:]
    return _font(font[:4], tables)


def _without_instructions(glyph: bytes) -> bytes:
    if len(glyph) < 10:
        return b""
    (contours,) = struct.unpack_from(">h", glyph)
    return _simple(glyph, contours) if contours >= 0 else _composite(glyph)


@lru_cache(maxsize=4096)
def _simple(glyph: bytes, contours: int) -> bytes:
    """Exactly the outline: what pads it would be padded once more. File after file has it."""
    at = 10 + 2 * contours
    (length,) = struct.unpack_from(">H", glyph, at)
    points = struct.unpack_from(">H", glyph, at - 2)[0] + 1 if contours else 0
    flags_at = end = at + 2 + length
    coordinates = 0
    while points > 0:
        flag = glyph[end]
        times = 1 + glyph[end + 1] if flag & _REPEATED else 1
        end += 2 if flag & _REPEATED else 1
        for short, same in _AXES:
            coordinates += times * (1 if flag & short else 0 if flag & same else 2)
        points -= times
    return glyph[:at] + b"\0\0" + glyph[flags_at : end + coordinates]


def _composite(glyph: bytes) -> bytes:
    parts = bytearray(glyph)
    at, flags = 10, _MORE
    while flags & _MORE:
        (flags,) = struct.unpack_from(">H", parts, at)
        struct.pack_into(">H", parts, at, flags & ~_INSTRUCTED)
        at += 8 if flags & _WORDS else 6
        # How the part is turned or stretched.
        at += next((size for flag, size in _TURNED if flags & flag), 0)
    return bytes(parts[:at])


def _font(kind: bytes, tables: dict[bytes, bytes]) -> bytes:
    """The file of these tables, its sums and the index for searching it made anew."""
    number = len(tables)
    power = number.bit_length() - 1
    near = 16 << power
    index = [kind + struct.pack(">4H", number, near, power, 16 * number - near)]
    at = 12 + 16 * number
    body = []
    for tag in sorted(tables):
        table = tables[tag] + b"\0" * (-len(tables[tag]) % 4)
        index.append(struct.pack(">4s3L", tag, _sum(table), at, len(tables[tag])))
        if tag == b"head":
            sum_at = at + 8
        body.append(table)
        at += len(table)
    whole = bytearray(b"".join((*index, *body)))
    struct.pack_into(">L", whole, sum_at, (_WHOLE - _sum(whole)) & 0xFFFFFFFF)
    return bytes(whole)


def _sum(data: bytes | bytearray) -> int:
    return sum(struct.unpack(f">{len(data) // 4}L", data)) & 0xFFFFFFFF
