"""Images and photos: what is taken of a file, what is refused by name, and where they go."""

import io
import struct
import zlib

import pypdfium2
import pytest
from PIL import Image, ImageCms, ImageDraw

from eventapp import media
from eventapp.badges import faults, images, layout, shipped, template, template_json, templates
from eventapp.badges.drawing import SidePrinter
from eventapp.badges.images import ImageInUse, ImageNotFound, ImageRefused, TooManyImages
from eventapp.badges.layout import BadgeRecord
from eventapp.badges.models import BadgeImage, DelegatePhoto
from eventapp.badges.template import Code, Face, Ground, Size, Template, Words
from eventapp.database import transaction
from eventapp.duplicates import merging
from eventapp.extensions import db
from eventapp.media import drawings
from eventapp.pdf import MM
from eventapp.pdf.artwork import SVG
from eventapp.pdf.stream import About, PageStream
from eventapp.privacy import disclosure, erasing
from eventapp.registration import links
from eventapp.registration.errors import DelegateNotFound, RegistrationOver
from eventapp.registration.models import Delegate, Status
from eventapp.registration.substitution import Substitute, substitute
from tests.builders import build_delegate, build_event
from tests.conftest import post
from tests.pdf.pictures import opened as sound_file

SHAPES = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">%s</svg>'
CIRCLE = b'<circle cx="50" cy="25" r="20" fill="#da251d"/>'


def picture(size=(300, 200), mode="RGB", colour="#1d4e89"):
    found = Image.new("RGB", size, colour)
    return found.quantize(4) if mode == "P" else found.convert(mode)


def packed(found, kind="PNG", **options):
    stream = io.BytesIO()
    found.save(stream, kind, **options)
    return stream.getvalue()


def opened(content):
    return Image.open(io.BytesIO(content))


def refusal(content):
    with pytest.raises(ImageRefused) as refused:
        images.ready(content)
    return refused.value


