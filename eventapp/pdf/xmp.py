"""What a PDF says about itself: title, author, language; as XMP (ISO 16684-1) for archives.

It says too that the file is PDF/A-2b (ISO 19005-2, level B): fonts embedded, colours defined, no
transparency, no encryption. Whoever adds to the kit keeps it true; tests have a second program
judge every kind of paper.
"""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

CREATOR, PRODUCER = "eventapp", "ReportLab"
_BEGINS = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_ENDS = '<?xpacket end="r"?>'


@dataclass(frozen=True, slots=True)
class About:
    """What the file says about itself. `created` appears only when it is given."""

    title: str
    author: str
    language: str = "vi"  # BCP 47
    subject: str = ""
    created: datetime | None = None


def stamp(instant: datetime) -> str:
    """A date as PDF writes it (ISO 32000-1, 7.9.4): ``D:20121116073000+07'00'``."""
    text = instant.strftime("D:%Y%m%d%H%M%S%z")
    zone = f"{text[-5:-2]}'{text[-2:]}'" if instant.tzinfo else ""
    return text[:16] + zone


def packet(about: About) -> bytes:
    """The metadata as a packet that is not to be changed in place, in UTF-8."""
    language = quoteattr(about.language)
    parts = [
        f"<dc:format>application/pdf</dc:format>{_alternatives('dc:title', about.title, language)}",
        f"<dc:creator><rdf:Seq><rdf:li>{_text(about.author)}</rdf:li></rdf:Seq></dc:creator>",
        f"<dc:language><rdf:Bag><rdf:li>{_text(about.language)}</rdf:li></rdf:Bag></dc:language>",
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>",
        f"<xmp:CreatorTool>{CREATOR}</xmp:CreatorTool><pdf:Producer>{PRODUCER}</pdf:Producer>",
    ]
    if about.subject:
        parts.append(_alternatives("dc:description", about.subject, language))
    if about.created is not None:
        parts.append(
            f"<xmp:CreateDate>{about.created.isoformat(timespec='seconds')}</xmp:CreateDate>"
        )
    return "\n".join(
        (
            _BEGINS,
            '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/" '
            'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">',
            *parts,
            "</rdf:Description></rdf:RDF></x:xmpmeta>",
            _ENDS,
        )
    ).encode()


def _alternatives(name: str, text: str, language: str) -> str:
    written = _text(text)
    return (
        f'<{name}><rdf:Alt><rdf:li xml:lang="x-default">{written}</rdf:li>'
        f"<rdf:li xml:lang={language}>{written}</rdf:li></rdf:Alt></{name}>"
    )


def _text(text: str) -> str:
    """Escaped, without what XML does not allow."""
    return escape("".join(it for it in text if it.isprintable() or it in "\t\n"))
