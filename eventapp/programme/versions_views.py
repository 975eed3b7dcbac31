"""Versions of the programme: pages on which organisers publish, compare and restore them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import Length

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.programme import published, restoring
from eventapp.programme.changes_in_words import Told, told
from eventapp.programme.differences import Difference, differences
from eventapp.programme.forms import KINDS, cleaned
from eventapp.programme.models import ProgrammeVersion
from eventapp.programme.records import Record
from eventapp.programme.views import programme
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

DRAFT = "draft"
AFFECTED, NOBODY = "affected", "nobody"


class PublishForm(PageForm):
    """What to say of a version, and whom to tell."""

    note = StringField(
        _l("Note for organisers"),
        [Length(max=500)],
        filters=[cleaned],
        description=_l("Why it was published; it stands in the list of versions."),
    )
    tell = RadioField(
        _l("Who gets a letter"),
        choices=[
            (AFFECTED, _l("Those whom the changes concern: one letter each")),
            (NOBODY, _l("Nobody")),
        ],
        default=AFFECTED,
    )
    seen = HiddenField()


class RestoreForm(PageForm):
    """That the draft which was looked at is to be replaced."""

    seen = HiddenField()


@programme.route("/manage/<event:event>/programme/publish", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def publish(event: Event) -> ResponseReturnValue:
    """What publishing would change, and the button that does it."""
    form = PublishForm()
    status = 200
    if form.validate_on_submit():
        try:
            number, letters = published.publish(
                event,
                form.note.data or "",
                tell=form.tell.data == AFFECTED,
                seen=form.seen.data or "",
            )
        except published.DraftChanged:
            status = 409
        except published.NothingToPublish:
            flash(_("There is nothing to publish: the public sees all of this already."), "info")
            return redirect(url_for(".publish", event=event), 303)
        else:
            flash(_said(number, letters), "success")
            return redirect(url_for(".versions", event=event), 303)
    draft = published.draft_of(event.id)
    form.seen.data = draft.state
    page = render_template(
        "programme/publish.html",
        event=event,
        form=form,
        draft=draft,
        changes=_told(event, draft.differences),
        changed=status == 409,
    )
    return page, 422 if form.errors else status


@programme.get("/manage/<event:event>/programme/versions")
@requires(Access.ORGANISE)
def versions(event: Event) -> ResponseReturnValue:
    """All versions; with ``from`` and ``to``, what differs between two of them."""
    rows = published.versions_of(event.id)
    if "from" not in request.args and "to" not in request.args:
        return render_template("programme/versions.html", event=event, versions=rows)
    before, after = _side(event, rows, "from"), _side(event, rows, "to")
    return render_template(
        "programme/compare.html",
        event=event,
        versions=rows,
        before=before,
        after=after,
        draft_key=DRAFT,
        changes=_told(event, differences(before.records, after.records)),
    )


@programme.get("/manage/<event:event>/programme/versions/<int:number>")
@requires(Access.ORGANISE)
def version(event: Event, number: int) -> ResponseReturnValue:
    """The programme as it was in a version."""
    found = _version(event, number)
    return render_template(
        "programme/version.html",
        event=event,
        version=found,
        latest=published.number_of_latest(event.id),
        plans=published.plans(event, found.records),
        kinds=KINDS,
    )


@programme.route(
    "/manage/<event:event>/programme/versions/<int:number>/restore", methods=["GET", "POST"]
)
@requires(Access.ORGANISE)
def restore(event: Event, number: int) -> ResponseReturnValue:
    """What restoring a version would do to the draft, and the button that does it."""
    form = RestoreForm()
    status = 200
    if form.validate_on_submit():
        try:
            done = restoring.restore(event, number, seen=form.seen.data or "")
        except published.VersionNotFound:
            abort(404)
        except published.DraftChanged:
            status = 409
        else:
            flash(_("The draft is that of version %(number)s again.", number=number), "success")
            if done.kept:
                flash(
                    _(
                        "Kept in the draft, for people or files depend on it: %(titles)s",
                        titles="; ".join(it.title for it in done.kept),
                    ),
                    "warning",
                )
            return redirect(url_for(".manage", event=event), 303)
    try:
        plan = restoring.plan(event.id, number)
    except published.VersionNotFound:
        abort(404)
    form.seen.data = plan.draft.state
    page = render_template(
        "programme/restore.html",
        event=event,
        form=form,
        plan=plan,
        changes=_told(event, plan.differences),
        comes_back=any(it.before is None for it in plan.differences),
        changed=status == 409,
    )
    return page, status


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a version by its number, or the draft."""

    key: str
    records: tuple[Record, ...]


def _side(event: Event, rows: Sequence[ProgrammeVersion], name: str) -> _Side:
    wanted = request.args.get(name, DRAFT)
    if wanted == DRAFT:
        return _Side(DRAFT, published.draft_of(event.id).records)
    if not wanted.isdecimal() or int(wanted) not in {it.number for it in rows}:
        abort(404)
    return _Side(wanted, _version(event, int(wanted)).records)


def _version(event: Event, number: int) -> published.Published:
    try:
        return published.version(event.id, number)
    except published.VersionNotFound:
        abort(404)


def _told(event: Event, found: Sequence[Difference]) -> list[Told]:
    return told(found, current_language(), event.zone)


def _said(number: int, letters: int) -> str:
    if not letters:
        said: str = _("Version %(number)s is published. Nobody was written to.", number=number)
    else:
        said = _(
            "Version %(number)s is published. Delegates who get a letter: %(letters)s.",
            number=number,
            letters=letters,
        )
    return said
