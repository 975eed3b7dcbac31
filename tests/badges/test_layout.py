"""Where everything lies on a badge, and texts that always fit, on every shipped template."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventapp.badges import inks, layout, shipped
from eventapp.badges.inks import READABLE, contrast
from eventapp.badges.layout import Area, Box, Code, Part, Picture, Stack
from eventapp.badges.placing import place
from eventapp.pdf import MM, fonts, qr
from eventapp.pdf.fitting import LEAST_STRETCH, Measure
from tests.badges.samples import (
    COLOURS,
    LONG_EVENT,
    TRICKY,
    badge,
    designs,
    nastiest,
    stacks,
)

DESIGNS = designs()
EVERY = pytest.mark.parametrize("design", DESIGNS.values(), ids=DESIGNS)
CONFERENCE = DESIGNS[shipped.DEFAULT]
# On the smallest badges there is no room for large type.
DOMINATES = {name: 1.6 if design.height < 60 else 1.9 for name, design in DESIGNS.items()}


def part(key="name", font=fonts.SANS, size=20.0, smallest=15.0, lines=1, **changed):
    values = {
        "words": "",
        "before": "",
        "after": "",
        "usual": 1,
        "ink": "text",
        "upper": False,
        "above": 0.0,
        "leading": 1.2,
        "yielding": 1.0,
    } | changed
    return Part(key=key, font=font, largest=size, smallest=smallest, lines=lines, **values)


ALWAYS = layout.Condition(None, None)


def stack_of(width, height, *parts, valign="middle"):
    return Stack(Box(0, 0, width, height), parts, "center", valign, ALWAYS, 0)


def person_stack(design, key="name"):
    return next(it for _, it in stacks(design) if any(part.key == key for part in it.parts))


def texts_of(stack, record):
    return tuple(
        qr.grouped(record.code) if it.key == "code" else it.text(record.values)
        for it in stack.parts
    )


def drawn(text, lines):
    """The letters of the words of which something can be drawn."""
    font = lines.part.font
    words = [it for it in text.split() if fonts.em_width(it, font)]
    return "".join(it for it in "".join(words) if fonts.em_width(it, font))


def check(stack, texts):
    """Every letter inside the box, no line on another, no syllable lost; how it was measured."""
    placed, measure = place(stack, texts)
    width, height = stack.box.width * MM, stack.box.height * MM
    above = 0.0
    for lines in placed:
        font, fitted = lines.part.font, lines.fitted
        assert len(fitted.lines) <= lines.part.lines
        assert fitted.stretch >= LEAST_STRETCH - 1e-9
        for number, line in enumerate(fitted.lines):
            assert fonts.width(line, font, fitted.size) * fitted.stretch <= width + 1e-6
            high, low = fonts.ink(line, font)
            baseline = lines.baseline + number * lines.leading
            assert baseline - high * fitted.size >= -1e-6
            assert baseline + low * fitted.size <= height + 1e-6
            cap = fonts.shape(font).cap_height * fitted.size
            assert baseline - cap >= above - 1e-6
            above = baseline
    shown = [
        (text.upper() if it.upper else text)
        for it, text in zip(stack.parts, texts, strict=True)
        if text.strip()
    ]
    for lines, text in zip(placed, shown, strict=True):
        assert drawn("".join(lines.fitted.lines), lines) == drawn(text, lines)
    assert measure == max((it.measure for it in placed), default=Measure.NONE)
    return placed, measure


# --- Every shipped template ---------------------------------------------------------------------


@EVERY
def test_the_nastiest_badges_fit(design):
    for record in nastiest():
        for _, stack in stacks(design):
            if stack.shown.holds(record.values):
                check(stack, texts_of(stack, record))


@EVERY
@pytest.mark.parametrize("name", ["Ý", "Nguyễn" * 10, "Ý " * 60, max(TRICKY["names"], key=len)])
def test_the_shortest_and_the_longest_fit(design, name):
    longest = max(TRICKY["organisations"], key=len)
    everything = {
        "position": max(TRICKY["positions"], key=len),
        "organisation": longest * 2,
        "further": "Phiên dịch " * 9,
        "province": "Thành phố Hồ Chí Minh",
        "event": LONG_EVENT,
        "event@en": LONG_EVENT,
        "site": longest,
        "class": longest,
        "bus": "Xe 2, biển số 99B-012.34, đỗ ở cổng sau Trung tâm văn hóa Kinh Bắc",
    }
    nothing = dict.fromkeys((*everything, "group", "days", "contact", "web", "organiser"), "")
    for record in (badge(name, **everything), badge(name, **nothing)):
        for _, stack in stacks(design):
            if stack.shown.holds(record.values):
                check(stack, texts_of(stack, record))


@pytest.mark.parametrize("name", DESIGNS)
def test_an_ordinary_badge_hardly_shrinks_and_its_name_dominates(name):
    record = badge("Nguyễn Thị Minh Hạnh", further="", group="", bus="", organisation="Sở Nội vụ")
    sizes = {}
    for side, stack in stacks(DESIGNS[name]):
        if side == 0 and stack.shown.holds(record.values):
            placed, measure = place(stack, texts_of(stack, record))
            assert measure <= Measure.SHRUNK, [it.fitted for it in placed]
            sizes |= {it.part.key: (it.fitted.size, it.part) for it in placed}
    largest = sizes["name"][0]
    for key in ("position", "organisation", "province"):
        if key in sizes:
            size, part = sizes[key]
            assert size >= 0.8 * part.largest
            assert largest >= DOMINATES[name] * size


@pytest.mark.parametrize("name", DESIGNS)
def test_the_name_is_as_large_as_the_badge_allows(name):
    record = badge("Lê Văn Tám", position="", organisation="Sở Nội vụ", group="", bus="")
    stack = next(
        it
        for _, it in stacks(DESIGNS[name])
        if it.shown.holds(record.values) and any(part.key == "name" for part in it.parts)
    )
    first = next(it for it in place(stack, texts_of(stack, record))[0] if it.part.key == "name")
    # Letters of a capital's height of 3 % of the badge's are read from two metres.
    cap = first.fitted.size * fonts.shape(first.part.font).cap_height / MM
    assert cap >= 0.035 * max(DESIGNS[name].width, DESIGNS[name].height)


@EVERY
@pytest.mark.parametrize("group", ["", "B"])
@pytest.mark.parametrize("photo", ["", "photo"])
def test_the_code_can_be_read_and_nothing_comes_into_its_quiet_zone(design, group, photo):
    values = badge(group=group, photo=photo).values
    for side in design.sides:
        elements = [it for it in side.elements if it.shown.holds(values)]
        (code,) = [it for it in elements if isinstance(it, Code)]
        # The rule of thumb for cheap scanners: modules of 0.33 mm and more.
        assert code.symbol.width / qr.PASS_SIDE >= 0.6
        assert code.box.width / (qr.PASS_SIDE + 8) * 4 <= code.symbol.x - code.box.x + 1e-6
        at = elements.index(code)
        for number, element in enumerate(elements):
            if isinstance(element, Stack | Picture) or (
                isinstance(element, Area) and number > at and element is not code
            ):
                assert apart(element.box, code.box), element


def apart(one, other):
    return (
        one.x + one.width <= other.x + 0.06
        or other.x + other.width <= one.x + 0.06
        or one.y + one.height <= other.y + 0.06
        or other.y + other.height <= one.y + 0.06
    )


@EVERY
def test_texts_and_pictures_that_are_seen_together_do_not_meet(design):
    for group in ("", "B"):
        for photo in ("", "photo"):
            values = badge(group=group, photo=photo).values
            for side in design.sides:
                shown = [
                    it
                    for it in side.elements
                    if isinstance(it, Stack | Picture | Code) and it.shown.holds(values)
                ]
                for at, one in enumerate(shown):
                    for other in shown[at + 1 :]:
                        assert apart(one.box, other.box), (one, other)


@EVERY
def test_everything_is_on_the_badge(design):
    for side in design.sides:
        for element in side.elements:
            box = element.box
            assert box.x >= 0 and box.y >= 0 and box.width > 0 and box.height > 0
            assert box.x + box.width <= design.width + 1e-6
            assert box.y + box.height <= design.height + 1e-6


@EVERY
@pytest.mark.parametrize("colour", COLOURS)
def test_every_text_is_read_on_what_is_below_it(design, colour):
    for side in design.sides:
        for number, stack in enumerate(side.elements):
            if isinstance(stack, Stack):
                below = below_of(side, number, colour)
                for it in stack.parts:
                    ink = inks.colour_of(it.ink, colour)
                    assert contrast(ink, below) >= READABLE, (it, below)


def below_of(side, number, category):
    """The colour of what lies below the middle of an element."""
    box = side.elements[number].box
    x, y = box.x + box.width / 2, box.y + box.height / 2
    colour = side.ground.colour or "#ffffff"
    for element in side.elements[:number]:
        area = element.box
        if (
            isinstance(element, Area)
            and element.fill is not None
            and area.x <= x <= area.x + area.width
            and area.y <= y <= area.y + area.height
        ):
            # A text lies on one thing, not half on it.
            assert area.x <= box.x + 1e-6 and area.y <= box.y + 1e-6
            assert box.x + box.width <= area.x + area.width + 1e-6
            assert box.y + box.height <= area.y + area.height + 1e-6
            colour = element.fill
    return inks.colour_of(colour, category)


# --- The order in which texts are made to fit ---------------------------------------------------


def test_texts_shrink_then_wrap_then_are_condensed_then_become_too_small():
    wide = fonts.em_width("Nguyễn Thị Hoa", fonts.SANS) / MM
    name = part(size=20, smallest=15, lines=2)

    def measure(width, text="Nguyễn Thị Hoa"):
        placed, measure = check(stack_of(width, 40, name), (text,))
        return measure, len(placed[0].fitted.lines), placed[0].fitted

    assert measure(wide * 20.1)[:2] == (Measure.NONE, 1)
    shrunk = measure(wide * 17)
    assert shrunk[:2] == (Measure.SHRUNK, 1)
    assert shrunk[2].size == pytest.approx(17)
    wrapped = measure(wide * 14.9)
    assert wrapped[:2] == (Measure.WRAPPED, 2)
    assert wrapped[2].size == 20
    lone = fonts.em_width("Nguyễn", fonts.SANS) / MM
    condensed = measure(lone * 15 * 0.8, "Nguyễn")
    assert condensed[:2] == (Measure.CONDENSED, 1)
    assert condensed[2].stretch == pytest.approx(0.8)
    assert measure(lone * 15 * 0.3, "Nguyễn")[0] is Measure.TOO_SMALL


def test_lines_that_are_usual_are_no_matter():
    name = part(size=20, smallest=15, lines=3, usual=2)
    wide = fonts.em_width("Nguyễn Thị Hoa", fonts.SANS) / MM
    placed, measure = check(stack_of(wide * 14, 40, name), ("Nguyễn Thị Hoa",))
    assert (measure, len(placed[0].fitted.lines)) == (Measure.NONE, 2)


def test_what_is_too_high_is_condensed_into_fewer_lines_before_it_becomes_too_small():
    text = "Phó Chủ tịch Ủy ban nhân dân"
    wide = fonts.em_width(text, fonts.SANS) / MM
    one = part(size=12, smallest=12, lines=3, usual=3)
    free, _ = check(stack_of(wide * 12 * 0.8, 40, one), (text,))
    assert len(free[0].fitted.lines) == 2
    placed, measure = check(stack_of(wide * 12 * 0.8, 6, one), (text,))
    assert measure is Measure.CONDENSED
    assert (len(placed[0].fitted.lines), placed[0].fitted.size) == (1, 12)


def test_the_organisation_gives_way_before_the_name():
    record = badge(
        "Nguyễn Thị Minh Hạnh",
        position=max(TRICKY["positions"], key=len),
        organisation=max(TRICKY["positions"], key=len),
        further="",
    )
    stack = person_stack(CONFERENCE)
    (name, position, *_), measure = check(stack, texts_of(stack, record))
    assert measure < Measure.TOO_SMALL
    assert name.fitted.size / name.part.largest > position.fitted.size / position.part.largest
    assert name.fitted.size >= name.part.smallest


def test_what_is_empty_takes_no_room():
    stack = person_stack(CONFERENCE)
    (only,), _ = place(stack, ("Ho", "", " ", "", ""))
    middle = only.baseline - fonts.shape(only.part.font).cap_height * only.fitted.size / 2
    assert middle == pytest.approx(stack.box.height * MM / 2)
    assert place(stack, ("", "", "", "", "")) == ((), Measure.NONE)


@pytest.mark.parametrize("valign", ["top", "middle", "bottom"])
def test_marks_on_capitals_stay_in_the_box(valign):
    stack = stack_of(60, 8, part(size=20, smallest=5, leading=0.8), valign=valign)
    check(stack, ("ẾỘẶ",))


def inks_of(placed):
    """From where to where the letters of each line reach, points below the box's top."""
    size = placed.fitted.size
    for number, line in enumerate(placed.fitted.lines):
        baseline = placed.baseline + number * placed.leading
        above, below = fonts.ink(line, placed.part.font)
        yield baseline - above * size, baseline + below * size


