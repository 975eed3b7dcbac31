import io
import json
import os
import random
import tracemalloc
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from eventapp.badges import crew, shipped
from eventapp.badges import template as templates
from eventapp.badges.layout import BadgeRecord, design_of
from eventapp.badges.render import NoBadges, Written, pages, write
from eventapp.badges.sheets import Settings, StartBeyondSheet, papers_for
from eventapp.badges.template import Code, Face, Ground, Part, Size, Template, Text, Words
from eventapp.pdf import MM, artwork
from eventapp.pdf.stream import About
from tests.pdf.pictures import codes_in, needs_poppler, opened, pictures, text_of

TRICKY = json.loads(
    (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
)
COLOURS = ("#1d4e89", "#a4161a", "#ffd60a", "#000000")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ABOUT = About("Thẻ đại biểu", "Bộ TT&TT")
CONFERENCE = shipped.find("conference-90x130")
A6 = shipped.find("conference-a6")
SINGLE = Settings(paper="single")
# EVENTAPP_TEST_BADGES=1000 tries as many as a conference has.
MANY = int(os.environ.get("EVENTAPP_TEST_BADGES", "60"))


def badge(code="7QXJ4M2K9TBC", category="Đại biểu", colour="#1d4e89", photo="", **values):
    texts = {
        "name": "Nguyễn Thị Minh Hạnh",
        "event": "Hội nghị tổng kết 5 năm NĐ 64/2007 và tập huấn NĐ 102/2009",
        "dates": "16–17/11/2012",
        "venue": "Trung tâm văn hóa Kinh Bắc, tỉnh Bắc Ninh",
        "position": "Phó Giám đốc",
        "organisation": "Sở Thông tin và Truyền thông",
        "province": "Tỉnh Bắc Ninh",
        "category": category,
        "code": code,
    }
    texts |= values
    return BadgeRecord(code, category, colour, {k: v for k, v in texts.items() if v}, photo)


def random_codes(count):
    chance = random.Random(2)
    return ["".join(chance.choices(ALPHABET, k=12)) for _ in range(count)]


def tricky(count=32):
    for at, code in enumerate(random_codes(count)):
        yield badge(
            name=TRICKY["names"][at % 32],
            code=code,
            colour=COLOURS[at % 4],
            category=("Đại biểu", "Ban Tổ chức")[at % 2],
            position=TRICKY["positions"][at % 3],
            organisation=TRICKY["organisations"][at % 8],
            group="" if at % 3 == 0 else "ABC"[at % 3],
            bus="" if at % 5 == 0 else "Xe 2",
        )


def small(width=60.0, height=50.0):
    """A badge whose both sides have a code and a word that says which side it is."""

    def side(word):
        label = Part("text", text=Words(word), size=9)
        return Face(
            elements=(
                Code(2, height / 2 - 18, 36),
                Text(40, 4, width - 42, 8, (label,), align="left"),
            )
        )

    return Template(Words("Nhỏ"), Size(width, height), (side("MẶT TRƯỚC"), side("MẶT SAU")))


def pdf_of(records, template=CONFERENCE, settings=SINGLE, **options):
    stream = io.BytesIO()
    written = write(
        records, stream, design=design_of(template), settings=settings, about=ABOUT, **options
    )
    return written, stream.getvalue()


def size_of(page):
    return [round(float(side), 2) for side in page.mediabox]


def test_one_badge_a_page_of_its_size():
    written, pdf = pdf_of([badge(), badge(name="Ý")])
    found = opened(pdf).pages
    assert written.badges == written.pages == len(found) == 2
    assert size_of(found[0]) == [0, 0, 255.12, 368.5]


def test_four_on_an_a4_sheet():
    written, pdf = pdf_of(tricky(9), settings=Settings(paper="a4"))
    found = opened(pdf).pages
    assert (written.badges, len(found)) == (9, 3)
    assert size_of(found[0]) == [0, 0, 595.28, 841.89]


def test_nobody_to_print_for_is_refused_and_nothing_is_written():
    stream = io.BytesIO()
    with pytest.raises(NoBadges):
        write([], stream, design=design_of(CONFERENCE), settings=SINGLE, about=ABOUT)
    assert stream.getvalue() == b""


def test_what_is_impossible_is_refused_before_anything_is_made():
    with pytest.raises(StartBeyondSheet):
        pages(tricky(), design=design_of(CONFERENCE), settings=Settings(first=5), about=ABOUT)


def test_the_same_badges_give_the_same_bytes():
    assert pdf_of(tricky())[1] == pdf_of(tricky())[1]


@needs_poppler
def test_what_a_badge_says_can_be_copied():
    _, pdf = pdf_of([badge(group="B", bus="Xe 2")])
    text = " ".join(text_of(pdf).split())
    for part in (
        "Nguyễn Thị Minh Hạnh",
        "Phó Giám đốc",
        "Sở Thông tin và Truyền thông",
        "Tỉnh Bắc Ninh",
        "7QXJ 4M2K 9TBC",
        "ĐẠI BIỂU",
        "16–17/11/2012",
        "Xe 2",
    ):
        assert part in text


@needs_poppler
@pytest.mark.parametrize("template", [CONFERENCE, A6], ids=["90x130", "a6"])
def test_an_independent_reader_reads_every_code_of_the_nastiest_badges(tmp_path, template):
    records = list(tricky())
    _, pdf = pdf_of(records, template)
    read = [codes_in(picture) for picture in pictures(pdf, tmp_path)]
    assert read == [[record.code] for record in records]


@needs_poppler
@pytest.mark.parametrize("template", [CONFERENCE, A6], ids=["90x130", "a6"])
def test_sheets_carry_the_badges_in_order(tmp_path, template):
    records = list(tricky(10))
    _, pdf = pdf_of(records, template, Settings(paper="a4"))
    read = [code for picture in pictures(pdf, tmp_path) for code in codes_in(picture)]
    # Codes stand lower or higher with and without a group only across, never along.
    assert read == [record.code for record in records]


@needs_poppler
@pytest.mark.parametrize("code", ["abc-123", "https://example.org/p/7QXJ4M2K9TBC", "7QXJ4M2K9TB"])
def test_other_codes_are_printed_too(tmp_path, code):
    _, pdf = pdf_of([badge(), badge(code=code)])
    assert [codes_in(picture) for picture in pictures(pdf, tmp_path)] == [["7QXJ4M2K9TBC"], [code]]


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "🙂"},
        {"name": ""},
        {"colour": "none"},
        {"name": "\u202eNguyễn\u0000 (A\\)\u00ad\r"},
        {"organisation": "x" * 3000},
        {"event": ""},
        {"name": "李 小龙"},
        {"name": "ĐỖ Ω Жуков שלום ﬁ ǅ"},
    ],
)
def test_odd_texts_never_break_the_file(changed):
    opened(pdf_of([badge(**changed)])[1])


