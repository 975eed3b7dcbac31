"""Badges as pictures: the PDF as it would be printed, for the designer and for lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from eventapp.badges import faults, images, samples, sketch, templates
from eventapp.badges.drawing import Pictures, Remark, SidePrinter
from eventapp.badges.faults import Problem
from eventapp.badges.layout import BadgeRecord, design_of
from eventapp.badges.sketch import Sketch
from eventapp.badges.template import Template
from eventapp.events.models import Event
from eventapp.pdf import MM, raster
from eventapp.pdf.stream import About, PageStream

LARGE, SMALL = 480, 200
"""Pixels of a picture's shorter side: beside the canvas on a sharp screen, and in a list."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a template turns out with several people, who are named by their keys (`samples`)."""

    problems: list[Problem]
    remarks: list[tuple[str, int, Remark]]
    """Whose badge, which side, what a text on it needed."""
    sketch: Sketch
    pictures: dict[str, list[bytes]]
    """The sides of each badge that was asked for, as PNGs."""


def trial(
    event: Event, content: Template, keys: Sequence[str], shown: str, *, every: bool = False
) -> Trial:
    """Try a template with people: pictures of the one ``shown``, or small ones of ``every`` one."""
    people = samples.records_of(event, keys[: samples.MAX_SAMPLES], content.sources())
    if not people:
        people = samples.records_of(event, [samples.LONGEST.key], content.sources())
    if shown not in people:
        shown = next(iter(people))
    pictured = people if every else {shown: people[shown]}
    drawn = pictures_of(
        content,
        list(pictured.values()),
        images.pictures_for(event),
        SMALL if every else LARGE,
    )
    design = design_of(content)
    return Trial(
        faults.problems(content, images=templates.digests_of(event.id)),
        [
            (key, side, remark)
            for key, record in people.items()
            for side, remark in sketch.remarks(design, record)
        ],
        sketch.sketch(content, people[shown]),
        dict(zip(pictured, drawn, strict=True)),
    )


def example(event: Event, content: Template, side: int = 0, pixels: int = SMALL) -> bytes:
    """One side of a template as a picture, with somebody who does not exist."""
    record = samples.example(event)
    sides = pictures_of(content, [record], images.pictures_for(event), pixels)[0]
    return sides[min(side, len(sides) - 1)]


def pictures_of(
    content: Template, people: Sequence[BadgeRecord], pictures: Pictures, pixels: int
) -> list[list[bytes]]:
    """The sides of badges as PNGs, so many pixels wide or, where that is less, high."""
    design = design_of(content)
    stream = BytesIO()
    pages = PageStream(stream, About("", "", "vi"))
    for side in design.sides:
        printer = SidePrinter(pages, design, side, pictures)
        for record in people:
            pages.add_page(design.width * MM, design.height * MM, printer.badge(record))
    pages.close()
    scale = pixels / min(design.width, design.height)
    numbers = range(len(people) * len(design.sides))
    drawn = raster.pictures(stream.getvalue(), numbers, scale)
    return [drawn[at :: len(people)] for at in range(len(people))]


def logo_of(event: Event, pixels: int = 300) -> tuple[bytes, float, float] | None:
    """The event's logo as a PNG on nothing, with a width and a height of the same ratio."""
    found = images.pictures_for(event)("logo")
    if found is None:
        return None
    stream = BytesIO()
    pages = PageStream(stream, About("", "", "vi"))
    operators = found.placed(found.add_to(pages), 0, 0, found.width, found.height)
    pages.add_page(found.width, found.height, operators)
    pages.close()
    scale = pixels / max(found.width, found.height) * MM
    (drawn,) = raster.pictures(stream.getvalue(), [0], scale, clear=True)
    return drawn, found.width, found.height
