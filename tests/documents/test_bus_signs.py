"""Windscreen signs: a page for each bus, read from afar, also from a printer without colours."""

import io
from dataclasses import replace

import pytest

from eventapp.documents.paper import NothingToPrint
from eventapp.documents.signs_pdf import NoSigns, Sign, SignSize, write_signs
from eventapp.pdf.stream import About
from tests.documents.touring import LONG_SITE, build_tour, paper
from tests.pdf.pictures import lines_of, needs_poppler, opened, pictures, text_of
from tests.visits.groups import build_group

KIND = "bus-signs"
SIGN = Sign(
    letter="B",
    colour="#1d4e89",
    bus="Xe 2",
    site="Bệnh viện đa khoa tỉnh",
    event="Hội nghị tổng kết",
    departure="Khởi hành 07:30, 27/11/2026",
)
HARD = (
    SIGN,
    replace(SIGN, colour=""),
    replace(SIGN, bus=""),
    replace(SIGN, letter="WWWW", bus="Xe số 12, biển số 99B-123.45, bãi xe phía Đông, cổng sau"),
    replace(SIGN, letter="Ẫ", colour="#ffe066", site=LONG_SITE, event=LONG_SITE),
    replace(SIGN, letter="VIP1", site="", departure="", event=""),
)
DPI = 50.8  # two pixels a millimetre


def pdf_of(signs=HARD, size=SignSize.A4):
    stream = io.BytesIO()
    assert write_signs(signs, stream, about=About("Biển xe", "BTC"), size=size) == len(signs)
    return stream.getvalue()


@needs_poppler
def test_each_bus_has_a_sign(event):
    group = build_tour(event)
    build_group(event, "C")
    pages = [" ".join(it.split()) for it in text_of(paper(event, KIND)).split("\f")[:-1]]
    assert len(pages) == 3
    for said in ("B", "Xe 2", "Trung tâm dữ liệu tỉnh", "Khởi hành 07:30, 27/11/2026"):
        assert said in pages[1]
    assert pages[2].startswith("C ")
    one = text_of(paper(event, KIND, bus=f"bus-{group.buses[0].id}"))
    assert "Xe 1" in one
    assert "Xe 2" not in one


@pytest.mark.parametrize(("size", "width", "height"), [("a4", 297, 210), ("a3", 420, 297)])
def test_papers_lie_across(size, width, height):
    document = opened(pdf_of(size=SignSize(size)))
    assert len(document.pages) == len(HARD)
    box = [float(it) * 25.4 / 72 for it in document.pages[0].MediaBox]
    assert box[2:] == pytest.approx([width, height], abs=0.1)


def test_letter_and_bus_are_as_large_as_the_paper_takes():
    letter, bus = (
        next(it for it in lines_of(pdf_of()) if it.text == text) for text in ("B", "Xe 2")
    )
    assert letter.size * 25.4 / 72 > 100  # mm
    # From the letter's block to the white at the edge.
    assert bus.right - bus.left > 0.55 * 297
    assert bus.right > 280


@needs_poppler
def test_nothing_lies_over_an_edge_or_another_thing(tmp_path):
    for sign, page in zip(HARD, pictures(pdf_of(), tmp_path, dpi=DPI), strict=True):
        left, top, right, bottom = page.point(lambda grey: 255 if grey < 250 else 0).getbbox()
        edge = 6 * 2
        assert left >= edge and top >= edge, sign
        assert right <= page.width - edge and bottom <= page.height - edge, sign


@needs_poppler
@pytest.mark.parametrize("colour", ["#1d4e89", "#ffe066", "#000000", "#ffffff", ""])
def test_the_letter_is_read_without_colours(colour, tmp_path):
    (page,) = pictures(pdf_of([replace(SIGN, colour=colour, letter="I")]), tmp_path, dpi=DPI)
    # The frame is black, white within it, and the letter stands out from what is around it.
    edge = next(x for x in range(page.width) if page.getpixel((x, 100)) < 64)
    across = [page.getpixel((x, 100)) for x in range(edge, edge + 200)]
    assert across[0] < 64
    assert max(across[:10]) > 200
    middle = across[12:150]
    assert max(middle) - min(middle) > 110


def test_signs_are_read_as_they_are_drawn():
    taken = []

    def signs():
        for at in range(5):
            taken.append(stream.tell())
            yield replace(SIGN, bus=f"Xe {at}")

    stream = io.BytesIO()
    write_signs(signs(), stream, about=About("Biển xe", "BTC"))
    assert taken == sorted(set(taken))


def test_no_groups_are_refused(event):
    with pytest.raises(NothingToPrint):
        paper(event, KIND)


def test_without_a_sign_nothing_is_written():
    stream = io.BytesIO()
    with pytest.raises(NoSigns):
        write_signs([], stream, about=About("", ""))
    assert stream.getvalue() == b""


def test_the_same_signs_give_the_same_bytes():
    assert pdf_of() == pdf_of()


def test_it_is_found_where_people_look(organiser, event):
    group = build_tour(event)
    address = "/manage/hoi-nghi/documents/bus-signs"
    assert f'href="{address}"' in organiser.get("/manage/hoi-nghi/visits").text
    page = organiser.get(f"/manage/hoi-nghi/visits/groups/{group.id}").text
    assert f'href="{address}?bus=group-{group.id}"' in page
    assert "preview.png" in organiser.get(f"{address}?bus=group-{group.id}").text
