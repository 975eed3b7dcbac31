"""What a file is, found in its content, whole and within bounds; knows no models.

What follows the end of a picture or a paper is cut off.
"""

import re
from collections.abc import Callable, Collection
from enum import StrEnum

from eventapp.media import office
from eventapp.media.structure import PNG_BEGINS, Broken, jpeg, pdf, png, webp
from eventapp.text import clean

MAX_PIXELS = 40_000_000

PDF, PNG, JPEG, WEBP = "application/pdf", "image/png", "image/jpeg", "image/webp"
SUFFIXES = {PDF: ".pdf", PNG: ".png", JPEG: ".jpg", WEBP: ".webp", **office.SUFFIXES}
PAPERS_AND_PICTURES = (PDF, PNG, JPEG, WEBP)
PAPERS_AND_SLIDES = (PDF, *office.SUFFIXES, PNG, JPEG)

_NAME = 100
_NOT_IN_NAMES = re.compile(r'[<>:"|?*%;]')


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"
    MACROS = "macros"
    ENCRYPTED = "encrypted"
    UNPACKS_TOO_LARGE = "unpacks_too_large"


class FileRefused(ValueError):
    """The file is not taken; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        """For one of the reasons."""
        super().__init__(str(reason))
        self.reason = reason


def recognise(content: bytes, kinds: Collection[str], max_bytes: int) -> tuple[str, bytes]:
    """The media type of a file, one of ``kinds``, and its content up to its proper end.

    Raises FileRefused.
    """
    if not content:
        raise FileRefused(Refusal.EMPTY)
    if len(content) > max_bytes:
        raise FileRefused(Refusal.TOO_LARGE)
    for possible, begins, measure in _SHAPES:
        if not possible.isdisjoint(kinds) and begins.match(content):
            try:
                media_type, end = measure(content)
            except (Broken, IndexError):
                raise FileRefused(Refusal.BROKEN) from None
            except office.Refused as refused:
                raise FileRefused(Refusal(refused.why)) from None
            if media_type in kinds:
                return media_type, content[:end]
    raise FileRefused(Refusal.UNKNOWN)


def accept(kinds: Collection[str]) -> str:
    """What a browser offers to choose, for the attribute of the field."""
    more = [".jpeg"] if JPEG in kinds else []
    return ",".join((*kinds, *(SUFFIXES[it] for it in kinds), *more))


def clean_name(name: str, media_type: str) -> str:
    """A file's name without folders, marks that cannot be seen and what systems forbid, at most
    100 characters and the ending of what it is."""
    name = _NOT_IN_NAMES.sub(" ", clean(re.split(r"[/\\]", name)[-1]))
    stem = clean(name.rpartition(".")[0] or name).strip(". ")
    suffix = SUFFIXES[media_type]
    return (stem[: _NAME - len(suffix)].rstrip(". ") or "file") + suffix


def _shape(
    media_type: str, measure: Callable[[bytes], tuple[int, int, int]]
) -> Callable[[bytes], tuple[str, int]]:
    def within_bounds(content: bytes) -> tuple[str, int]:
        width, height, end = measure(content)
        if width * height > MAX_PIXELS:
            raise FileRefused(Refusal.TOO_MANY_PIXELS)
        return media_type, end

    return within_bounds


_SHAPES: tuple[
    tuple[frozenset[str], re.Pattern[bytes], Callable[[bytes], tuple[str, int]]], ...
] = (
    (frozenset({PDF}), re.compile(rb"%PDF-[12]\.\d[\s%]"), _shape(PDF, pdf)),
    (frozenset({PNG}), re.compile(re.escape(PNG_BEGINS)), _shape(PNG, png)),
    (frozenset({JPEG}), re.compile(rb"\xff\xd8\xff"), _shape(JPEG, jpeg)),
    (frozenset({WEBP}), re.compile(rb"RIFF....WEBP", re.DOTALL), _shape(WEBP, webp)),
    (frozenset(office.SUFFIXES), re.compile(rb"PK\x03\x04"), office.recognise),
)
