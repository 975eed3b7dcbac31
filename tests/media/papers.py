"""Files as people hand them in, and as nobody should."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image
from reportlab.pdfgen.canvas import Canvas


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    """A small picture."""
    stream = io.BytesIO()
    Image.effect_noise(size, 40).convert("RGB").save(stream, kind, **options)
    return stream.getvalue()


def paper() -> bytes:
    """A PDF of one page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1)
    canvas.drawString(100, 700, "Giấy giới thiệu")
    canvas.save()
    return stream.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG, with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that unpacks to width × height pixels, or says so."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def slides(
    extra: Mapping[str, bytes] | None = None,
    *,
    main: str = "ppt/presentation.xml",
    kind: str = "presentationml.presentation",
) -> bytes:
    """The least that is a PPTX, with more entries."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{main}" ContentType="application/vnd.openxmlformats-'
        f'officedocument.{kind}.main+xml"/></Types>'
    )
    return archive(
        {"[Content_Types].xml": types.encode(), main: b"<presentation/>", **(extra or {})}
    )


def text_document(extra: Mapping[str, bytes] | None = None) -> bytes:
    """The least that is a DOCX, with more entries."""
    return slides(extra, main="word/document.xml", kind="wordprocessingml.document")


def open_document(
    kind: str = "presentation",
    extra: Mapping[str, bytes] | None = None,
    manifest: bytes = b"<manifest:manifest/>",
) -> bytes:
    """The least that is an ODP or ODT, with more entries."""
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": b"<office:document-content/>",
            "META-INF/manifest.xml": manifest,
            **(extra or {}),
        }
    )


def archive(entries: Mapping[str, bytes]) -> bytes:
    """A zip file; the first entry is stored, the others are compressed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for number, (name, content) in enumerate(entries.items()):
            how = zipfile.ZIP_DEFLATED if number else zipfile.ZIP_STORED
            file.writestr(zipfile.ZipInfo(name), content, how)
    return stream.getvalue()
