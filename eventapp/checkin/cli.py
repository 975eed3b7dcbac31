"""Commands for devices."""

from collections.abc import Sequence

import click
from flask import current_app

from eventapp.checkin.checkpoints import all_checkpoints
from eventapp.checkin.devices import LINK_HOURS, MAX_HOURS, create_device
from eventapp.checkin.models import Rights
from eventapp.commands import Refusal, in_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.text import clean, fold


@click.group()
def device() -> None:
    """Phones and scanners at the door."""


@device.command()
@click.argument("event")
@click.argument("name")
@click.option(
    "--rights",
    type=click.Choice([it.value for it in Rights]),
    default=Rights.STEWARD.value,
    show_default=True,
    help="What it may do.",
)
@click.option(
    "--checkpoint",
    "checkpoints",
    multiple=True,
    help="The name or number of a checkpoint; may be repeated. Without it: all of them.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, MAX_HOURS),
    default=LINK_HOURS,
    show_default=True,
    help="For how long the link works.",
)
@in_app
def create(event: str, name: str, rights: str, checkpoints: Sequence[str], hours: int) -> None:
    """Make a device for an event, and print its link and its token."""
    name = clean(name)
    if not name:
        raise Refusal("A device needs a name. Write where it stands, such as 'Main door 1'.")
    found = events.find(event)
    chosen = _chosen(found.id, checkpoints)
    made = create_device(found, name, rights=Rights(rights), checkpoint_ids=chosen, hours=hours)
    settings: Config = current_app.config["SETTINGS"]
    base = settings.base_url or "http://127.0.0.1:8000"
    click.echo(f"link   {base}/checkin/{made.link}")
    click.echo(f"token  {made.token}")


def _chosen(event_id: int, names: Sequence[str]) -> list[int]:
    """Ids of checkpoints by number, or by name in either language, marks and case apart."""
    if not names:
        return []
    known: dict[str, int] = {}
    for it in all_checkpoints(event_id):
        for name in (str(it.id), it.name, it.name_en):
            known.setdefault(fold(name), it.id)
    known.pop("", None)
    chosen = []
    for name in names:
        if fold(name) not in known:
            raise Refusal(
                f"The event has no checkpoint '{name}'. "
                "See their names on the page Checkpoints, or make them there."
            )
        chosen.append(known[fold(name)])
    return chosen
