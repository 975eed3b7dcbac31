"""Commands of site visits."""

import click

from eventapp.commands import in_app
from eventapp.events import service as events
from eventapp.visits import service


@click.group()
def visits() -> None:
    """Groups that visit sites."""


@visits.command()
@click.argument("event")
@in_app
def allocate(event: str) -> None:
    """Seat everybody who has no group yet, by their wishes, first come first served."""
    filled = service.fill_groups(events.find(event))
    click.echo(f"Seated {filled.seated}; without a seat {filled.unseated}.")
    for rank, people in sorted(filled.by_wish.items()):
        if rank:
            click.echo(f"  wish {rank}: {people}")
    if none := filled.by_wish[0]:
        click.echo(f"  no wish of theirs: {none}")
