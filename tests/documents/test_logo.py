"""Logos: what is taken of a file, what is refused by name, and how it is kept and printed."""

import io
import zlib

import pytest
from PIL import Image, ImageDraw

from eventapp.documents import heads, logo, settings
from eventapp.documents.logo import LogoRefused, Refusal
from eventapp.documents.settings import Logo, SettingsData
from eventapp.pdf import artwork, document
from eventapp.pdf.stream import About, PageStream
from tests.conftest import csrf_token
from tests.pdf.pictures import needs_poppler, opened, pictures

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'viewBox="0 0 100 50">{}<circle cx="50" cy="25" r="20" fill="#da251d"/></svg>'
)


def svg(inside=""):
    return SVG.format(inside).encode()


def png(size=(300, 200), mode="RGBA"):
    picture = Image.new(mode, size)
    if mode == "RGBA":
        ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1]), fill=(0, 0, 200, 128))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def refusal(content):
    with pytest.raises(LogoRefused) as refused:
        logo.accept(content)
    return refused.value


def test_a_png_becomes_pixels_on_white():
    media_type, content = logo.accept(png())
    picture = Image.open(io.BytesIO(content))
    assert (media_type, picture.mode, picture.size) == ("image/png", "RGB", (300, 200))
    assert picture.getpixel((10, 10)) == (127, 127, 227)
    assert picture.getpixel((290, 10)) == (255, 255, 255)


def test_a_large_png_becomes_smaller():
    assert Image.open(io.BytesIO(logo.accept(png((3000, 1000)))[1])).size == (1200, 400)


def test_an_svg_keeps_its_shapes():
    media_type, content = logo.accept(svg('<g transform="scale(2)"><path d="M0 0h5v5z"/></g>'))
    assert media_type == "image/svg+xml"
    for kept in (b"viewBox", b"#da251d", b"scale(2)", b"M0 0h5v5z"):
        assert kept in content
    assert logo.accept(content) == (media_type, content)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        '<g onload="alert(1)" id="g"/>',
        '<a xlink:href="javascript:alert(1)"><rect width="1" height="1"/></a>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<set attributeName="onclick" to="alert(1)"/>',
        '<rect fill="url(http://evil.example/x)" width="1" height="1"/>',
        '<rect style="fill: url(//evil.example/x)" width="1" height="1"/>',
        "<style>@import 'http://evil.example/x.css';</style>",
        "<style>rect { fill: u\\72l(http://evil.example) }</style>",
        '<metadata xmlns:e="http://evil.example"><e:x>http://evil.example</e:x></metadata>',
        '<?xml-stylesheet href="http://evil.example/x.css"?>',
        "<!-- http://evil.example -->",
    ],
)
def test_nothing_of_an_svg_acts_or_leads_elsewhere(inside):
    _, content = logo.accept(svg(inside))
    for gone in (b"evil.example", b"alert", b"script", b"onload", b"onclick"):
        assert gone not in content


def test_gradients_become_one_colour_and_nothing_is_transparent():
    inside = (
        '<defs><linearGradient id="a"><stop stop-color="#f00"/>'
        '<stop offset="1" style="stop-color:#00f"/></linearGradient>'
        '<radialGradient id="b" xlink:href="#a"/></defs>'
        '<rect fill="url(#a)" width="9" height="9"/>'
        '<rect style="fill:url(#b);opacity:.2" width="9" height="9"/>'
    )
    _, content = logo.accept(svg(inside))
    assert content.count(b"#800080") == 2
    assert b"opacity" not in content


def test_what_is_refused_is_named():
    assert refusal(b"").reason == Refusal.UNKNOWN
    assert refusal(b"GIF89a" + bytes(50)).reason == Refusal.UNKNOWN
    assert refusal(b"<html></html>").reason == Refusal.UNKNOWN
    assert refusal(b"<svg").reason == Refusal.BROKEN
    assert refusal(png()[:60]).reason == Refusal.BROKEN
    assert refusal(svg()[:-400]).reason in (Refusal.UNKNOWN, Refusal.BROKEN)
    assert refusal(bytes(logo.MAX_BYTES + 1)).reason == Refusal.TOO_LARGE
    assert refusal(b'<svg xmlns="http://www.w3.org/2000/svg"/>').reason == Refusal.BROKEN


@pytest.mark.parametrize("part", ["text", "image", "use", "mask", "pattern", "foreignObject"])
def test_what_would_be_missing_is_refused(part):
    refused = refusal(svg(f'<g><{part} href="#x"/></g>'))
    assert (refused.reason, refused.part) == (Refusal.NOT_SHAPES, part)


