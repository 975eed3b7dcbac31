"""The command that prints badges."""

from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy import select

from eventapp.badges import reprinting, runs, service, shipped, template_json, templates
from eventapp.badges.models import PrintRun
from eventapp.badges.print_form import PAPERS
from eventapp.badges.records import Numbered
from eventapp.badges.render import NoBadges
from eventapp.badges.runs import RunNotFound
from eventapp.badges.selection import Order
from eventapp.badges.sheets import Settings
from eventapp.badges.template import Template
from eventapp.badges.template_json import NotATemplate
from eventapp.commands import Refusal, in_app, replacing
from eventapp.database import db
from eventapp.events import service as events
from eventapp.events.models import Category, Event
from eventapp.pdf import stocks
from eventapp.pdf.sheet import DoesNotFit
from eventapp.registration.models import Delegation, Status
from eventapp.registration.search import Filters, Selection
from eventapp.text import fold


@click.command()
@click.argument("event")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write.",
)
@click.option(
    "--sheet", type=click.Choice([*PAPERS, *stocks.by_name()]), default="a4", show_default=True
)
@click.option("--template", "wanted", help="A template by its name, or a file of one (JSON).")
@click.option(
    "--order",
    type=click.Choice([it.value for it in Order]),
    help="How badges follow one another.  [default: name]",
)
@click.option("--by-delegation", is_flag=True, help="The same as --order organisation.")
@click.option("--delegation", help="Only this province or ministry, by name.")
@click.option("--category", help="Only this category, by name.")
@click.option("--marked", is_flag=True, help="Only badges that are to be printed again.")
@click.option(
    "--changed-since",
    type=click.IntRange(1),
    metavar="RUN",
    help="Only what has changed since the print run of this number, and who is new in it.",
)
@in_app
def badges(
    event: str,
    output: Path,
    sheet: str,
    wanted: str | None,
    order: str | None,
    by_delegation: bool,
    delegation: str | None,
    category: str | None,
    marked: bool,
    changed_since: int | None,
) -> None:
    """Write the badges of everybody approved to a PDF.

    This is no print run: nothing is remembered, and marks stay. The template is the event's
    default one, or that of the print run whose changes are printed.
    """
    if by_delegation and order:
        raise click.UsageError("Give --order or --by-delegation, not both.")
    found = events.find(event)
    filters = Filters(
        status=None if changed_since else Status.APPROVED,
        delegation=_delegation(found, delegation) if delegation else None,
        category=_category(found, category) if category else None,
        reprint="1" if marked else "",
    )
    chosen = Order(order or (Order.DELEGATION if by_delegation else Order.NAME))
    shown = _template(found, wanted, changed_since)
    only = _since(found, changed_since) if changed_since else None

    def kept(numbered: Iterator[Numbered]) -> Iterator[Numbered]:
        return (it for it in numbered if only is None or it.delegate_id in only)

    try:
        with replacing(output) as stream:
            number = service.write(
                found,
                Selection(None, filters),
                stream,
                sheet=Settings(paper=sheet),
                order=chosen,
                template=shown,
                wanted=kept,
            )
    except NoBadges:
        raise Refusal("Nobody matches, so no badge was printed. Choose more people.") from None
    except DoesNotFit as error:
        raise Refusal(f"{error} Choose another --sheet.") from None
    click.echo(f"Wrote {number} badges to {output}.")


def _template(event: Event, wanted: str | None, run: int | None) -> Template:
    if wanted is None:
        if run is not None:
            return templates.content_of(_run(event, run).version)
        own = templates.of_event(event.id)
        if not own:
            return shipped.find(shipped.DEFAULT)
        first = next((it for it in own if it.is_default), own[0])
        return templates.content_of(templates.version(event.id, first.id))
    if wanted.casefold().endswith(".json"):
        try:
            return template_json.read(Path(wanted).read_bytes())
        except NotATemplate as error:
            raise Refusal(f"{wanted} is no badge template: {error}.") from None
    for it in templates.of_event(event.id):
        if fold(wanted) in {fold(it.name), fold(it.name_en)}:
            return templates.content_of(templates.version(event.id, it.id))
    if wanted in shipped.names():
        return shipped.find(wanted)
    raise Refusal(
        f"No template is named {wanted}. Write it as on the page of templates, "
        "or name a .json file."
    )


def _run(event: Event, number: int) -> PrintRun:
    try:
        return runs.find(event.id, number)
    except RunNotFound:
        raise Refusal(
            f"There is no print run {number}. See the numbers on the page of badges."
        ) from None


def _since(event: Event, number: int) -> frozenset[int]:
    return frozenset(reprinting.ids_since(event, _run(event, number)))


def _delegation(event: Event, name: str) -> int:
    named = {
        fold(row.name): row.id
        for row in db.session.execute(
            select(Delegation.id, Delegation.name).where(Delegation.event_id == event.id)
        )
    }
    if fold(name) not in named:
        raise Refusal(f"No delegation is named {name}. Write it as on the page of delegates.")
    return named[fold(name)]


def _category(event: Event, name: str) -> int:
    for category in db.session.scalars(select(Category).filter_by(event_id=event.id)):
        if fold(name) in {fold(category.name), fold(category.name_en)}:
            return category.id
    raise Refusal(f"No category is named {name}. Write it as on the page of badges.")
