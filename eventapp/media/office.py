"""Slides and papers of office programs: zip files that say what they are, and run nothing.

Office Open XML (ECMA-376, part 2) names its main part in ``[Content_Types].xml``; OpenDocument
(1.3, part 2, 3.3) begins with a stored entry ``mimetype``. Each entry is unpacked once, counted and
thrown away: what a file says of its own sizes is not believed.
"""

import re
import struct
import zlib
from io import BytesIO
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
PPTX, DOCX = _OOXML + "presentationml.presentation", _OOXML + "wordprocessingml.document"
ODP, ODT = _ODF + "presentation", _ODF + "text"
SUFFIXES = {PPTX: ".pptx", DOCX: ".docx", ODP: ".odp", ODT: ".odt"}

MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
_MAX_LISTING = 4 * 1024 * 1024

_MAIN_PARTS = {PPTX: "ppt/presentation.xml", DOCX: "word/document.xml"}
_MACROS = re.compile(r"(^|/)(vbaproject[^/]*|vbadata\.xml|activex/.*)$|^(basic|scripts)/", re.I)
_IS_ENCRYPTED = 0x1
_CHUNK = 1 << 16
_SPOILT = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


class Refused(Exception):
    """Why the file is not taken: ``broken``, ``unknown``, ``macros``, ``encrypted`` or
    ``unpacks_too_large``."""

    def __init__(self, why: str) -> None:
        """For one of these words."""
        super().__init__(why)
        self.why = why


def recognise(content: bytes) -> tuple[str, int]:
    """The media type, and where the file ends. Raises Refused."""
    try:
        with ZipFile(BytesIO(content)) as file:
            entries = file.infolist()
            _check_entries(entries)
            media_type = _media_type(file, entries)
            if media_type in (ODP, ODT):
                _check_manifest(file)
            _unpack_all(file, entries)
    except _SPOILT:
        raise Refused("broken") from None
    return media_type, len(content)


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(it.file_size for it in entries) > MAX_UNPACKED:
        raise Refused("unpacks_too_large")
    names = [it.filename for it in entries]
    if len(set(names)) != len(names) or any(map(_leads_elsewhere, names)):
        raise Refused("broken")
    if any(it.flag_bits & _IS_ENCRYPTED for it in entries):
        raise Refused("encrypted")
    if any(it.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for it in entries):
        raise Refused("broken")
    if any(map(_MACROS.search, names)):
        raise Refused("macros")


def _leads_elsewhere(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name)


def _media_type(file: ZipFile, entries: list[ZipInfo]) -> str:
    names = {it.filename for it in entries}
    if entries and entries[0].filename == "mimetype":
        stated = _listing(file, "mimetype").decode("ascii", "replace").strip()
        if stated in (ODP, ODT) and {"content.xml", "META-INF/manifest.xml"} <= names:
            return stated
    elif "[Content_Types].xml" in names:
        listing = _listing(file, "[Content_Types].xml")
        if re.search(rb"macroEnabled|vbaProject", listing, re.I):
            raise Refused("macros")
        for media_type, part in _MAIN_PARTS.items():
            if part in names and f'"{media_type}.main+xml"'.encode() in listing:
                return media_type
    raise Refused("unknown")


def _check_manifest(file: ZipFile) -> None:
    """OpenDocument (part 2, 4.8) encrypts each entry by itself and says so there."""
    manifest = _listing(file, "META-INF/manifest.xml")
    if b"encryption-data" in manifest:
        raise Refused("encrypted")
    if re.search(rb'full-path="(Basic|Scripts)/', manifest):
        raise Refused("macros")


def _listing(file: ZipFile, name: str) -> bytes:
    with file.open(name) as stream:
        listing = stream.read(_MAX_LISTING + 1)
    if len(listing) > _MAX_LISTING:
        raise Refused("unpacks_too_large")
    return listing


def _unpack_all(file: ZipFile, entries: list[ZipInfo]) -> None:
    left = MAX_UNPACKED
    for entry in entries:
        with file.open(entry) as stream:
            left -= _length(stream, left)


def _length(stream: IO[bytes], most: int) -> int:
    length = 0
    while chunk := stream.read(_CHUNK):
        length += len(chunk)
        if length > most:
            raise Refused("unpacks_too_large")
    return length
