"""The review list of registrations that look like one person, and their merging."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm.exc import StaleDataError

from eventapp.accounts.permissions import Access, requires
from eventapp.duplicates import choosing, finding, merging
from eventapp.duplicates.errors import AlreadyGone, NotTwo
from eventapp.duplicates.likeness import Sign
from eventapp.events.models import Event
from eventapp.registration import search
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.exporting import one_line
from eventapp.registration.models import Delegate
from eventapp.registration.quota import QuotaFull
from eventapp.registration.quota_words import names_of
from eventapp.web.language import LANGUAGES, current_language, phone, short_day

duplicates = Blueprint("duplicates", __name__)

SIGNS = {
    Sign.EMAIL: _l("Same e-mail"),
    Sign.NAME_AND_OFFICE: _l("Same name and organisation"),
    Sign.NAME_AND_DELEGATION: _l("Same name in one delegation"),
    Sign.PHONE: _l("Same telephone"),
}
LABELS = {
    "name": _l("Full name"),
    "position": _l("Position"),
    "organisation_id": _l("Organisation"),
    "category_id": _l("Category"),
    "email": _l("E-mail"),
    "phone": _l("Telephone"),
    "diet": _l("Diet"),
    "needs": _l("Special needs"),
    "needs_step_free": _l("Way without steps"),
    "language": _l("Language"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A field in which two registrations differ, as text."""

    field: str
    label: str
    first: str
    second: str
    chosen: int = 0
    """The id of the delegate whose value is proposed; 0 where nothing is to be chosen."""


@duplicates.get("/manage/<event:event>/duplicates")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Pairs that look alike, side by side."""
    page = finding.find(event, request.args.get("page", 1, type=int))
    return render_template(
        "duplicates/index.html",
        event=event,
        page=page,
        signs=SIGNS,
        lines={it.pair: _lines(it.first, it.second) for it in page.rows},
    )


@duplicates.get("/manage/<event:event>/duplicates/number")
@requires(Access.ORGANISE)
def number(event: Event) -> ResponseReturnValue:
    """How many pairs wait, for the link on the list of delegates; nothing where there is none."""
    found = finding.count(event)
    return str(found) if found else ("", 204)


@duplicates.get("/manage/<event:event>/duplicates/<int:first_id>/<int:second_id>")
@requires(Access.ORGANISE)
def compare(event: Event, first_id: int, second_id: int) -> ResponseReturnValue:
    """Two registrations: who stays, and what is kept of each."""
    first, second = _both(event, first_id, second_id)
    return _page(event, first, second)


@duplicates.post("/manage/<event:event>/duplicates/<int:first_id>/<int:second_id>/merge")
@requires(Access.ORGANISE)
def merge(event: Event, first_id: int, second_id: int) -> ResponseReturnValue:
    """Make one of two."""
    kept_id = request.form.get("kept", type=int)
    if kept_id not in (first_id, second_id):
        first, second = _both(event, first_id, second_id)
        flash(_("Choose which registration stays."), "warning")
        return _page(event, first, second), 422
    other_id = second_id if kept_id == first_id else first_id
    chosen = {field: request.form.get(field, type=int) for field in choosing.FIELDS}
    try:
        kept = merging.merge(
            event,
            kept_id,
            other_id,
            {field: id_ for field, id_ in chosen.items() if id_ is not None},
            revisions={
                id_: request.form.get(f"revision_{id_}", -1, type=int)
                for id_ in (first_id, second_id)
            },
        )
    except (DelegateNotFound, NotTwo):
        abort(404)
    except AlreadyGone:
        flash(
            _("One of the two was merged or cancelled meanwhile; nothing was changed."), "warning"
        )
        return redirect(url_for(".index", event=event), 303)
    except StaleDataError:
        flash(_("One of the two was changed meanwhile. Please compare them again."), "warning")
        first, second = _both(event, first_id, second_id)
        return _page(event, first, second), 409
    except QuotaFull as error:
        flash(
            _(
                "No place is left (%(names)s); nothing was changed. "
                "Keep the category and the organisation of the one who has a place.",
                names=names_of(error),
            ),
            "warning",
        )
        first, second = _both(event, first_id, second_id)
        return _page(event, first, second), 409
    flash(_("The two registrations are one now."), "success")
    return redirect(url_for("delegates.show", event=event, delegate_id=kept.id), 303)


@duplicates.post("/manage/<event:event>/duplicates/<int:first_id>/<int:second_id>/apart")
@requires(Access.ORGANISE)
def keep_apart(event: Event, first_id: int, second_id: int) -> ResponseReturnValue:
    """Two people; they are not shown together again."""
    try:
        merging.keep_apart(event, first_id, second_id)
    except (DelegateNotFound, NotTwo):
        abort(404)
    flash(_("Remembered: they are two people."), "success")
    return redirect(url_for(".index", event=event, page=request.form.get("page") or None), 303)


def _both(event: Event, first_id: int, second_id: int) -> tuple[Delegate, Delegate]:
    first, second = search.load(event, first_id), search.load(event, second_id)
    if first is None or second is None or first is second:
        abort(404)
    return first, second


def _page(event: Event, first: Delegate, second: Delegate) -> str:
    g.event = event
    scanned = merging.scanned([first.id, second.id])
    proposal = choosing.propose(first, second, scanned)
    return render_template(
        "duplicates/compare.html",
        event=event,
        first=first,
        second=second,
        scanned=scanned,
        proposal=proposal,
        lines=_lines(first, second, proposal.values),
        together=_together(first, second),
        is_possible=not (first.is_cancelled or second.is_cancelled),
    )


def _lines(first: Delegate, second: Delegate, chosen: dict[str, int] | None = None) -> list[Line]:
    return [
        Line(
            field,
            str(LABELS[field]),
            _text(first, field),
            _text(second, field),
            (chosen or {}).get(field, 0),
        )
        for field in choosing.differing(first, second)
    ]


def _together(first: Delegate, second: Delegate) -> list[Line]:
    """What is put together rather than chosen, where the two differ in it."""
    language = current_language()
    texts: dict[str, tuple[str, Any]] = {
        "days": (_("Days"), lambda it: ", ".join(short_day(day.date) for day in it.days)),
        "training": (
            _("Training"),
            lambda it: ", ".join(one_line(its.title_in(language)) for its in it.enrolments),
        ),
        "wishes": (
            _("Site visit wishes"),
            lambda it: ", ".join(wish.site.name for wish in it.preferences),
        ),
    }
    return [
        Line(field, str(label), said(first), said(second))
        for field, (label, said) in texts.items()
        if said(first) != said(second)
    ]


def _text(delegate: Delegate, field: str) -> str:
    if field == "organisation_id":
        office, delegation = delegate.organisation, delegate.organisation.delegation
        same = office.name == delegation.name
        return office.name if same else f"{office.name}, {delegation.name}"
    if field == "category_id":
        return delegate.category.name_in(current_language())
    if field == "phone":
        return phone(delegate.phone)
    if field == "language":
        return LANGUAGES.get(delegate.language, delegate.language)
    return str(getattr(delegate, field))