@needs_poppler
def test_letters_of_every_part_of_a_font_can_be_copied():
    # More letters than one part of a font has room for, in an order that is not theirs.
    letters = [chr(code) for code in (*range(0x1EF9, 0x1E9F, -1), *range(0x17F, 0xBF, -1))]
    names = ["".join(letters[at : at + 12]) for at in range(0, len(letters), 12)]
    _, pdf = pdf_of(badge(name=name) for name in names)
    opened(pdf)
    text = text_of(pdf)
    assert [name for name in names if name not in text] == []


# --- Both sides -----------------------------------------------------------------------------------


def faces_of(pdf, dpi=150):
    """Pages as PDFium draws them, which is another reader than Poppler."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]


def turn_of(picture):
    """By how many degrees the code in a picture is turned clockwise."""
    (code,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return round(code.orientation / 90) * 90 % 360


def as_seen_from_the_front(back, settings):
    """A back as light through the paper would show it: mirrored by the way it was turned over."""
    long_is_upright = back.height >= back.width
    sideways = (settings.duplex == "long") == long_is_upright
    across, down = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM
    return back.transpose(across if sideways else down)


def box_of(imposition, spot, dpi=150):
    """Where a spot is in a picture; pixels."""
    x, y, width, height = imposition.box(spot)
    return tuple(round(at * MM * dpi / 72) for at in (x, y, x + width, y + height))


@pytest.mark.parametrize("paper", ["single", "a4", "a3", "letter", "avery-l4785"])
@pytest.mark.parametrize("duplex", ["long", "short"])
def test_each_back_has_the_code_of_the_front_that_it_lies_behind(paper, duplex):
    template = small()
    settings = Settings(paper=paper, duplex=duplex, first=1 if paper == "single" else 2)
    records = [badge(code=code) for code in random_codes(13)]
    written, pdf = pdf_of(records, template, settings)
    assert written.badges == 13
    opened(pdf)
    imposition = papers_for(design_of(template), settings)
    faces = faces_of(pdf)
    mirrored = Image.Transpose.FLIP_LEFT_RIGHT
    found = []
    for front, back in zip(faces[::2], faces[1::2], strict=True):
        behind = as_seen_from_the_front(back, settings)
        for spot, other in zip(*(it.spots for it in imposition.pages), strict=True):
            box = box_of(imposition, spot)
            codes = codes_in(front.crop(box))
            assert codes_in(behind.crop(box).transpose(mirrored)) == codes
            for face, at in ((front, spot), (back, other)) if codes else ():
                assert turn_of(face.crop(box_of(imposition, at))) == at.turn
            found += codes
    assert found == [record.code for record in records]


@pytest.mark.parametrize(
    ("size", "orientation", "turns"),
    [((60, 50), "auto", (0, 0)), ((140, 90), "portrait", (0, 180))],
    ids=["beside", "below"],
)
def test_folded_badges_have_the_same_code_on_both_sides_of_the_fold(size, orientation, turns):
    template = small(*size)
    settings = Settings(paper="a4", duplex="fold", orientation=orientation)
    records = [badge(code=code) for code in random_codes(9)]
    _, pdf = pdf_of(records, template, settings)
    imposition = papers_for(design_of(template), settings)
    faces = faces_of(pdf)
    for number, record in enumerate(records):
        (page, front), (same_page, back) = imposition.where(number)
        assert page == same_page
        for spot, turn in zip((front, back), turns, strict=True):
            face = faces[page].crop(box_of(imposition, spot))
            assert codes_in(face) == [record.code]
            assert turn_of(face) == spot.turn == turn


def test_a_half_used_sheet_is_printed_from_its_first_free_label():
    template, settings = small(), Settings(paper="avery-l4785", first=8)
    records = [badge(code=code) for code in random_codes(5)]
    written, pdf = pdf_of(records, template, settings)
    assert written.pages == 2
    imposition = papers_for(design_of(template), settings)
    found = [
        [codes_in(face.crop(box_of(imposition, spot))) for spot in imposition.pages[0].spots]
        for face in faces_of(pdf)
    ]
    codes = [[record.code] for record in records]
    assert found == [[[]] * 7 + codes[:3], codes[3:] + [[]] * 8]


@needs_poppler
def test_many_badges_are_all_read_at_150_dpi(tmp_path):
    records = [
        badge(code=code, name=f"Nguyễn Văn {at}") for at, code in enumerate(random_codes(MANY))
    ]
    _, pdf = pdf_of(records, settings=Settings(paper="a3"))
    read = [code for picture in pictures(pdf, tmp_path) for code in codes_in(picture)]
    assert read == [record.code for record in records]


# --- Images ---------------------------------------------------------------------------------------


def jpeg(shade):
    stream = io.BytesIO()
    Image.new("RGB", (60, 80), (shade, 90, 120)).save(stream, "JPEG")
    return artwork.of(stream.getvalue(), artwork.JPEG)


def with_images():
    """A template with one ground for all and a photo; what has the images, and what was asked."""
    ground = "ab" * 32
    side = Face(
        ground=Ground(image=ground),
        elements=(
            Code(2, 8, 36),
            templates.Image(40, 8, 18, 24, "photo"),
        ),
    )
    template = Template(Words("Ảnh"), Size(60, 50), (side, side))
    images = {ground: jpeg(200)} | {f"p{at}": jpeg(8 * at) for at in range(30)}
    asked = []

    def picture(key):
        asked.append(key)
        return images.get(key)

    return template, picture, asked


def images_in(pdf):
    document = opened(pdf)
    streams = (it for it in document.objects if isinstance(it, pikepdf.Stream))
    return sum(it.get("/Subtype") == "/Image" for it in streams)


def test_an_image_is_looked_up_and_stored_once_however_many_show_it():
    template, picture, asked = with_images()
    records = [badge(code=code, photo=f"p{at % 3}") for at, code in enumerate(random_codes(20))]
    _, pdf = pdf_of(records, template, Settings(duplex="long"), pictures=picture)
    assert images_in(pdf) == 4
    assert sorted(asked) == sorted({"ab" * 32, "p0", "p1", "p2"})


def test_an_image_that_is_missing_leaves_its_place_empty():
    template, picture, _ = with_images()
    written, pdf = pdf_of([badge(photo="none"), badge()], template, pictures=picture)
    assert (written.badges, images_in(pdf)) == (2, 1)


# --- Long runs ------------------------------------------------------------------------------------


def people(count, **changed):
    for at in range(count):
        yield badge(name=f"Nguyễn Thị {at}", code=f"{at:012d}", **changed)


@pytest.mark.parametrize(
    "settings", [SINGLE, Settings(duplex="long", first=3)], ids=["single", "duplex"]
)
def test_helpers_on_other_cores_give_the_same_bytes(settings):
    template, picture, asked = with_images()
    records = [
        replace(it, photo=f"p{at % 30}", values=it.values | {"name": TRICKY["names"][at % 32]})
        for at, it in enumerate(people(1500))
    ]
    alone = pdf_of(records, template, settings, pictures=picture)
    helped = pdf_of(records, template, settings, pictures=picture, workers=3)
    assert helped == alone
    assert len(asked) == 2 * 31
    opened(helped[1])


def test_a_helper_that_fails_costs_no_badge(monkeypatch):
    monkeypatch.setattr(crew, "_BEGIN", "raise SystemExit('no help today')")
    records = list(people(700))
    assert pdf_of(records, workers=2) == pdf_of(records)


def answering_otherwise(monkeypatch, *, after, how):
    """Helpers send so many messages as they should, of which the first says that they are ready."""
    begin = crew._BEGIN.replace(
        "main()",
        "import eventapp.badges.helper as helper\n"
        "send, sent = helper._send, []\n"
        "def otherwise(sink, message):\n"
        f"    if len(sent) >= {after}: {how}\n"
        "    sent.append(send(sink, message))\n"
        "helper._send = otherwise\n"
        "main()",
    )
    monkeypatch.setattr(crew, "_BEGIN", begin)


def test_a_helper_that_ends_amid_its_work_costs_no_badge(monkeypatch):
    # It takes two batches, answers one, and is gone.
    answering_otherwise(monkeypatch, after=2, how="raise BrokenPipeError")
    records = list(people(3000))
    assert pdf_of(records, workers=2) == pdf_of(records)


def test_where_no_thread_can_be_made_no_process_is_left(monkeypatch):
    begun, begin = [], crew.subprocess.Popen

    def popen(*args, **options):
        begun.append(begin(*args, **options))
        return begun[-1]

    def start(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(crew.subprocess, "Popen", popen)
    monkeypatch.setattr(crew.threading.Thread, "start", start)
    records = list(people(700))
    assert pdf_of(records, workers=2) == pdf_of(records)
    assert [it.returncode is not None for it in begun] == [True]


def test_a_helper_that_answers_with_nonsense_costs_no_badge(monkeypatch):
    # It is ready; what it answers then names something that is not there.
    nonsense = r"sink.write(b'cos\nno_such_name\n.'); sink.flush(); return"
    answering_otherwise(monkeypatch, after=1, how=nonsense)
    records = list(people(3000))
    assert pdf_of(records, workers=2) == pdf_of(records)


def test_a_small_first_batch_makes_no_more_be_read_ahead(monkeypatch):
    monkeypatch.setattr("eventapp.badges.render._AT_ONCE", 4)
    taken = []

    def watched():
        for it in people(3000):
            taken.append(it)
            yield it

    settings = Settings(paper="a4", first=4)  # one badge on the first sheet, then four on each
    made = pages(watched(), design=design_of(CONFERENCE), settings=settings, about=ABOUT, workers=2)
    with closing(made):
        assert len(taken) <= 504


def test_thousands_take_little_memory_and_little_room():
    class Sink(io.RawIOBase):
        size = 0

        def write(self, data):
            self.size += len(data)
            return len(data)

    sink = Sink()
    tracemalloc.start()
    write(people(3000), sink, design=design_of(CONFERENCE), settings=SINGLE, about=ABOUT)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 25_000_000
    assert sink.size < 3000 * 1500


def test_pages_come_as_they_are_made_with_the_number_so_far():
    taken = []

    def waiting():
        for it in people(2000):
            taken.append(it)
            yield it

    made = pages(waiting(), design=design_of(CONFERENCE), settings=SINGLE, about=ABOUT)
    _, badges = next(made)
    assert 0 < badges <= len(taken) < 2000
    made.close()
    assert len(taken) < 2000


def test_the_pages_together_are_the_file():
    written = Written()
    made = list(
        pages(
            tricky(),
            design=design_of(CONFERENCE),
            settings=SINGLE,
            about=ABOUT,
            written=written,
        )
    )
    alone, pdf = pdf_of(tricky())
    assert b"".join(content for content, _ in made) == pdf
    assert written == alone
    assert made[-1][1] == 32


@pytest.mark.parametrize("workers", [1, 2])
def test_whoever_watches_can_end_a_run(workers):
    class Enough(Exception):
        pass

    def report(badges):
        if badges >= 600:
            raise Enough

    taken = []

    def waiting():
        for it in people(5000):
            taken.append(it)
            yield it

    with pytest.raises(Enough):
        pdf_of(waiting(), report=report, workers=workers)
    assert len(taken) < 5000


def test_what_needed_more_than_shrinking_is_reported_by_badge_and_side():
    template, long = small(), "Nghiêm-Xuân-Trường-Sơn-Hải-Đăng" * 2
    front, back = template.sides
    wide = Text(40, 20, 18, 10, (Part("name", size=9, smallest=8),))
    template = Template(
        template.name, template.size, (front, Face(elements=(*back.elements, wide)))
    )
    written, _ = pdf_of([badge(), badge(name=long)], template, Settings(duplex="long"))
    assert [(it.side, it.element) for it in written.remarks[1]] == [(1, 2)]
    assert "".join(written.remarks[1][0].text.split()) == long


def test_what_badges_have_in_common_is_reported_for_each_of_them():
    records = [badge(name="Ý", event="Hội nghị " * 30) for _ in range(3)]
    written, _ = pdf_of(records)
    assert [[it.element for it in written.remarks[at]] for at in range(3)] == [[4]] * 3