def transparent(size=(300, 200)):
    found = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(found).rectangle((0, 0, size[0] // 2, size[1]), fill=(200, 0, 0, 128))
    return found


# --- What is taken ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_what_is_opaque_becomes_a_jpeg(kind):
    made = images.ready(packed(picture(), kind))
    assert (made.media_type, made.width, made.height) == (media.JPEG, 300, 200)
    red, green, blue = opened(made.content).getpixel((100, 100))
    assert abs(red - 0x1D) < 4 and abs(green - 0x4E) < 4 and abs(blue - 0x89) < 4


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_stays_so(kind):
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    made = images.ready(packed(transparent(), kind, **options))
    found = opened(made.content)
    assert (made.media_type, found.mode) == (media.PNG, "RGBA")
    assert found.getpixel((10, 10)) == (200, 0, 0, 128)
    assert found.getpixel((290, 10))[3] == 0


def test_a_palette_with_a_transparent_colour():
    found = picture(mode="P")
    made = images.ready(packed(found, transparency=found.getpixel((0, 0))))
    assert opened(made.content).getpixel((5, 5))[3] == 0


def test_what_only_might_be_transparent_is_opaque():
    assert images.ready(packed(picture(mode="RGBA"))).media_type == media.JPEG


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_every_kind_of_pixel_becomes_red_green_and_blue(mode):
    if mode == "I;16":
        found = Image.new("I;16", (300, 200), 0x8000)
    else:
        found = picture(colour="#808080", mode=mode)
    made = images.ready(packed(found, "JPEG" if mode == "CMYK" else "PNG"))
    shown = opened(made.content).convert("RGB").getpixel((150, 100))
    assert opened(made.content).mode == "RGB"
    if mode != "1":
        assert all(abs(part - 0x80) < 8 for part in shown)


def test_colours_of_another_profile_become_srgb_and_the_profile_is_away():
    wide = ImageCms.createProfile("LAB")
    broken = packed(picture(), "JPEG", icc_profile=b"no profile")
    assert opened(images.ready(broken).content).info.get("icc_profile") is None
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = images.ready(packed(picture(), "JPEG", icc_profile=usual))
    assert opened(made.content).info.get("icc_profile") is None
    other = ImageCms.ImageCmsProfile(wide).tobytes()
    assert images.ready(packed(picture(), "JPEG", icc_profile=other)).media_type == media.JPEG


def test_a_picture_is_turned_upright_and_its_notes_are_away():
    upright = picture((400, 200))
    ImageDraw.Draw(upright).rectangle((0, 0, 50, 200), fill="white")
    notes = Image.Exif()
    notes[0x0112] = 6  # it is to be turned by a quarter
    notes[0x010F] = "Camera of somebody"
    notes.get_ifd(0x8825)[2] = (21.0, 10.0, 48.0)  # where it was taken
    content = packed(upright, "JPEG", exif=notes, comment=b"secret place", quality=95)
    made = images.ready(content)
    assert (made.width, made.height) == (200, 400)
    shown = opened(made.content)
    assert shown.getpixel((100, 10))[0] > 240
    assert not dict(shown.getexif())
    for told in (b"Exif", b"Camera", b"secret", b"GPS"):
        assert told not in made.content


def test_texts_in_a_png_are_away():
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "somebody")
    made = images.ready(packed(transparent(), pnginfo=notes))
    assert b"somebody" not in made.content


@pytest.mark.parametrize("size", [(5000, 300), (300, 5000), (2401, 2401)])
def test_what_is_large_becomes_smaller(size):
    made = images.ready(packed(picture(size), "JPEG"))
    assert max(made.width, made.height) == images.MAX_SIDE


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_svg_is_known_in_every_encoding(encoding):
    drawn = (SHAPES % CIRCLE).decode()
    mark = b"" if encoding in ("utf-8-sig", "utf-16") else "\ufeff".encode(encoding)
    assert images.ready(mark + drawn.encode(encoding)).media_type == SVG


def test_of_an_svg_shapes_are_left():
    made = images.ready(SHAPES % (b"<script>alert(1)</script>" + CIRCLE))
    assert (made.media_type, made.width, made.height) == (SVG, 75, 38)  # points
    assert b"script" not in made.content and b"#da251d" in made.content
    assert images.ready(made.content).digest == made.digest


@pytest.mark.parametrize(
    "inside",
    [
        b'<circle r="5" onload="alert(1)"/>',
        b'<a href="javascript:alert(1)"><circle r="5"/></a><circle r="5"/>',
        b'<style>@import url(http://example.org/a.css);</style><circle r="5"/>',
        b'<circle r="5" fill="url(http://example.org/a)"/>',
    ],
)
def test_what_an_svg_could_do_is_away(inside):
    kept = images.ready(SHAPES % inside).content
    for told in (b"alert", b"javascript", b"example.org", b"onload", b"@import"):
        assert told not in kept


# --- What is refused, by name -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", media.Refusal.EMPTY),
        (b"not an image at all", media.Refusal.UNKNOWN),
        (b"%PDF-1.7 ...", media.Refusal.UNKNOWN),
        (b"GIF89a\x01\x00\x01\x00", media.Refusal.UNKNOWN),
        (b"GIF89a\x01\x00\x01\x00<\x00", media.Refusal.UNKNOWN),
        (b"BM\x00<svg/>", media.Refusal.UNKNOWN),
        (b"<html><body>no</body></html>", drawings.Refusal.UNKNOWN),
        (b"<svg", drawings.Refusal.BROKEN),
        (SHAPES % b"", drawings.Refusal.BROKEN),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SHAPES % CIRCLE, drawings.Refusal.DOCUMENT_TYPE),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, media.Refusal.BROKEN),
        (b"\xff\xd8\xff\xe0" + b"\0" * 40, media.Refusal.BROKEN),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", media.Refusal.BROKEN),
    ],
)
def test_what_is_no_image(content, reason):
    assert refusal(content).reason == reason


