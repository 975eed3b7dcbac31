"""PDF files written page by page: a page leaves memory as soon as it is complete.

ReportLab keeps all pages until the end; ten thousand badges then take hundreds of megabytes. Here
its document writes each page at once, and fonts, forms, the page tree and the index last.
"""

import threading
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from eventapp.pdf import codes, fonts, xmp
from eventapp.pdf.pieces import FormPiece, Gathering, ImagePiece, PagePiece, Piece
from eventapp.pdf.xmp import About

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

# Fonts cut out their subsets with a position shared by all threads.
_subsetting = threading.Lock()
_TOTAL = "pages"
_SRGB = (files(__package__) / "srgb.icc").read_bytes()
_ENDS_STRING = (
    (b"\\", b"\\\\"),
    (b"(", b"\\("),
    (b")", b"\\)"),
    (b"\r", b"\\r"),
)


__all__ = ["About", "PageStream", "StreamedCanvas", "StreamedDocument"]

# Bytes that ReportLab's pages, which are text, do not hold as they are; a line's end they do.
_OCTAL = {code: f"\\{code:03o}" for code in (*range(10), *range(11, 32), *range(127, 256))}
_ENDS_STREAM, _ENDS_STREAM_ON_A_LINE = b"endstream\n\nendobj\n", b"\nendstream\nendobj\n"


class _Info(pdfdoc.PDFInfo):
    """The information dictionary, with a date only when one is known."""

    def __init__(self, about: About) -> None:
        super().__init__()
        self._about = about
        self.title, self.author, self.subject = about.title, about.author, about.subject

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        entries = {
            "Title": pdfdoc.PDFString(self.title),
            "Author": pdfdoc.PDFString(self.author),
            "Creator": pdfdoc.PDFString("eventapp"),
            "Producer": pdfdoc.PDFString("ReportLab"),
        }
        if self.subject:
            entries["Subject"] = pdfdoc.PDFString(self.subject)
        if self._about.created is not None:
            entries["CreationDate"] = pdfdoc.PDFString(xmp.stamp(self._about.created))
        return bytes(pdfdoc.PDFDictionary(entries).format(document))


class _Written(pdfdoc.PDFObject):
    """Stands for an object that is in the file already."""


_WRITTEN = _Written()


