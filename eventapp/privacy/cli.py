"""``eventapp privacy``: the close-out of an event, and the check of its record."""

import click

from eventapp.commands import Refusal, in_app
from eventapp.events.service import find
from eventapp.privacy import erasing
from eventapp.registration import consent


@click.group()
def privacy() -> None:
    """Personal data of an event."""


@privacy.command("close-out")
@click.argument("event")
@click.option("--early", is_flag=True, help="Before the day until which the data is kept.")
@click.option("--reason", default="", help="Why; needed with --early, and kept in the change log.")
@in_app
def close_out(event: str, early: bool, reason: str) -> None:
    """Destroy the personal data of EVENT; statistics stay. Interrupted, it goes on when called."""
    if early and not reason.strip():
        raise click.UsageError("Say why it is done early with --reason TEXT.")
    if reason and not early:
        raise click.UsageError("A reason is only for --early.")
    found = find(event)
    try:
        record = erasing.close_out(found, early=reason.strip() if early else "")
    except erasing.TooEarly:
        raise Refusal(
            f"The data of {event} is kept until {consent.retained_until(found):%d/%m/%Y}. "
            "Wait, or close it out now with --early --reason TEXT."
        ) from None
    if record is None:
        click.echo("Nothing was left to destroy.")
        return
    what = ", ".join(f"{number} {name}" for name, number in record.counts.items())
    click.echo(f"Destroyed {what}. SHA-256 {record.sha256}.")


@privacy.command()
@click.argument("event")
@in_app
def digest(event: str) -> None:
    """Print what a close-out of EVENT would record now; in a backup, what it has recorded."""
    sha256, counts = erasing.digest(find(event))
    what = ", ".join(f"{number} {name}" for name, number in counts.items())
    click.echo(f"{what or 'nothing'}. SHA-256 {sha256 or '-'}.")
