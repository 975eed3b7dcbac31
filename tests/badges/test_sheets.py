import math
from dataclasses import dataclass

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eventapp.badges import shipped
from eventapp.badges.layout import design_of
from eventapp.badges.sheets import (
    DoesNotFit,
    Impossible,
    NegativeLength,
    NotSettings,
    OffsetTooLarge,
    Settings,
    StartBeyondSheet,
    UnknownPaper,
    papers_for,
)
from eventapp.pdf import stocks


@dataclass(frozen=True)
class Size:
    """As much of a design as sheets ask for."""

    width: float
    height: float
    sides: tuple[str, ...] = ("front", "back")


CONFERENCE = Size(90, 130)
CARD = Size(86, 54)

sizes = st.builds(
    Size,
    st.floats(25, 140),
    st.floats(25, 140),
    st.sampled_from([("front",), ("front", "back")]),
)
lengths = st.floats(0, 12)
margins = st.tuples(*[st.none() | st.floats(0, 15)] * 4)
all_settings = st.builds(
    Settings,
    paper=st.sampled_from(["single", "a4", "a3", "letter", *stocks.by_name()]),
    orientation=st.sampled_from(["auto", "portrait", "landscape"]),
    gap_x=lengths,
    gap_y=lengths,
    margins=margins,
    duplex=st.sampled_from(["off", "long", "short", "fold"]),
    first=st.integers(1, 4),
)


def laid_out(design, settings):
    """The imposition of settings that are possible; others say why they are not."""
    try:
        return papers_for(design, settings)
    except (DoesNotFit, StartBeyondSheet):
        assume(False)


def up(turn):
    """Where a badge's upper edge points on its page, turned clockwise."""
    return round(math.sin(math.radians(turn))), -round(math.cos(math.radians(turn)))


def turned_over(imposition, settings, box, edge):
    """A box on a back, and where its upper edge points, as seen through the paper from the front.

    Paper that is turned along its upright edge changes left and right, otherwise top and bottom.
    """
    x, y, width, height = box
    long_is_upright = imposition.height >= imposition.width
    if (settings.duplex == "long") == long_is_upright:
        return (imposition.width - x - width, y, width, height), (-edge[0], edge[1])
    return (x, imposition.height - y - height, width, height), (edge[0], -edge[1])


@given(sizes, all_settings)
def test_badges_lie_on_the_paper_and_apart(design, settings):
    imposition = laid_out(design, settings)
    for page in imposition.pages:
        boxes = [imposition.box(spot) for spot in page.spots]
        for at, (x, y, width, height) in enumerate(boxes):
            assert sorted((width, height)) == sorted((design.width, design.height))
            assert x >= -1e-6
            assert y >= -1e-6
            assert x + width <= imposition.width + 1e-6
            assert y + height <= imposition.height + 1e-6
            for x2, y2, width2, height2 in boxes[at + 1 :]:
                apart_across = x + width <= x2 + 1e-6 or x2 + width2 <= x + 1e-6
                apart_down = y + height <= y2 + 1e-6 or y2 + height2 <= y + 1e-6
                assert apart_across or apart_down


@given(sizes, all_settings)
def test_every_slot_has_a_front_and_with_a_back_exactly_one(design, settings):
    imposition = laid_out(design, settings)
    sides = [0, 1] if len(design.sides) == 2 and settings.duplex != "off" else [0]
    for slot in range(imposition.per_sheet):
        spots = [it for page in imposition.pages for it in page.spots if it.slot == slot]
        assert [it.side for it in spots] == sides


@given(sizes, all_settings, st.sampled_from(["long", "short"]))
def test_each_back_lies_exactly_behind_its_front_with_the_same_edge_up(design, settings, edge):
    design = Size(design.width, design.height)
    settings = Settings(**settings.as_data() | {"duplex": edge})
    imposition = laid_out(design, settings)
    fronts, backs = imposition.pages
    for front, back in zip(fronts.spots, backs.spots, strict=True):
        assert (front.slot, front.side, back.side) == (back.slot, 0, 1)
        box, edge_up = turned_over(imposition, settings, imposition.box(back), up(back.turn))
        assert box == pytest.approx(imposition.box(front))
        assert edge_up == up(front.turn)


@given(sizes, all_settings)
def test_each_back_lies_exactly_behind_its_front_once_the_paper_is_folded(design, settings):
    design = Size(design.width, design.height)
    settings = Settings(**settings.as_data() | {"duplex": "fold"})
    imposition = laid_out(design, settings)
    (page,) = imposition.pages
    for slot in range(imposition.per_sheet):
        front, back = (it for it in page.spots if it.slot == slot)
        x, y, width, height = imposition.box(front)
        x2, y2, width2, height2 = imposition.box(back)
        edge = up(back.turn)
        if y == pytest.approx(y2):  # beside one another
            line = max(x, x2)
            assert abs(x - x2) == pytest.approx(width)
            folded, edge = (2 * line - x2 - width2, y2), (-edge[0], edge[1])
        else:
            line = max(y, y2)
            assert abs(y - y2) == pytest.approx(height)
            folded, edge = (x2, 2 * line - y2 - height2), (edge[0], -edge[1])
        assert folded == pytest.approx((x, y))
        assert edge == up(front.turn)


