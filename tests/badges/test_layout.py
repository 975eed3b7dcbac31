import json
from dataclasses import replace
from pathlib import Path

import pytest

from eventapp.badges import layout
from eventapp.badges.layout import (
    A6,
    CONFERENCE,
    Area,
    Box,
    Code,
    Field,
    Part,
    Shown,
    Stack,
    place,
)
from eventapp.events.colours import luminance
from eventapp.pdf import MM, fonts
from eventapp.pdf.fitting import Measure

TRICKY = json.loads(
    (Path(__file__).parents[1] / "data" / "tricky-names.json").read_text(encoding="utf-8")
)
DESIGNS = [CONFERENCE, A6]


def person_stack(design):
    return next(
        element
        for element in design.elements
        if isinstance(element, Stack) and element.parts[0].field is Field.NAME
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_an_ordinary_badge_hardly_shrinks_and_its_name_dominates(design):
    texts = ("Nguyễn Thị Minh Hạnh", "Phó Giám đốc", "Sở Nội vụ", "", "Tỉnh Bắc Ninh")
    placed, measure = place(person_stack(design), texts)
    assert measure <= Measure.SHRUNK
    assert all(lines.fitted.size >= 0.9 * lines.part.largest for lines in placed)
    name, *others = placed
    assert name.fitted.size >= 2 * max(other.fitted.size for other in others)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", [*TRICKY["names"], "Nguyễn" * 10, "Ý " * 60])
@pytest.mark.parametrize("position", ["", *TRICKY["positions"]])
def test_everything_fits_its_box(design, name, position):
    stack = person_stack(design)
    longest = max(TRICKY["organisations"], key=len)
    for organisation, answer in (
        ("", ""),
        (longest, "Tiếng Anh"),
        (longest * 2, "Phiên dịch " * 9),
    ):
        placed, _ = place(stack, (name, position, organisation, answer, "Thành phố Hà Nội"))
        above = 0.0
        for lines in placed:
            font = lines.part.font
            shape = fonts.shape(font)
            assert lines.baseline - shape.cap_height * lines.fitted.size >= above - 1e-6
            for line in lines.fitted.lines:
                wide = fonts.width(line, font, lines.fitted.size) * lines.fitted.stretch
                assert wide <= stack.box.width * MM + 1e-6
            above = lines.baseline + (len(lines.fitted.lines) - 1) * lines.leading
        assert above <= stack.box.height * MM


def test_the_organisation_gives_way_before_the_name():
    texts = ("Nguyễn Thị Minh Hạnh", *[max(TRICKY["positions"], key=len)] * 2, "", "Tỉnh Bắc Ninh")
    (name, position, *_), measure = place(person_stack(CONFERENCE), texts)
    assert measure is Measure.SHRUNK
    assert name.fitted.size / name.part.largest > position.fitted.size / position.part.largest
    assert name.fitted.size >= name.part.smallest


def test_more_than_shrinking_is_reported():
    stack = Stack(Box(0, 0, 17, 10), (Part(Field.NAME, fonts.SANS, 20, 15),))
    assert place(stack, ("Ý",))[1] is Measure.NONE
    assert place(stack, ("Nguyễn",))[1] is Measure.CONDENSED
    assert place(stack, ("Nguyễn Thị Minh Hạnh",))[1] is Measure.TOO_SMALL


def test_what_is_empty_takes_no_room():
    stack = person_stack(CONFERENCE)
    (only,), _ = place(stack, ("Ý", "", " ", "", ""))
    middle = only.baseline - fonts.shape(only.part.font).cap_height * only.fitted.size / 2
    assert middle == pytest.approx(stack.box.height * MM / 2)
    assert place(stack, ("", "", "", "", "")) == ((), Measure.NONE)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("shown", [Shown.WITH_GROUP, Shown.WITHOUT_GROUP])
def test_the_code_is_large_and_nothing_comes_into_its_quiet_zone(design, shown):
    elements = [e for e in design.elements if e.shown in (Shown.ALWAYS, shown)]
    (code,) = [element for element in elements if isinstance(element, Code)]
    assert code.side >= 26
    quiet = code.side / 21 * 4
    zone = Box(code.x - quiet, code.y - quiet, code.side + 2 * quiet, code.side + 2 * quiet)
    assert zone.x >= 0
    for element in elements:
        if isinstance(element, Area | Stack):
            box = element.box
            apart = (
                box.x + box.width <= zone.x + 1e-6
                or zone.x + zone.width <= box.x + 1e-6
                or box.y + box.height <= zone.y + 1e-6
                or zone.y + zone.height <= box.y + 1e-6
            )
            assert apart, element


@pytest.mark.parametrize("design", DESIGNS)
def test_everything_is_on_the_badge(design):
    for element in design.elements:
        box = (
            Box(element.x, element.y, element.side, element.side)
            if isinstance(element, Code)
            else element.box
        )
        assert box.x >= -1e-6
        assert box.y >= -1e-6
        assert box.width > 0
        assert box.height > 0
        assert box.x + box.width <= design.width + 1e-6
        assert box.y + box.height <= design.height + 1e-6


@pytest.mark.parametrize("colour", ["#1d4e89", "#b5651d", "#ffd60a", "#ffffff", "#000000"])
def test_colours_can_be_read(colour):
    ink = luminance(layout.ink_on(colour))
    light, dark = max(ink, luminance(colour)), min(ink, luminance(colour))
    assert (light + 0.05) / (dark + 0.05) >= 3.9
    assert 1.05 / (luminance(layout.readable_on_white(colour)) + 0.05) >= 4.5


def test_a_colour_that_is_none_becomes_grey():
    assert layout.usable_colour("red; drop table") == layout.usable_colour("")
    assert layout.usable_colour("#1d4e89") == "#1d4e89"


def test_a_stack_of_what_repeats_is_artwork():
    stack = person_stack(CONFERENCE)
    assert not stack.is_artwork
    assert not stack.repeats
    heading = replace(stack, parts=(Part(Field.EVENT, fonts.SANS, 10, 8),))
    assert heading.is_artwork
    assert heading.repeats