@pytest.mark.parametrize("name", ["NGUYỄN THỊ ĐẶNG ẤN YẾN ỔN", "Đỗ Thị Ngọc Ẩn", "ẸỖ ẸỖ ẸỖ ẸỖ"])
@pytest.mark.parametrize("height", [26, 40])
def test_marks_of_one_line_do_not_touch_those_of_the_next(name, height):
    stack = stack_of(40, height, part(size=24, smallest=9, lines=3, usual=3, leading=1.14))
    check(stack, (name,))
    ((lines, *_rest), _worst) = place(stack, (name,))
    assert len(lines.fitted.lines) > 1
    for (_, bottom), (top, _) in pairwise(inks_of(lines)):
        assert bottom < top
    plain = place(stack, ("Trần Văn An Nam Sơn",))[0][0]
    assert plain.leading == pytest.approx(plain.fitted.size * 1.14)


texts = st.lists(
    st.text(st.sampled_from("NguyễnThịĐẶẾỘWi.,;/-0123🙂李\u0301\u200f "), min_size=1, max_size=40)
    | st.sampled_from([*TRICKY["names"], *TRICKY["positions"], *TRICKY["organisations"]]),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(
    texts,
    st.floats(3, 120),
    st.floats(1.5, 120),
    st.floats(3, 60),
    st.floats(0.3, 1),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from(["top", "middle", "bottom"]),
    st.booleans(),
)
def test_any_text_fits_any_box(found, width, height, size, least, lines, usual, valign, upper):
    parts = tuple(
        part(
            size=size / (number + 1),
            smallest=size * least / (number + 1),
            lines=lines,
            usual=min(usual, lines),
            above=number * 1.0,
            yielding=1 / (number + 1),
            font=fonts.ALL[number],
            upper=upper,
        )
        for number in range(len(found))
    )
    check(stack_of(width, height, *parts, valign=valign), tuple(found))


def test_marks_that_were_typed_by_themselves_are_measured_as_they_are_drawn():
    """W and an acute are one letter, which comes from another, wider font."""
    check(stack_of(3, 2, part(size=3, smallest=3, lines=2)), ("00000W\u03010000",))
    assert fonts.em_width("W\u0301", fonts.SANS) == fonts.em_width("\u1e82", fonts.SANS)


# --- Colours, and what repeats ------------------------------------------------------------------


@pytest.mark.parametrize("colour", [*COLOURS, "#ffffff", "#000000", "#808080"])
def test_colours_can_be_read(colour):
    assert contrast(inks.ink_on(colour), colour) >= READABLE
    dark = inks.colour_of("category_text", colour)
    assert contrast(dark, "#ffffff") >= READABLE
    assert contrast(dark, inks.colour_of("category_light", colour)) >= READABLE


def test_a_colour_that_is_none_becomes_grey():
    assert inks.usable_colour("red; drop table") == inks.usable_colour("")
    assert inks.usable_colour("#1d4e89") == "#1d4e89"


@pytest.mark.parametrize("name", designs())
def test_a_shipped_design_is_drawn_in_one_layer(name):
    """It is the fast way: all that badges have in common is drawn at once."""
    assert [len(side.layers) for side in designs()[name].sides] == [1] * len(designs()[name].sides)


def test_what_comes_later_lies_on_top():
    def shown(box, lacking=None):
        return Area(box, "text", None, 0, 0, layout.Condition(None, lacking))

    name = replace(stack_of(60, 20, part(key="name")), shown=layout.Condition("name", None))
    under, over = shown(Box(0, 0, 90, 130)), shown(Box(10, 10, 5, 5))
    beside, never = shown(Box(70, 0, 20, 130)), shown(Box(0, 0, 60, 20), lacking="name")
    again = replace(name)
    side = layout.Side((under, name, beside, never, over, again), layout.Ground(), {})
    assert [(it.common, it.own) for it in side.layers] == [
        ((under, beside, never), (name,)),
        ((over,), (again,)),
    ]


def test_a_stack_of_what_repeats_is_artwork():
    stack = person_stack(CONFERENCE)
    assert not stack.is_artwork
    assert not stack.repeats
    heading = replace(stack, parts=(part("event"),))
    assert heading.is_artwork
    assert heading.repeats
    assert replace(stack, parts=(part("organisation"),)).repeats


def test_every_cut_of_the_faces_is_used():
    cuts = [*layout._FONTS["sans", False], *layout._FONTS["sans", True]]
    assert len(set(cuts)) == len(cuts) == 8
