"""What a file is, by its content; its name is no evidence."""

import json
import re

from eventapp.tables.package import Package
from eventapp.tables.refusals import Encrypted, HasMacros, NotATable, Seems
from eventapp.tables.table import Format

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BEGINNINGS = (
    (b"%PDF", Seems.PDF),
    (b"{\\rtf", Seems.TEXT_DOCUMENT),
    (b"\x89PNG", Seems.IMAGE),
    (b"\xff\xd8\xff", Seems.IMAGE),
    (b"GIF8", Seems.IMAGE),
    (b"II*\0", Seems.IMAGE),
    (b"MM\0*", Seems.IMAGE),
    (b"7z\xbc\xaf\x27\x1c", Seems.ARCHIVE),
    (b"Rar!\x1a\x07", Seems.ARCHIVE),
    (b"\x1f\x8b", Seems.ARCHIVE),
)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|meta|body|table|style)\b", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:\?xml|!--|!doctype|[A-Za-z][\w:.-]*[\s/>])", re.IGNORECASE)
_ODF = b"application/vnd.oasis.opendocument."


def open_package(data: bytes) -> tuple[Package, Format]:
    """The package of an XLSX or ODS file, which begins with PK.

    Raises NotATable, Encrypted, HasMacros and TooLarge.
    """
    package = Package(data)
    names = package.names
    lower = {name.lower() for name in names}
    if "[Content_Types].xml" in names:
        if any(name.endswith("/vbaproject.bin") or "/macrosheets/" in name for name in lower):
            raise HasMacros
        if any(name.startswith("word/") for name in lower):
            raise NotATable(Seems.WORD)
        if any(name.startswith("ppt/") for name in lower):
            raise NotATable(Seems.PRESENTATION)
        if "xl/workbook.bin" in lower:
            raise NotATable(Seems.XLSB)
        if "_rels/.rels" not in names:
            raise NotATable(Seems.BROKEN)
        return package, Format.XLSX
    if "mimetype" in names:
        kind = b"".join(package.chunks("mimetype"))[:100].strip()
        if kind.startswith(_ODF):
            _check_odf(package, kind.removeprefix(_ODF))
            return package, Format.ODS
    raise NotATable(Seems.ARCHIVE)


def _check_odf(package: Package, kind: bytes) -> None:
    if "encrypted-package" in package:  # OpenDocument 1.3 as LibreOffice 24.2 writes it
        raise Encrypted
    if kind.startswith(b"presentation"):
        raise NotATable(Seems.PRESENTATION)
    if not kind.startswith(b"spreadsheet"):
        raise NotATable(Seems.TEXT_DOCUMENT)
    if "META-INF/manifest.xml" in package:

        def start(tag: str, _attributes: dict[str, str]) -> None:
            if tag.rpartition(":")[2] == "encryption-data":
                raise Encrypted

        package.parse("META-INF/manifest.xml", start)
    if "content.xml" not in package:
        raise NotATable(Seems.BROKEN)


def check_text(data: bytes) -> None:
    """Refuse what is no text of cells. Raises NotATable and Encrypted."""
    if data.startswith(_OLE):
        raise _of_ole(data)
    for beginning, seems in _BEGINNINGS:
        if data.startswith(beginning):
            raise NotATable(seems)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise NotATable(Seems.IMAGE)
    if data[4:8] == b"ftyp":
        brand = data[8:12] in (b"heic", b"heix", b"mif1", b"avif")
        raise NotATable(Seems.IMAGE if brand else Seems.BINARY)
    beginning = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()
    if beginning[:2] in (b"\xff\xfe", b"\xfe\xff"):
        beginning = beginning[2:].replace(b"\0", b"")
    if _MARKUP.match(beginning) or _HTML.match(beginning):
        raise NotATable(_of_markup(beginning))
    if beginning[:1] in (b"{", b"[") and _is_json(data):
        raise NotATable(Seems.JSON)


def _of_ole(data: bytes) -> Exception:
    """OLE 2 containers: old Office files, and new ones behind a password ([MS-OFFCRYPTO] 2.3)."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in data

    if holds("EncryptedPackage"):
        return Encrypted()
    if holds("WordDocument"):
        return NotATable(Seems.WORD)
    if holds("PowerPoint Document"):
        return NotATable(Seems.PRESENTATION)
    if holds("Workbook") or holds("Book"):
        return NotATable(Seems.XLS)
    return NotATable(Seems.BINARY)


def _of_markup(beginning: bytes) -> Seems:
    if b"urn:schemas-microsoft-com:office:spreadsheet" in beginning and b"<Workbook" in beginning:
        return Seems.XML_SPREADSHEET
    return Seems.HTML if _HTML.search(beginning) else Seems.XML


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