def test_document_types_and_entities_are_refused():
    laughs = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + svg("<desc>&b;</desc>")
    assert refusal(laughs).reason == Refusal.DOCUMENT_TYPE
    outside = b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + svg()
    assert refusal(outside).reason == Refusal.DOCUMENT_TYPE
    assert refusal(outside.decode().encode("utf-16")).reason in (
        Refusal.DOCUMENT_TYPE,
        Refusal.UNKNOWN,
    )
    assert refusal(svg("<g>" * 5000 + "</g>" * 5000)).reason == Refusal.BROKEN


def test_a_picture_that_unpacks_to_gigabytes_is_refused_unopened():
    head = b"\x00\x00\xff\xff" * 2 + b"\x08\x02\x00\x00\x00"
    chunk = len(head).to_bytes(4, "big") + b"IHDR" + head
    bomb = b"\x89PNG\r\n\x1a\n" + chunk + zlib.crc32(b"IHDR" + head).to_bytes(4, "big")
    bomb += b"\x00\x00\x00\x00IDAT5\xaf\x06\x1e"
    assert refusal(bomb).reason in (Refusal.TOO_MANY_PIXELS, Refusal.BROKEN)


@needs_poppler
@pytest.mark.parametrize("content", [png(), svg()], ids=["png", "svg"])
def test_it_is_drawn_once_stored_in_archives_too(content, tmp_path):
    media_type, clean = logo.accept(content)
    art = artwork.of(clean, media_type)
    flowing, placed = io.BytesIO(), io.BytesIO()
    story = [artwork.Picture(art, 60, 40) for _ in range(30)]
    document.write(story, flowing, about=About("A", "B"), numbered=False)
    out = PageStream(placed, About("A", "B"))
    operator = art.add_to(out)
    for _ in range(3):
        out.add_page(400, 300, art.placed(operator, 100, 50, 200, 200))
    out.close()
    for stream in (flowing, placed):
        pdf = opened(stream.getvalue())
        stored = [it for it in pdf.objects if getattr(it, "Type", None) == "/XObject"]
        assert len(stored) == 1
        page = pictures(stream.getvalue(), tmp_path, dpi=72)[0]
        assert min(page.tobytes()) < 150
    # In the middle of its box, as large as fits, and nowhere else.
    left, top, right, bottom = page.point(lambda grey: 255 if grey < 250 else 0).getbbox()
    assert left >= 99
    assert right <= 301
    assert top >= 49
    assert bottom <= 251


def upload(client, event, content, **values):
    address = f"/manage/{event.slug}/documents/settings"
    token = csrf_token(client, address)
    revision = str(settings.of(event).revision)
    data = {"csrf_token": token, "revision": revision, **values}
    if content is not None:
        data["logo_file"] = (io.BytesIO(content), "logo.svg")
    return client.post(address, data=data, content_type="multipart/form-data")


def test_it_is_uploaded_shown_kept_and_removed(organiser, event):
    assert upload(organiser, event, svg("<script>alert(1)</script>")).status_code == 303
    page = organiser.get(f"/manage/{event.slug}/documents/settings").text
    assert f"/manage/{event.slug}/documents/logo" in page
    shown = organiser.get(f"/manage/{event.slug}/documents/logo")
    assert shown.mimetype == "image/svg+xml"
    assert b"alert" not in shown.data
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert heads.logo_of(event).operators
    # Saved again without a file, it stays.
    assert upload(organiser, event, None, issuer="Sở Nội vụ").status_code == 303
    assert heads.logo_of(event) is not None
    assert upload(organiser, event, None, without_logo="y").status_code == 303
    assert heads.logo_of(event) is None
    assert organiser.get(f"/manage/{event.slug}/documents/logo").status_code == 404


def test_a_refused_one_says_what_to_do_and_changes_nothing(organiser, event):
    answer = upload(organiser, event, svg("<text>Bộ</text>"))
    assert answer.status_code == 422
    assert "“text”" in answer.text
    assert settings.of(event).revision == 0


def test_it_is_in_the_change_log_by_its_kind_alone(event):
    settings.save(event, 0, SettingsData(), Logo(*logo.accept(png())))
    from eventapp.accounts.models import AuditEntry
    from eventapp.extensions import db

    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert entry.changes["logo"] == ["", "image/png"]
