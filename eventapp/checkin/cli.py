"""Commands for devices."""

import click
from flask import current_app

from eventapp.checkin.devices import create_device
from eventapp.commands import Refusal, in_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.text import clean


@click.group()
def device() -> None:
    """Phones and scanners at the door."""


@device.command()
@click.argument("event")
@click.argument("name")
@in_app
def create(event: str, name: str) -> None:
    """Make a device for an event, and print its link and its token."""
    name = clean(name)
    if not name:
        raise Refusal("A device needs a name. Write where it stands, such as 'Main door 1'.")
    found = events.find(event)
    made = create_device(found, name)
    settings: Config = current_app.config["SETTINGS"]
    base = settings.base_url or "http://127.0.0.1:8000"
    click.echo(f"link   {base}/checkin/{made.link}")
    click.echo(f"token  {made.token}")