class StreamedDocument(pdfdoc.PDFDocument):
    """A ReportLab document that writes complete objects to a binary stream at once."""

    Catalog: pdfdoc.PDFCatalog
    Pages: pdfdoc.PDFPages
    signature: "Hash"

    def __init__(self, stream: BinaryIO, about: About) -> None:
        super().__init__(invariant=1, pdfVersion=(1, 5), lang=about.language)
        self._stream = stream
        self._offset = 0
        self.info = _Info(about)
        self.catalog = cast(Any, self.Catalog)  # the stubs know few of its entries
        self.catalog.ViewerPreferences = pdfdoc.PDFDictionary({"DisplayDocTitle": "true"})
        # ReportLab's catalog knows no output intents.
        self.catalog.__NoDefault__ = [*self.catalog.__NoDefault__, "OutputIntents"]
        self._describe(about)
        self._write(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")

    def _write(self, data: bytes) -> int:
        at = self._offset
        self._stream.write(data)
        self.signature.update(data)
        self._offset += len(data)
        return at

    def _describe(self, about: About) -> None:
        """What the file is (XMP), and which red, green and blue its colours are (sRGB)."""
        packet = pdfdoc.PDFStream(content=xmp.packet(about), filters=[])
        packet.dictionary["Type"] = pdfdoc.PDFName("Metadata")
        packet.dictionary["Subtype"] = pdfdoc.PDFName("XML")
        self.catalog.Metadata = packet
        profile = pdfdoc.PDFStream(content=_SRGB, filters=[pdfdoc.PDFZCompress])
        profile.dictionary["N"] = 3
        intent = {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": self.refer(profile),
        }
        self.catalog.OutputIntents = pdfdoc.PDFArray([pdfdoc.PDFDictionary(intent)])

    def emit(self, name: str) -> None:
        """Write one registered object now and forget it."""
        data: bytes = pdfdoc.PDFIndirectObject(name, self.idToObject[name]).format(self)
        if data.endswith(_ENDS_STREAM):
            data = data[: -len(_ENDS_STREAM)] + _ENDS_STREAM_ON_A_LINE
        self.idToOffset[name] = self._write(data)
        self.idToObject[name] = _WRITTEN

    def emit_raw(self, data: bytes) -> int:
        """Write an object given as its PDF text; returns its number."""
        self.objectcounter += 1
        number = self.objectcounter
        name = f"R{number}"
        self.idToObjectNumberAndVersion[name] = (number, 0)
        self.numberToId[number] = name
        self.idToObject[name] = _WRITTEN
        self.idToOffset[name] = self._write(b"%d 0 obj\n%b\nendobj\n" % (number, data))
        return number

    def emit_form(self, form: pdfdoc.PDFFormXObject) -> None:
        """Write a form that is complete, now, with its contents; its pages may come first."""
        self.emit(self.refer(form).name)

    def number_of(self, thing: pdfdoc.PDFObject) -> int:
        """The number of an object that may be written later."""
        return self.idToObjectNumberAndVersion[self.refer(thing).name][0]

    def refer(self, thing: pdfdoc.PDFObject) -> pdfdoc.PDFObjectReference:
        """A reference to an object, which gets a number if it has none."""
        return self.Reference(thing)  # type: ignore[no-untyped-call]

    def show(self, text: str, font: str, size: float) -> bytes:
        """Operators that show one line at the text position; between BT and ET, in points."""
        return b"".join(
            b"%b %.4g Tf (%b) Tj\n" % (resource, size, codes)
            for resource, codes in self._encode(text, font)
        )

    def _encode(self, text: str, font: str) -> tuple[tuple[bytes, bytes], ...]:
        """A text as (resource name of a font's subset, string) pairs."""
        pieces = []
        for face, piece in fonts.runs(text, font):
            loaded = fonts.font(face)
            for subset, coded in loaded.splitString(piece, self):
                for char, escaped in _ENDS_STRING:
                    if char in coded:
                        coded = coded.replace(char, escaped)
                pieces.append((loaded.getSubsetInternalName(subset, self).encode(), coded))
        return tuple(pieces)

    def addPage(self, page: pdfdoc.PDFPage) -> None:  # noqa: N802 - ReportLab's name
        """ReportLab's hook for a complete page: written at once, with its contents."""
        page.Trans = None  # no way of turning the page, which archives do not keep
        super().addPage(page)
        name = self.refer(page).name
        self.Pages.pages[-1] = pdfdoc.PDFObjectReference(name)
        self.emit(name)
        self.emit(self.refer(page.Contents).name)

    def finish(self, canvas: object = None) -> None:
        """Write what is left: fonts, forms, the page tree, the index. Once, last of all."""
        with _subsetting:
            for font in self.delayedFonts:
                font.addObjects(self)
        self.refer(self.Catalog)
        self.refer(self.info)
        outlines = cast(pdfdoc.PDFOutlines, self.Outlines)
        outlines.prepare(self, canvas)
        if (outlines.ready or 0) < 0:
            self.catalog.Outlines = None
        number = 0
        # Writing one object may register more.
        while (number := number + 1) in self.numberToId:
            name = self.numberToId[number]
            if name not in self.idToOffset:
                self.emit(name)
        names = [self.numberToId[n] for n in range(1, number)]
        index = pdfdoc.PDFCrossReferenceTable()
        index.addsection(0, names)
        start = self._write(index.format(self))
        trailer = pdfdoc.PDFTrailer(
            startxref=start,
            Size=number,
            Root=self.refer(self.Catalog),
            Info=self.refer(self.info),
            ID=self._identity(),
        )
        self._write(trailer.format(self))

    def _identity(self) -> str:
        digest = self.signature.hexdigest()
        return f"[<{digest}><{digest}>]"

    def SaveToFile(self, filename: object, canvas: object) -> None:  # noqa: N802 - likewise
        """ReportLab's hook for the end of a document; the stream is known already."""
        self.finish(canvas)


class StreamedCanvas(Canvas):
    """A ReportLab canvas on a `StreamedDocument`, for platypus.

    A file can hold several papers, each with numbers of its own: `show_total` draws how many pages
    the one in progress has, which is known only when it ends.
    """

    def __init__(
        self, stream: BinaryIO, *, pagesize: tuple[float, float], about: About, font: str
    ) -> None:
        fonts.font(font)
        # Without a font of its own, each page would name Helvetica, which is not embedded.
        # (The stubs take its name for a number.)
        first: Any = font
        super().__init__(stream, pagesize=pagesize, pageCompression=1, initialFontName=first)
        self._streamed = StreamedDocument(stream, about)
        self._doc = self._streamed
        self._total: tuple[str, pdfdoc.PDFFormXObject, str, float] | None = None
        self._pages_before = 0
        self.paper_number = 0
        """Of the paper in progress, from 0."""

    @property
    def page_of_paper(self) -> int:
        """The number of this page in the paper in progress, from 1."""
        return self.getPageNumber() - self._pages_before

    def begin_paper(self) -> None:
        """The next page is the first of another paper."""
        self._end_paper(self.getPageNumber())
        self.paper_number += 1

    def show_total(self, x: float, y: float, font: str, size: float) -> None:
        """Draw the number of pages of this paper from that point (points) to the right."""
        if self._total is None:
            form = pdfdoc.PDFFormXObject(0, -size, 5 * size, size)
            name = f"{_TOTAL}{self._pages_before}"
            self._total = name, form, font, size
            self._streamed.addForm(name, form)
        self.saveState()
        self.translate(x, y)
        self.doForm(self._total[0])
        self.restoreState()

    def show_lines(self, lines: Iterable[tuple[float, float, str, str, float]]) -> None:
        """Draw lines of text as (x, y, text, font, size): points, y at the baseline.

        Much quicker than a paragraph each. What a font lacks is taken from its stand-ins.
        """
        shown = "".join(
            f"1 0 0 1 {x:.2f} {y:.2f} Tm {self._operators(text, font, size)}"
            for x, y, text, font, size in lines
        )
        cast(Any, self)._code.append(f"BT {shown}ET")  # what the page says so far

    def show(self, text: str, font: str, size: float) -> bytes:
        """Operators that show one line at the text position, for `show_operators`; between BT and
        ET, in points."""
        return self._operators(text, font, size).encode("ascii")

    def show_operators(self, operators: bytes) -> None:
        """Draw by ready operators: ASCII, from the present origin."""
        cast(Any, self)._code.append(operators.decode("ascii"))

    def save(self) -> None:
        """Complete the file."""
        self._end_paper(self.getPageNumber() - 1)
        super().save()

    def _end_paper(self, last_page: int) -> None:
        if self._total is not None:
            _, form, font, size = self._total
            number = self._operators(str(last_page - self._pages_before), font, size)
            form.setStreamList([f"BT {number}ET"])
            self._streamed.emit_form(form)
        self._total, self._pages_before = None, last_page

    def _operators(self, text: str, font: str, size: float) -> str:
        return self._streamed.show(text, font, size).decode("latin-1").translate(_OCTAL)


class PageStream(Gathering):
    """Pages made of ready operators, with shared forms and fonts: for thousands of small pages."""

    def __init__(self, stream: BinaryIO, about: About) -> None:
        super().__init__()
        self._document = StreamedDocument(stream, about)
        self._forms: dict[str, pdfdoc.PDFObjectReference] = {}
        self._resources = _Resources(self._forms)
        self._parts = (
            self._document.number_of(self._document.Pages),
            self._document.number_of(self._resources),
        )
        self.pages = 0

    def put(self, piece: Piece) -> None:
        """Write a piece now; one that is in the file already only once."""
        if isinstance(piece, PagePiece):
            self._put_page(piece)
        elif piece.name not in self._forms:
            number = (
                self._put_form(piece) if isinstance(piece, FormPiece) else self._put_image(piece)
            )
            self._forms[piece.name] = pdfdoc.PDFObjectReference(f"R{number}")

    def _put_form(self, form: FormPiece) -> int:
        return self._document.emit_raw(
            b"<</Type/XObject/Subtype/Form/BBox[0 0 %.3f %.3f]/Resources %d 0 R"
            b"/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream"
            % (form.width, form.height, self._parts[1], len(form.packed), form.packed)
        )

    def _put_image(self, image: ImagePiece) -> int:
        more = b""
        if image.mask:
            mask = ImagePiece("", image.width, image.height, image.mask, space=b"/DeviceGray")
            more = b"/SMask %d 0 R" % self._put_image(mask)
        return self._document.emit_raw(
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%b%b"
            b"/BitsPerComponent 8/Filter%b/Length %d>>\nstream\n%b\nendstream"
            % (
                image.width,
                image.height,
                image.space,
                more,
                image.packing,
                len(image.packed),
                image.packed,
            )
        )

    def _put_page(self, page: PagePiece) -> None:
        contents = self._document.emit_raw(
            b"<</Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream"
            % (len(page.packed), page.packed)
        )
        number = self._document.emit_raw(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %.3f %.3f]/Resources %d 0 R"
            b"/Contents %d 0 R>>"
            % (self._parts[0], page.width, page.height, self._parts[1], contents)
        )
        self._document.Pages.addPage(pdfdoc.PDFObjectReference(f"R{number}"))
        self.pages += 1

    def close(self) -> None:
        """Write what all pages share; the file is complete then. The stream stays open."""
        with _subsetting:
            codes.add_fonts(self._document, self.used)
        self._document.finish()


class _Resources(pdfdoc.PDFObject):
    """Fonts and forms that every page and form of a `PageStream` may use."""

    __RefOnly__ = 1

    def __init__(self, forms: dict[str, pdfdoc.PDFObjectReference]) -> None:
        self._forms = forms

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        entries: dict[str, object] = {"Font": pdfdoc.PDFObjectReference(pdfdoc.BasicFonts)}
        if self._forms:
            entries["XObject"] = pdfdoc.PDFDictionary(self._forms)
        return bytes(pdfdoc.PDFDictionary(entries).format(document))
