"""Commands for devices, and for the paper that stands in for them."""

from collections.abc import Sequence
from pathlib import Path

import click
from flask import current_app

from eventapp.checkin import rolls as paper
from eventapp.checkin.checkpoints import all_checkpoints, find
from eventapp.checkin.devices import LINK_HOURS, MAX_HOURS, create_device
from eventapp.checkin.models import Rights
from eventapp.commands import Refusal, in_app, replacing
from eventapp.config import Config
from eventapp.database import now
from eventapp.events import service as events
from eventapp.text import clean, fold
from eventapp.web.language import DEFAULT_LANGUAGE, LANGUAGES


@click.group()
def device() -> None:
    """Phones and scanners at the door."""


@device.command()
@click.argument("event")
@click.argument("name")
@click.option(
    "--rights",
    # A leader's device has groups: it is made on the page of one.
    type=click.Choice([it.value for it in Rights if it is not Rights.LEADER]),
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


@click.command()
@click.argument("event")
@click.option("--checkpoint", required=True, help="Its name or number.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write, or a ZIP with one for each desk.",
)
@click.option("--desks", type=click.IntRange(1, paper.MAX_DESKS), default=1, show_default=True)
@click.option(
    "--order",
    type=click.Choice([it.value for it in paper.Arrangement]),
    default=paper.Arrangement.NAME.value,
    show_default=True,
)
@click.option(
    "--blanks",
    type=click.IntRange(0, paper.MAX_BLANKS),
    default=5,
    show_default=True,
    help="Empty rows for walk-ins on each roll.",
)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE)
@in_app
def rolls(
    event: str, checkpoint: str, output: Path, desks: int, order: str, blanks: int, lang: str
) -> None:
    """Write the rolls of a checkpoint: who is expected, to be ticked when there is no network."""
    found = events.find(event)
    where = find(found.id, _chosen(found.id, [checkpoint])[0])
    choice = paper.Choice(desks, paper.Arrangement(order), blanks, lang)
    write = paper.write_files if output.suffix.lower() == ".zip" else paper.write
    try:
        with replacing(output) as stream:
            write(found, where, choice, stream, printed_at=now())
    except paper.NoDesks:
        raise Refusal(
            "Nobody is expected at this checkpoint. Approve delegates, or choose another one."
        ) from None
    click.echo(f"Wrote {output}.")


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