@pytest.mark.parametrize(
    "part",
    [
        b'<circle r="1..2px"/>',
        b'<circle r="1,2"/>',
        b'<rect width="5" height="auto"/>',
        b'<rect width="1e999" height="5"/>',
        b'<rect width="5" height="5" transform="rotate(1e999)"/>',
        b'<rect width="5" height="5" transform="matrix(1)"/>',
        b'<rect width="5" height="5" style="auto"/>',
        b'<path d="auto"/>',
        b'<path d="M 1..2px 1 L 2 2 A 1..2px"/>',
        b'<path d="1 2"/>',
        b"<style>auto</style>",
    ],
)
def test_shapes_whose_numbers_are_none_are_broken(part):
    assert refusal(SHAPES % part).reason == drawings.Refusal.BROKEN


def test_an_image_that_is_cut_off():
    for kind in ("PNG", "JPEG", "WEBP"):
        whole = packed(Image.effect_noise((200, 200), 80).convert("RGB"), kind)
        assert refusal(whole[: len(whole) // 2]).reason == media.Refusal.BROKEN


def test_a_picture_whose_pixels_are_broken():
    whole = bytearray(packed(Image.effect_noise((200, 200), 80)))
    at = whole.index(b"IDAT")
    (length,) = struct.unpack(">I", whole[at - 4 : at])
    whole[at + 4 : at + 4 + length] = bytes(length)
    checked = zlib.crc32(whole[at : at + 4 + length])
    whole[at + 4 + length : at + 8 + length] = struct.pack(">I", checked)
    assert refusal(bytes(whole)).reason == media.Refusal.BROKEN


def test_huge_files_and_bombs():
    assert refusal(b"\x89PNG" + b"\0" * images.MAX_BYTES).reason == media.Refusal.TOO_LARGE
    assert refusal(SHAPES % (CIRCLE * 20_000)).reason == media.Refusal.TOO_LARGE
    bomb = packed(Image.new("1", (20_000, 20_000)))
    assert len(bomb) < 100_000
    assert refusal(bomb).reason == media.Refusal.TOO_MANY_PIXELS


@pytest.mark.parametrize("part", ["text", "image", "use", "foreignObject"])
def test_an_svg_that_would_lack_something_is_refused_with_what(part):
    error = refusal(SHAPES % f"<{part}>x</{part}>".encode())
    assert (error.reason, error.part) == (drawings.Refusal.NOT_SHAPES, part)


# --- Kept for an event --------------------------------------------------------------------------


def showing(*digests):
    sides = (
        Face(ground=Ground(image=digests[0])),
        *(Face(ground=Ground(image=it)) for it in digests[1:]),
    )
    return Template(Words("Có ảnh"), Size(90, 130), sides)


def test_an_image_is_kept_once(event):
    first = images.add(event, "C:\\ảnh nền.png", packed(picture()))
    again = images.add(event, "khac.png", packed(picture()))
    assert (first.id, first.name) == (again.id, "ảnh nền")
    assert [it.digest for it in images.of_event(event.id)] == [first.digest]
    assert images.find(event.id, first.digest).content == images.ready(packed(picture())).content


def test_another_events_images_are_not_seen(event):
    digest = images.add(event, "a.png", packed(picture())).digest
    other = build_event("khac")
    with pytest.raises(ImageNotFound):
        images.find(other.id, digest)
    assert images.pictures_for(other)(digest) is None


def test_there_are_not_too_many(event, monkeypatch):
    monkeypatch.setattr(images, "MAX_IMAGES", 2)
    first = images.add(event, "", packed(picture(colour="red")))
    images.add(event, "", packed(picture(colour="green")))
    with pytest.raises(TooManyImages):
        images.add(event, "", packed(picture(colour="blue")))
    assert images.add(event, "", packed(picture(colour="red"))).id == first.id
    images.remove(event, first.digest)
    images.add(event, "", packed(picture(colour="blue")))


def test_an_image_that_is_shown_cannot_be_deleted(event):
    digest = images.add(event, "", packed(picture())).digest
    template_id = templates.add(event, showing(digest))
    with pytest.raises(ImageInUse) as refused:
        images.remove(event, digest)
    assert refused.value.names == ("Có ảnh",)
    # An earlier version can be brought back: it needs the image still.
    kept = templates.find(event.id, template_id)
    templates.save(event, template_id, shipped.find(shipped.DEFAULT), revision=kept.revision)
    with pytest.raises(ImageInUse):
        images.remove(event, digest)
    templates.delete(event, template_id)
    images.remove(event, digest)
    with pytest.raises(ImageNotFound):
        images.remove(event, digest)


def taken_in(event, content):
    made = images.brought_ready(event.id, content)
    event_id = event.id
    with transaction():
        return images.take_in(event_id, content, made)


def test_a_file_brings_its_images_along(event):
    digest = images.add(event, "", packed(picture())).digest
    clear = images.add(event, "", packed(transparent())).digest
    file = images.brought_along(event.id, showing(digest, clear))
    assert set(file.images) == {digest, clear}
    carried = template_json.read(
        template_json.written(file), max_bytes=template_json.MAX_FILE_BYTES
    )
    assert carried == file
    # Here they are known already …
    assert taken_in(event, carried) == showing(digest, clear)
    assert len(images.of_event(event.id)) == 2
    # … and elsewhere they are made ready again.
    other = build_event("khac")
    taken = taken_in(other, carried)
    assert taken.images == {}
    assert (
        faults.problems(taken, images=frozenset(it.digest for it in images.of_event(other.id)))
        == []
    )


def test_a_file_with_an_image_that_is_none_is_refused_and_nothing_kept(event):
    import hashlib

    wrong = b"no image"
    digest = hashlib.sha256(wrong).hexdigest()
    good = packed(picture())
    with pytest.raises(ImageRefused):
        taken_in(
            event,
            template.carrying(
                showing(digest), {digest: wrong, hashlib.sha256(good).hexdigest(): good}
            ),
        )
    assert images.of_event(event.id) == []


def test_pictures_for_drawing(event):
    find = images.pictures_for(event)
    for content in (packed(picture()), packed(transparent()), SHAPES % CIRCLE):
        made = images.add(event, "", content)
        found = find(made.digest)
        assert found.width / found.height == pytest.approx(made.width / made.height, rel=0.02)
    assert find("0" * 64) is None
    assert find("logo") is None
    person = build_delegate(event)
    images.set_photo(event, person.id, packed(picture((900, 1200)), "JPEG"))
    shown = find(images.photo_of(person.id).digest)
    assert (shown.width, shown.height) == (450, 600)


def test_every_kind_of_image_is_printed_and_the_file_stays_sound(event):
    ground = images.add(event, "", packed(picture((900, 1300), colour="#204080")))
    badge = images.add(event, "", packed(transparent((400, 400))))
    shapes = images.add(event, "", SHAPES % CIRCLE)
    person = build_delegate(event)
    images.set_photo(event, person.id, photo(colour="#00ff00"))
    photo_digest = images.photo_of(person.id).digest
    other = images.add(event, "", packed(picture(colour="#800000")))
    side = Face(
        (
            template.Image(5, 5, 40, 40, badge.digest),
            template.Image(50, 5, 30, 15, shapes.digest),
            template.Image(50, 60, 30, 40, "photo", fit="cover", radius=3),
            Code(5, 90, 30),
        ),
        Ground(image=ground.digest),
        {"Báo chí": Ground(image=other.digest)},
    )
    design = layout.design_of(Template(Words("Hình"), Size(90, 130), (side,)))
    stream = io.BytesIO()
    pages = PageStream(stream, About("", "", "vi"))
    printer = SidePrinter(pages, design, design.sides[0], images.pictures_for(event))
    for category in ("Đại biểu", "Báo chí"):
        record = BadgeRecord("0123456789AB", category, "#1d4e89", {}, photo_digest)
        pages.add_page(90 * MM, 130 * MM, printer.badge(record))
    pages.close()
    sound_file(stream.getvalue())
    with pypdfium2.PdfDocument(stream.getvalue()) as document:
        first, second = (page.render(scale=2).to_pil() for page in document)

    def at(shown, x, y):
        return shown.getpixel((round(x * MM * 2), round(y * MM * 2)))

    def near(one, other):
        return all(abs(a - b) < 12 for a, b in zip(one, other, strict=True))

    assert near(at(first, 2, 128), (0x20, 0x40, 0x80))  # the ground
    assert near(at(second, 2, 128), (0x80, 0, 0))  # that of the press
    assert near(at(first, 40, 25), (0x20, 0x40, 0x80))  # seen through what is transparent …
    assert near(at(first, 15, 25), (116, 32, 64))  # … and half through the rest
    assert near(at(first, 65, 12.5), (0xDA, 0x25, 0x1D))
    assert near(at(first, 65, 80), (0, 255, 0))
    assert near(at(first, 50.3, 60.3), (0x20, 0x40, 0x80))  # its corner is round


def test_the_logo_is_that_of_the_papers(event):
    from eventapp.documents import logo, settings
    from eventapp.documents.settings import Logo, SettingsData

    settings.save(event, 0, SettingsData(), Logo(*logo.accept(packed(picture((40, 20))))))
    found = images.pictures_for(event)("logo")
    assert (found.width, found.height) == (40, 20)


# --- Photos -------------------------------------------------------------------------------------


@pytest.fixture
def with_photos(event):
    templates.add(event, shipped.find("card-86x54-photo"))
    return event


def photo(size=(900, 1200), colour="#886644", **options):
    return packed(picture(size, colour=colour), "JPEG", **options)


def test_a_photo_is_kept_small(event):
    person = build_delegate(event)
    images.set_photo(event, person.id, packed(transparent((2000, 3000))))
    kept = images.photo_of(person.id)
    shown = opened(kept.content)
    assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (400, 600))
    assert shown.getpixel((390, 10))[0] > 250  # what was transparent is white
    first = kept.digest
    images.set_photo(event, person.id, photo())
    assert images.photo_of(person.id).digest != first
    images.remove_photo(event, person.id)
    assert images.photo_of(person.id) is None
    images.remove_photo(event, person.id)


def test_whose_photo_is_not_taken(event):
    person = build_delegate(event)
    with pytest.raises(ImageRefused):
        images.set_photo(event, person.id, SHAPES % CIRCLE)
    with pytest.raises(DelegateNotFound):
        images.set_photo(build_event("khac"), person.id, photo())
    erasing.withdraw(event, person.id)
    with pytest.raises(RegistrationOver):
        images.set_photo(event, person.id, photo())


def test_whether_badges_show_photos(event):
    assert not images.wants_photos(event)
    plain = templates.add(event, shipped.find(shipped.DEFAULT))
    assert not images.wants_photos(event)
    portrait = templates.add(event, shipped.find("staff-90x130"))
    assert not images.wants_photos(event)
    templates.make_default(event, portrait)
    assert images.wants_photos(event)
    templates.make_default(event, plain)
    assert not images.wants_photos(event)


def page_of(person):
    return f"/manage/hoi-nghi/delegates/{person.id}"


def test_organisers_add_and_remove_a_photo(organiser, with_photos):
    person = build_delegate(with_photos)
    assert f"{page_of(person)}/photo" in organiser.get(page_of(person)).text
    where = f"{page_of(person)}/photo"
    assert organiser.get(f"{where}.jpg").status_code == 404
    answer = post(organiser, where, {"photo": (io.BytesIO(photo()), "a.jpg")})
    assert answer.status_code == 303
    shown = organiser.get(f"{where}.jpg")
    assert (shown.mimetype, opened(shown.data).size) == ("image/jpeg", (450, 600))
    assert "no-store" in shown.headers["Cache-Control"]
    assert f"{where}.jpg" in organiser.get(page_of(person)).text
    assert post(organiser, f"{where}/remove", {}, form_at=where).status_code == 303
    assert images.photo_of(person.id) is None


def test_what_is_no_photo_is_said_on_the_page(organiser, with_photos):
    where = f"{page_of(build_delegate(with_photos))}/photo"
    answer = post(organiser, where, {"photo": (io.BytesIO(b"no image"), "a.jpg")})
    assert answer.status_code == 422
    assert "field-errors" in answer.text
    assert post(organiser, where, {}).status_code == 422


def test_nobody_elses_photo(organiser, with_photos):
    stranger = build_delegate(build_event("khac"))
    for path in ("photo", "photo.jpg"):
        assert organiser.get(f"{page_of(stranger)}/{path}").status_code == 404


def test_delegates_add_and_remove_their_own(client, with_photos):
    person = build_delegate(with_photos)
    own = f"/p/{links.renew(with_photos, person.id)}"
    assert f"{own}/photo" in client.get(own).text
    assert client.get(f"{own}/photo").status_code == 200
    answer = post(client, f"{own}/photo", {"photo": (io.BytesIO(photo()), "a.jpg")})
    assert answer.status_code == 303
    shown = client.get(f"{own}/photo.jpg")
    assert opened(shown.data).size == (450, 600)
    held = client.get(f"{own}/data.json").json["photo"]
    assert (held["bytes"], held["link"]) == (len(shown.data), f"{own}/photo.jpg")
    assert f"{own}/photo.jpg" in client.get(f"{own}/data").text
    assert post(client, f"{own}/photo/remove", {}, form_at=f"{own}/photo").status_code == 303
    assert images.photo_of(person.id) is None
    assert client.get(f"{own}/data.json").json["photo"] is None


def test_where_badges_show_none_delegates_are_not_asked_but_can_take_theirs_back(client, event):
    person = build_delegate(event)
    own = f"/p/{links.renew(event, person.id)}"
    assert f"{own}/photo" not in client.get(own).text
    assert client.get(f"{own}/photo").status_code == 302
    images.set_photo(event, person.id, photo())
    assert f"{own}/photo/remove" in client.get(own).text
    assert post(client, f"{own}/photo/remove", {}, form_at=own).status_code == 303
    assert images.photo_of(person.id) is None


def test_a_substitute_does_not_inherit_the_photo(with_photos):
    person = build_delegate(with_photos)
    images.set_photo(with_photos, person.id, photo())
    new = substitute(with_photos, person.id, Substitute("Trần Văn Mới"))
    assert images.photo_of(new.id) is None


@pytest.mark.parametrize("mine", [False, True])
def test_of_two_registrations_that_become_one_the_photo_stays(with_photos, mine):
    kept, other = build_delegate(with_photos), build_delegate(with_photos)
    images.set_photo(with_photos, other.id, photo(colour="red"))
    theirs = images.photo_of(other.id).digest
    if mine:
        images.set_photo(with_photos, kept.id, photo(colour="blue"))
    own = images.photo_of(kept.id).digest if mine else theirs
    merging.merge(with_photos, kept.id, other.id)
    assert images.photo_of(kept.id).digest == own
    assert images.photo_of(other.id) is None


def test_who_withdraws_has_no_photo_any_more(with_photos):
    person, other = build_delegate(with_photos), build_delegate(with_photos)
    for it in (person, other):
        images.set_photo(with_photos, it.id, photo())
    assert disclosure.everything(person, "vi")["photo"]["sha256"]
    erasure = erasing.withdraw(with_photos, person.id)
    assert erasure.counts["photos"] == 1
    assert [it.delegate_id for it in db.session.scalars(db.select(DelegatePhoto))] == [other.id]


def test_a_close_out_destroys_the_photos_and_leaves_the_images(with_photos):
    images.add(with_photos, "nền", packed(picture()))
    for status in (Status.APPROVED, Status.CANCELLED):
        person = build_delegate(with_photos, status=status)
        images.set_photo(with_photos, person.id, photo())
    assert erasing.held(with_photos.id)["photos"] == 2
    erasure = erasing.close_out(with_photos, early="thử")
    assert erasure.counts["photos"] == 2
    assert db.session.scalars(db.select(DelegatePhoto)).all() == []
    assert len(db.session.scalars(db.select(BadgeImage)).all()) == 1
    assert db.session.scalar(db.select(db.func.count(Delegate.id))) == 2
