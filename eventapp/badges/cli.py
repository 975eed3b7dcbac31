"""The command that prints badges."""

from pathlib import Path

import click
from sqlalchemy import select

from eventapp.badges import service
from eventapp.badges.render import NoBadges
from eventapp.badges.service import Order, Sheet
from eventapp.commands import Refusal, in_app, replacing
from eventapp.database import db
from eventapp.events import service as events
from eventapp.events.models import Category, Event
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
    "--sheet",
    type=click.Choice([it.value for it in Sheet]),
    default=Sheet.A4.value,
    show_default=True,
)
@click.option("--by-delegation", is_flag=True, help="Delegation by delegation, not by name.")
@click.option("--delegation", help="Only this province or ministry, by name.")
@click.option("--category", help="Only this category, by name.")
@in_app
def badges(
    event: str,
    output: Path,
    sheet: str,
    by_delegation: bool,
    delegation: str | None,
    category: str | None,
) -> None:
    """Write the badges of everybody approved to a PDF."""
    found = events.find(event)
    filters = Filters(
        status=Status.APPROVED,
        delegation=_delegation(found, delegation) if delegation else None,
        category=_category(found, category) if category else None,
    )
    order = Order.DELEGATION if by_delegation else Order.NAME
    try:
        with replacing(output) as stream:
            number = service.write(
                found, Selection(None, filters), stream, sheet=Sheet(sheet), order=order
            )
    except NoBadges:
        raise Refusal("Nobody matches, so no badge was printed. Choose more people.") from None
    click.echo(f"Wrote {number} badges to {output}.")


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
