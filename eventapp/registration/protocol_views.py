"""Where organisers settle the protocol order: which position ranks how, which delegation is first.

An order is worked on as a form: every button but Save only shows the form in its new order. With
JavaScript the page does that by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.events.presets import available_presets, load_preset
from eventapp.registration import ranking
from eventapp.registration.protocol import parts
from eventapp.text import clean, clean_lines

protocol = Blueprint("protocol", __name__, url_prefix="/manage/<event:event>/protocol")

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Line:
    """A rank in the form: how it is spelt, and which stored rank it was (0: none)."""

    spellings: tuple[str, ...]
    was: int


@protocol.route("", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """The ranks of positions, who has one, and who has none."""
    stored = ranking.rows(event.id)
    revision = ranking.revision_of(ranking.order_of(stored))
    if request.method == "GET":
        return _ranks(event, stored, [Line(it.spellings, it.rank) for it in stored], revision)
    lines, do = _lines(request.form), request.form.get("do", "")
    if do == "usual":
        lines = _usual(request.form.get("preset", ""), stored)
    elif do == "add":
        lines = [*lines, Line((), 0)]
    elif do != "save":
        lines = moved(lines, do)
    else:
        return _save(event, stored, lines, revision)
    shown = request.form.get("revision", revision)
    return _ranks(event, stored, lines, shown, unsaved=True)


def _save(
    event: Event, stored: Sequence[ranking.RankRow], lines: Sequence[Line], revision: str
) -> ResponseReturnValue:
    try:
        number = ranking.save(
            event, request.form.get("revision", ""), [it.spellings for it in lines]
        )
    except ranking.OrderChanged:
        return _ranks(event, stored, lines, revision, conflict=True), 409
    except ranking.OrderError as error:
        shown = request.form.get("revision", "")
        return _ranks(event, stored, lines, shown, error=_why(error)), 422
    flash(_saved(number), "success")
    return redirect(url_for(".index", event=event), 303)


@protocol.post("/rank")
@requires(Access.ORGANISE)
def give_rank(event: Event) -> ResponseReturnValue:
    """Let a position that has no rank count as one of the order."""
    place = request.form.get("place", type=int)
    position = clean(request.form.get("position", ""))
    try:
        number = ranking.give_rank(event, request.form.get("revision", ""), position, place)
    except ranking.OrderChanged:
        flash(
            _("Somebody else has just changed the order. Look at it, then choose again."), "warning"
        )
    except ranking.OrderError as error:
        flash(_why(error), "danger")
    else:
        flash(_saved(number), "success")
    return redirect(url_for(".index", event=event, _anchor="unranked"), 303)


@protocol.route("/delegations", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def delegations(event: Event) -> ResponseReturnValue:
    """The order of provinces and ministries, in lists, seats and introductions."""
    stored = ranking.delegations(event.id)
    revision = ranking.revision_of(it.id for it in stored)
    if request.method == "GET":
        return _delegations(event, stored, revision)
    rows, do = _chosen(stored, request.form), request.form.get("do", "")
    shown = request.form.get("revision", "")
    if do == "by_name":
        rows = ranking.by_name(rows)
    elif do == "by_code":
        rows = ranking.by_code(rows)
    elif do != "save":
        rows = moved(rows, do)
    else:
        try:
            ranking.save_delegations(event, shown, [it.id for it in rows])
        except ranking.OrderChanged:
            return _delegations(event, rows, revision, conflict=True), 409
        flash(_("The order has been saved."), "success")
        return redirect(url_for(".delegations", event=event), 303)
    return _delegations(event, rows, shown, unsaved=True)


def moved(rows: Sequence[_Row], do: str) -> list[_Row]:
    """The rows after ``up:3``, ``down:3`` or ``remove:3`` (counted from 0); else as they were.

    >>> moved("abc", "up:1"), moved("abc", "remove:0"), moved("abc", "up:0")
    (['b', 'a', 'c'], ['b', 'c'], ['a', 'b', 'c'])
    """
    what, _colon, typed = do.partition(":")
    kept = list(rows)
    at = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else len(kept)
    if at >= len(kept):
        return kept
    row = kept.pop(at)
    if what != "remove":
        kept.insert(max(at - 1, 0) if what == "up" else at + 1 if what == "down" else at, row)
    return kept


def _lines(form: MultiDict[str, str]) -> list[Line]:
    numbers = [int(it) if it.isascii() and it.isdecimal() else 0 for it in form.getlist("was")]
    texts = form.getlist("spellings")[: 2 * ranking.MAX_RANKS]
    return [
        Line(tuple(filter(None, map(clean, clean_lines(text).replace(";", "\n").split("\n")))), was)
        for text, was in zip(texts, [*numbers, *([0] * len(texts))], strict=False)
    ]


def _usual(preset: str, stored: Sequence[ranking.RankRow]) -> list[Line]:
    """The positions of a preset in their order; of an unknown one, nothing changes."""
    if preset not in available_presets():
        return [Line(it.spellings, it.rank) for it in stored]
    known = {spelling: it.rank for it in stored for spelling in it.spellings}
    usual = load_preset(preset).positions_by_protocol_rank
    return [Line((it,), known.get(it, 0)) for it in usual]


def _chosen(
    stored: Sequence[ranking.DelegationRow], form: MultiDict[str, str]
) -> list[ranking.DelegationRow]:
    """The rows in the order of the form; those that it does not know, last."""
    by_id = {str(it.id): it for it in stored}
    named = [by_id.pop(it) for it in form.getlist("ids") if it in by_id]
    return [*named, *by_id.values()]


def _ranks(
    event: Event,
    stored: Sequence[ranking.RankRow],
    lines: Sequence[Line],
    revision: str,
    **state: Any,
) -> str:
    unknown = ranking.unranked(event.id)
    return render_template(
        "protocol/ranks.html",
        event=event,
        lines=lines,
        stored=stored,
        people={it.rank: it.people for it in stored},
        revision=revision,
        unranked=unknown,
        suggested=_suggested(unknown.positions),
        presets=[(slug, load_preset(slug).short_title) for slug in available_presets()],
        **state,
    )


def _suggested(positions: Sequence[tuple[str, int]]) -> Mapping[str, str]:
    """What of each position to enter into the order: the first of those that it names."""
    return {it: (parts(it) or [it])[0][: ranking.MAX_LENGTH] for it, _number in positions}


def _delegations(
    event: Event, rows: Sequence[ranking.DelegationRow], revision: str, **state: Any
) -> str:
    return render_template(
        "protocol/delegations.html", event=event, rows=rows, revision=revision, **state
    )


def _saved(number: int) -> str:
    text: str = _(
        "The order has been saved. Delegates who have another rank now: %(count)s.", count=number
    )
    return text


def _why(error: ranking.OrderError) -> str:
    """A refusal in words: what is wrong and what to do."""
    if isinstance(error, ranking.PositionTwice):
        text = _("“%(position)s” stands in the order twice.", position=error.position)
    elif isinstance(error, ranking.PositionTooLong):
        text = _(
            "“%(position)s” is too long: write at most %(number)s characters.",
            position=error.position[:60] + "…",
            number=ranking.MAX_LENGTH,
        )
    elif isinstance(error, ranking.NeverMatches):
        text = _(
            "Nobody’s position can be “%(position)s”: write one position, without a comma, "
            "a slash or brackets.",
            position=error.position,
        )
    else:
        text = _("Write at most %(number)s positions.", number=ranking.MAX_RANKS)
    return str(text)
