"""Commands of site visits."""

import sys
from typing import Any

import click
from flask_babel import force_locale

from eventapp.commands import Refusal, in_app
from eventapp.events import service as events
from eventapp.events.models import Event
from eventapp.visits import (
    accepting,
    allocation_settings,
    fault_words,
    previewing,
    run_words,
    running,
    runs,
)
from eventapp.visits.naming import names_of
from eventapp.visits.run_settings import MOST_SECONDS, Mode, RunSettings


@click.group()
def visits() -> None:
    """Groups that visit sites."""


@visits.command()
@click.argument("event")
@click.option(
    "--seconds",
    type=click.IntRange(1, MOST_SECONDS),
    help="For how long at most; the event's own setting otherwise.",
)
@click.option("--accept", is_flag=True, help="Also where people who have a seat get another one.")
@click.option("--anew", is_flag=True, help="Everybody's place anew, whoever moves.")
@click.option("--tell", is_flag=True, help="Write to each whose seat is another.")
@in_app
def allocate(event: str, seconds: int | None, accept: bool, anew: bool, tell: bool) -> None:
    """Seat everybody who has no group yet, so that as few as possible of the others move.

    Where nobody who has a seat gets another one, that is accepted at once. Otherwise it waits to be
    looked at, or for --accept.
    """
    found = events.find(event)
    usual = allocation_settings.settings_of(found.id)
    mode = Mode.ANEW if anew else Mode.NEAREST
    settings = RunSettings(mode, usual.aims, usual.worst, seconds or usual.seconds)
    try:
        asked = runs.ask(found, settings, in_hand=True)
        result = running.settle(asked, on_progress=_show if sys.stderr.isatty() else None)
    except runs.RunUnderWay as error:
        raise Refusal(f"Run {error.number} has not ended yet. Wait for it, or stop it.") from None
    except runs.Lost:
        raise Refusal("The run was taken over by somebody else. Ask for it again.") from None
    with force_locale("en"):
        if result is None or "placements" not in result:
            raise Refusal(_blame(found, result or {}))
        moved, joined = previewing.differing(result)
        _print_figures(asked.number, result, len(moved), len(joined))
        if moved and not accept:
            click.echo(
                f"Not accepted: people who have a seat would move. Look at run {asked.number} on "
                "the page of the allocation, or ask with --accept."
            )
            return
        _accept(found, asked.number, tell=tell)


def _accept(event: Event, number: int, *, tell: bool) -> None:
    try:
        done = accepting.accept(event, number, tells=tell)
    except accepting.BasisChanged as error:
        what = run_words.changed(error.parts)
        raise Refusal(
            f"Nothing was changed: meanwhile something else has ({what}). Run it again."
        ) from None
    click.echo(
        f"Accepted: {done.moved} moved, {done.seated} newly seated, {done.stayed} as before."
    )


def _print_figures(number: int, result: dict[str, Any], moved: int, joined: int) -> None:
    then = result["then"]
    click.echo(f"Seated by run {number}: {then['placed']}; moved {moved}, newly seated {joined}.")
    click.echo(f"{run_words.outcome(result)} {result['seconds']} s")
    for rank, people in then["by_rank"]:
        if rank:
            click.echo(f"  wish {rank}: {people}")
    if none := dict(then["by_rank"]).get(0):
        click.echo(f"  no wish of theirs: {none}")
    if then["without_wishes"]:
        click.echo(f"  without wishes: {then['without_wishes']}")
    for it in result["results"]:
        click.echo(f"{run_words.value(it['aim'])}: {it['value']} ({run_words.proven(it)})")


def _blame(event: Event, result: dict[str, Any]) -> str:
    """What is to blame, in one line."""
    names = names_of(event.id, fault_words.people_in(result))
    faults = [it for it in result.get("faults", ()) if it["kind"] not in fault_words.HARMLESS]
    if faults:
        return " ".join(fault_words.fault_said(it, names).text for it in faults[:3])
    if cheapest := (result.get("blame") or {}).get("cheapest"):
        said = " ".join(fault_words.remedy_said(it, names).text for it in cheapest)
        return f"It cannot be done as things are. This would be enough: {said}"
    if "blame" in result or result.get("outcome") == "impossible":
        return "It cannot be done as things are, and what is to blame was not found."
    return str(run_words.FAILURES.get(result.get("why", ""), "It failed. Ask for it again."))


def _show(progress: dict[str, Any]) -> None:
    click.echo(
        f"  {progress['stage']}/{progress['stages']} {progress['aim']}: "
        f"{progress['value']} (bound {progress['bound']}), {progress['seconds']} s",
        err=True,
    )
