"""The colour of the visit group on badges: which template shows it, on whose badge it is what, that
what is written on it is read, and that another colour is another badge."""

import io

import msgspec
import pypdfium2
import pytest
from sqlalchemy import select

from eventapp.badges import (
    examples,
    inks,
    layout,
    records,
    render,
    reprinting,
    shipped,
    sketch,
    template_json,
)
from eventapp.badges.faults import Fault, problems
from eventapp.badges.sheets import Settings
from eventapp.badges.template import GROUP_COLOUR, Ground
from eventapp.extensions import db
from eventapp.pdf.stream import About
from eventapp.registration.models import Delegate
from eventapp.visits import service as visits
from eventapp.visits.colours import PALETTE
from tests.badges.samples import badge
from tests.badges.test_runs import fetch, make
from tests.builders import build_delegate
from tests.visits.groups import build_group, chosen

_LETTER = {"type": "text", "x": 5, "y": 5, "width": 50, "height": 30}
PLAIN = template_json.read(
    msgspec.json.encode(
        {
            "name": {"vi": "Thẻ"},
            "size": {"width": 60, "height": 40},
            "sides": [{"elements": [{**_LETTER, "parts": [{"source": "group"}]}]}],
        }
    )
)


def with_colours(box="#ffffff", text="text"):
    """A template with a block and the group's letter on it, in these colours."""
    written = template_json.as_data(PLAIN)
    side = written["sides"][0]
    block = {"type": "box", "x": 5, "y": 5, "width": 50, "height": 30, "fill": box}
    side["elements"].insert(0, block)
    side["elements"][1]["parts"][0]["colour"] = text
    return template_json.read(msgspec.json.encode(written))


def fills_of(template, *badges):
    """The middle of each badge's block, by pictures of the PDF."""
    stream = io.BytesIO()
    render.write(
        badges,
        stream,
        design=layout.design_of(template),
        settings=Settings(paper="single"),
        about=About("", ""),
    )
    with pypdfium2.PdfDocument(stream.getvalue()) as document:
        pictures = [page.render(scale=1).to_pil().convert("RGB") for page in document]
    return ["#{:02x}{:02x}{:02x}".format(*it.getpixel((20, 20))) for it in pictures]


@pytest.mark.parametrize(
    "template",
    [with_colours("group"), with_colours("group_light"), with_colours(text="on_group")],
)
def test_a_template_that_shows_it_asks_for_it(template):
    assert GROUP_COLOUR in template.sources()


def test_a_ground_may_have_it_too():
    side = msgspec.structs.replace(PLAIN.sides[0], ground=Ground(colour="group"))
    assert GROUP_COLOUR in msgspec.structs.replace(PLAIN, sides=(side,)).sources()
    side = msgspec.structs.replace(PLAIN.sides[0], by_category={"A": Ground(colour="group")})
    assert GROUP_COLOUR in msgspec.structs.replace(PLAIN, sides=(side,)).sources()


def test_one_that_does_not_never_asks():
    assert GROUP_COLOUR not in PLAIN.sources()
    assert GROUP_COLOUR not in with_colours("category").sources()


def test_it_is_no_condition_and_no_text():
    for wrong in (
        {"show": {"with": GROUP_COLOUR}, "parts": [{"source": "name"}]},
        {"parts": [{"source": GROUP_COLOUR}]},
    ):
        written = template_json.as_data(PLAIN)
        written["sides"][0]["elements"][0].update(wrong)
        found = template_json.read(msgspec.json.encode(written))
        assert Fault.UNKNOWN_SOURCE in {it.fault for it in problems(found)}


def test_each_badge_has_that_of_its_own_group():
    """Of one category, whose artwork is drawn once for all of them but for this."""
    badges = [
        badge(seed=0, group=letter, **({GROUP_COLOUR: colour} if colour else {}))
        for letter, colour in (("A", "#1d4e89"), ("B", "#b3261e"), ("A", "#1d4e89"), ("C", ""))
    ]
    neutral = inks.colour_of("group", "#ffffff", "")
    assert fills_of(with_colours("group"), *badges) == ["#1d4e89", "#b3261e", "#1d4e89", neutral]


@pytest.mark.parametrize("colour", [*PALETTE, "#ffe066", "#ffffff", "#000000", "#808080", ""])
def test_what_is_written_on_it_is_read(colour):
    mean = {it: inks.colour_of(it, "#1d4e89", colour) for it in ("group", "on_group", "group_text")}
    assert inks.contrast(mean["group"], mean["on_group"]) >= inks.READABLE
    assert inks.contrast(mean["group_text"], "#ffffff") >= inks.READABLE
    light = inks.colour_of("group_light", "#1d4e89", colour)
    assert inks.contrast(mean["group_text"], light) >= inks.READABLE


@pytest.mark.parametrize(
    "name",
    [
        "conference-90x130",
        "conference-a6",
        "conference-a7",
        "bilingual-90x130",
        "two-sided-90x130",
        "card-86x54",
        "card-86x54-photo",
    ],
)
def test_shipped_templates_that_show_a_group_show_its_colour(name):
    keys = shipped.find(name).sources()
    assert {"group", GROUP_COLOUR} <= keys


def test_the_designer_knows_what_it_means_on_a_badge():
    record = examples.usual(("Đại biểu", "#1d4e89"), {})
    found = sketch.sketch(with_colours("group"), record).colours
    assert found["group"] == record.values[GROUP_COLOUR]
    assert found["on_group"] == "#ffffff"


@pytest.fixture
def seated(event):
    """Somebody in group B, which is blue."""
    group = build_group(event, "B", colour="#1d4e89")
    visits.assign(event, group.id, chosen(build_delegate(event).id))
    return group


def record_of(event, template):
    (found,) = records.read(event, select(Delegate), template.sources())
    return found.record


def test_it_is_read_with_the_badge(event, seated):
    assert record_of(event, with_colours("group")).values[GROUP_COLOUR] == "#1d4e89"
    assert GROUP_COLOUR not in record_of(event, PLAIN).values
    seated.colour = ""
    db.session.commit()
    assert GROUP_COLOUR not in record_of(event, with_colours("group")).values


@pytest.mark.parametrize(("field", "value"), [("letter", "K"), ("colour", "#b3261e")])
def test_another_letter_or_colour_is_another_badge(event, seated, field, value):
    before = records.fingerprint(record_of(event, with_colours("group")))
    setattr(seated, field, value)
    db.session.commit()
    assert records.fingerprint(record_of(event, with_colours("group"))) != before


def test_a_badge_that_does_not_show_it_stays_the_same(event, seated):
    before = records.fingerprint(record_of(event, PLAIN))
    seated.colour = "#b3261e"
    db.session.commit()
    assert records.fingerprint(record_of(event, PLAIN)) == before


def test_a_badge_in_another_colour_is_one_to_print_again(event, seated):
    fetch(event, make(event))
    assert reprinting.since(event, 1).changed == 0
    seated.colour = "#b3261e"
    db.session.commit()
    assert reprinting.since(event, 1).changed == 1
