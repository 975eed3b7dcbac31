"""The wishes of a delegation for site visits, on one page of its workspace."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db, now
from eventapp.delegations import listing
from eventapp.delegations.freezing import is_frozen
from eventapp.delegations.workspace import delegation_of, guessing, page_of, workspace
from eventapp.events.models import Site
from eventapp.registration import wishing
from eventapp.registration.errors import NotInThisEvent
from eventapp.registration.models import COMING, Delegate, Delegation
from eventapp.registration.wishing import Said, Wanted, WishRules
from eventapp.web.language import moment

_NAMED = 5  # how many names a message gives before it says "and others"


@workspace.route("/<secret>/wishes", methods=["GET", "POST"])
@requires(Access.SECRET)
@guessing
def wishes(secret: str) -> ResponseReturnValue:
    """What everybody on the list wishes for: person by person, or one ranking for all."""
    delegation = delegation_of(secret)
    rules = wishing.rules(delegation.event_id, db.session())
    form, status = FlaskForm(), 200
    if form.validate_on_submit() and _may_say(delegation, rules, now()):
        people = _people(delegation.id)
        if said := _said(delegation, people, rules):
            _flash(said)
            return redirect(url_for(".wishes", secret=secret), 303)
        delegation, status = delegation_of(secret), 422
    people = _people(delegation.id)
    typed = status == 422
    sites = list(delegation.event.sites)
    page = page_of(
        "wishes.html",
        secret,
        delegation,
        people=people,
        sites=sites,
        ranks=range(1, _asked(people, sites, rules) + 1),
        chosen={it.id: _typed(it.id) if typed else _present(it) for it in people},
        for_all=_typed("all") if typed else [],
        rules=rules,
        may_say=_may_say(delegation, rules, now()),
    )
    return page, status


def _said(delegation: Delegation, people: Sequence[Delegate], rules: WishRules) -> Said | None:
    """Write what was sent; None, having said why, where that cannot be."""
    is_for_all = request.form.get("whose") == "all"
    wanted = _for_all(people) if is_for_all else _one_by_one(people)
    try:
        return wishing.say(delegation.event, wanted, delegation_id=delegation.id)
    except wishing.WishesOver as error:
        flash(_over(error.until), "danger")
    except wishing.TooManyWishes:
        flash(_("Nothing was saved: somebody wishes for one place twice."), "danger")
    except NotInThisEvent:
        flash(_("Nothing was saved: a place can no longer be chosen."), "danger")
    return None


def _one_by_one(people: Sequence[Delegate]) -> Mapping[int, Wanted]:
    return {
        it.id: Wanted(_numbers([request.form.get(f"before-{it.id}", "")]), _typed(it.id))
        for it in people
        if f"before-{it.id}" in request.form
    }


def _for_all(people: Sequence[Delegate]) -> Mapping[int, Wanted]:
    """The same ranking for everybody, or for those who have none yet."""
    ranking = _typed("all")
    overwrites = request.form.get("overwrites") == "1"
    return {
        it.id: Wanted(_present(it), ranking) for it in people if overwrites or not it.preferences
    }


def _typed(whose: object) -> list[int]:
    """The sites chosen for somebody, best first; what was left out in between closes up."""
    names = (f"wish-{whose}-{rank}" for rank in range(1, wishing.MOST + 1))
    return [int(it) for name in names if (it := request.form.get(name, "")).isdecimal()]


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(it) for text in texts for it in text.split(",") if it.isdecimal()]


def _people(delegation_id: int) -> list[Delegate]:
    return [it for it in listing.people(delegation_id) if it.status in COMING]


def _present(delegate: Delegate) -> list[int]:
    return [it.site_id for it in delegate.preferences]


def _asked(people: Sequence[Delegate], sites: Sequence[Site], rules: WishRules) -> int:
    """How many wishes there are fields for: never fewer than somebody has."""
    return max(rules.number(len(sites)), *(len(it.preferences) for it in people), 0)


def _may_say(delegation: Delegation, rules: WishRules, at: datetime) -> bool:
    """Until the deadline of the wishes; without one, as long as the list is open."""
    return not (rules.are_over(at) if rules.until else is_frozen(delegation, at))


def _over(until: datetime) -> str:
    text: str = _(
        "Wishes could be said until %(time)s. They stay as they are; only the organisers can "
        "change them now.",
        time=moment(until),
    )
    return text


def _flash(said: Said) -> None:
    flash(_("People whose wishes were changed: %(number)s.", number=said.changed), "success")
    if said.overtaken:
        names = ", ".join(said.overtaken[:_NAMED]) + (", …" if len(said.overtaken) > _NAMED else "")
        flash(
            _("Somebody else has changed these meanwhile; they stay: %(names)s.", names=names),
            "warning",
        )