@given(sizes, all_settings, st.integers(1, 60))
def test_a_half_used_sheet_is_filled_on_from_its_first_free_label(design, settings, badges):
    imposition = laid_out(design, settings)
    found = [imposition.where(number) for number in range(badges)]
    fronts = [spots[0] for spots in found]
    assert len(set(fronts)) == badges
    faces = len(imposition.pages)
    labels = [page // faces * imposition.per_sheet + spot.slot for page, spot in fronts]
    assert labels == list(range(settings.first - 1, settings.first - 1 + badges))
    assert imposition.sheets(badges) == labels[-1] // imposition.per_sheet + 1
    assert imposition.sheets(0) == 0


@given(
    sizes,
    all_settings,
    st.tuples(*[st.floats(-25, 25)] * 2),
    st.tuples(*[st.floats(-25, 25)] * 2),
)
def test_offsets_move_everything_on_fronts_and_on_backs_alike(design, settings, front, back):
    before = laid_out(design, settings)
    offsets = {"shift_x": front[0], "shift_y": front[1]}
    offsets |= {"back_shift_x": back[0], "back_shift_y": back[1]}
    after = papers_for(design, Settings(**settings.as_data() | offsets))
    for page, moved, by in zip(before.pages, after.pages, (front, back), strict=False):
        for spot, other in zip(page.spots, moved.spots, strict=True):
            assert (other.x - spot.x, other.y - spot.y) == pytest.approx(by, abs=1e-6)
            assert other[:2] + other[4:] == spot[:2] + spot[4:]
        lines = zip((*page.marks, *page.folds), (*moved.marks, *moved.folds), strict=True)
        for line, other in lines:
            assert [b - a for a, b in zip(line, other, strict=True)] == pytest.approx(
                [*by, *by], abs=1e-6
            )


def test_columns_are_mirrored_on_the_long_edge_of_an_upright_sheet():
    fronts, backs = papers_for(CONFERENCE, Settings(duplex="long")).pages
    assert [(it.x, it.y, it.turn) for it in fronts.spots[:2]] == [(13, 16.5, 0), (107, 16.5, 0)]
    assert [(it.x, it.y, it.turn) for it in backs.spots[:2]] == [(107, 16.5, 0), (13, 16.5, 0)]


def test_rows_are_rotated_on_the_short_edge_and_backs_stand_upside_down():
    backs = papers_for(CONFERENCE, Settings(duplex="short")).pages[1]
    assert [(it.x, it.y, it.turn) for it in backs.spots[:2]] == [
        (13, 150.5, 180),
        (107, 150.5, 180),
    ]


def test_a_single_badge_has_its_own_size_and_its_back_on_the_next_page():
    imposition = papers_for(CARD, Settings(paper="single", duplex="short"))
    assert (imposition.width, imposition.height, imposition.per_sheet) == (86, 54, 1)
    assert [it.spots[0].turn for it in imposition.pages] == [0, 0]
    assert [page for page, _ in imposition.where(3)] == [6, 7]


def test_a_single_badge_is_turned_for_a_printer_that_takes_it_the_other_way():
    imposition = papers_for(CARD, Settings(paper="single", orientation="portrait"))
    assert (imposition.width, imposition.height) == (54, 86)
    assert imposition.pages[0].spots[0].turn == 90


def test_a_folded_single_badge_is_twice_as_wide_with_a_mark_at_its_fold():
    imposition = papers_for(CONFERENCE, Settings(paper="single", duplex="fold"))
    assert (imposition.width, imposition.height) == (180, 130)
    assert {line[0] for line in imposition.pages[0].folds} == {90}


def test_a_design_without_a_back_has_fronts_only():
    imposition = papers_for(Size(90, 130, ("front",)), Settings(duplex="long"))
    assert len(imposition.pages) == 1


# --- Stocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("stock", stocks.STOCKS, ids=lambda it: it.name)
def test_margins_labels_and_gaps_add_up_to_the_sheet(stock):
    sheet = stock.sheet()
    (left, top), (right, bottom) = sheet.places()[0], sheet.places()[-1]
    assert left == pytest.approx(sheet.width - right - stock.width)
    assert top == pytest.approx(sheet.height - bottom - stock.height)
    assert min(left, top, sheet.gap_x + 1e-6, sheet.gap_y + 1e-6) > 0
    assert sheet.width == pytest.approx(
        2 * left + (stock.columns - 1) * stock.pitch_x + stock.width
    )
    assert sheet.per_page == stock.columns * stock.rows


def test_the_measures_that_the_maker_prints_on_the_packet():
    assert {it.name: (it.columns * it.rows) for it in stocks.STOCKS} == {
        "avery-l4785": 10,
        "avery-l7414": 10,
        "avery-l7160": 21,
        "avery-l7165": 8,
        "avery-5395": 8,
        "avery-5371": 10,
        "avery-5163": 10,
        "avery-5164": 6,
        "avery-5168": 4,
    }
    inches = stocks.find("5395")
    assert (inches.width / 25.4, inches.height / 25.4) == pytest.approx((3.375, 7 / 3))
    places = stocks.find("L4785").sheet().places()
    assert places[0] == (17.5, 13.5)
    assert places[1] == (112.5, 13.5)


@pytest.mark.parametrize(
    ("name", "number"), [("label-63x38", "L7160"), ("label-85x59", "5395")], ids=["L7160", "5395"]
)
def test_labels_that_are_shipped_fit_the_sheets_that_they_are_named_after(name, number):
    template = shipped.find(name)
    stock = stocks.find(number)
    assert number in template.name.vi
    found = papers_for(design_of(template), Settings(paper=stock.name, orientation="portrait"))
    assert found.per_sheet == stock.columns * stock.rows


@pytest.mark.parametrize("number", ["L4787", "l4787", "Avery L4787", "avery-l4785"])
def test_a_stock_is_found_by_any_of_its_numbers(number):
    assert stocks.find(number).name == "avery-l4785"
    with pytest.raises(KeyError):
        stocks.find("L0000")


def test_a_badge_lies_in_the_middle_of_its_label_and_nothing_is_cut():
    imposition = papers_for(Size(80, 48), Settings(paper="avery-l4785"))
    spot = imposition.pages[0].spots[0]
    assert (spot.x, spot.y, spot.turn) == (17.5, 14.5, 0)
    assert imposition.pages[0].marks == ()


def test_an_upright_badge_lies_across_on_a_label_that_is_wider_than_high():
    spot = papers_for(Size(50, 80), Settings(paper="avery-l4785")).pages[0].spots[0]
    assert (spot.x, spot.y, spot.turn) == (17.5, 13.5, 90)


# --- What is impossible ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"paper": "a5"}, UnknownPaper),
        ({"gap_x": -1}, NegativeLength),
        ({"margins": (None, None, -0.5, None)}, NegativeLength),
        ({"margins": (None, None, None, 150.0), "orientation": "portrait"}, DoesNotFit),
        ({"paper": "avery-l4785"}, DoesNotFit),
        ({"first": 5}, StartBeyondSheet),
        ({"paper": "single", "first": 2}, StartBeyondSheet),
        ({"shift_y": 26}, OffsetTooLarge),
        ({"back_shift_x": -26}, OffsetTooLarge),
        ({"duplex": "fold", "paper": "letter", "orientation": "portrait", "gap_x": 0}, None),
    ],
)
def test_what_is_impossible_is_refused_by_name(settings, error):
    asked = Settings.from_data(settings)
    if error is None:
        assert papers_for(CONFERENCE, asked).per_sheet == 2
        return
    with pytest.raises(error) as refused:
        papers_for(CONFERENCE, asked)
    assert isinstance(refused.value, Impossible)


@pytest.mark.parametrize("changed", [{"gap_y": math.nan}, {"shift_x": math.nan}])
def test_no_length_is_no_number(changed):
    with pytest.raises(NotSettings):
        papers_for(CONFERENCE, Settings.from_data(changed))


def test_a_refusal_says_what_and_how_much():
    with pytest.raises(StartBeyondSheet) as refused:
        papers_for(CONFERENCE, Settings(first=9))
    assert (refused.value.first, refused.value.per_sheet) == (9, 4)
    with pytest.raises(NegativeLength) as negative:
        papers_for(CONFERENCE, Settings(margins=(None, None, -1.0, None)))
    assert negative.value.field == "bottom"


@given(all_settings)
def test_settings_come_back_from_what_is_kept_of_them(settings):
    assert Settings.from_data(settings.as_data()) == settings


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"paper": 4}, "paper"),
        ({"duplex": "both"}, "duplex"),
        ({"first": 0}, "first"),
        ({"gap_x": "4"}, "gap_x"),
        ({"shift_x": math.inf}, "shift_x"),
        ({"margins": [1, 2]}, "margins"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_other_data_is_refused_with_the_field(data, field):
    with pytest.raises(NotSettings) as refused:
        Settings.from_data(data)
    assert refused.value.field == field
