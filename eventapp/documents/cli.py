"""The commands that print papers."""

from pathlib import Path

import click
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from eventapp.commands import Refusal, in_app, replacing
from eventapp.documents import agendas
from eventapp.documents.paper import KINDS, Kind, NothingToPrint, Options, Order
from eventapp.events import service as events
from eventapp.programme import published
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
    """Write the agenda to a PDF, in the official form: as it was published, or else the draft."""
    found = events.find(event)
    with replacing(output) as stream:
        agendas.write(found, stream, language=lang, version=published.latest(found.id))
    click.echo(f"Wrote {output}.")


@click.command()
@click.argument("kind")
@click.argument("event")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF, or ZIP, to write.",
)
@click.option(
    "--set", "given", multiple=True, metavar="NAME=VALUE", help="A choice of this kind of paper."
)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), default=DEFAULT_LANGUAGE)
@in_app
def documents(kind: str, event: str, output: Path, given: tuple[str, ...], lang: str) -> None:
    """Write a paper of this KIND: agenda, rosters …; a wrong one lists them all."""
    chosen = KINDS.get(kind)
    if chosen is None:
        raise click.UsageError(f"There is no kind {kind}. Choose of: {', '.join(KINDS)}.")
    found = events.find(event)
    with force_locale(lang):
        options = _options(chosen, chosen.options(found, _values(given, lang)))
        try:
            with replacing(output) as stream:
                chosen.write(Order(found, options.data, options.language.data), stream)
        except NothingToPrint as error:
            raise Refusal(str(error)) from None
    click.echo(f"Wrote {output}.")


def _values(given: tuple[str, ...], lang: str) -> MultiDict[str, str]:
    values: MultiDict[str, str] = MultiDict({"language": lang})
    for it in given:
        name, equals, value = it.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, not {it}.")
        if name == "language":
            values.setlist(name, [value])
        else:
            values.add(name, value)
    return values


def _options(kind: Kind, options: Options) -> Options:
    """The options, if they make sense."""
    if unknown := set((options.given or {}).keys()) - set(options.data):
        raise click.UsageError(
            f"{kind.name} has no choice {min(unknown)}. It has: {', '.join(options.data)}."
        )
    if not options.validate():
        name, (reason, *_others) = next(iter(options.errors.items()))
        raise click.UsageError(f"{name}: {reason}")
    return options
