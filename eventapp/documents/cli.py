"""The command that prints the agenda."""

from pathlib import Path

import click

from eventapp.commands import in_app, replacing
from eventapp.documents import service
from eventapp.events import service as events
from eventapp.web.language import DEFAULT_LANGUAGE, LANGUAGES


@click.command()
@click.argument("event")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write.",
)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE)
@in_app
def agenda(event: str, output: Path, lang: str) -> None:
    """Write the agenda to a PDF, in the official form."""
    found = events.find(event)
    with replacing(output) as stream:
        service.agenda(found, stream, language=lang)
    click.echo(f"Wrote {output}.")
