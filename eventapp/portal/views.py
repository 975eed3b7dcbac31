"""One's own registration, behind the secret of a personal link."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from wtforms import TextAreaField

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, requires
from eventapp.badges import images
from eventapp.certificates import judging, papers
from eventapp.database import db, now
from eventapp.documents.paper import NothingToPrint
from eventapp.extensions import limiter
from eventapp.feedback.service import asked
from eventapp.pdf import qr
from eventapp.portal.passes import pass_pdf
from eventapp.programme import materials
from eventapp.programme.calendar import MEDIA_TYPE
from eventapp.programme.models import Audience, Material, Session
from eventapp.programme.service import sessions_of
from eventapp.registration import editing, links, service, waitlist, wishing
from eventapp.registration.choices import choices_for
from eventapp.registration.errors import NotWaiting
from eventapp.registration.forms import EditForm, at_most, cleaned, diets
from eventapp.registration.itinerary import calendar_file, classes_of
from eventapp.registration.models import Delegate, Status
from eventapp.registration.search import answers_of
from eventapp.visits import change_rules
from eventapp.visits.reason_words import why
from eventapp.visits.service import group_and_bus_of, seat_of
from eventapp.visits.swaps import is_to_answer
from eventapp.web.forms import PageForm
from eventapp.web.language import current_language

portal = Blueprint("portal", __name__, url_prefix="/p")

_guessing = limiter.limit("120 per minute", scope="personal-link")


class CancelForm(PageForm):
    """Why somebody does not come, if they want to say."""

    reason = TextAreaField(render_kw={"rows": 2}, validators=[at_most(500)], filters=[cleaned])


@portal.get("/<secret>")
@requires(Access.SECRET)
@_guessing
def show(secret: str) -> ResponseReturnValue:
    """The pass and what was registered."""
    delegate = _delegate(secret)
    page = _page(
        "portal/show.html",
        secret,
        delegate,
        answers=answers_of(delegate, current_language(), public=True),
        visit_asked=asked(delegate),
        may_edit=editing.is_open(delegate.event, now()),
        may_say_wishes=may_say_wishes(delegate),
        edit_until=editing.last_day(delegate.event),
        place_in_line=waitlist.place_in_line(delegate),
        classes=classes_of(delegate),
        files=_files_for(delegate),
        photo=(photo := images.photo_state(delegate.event, delegate.id)),
        may_add_photo=photo.wanted and may_add_photo(delegate),
        has_certificate=judging.has_certificate(delegate.id),
        **_pass_of(delegate),
    )
    # Nothing that is opened from here learns the address. (Pages with forms keep same-origin:
    # by https the token against forgery is checked together with the referrer.)
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@portal.get("/<secret>/qr.svg")
@requires(Access.SECRET)
@_guessing
def qr_code(secret: str) -> ResponseReturnValue:
    """The code of the pass as a picture."""
    delegate = _delegate(secret)
    if not _has_pass(delegate):
        return redirect(url_for(".show", secret=secret))
    return _file(qr.svg(delegate.code), "image/svg+xml", delegate, "svg")


@portal.get("/<secret>/pass.pdf")
@requires(Access.SECRET)
@_guessing
def pass_paper(secret: str) -> ResponseReturnValue:
    """The pass to print."""
    delegate = _delegate(secret)
    if not _has_pass(delegate):
        return redirect(url_for(".show", secret=secret))
    paper = pass_pdf(delegate, *group_and_bus_of(delegate.id), current_language())
    return _file(paper, "application/pdf", delegate, "pdf")


@portal.get("/<secret>/certificate.pdf")
@requires(Access.SECRET)
@_guessing
def certificate(secret: str) -> ResponseReturnValue:
    """The certificate of training, once it is issued."""
    delegate, stream = _delegate(secret), BytesIO()
    try:
        papers.write_some(
            delegate.event, (delegate.id,), stream, language=current_language(), apart=False
        )
    except NothingToPrint:
        return redirect(url_for(".show", secret=secret))
    return _file(stream.getvalue(), "application/pdf", delegate, "certificate.pdf")


@portal.get("/<secret>/calendar.ics")
@requires(Access.SECRET)
@_guessing
def calendar(secret: str) -> ResponseReturnValue:
    """The days and the class for one's own calendar."""
    delegate = _delegate(secret)
    if not _has_pass(delegate):
        return redirect(url_for(".show", secret=secret))
    return _file(calendar_file(delegate), MEDIA_TYPE, delegate, "ics")


@portal.route("/<secret>/edit", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def edit(secret: str) -> ResponseReturnValue:
    """Change what was registered."""
    delegate = _delegate(secret)
    if delegate.is_cancelled:
        return redirect(url_for(".show", secret=secret))
    if not editing.is_open(delegate.event, now()):
        flash(_("Changes are no longer possible here. Please contact the organisers."), "warning")
        return redirect(url_for(".show", secret=secret))
    form = EditForm(choices_for(delegate.event, delegate=delegate), delegate)
    locked = editing.locked_parts(delegate.event)
    if "questions" in locked:
        form.leave_questions()
    form.keep(delegate, [name for part in locked for name in editing.PARTS[part][1]])
    status = 200
    if form.validate_on_submit():
        try:
            service.update(
                delegate.event, delegate.id, form.data_of(), revision=form.revision.data or 0
            )
        except StaleDataError:
            status = 409
            delegate = _delegate(secret)
            form.rebase(delegate)
        except service.NotInThisEvent as error:
            form.refuse(error)
        except service.QuotaFull as error:
            delegate = _delegate(secret)
            if rest := form.refuse_full(error):
                form.day_ids.errors = [*form.day_ids.errors, *rest]
        except service.ClassOnAnotherDay:
            form.class_id.errors = [_("Choose the day of this class too, or no class.")]
        else:
            flash(_("Your changes are saved."), "success")
            return redirect(url_for(".show", secret=secret), 303)
    page = _page(
        "portal/edit.html",
        secret,
        delegate,
        form=form,
        diets=diets(),
        changed=status == 409,
        locked=locked,
    )
    return page, 422 if form.errors else status


@portal.route("/<secret>/cancel", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def cancel(secret: str) -> ResponseReturnValue:
    """Cancel, after one question."""
    delegate = _delegate(secret)
    form = CancelForm()
    if delegate.is_cancelled:
        return redirect(url_for(".show", secret=secret))
    if form.validate_on_submit():
        service.cancel(delegate.event, delegate.id, reason=form.reason.data or "")
        flash(_("Your registration is cancelled."), "success")
        return redirect(url_for(".show", secret=secret), 303)
    return _page("portal/cancel.html", secret, delegate, form=form), 422 if form.errors else 200


@portal.post("/<secret>/offer")
@requires(Access.SECRET)
@_guessing
def answer_offer(secret: str) -> ResponseReturnValue:
    """Take the place that is offered, or leave it to the next; or wait once more."""
    delegate = _delegate(secret)
    event, wish = delegate.event, request.form.get("answer")
    try:
        if wish == "accept":
            waitlist.accept(event, delegate.id)
            flash(_("The place is yours."), "success")
        elif wish == "decline":
            service.cancel(event, delegate.id)
            flash(_("You have declined the place; it goes to the next on the waitlist."), "success")
        elif wish == "wait":
            waitlist.wait_again(event, delegate.id)
            flash(_("You are on the waitlist."), "success")
        else:
            abort(422)
    except NotWaiting:
        flash(_("This is no longer possible: the offer is over, or was answered."), "warning")
    return redirect(url_for(".show", secret=secret), 303)


def _delegate(secret: str) -> Delegate:
    """Whose link it is; 404 for nobody's. What they change is recorded as theirs."""
    delegate = links.by_secret(secret)
    if delegate is None:
        abort(404)
    g.event = delegate.event
    audit.actor.set("delegate")
    return delegate


def _files_for(delegate: Delegate) -> list[tuple[Session, Sequence[Material]]]:
    """The sessions that have files for this delegate, in the order of the programme."""
    found = materials.materials_of(delegate.event_id, audiences_of(delegate))
    if not found:
        return []
    return [(it, found[it.id]) for it in sessions_of(delegate.event_id) if it.id in found]


def audiences_of(delegate: Delegate) -> frozenset[Audience]:
    """Whose files a delegate may have: with a pass those of delegates, else everybody's."""
    return materials.DELEGATES if _has_pass(delegate) else materials.PUBLIC


def may_add_photo(delegate: Delegate) -> bool:
    """Whether the delegate may hand in a photo still, where badges show one."""
    return not delegate.is_cancelled and editing.is_open(delegate.event, now())


def may_say_wishes(delegate: Delegate) -> bool:
    """Whether a delegate may change their wishes still when nothing else, by their own deadline."""
    event = delegate.event
    if not delegate.is_coming or editing.is_open(event, now()):
        return False
    if "wishes" in editing.locked_parts(event):
        return False
    rules = wishing.rules(event.id, db.session())
    return rules.until is not None and not rules.are_over(now()) and bool(event.sites)


def _has_pass(delegate: Delegate) -> bool:
    return delegate.status == Status.APPROVED


def _pass_of(delegate: Delegate) -> dict[str, Any]:
    if not _has_pass(delegate):
        return {"group": None}
    seat, rules = seat_of(delegate.id), change_rules.rules_of(delegate.event_id)
    return {
        "may_change_seat": rules.may_swap or rules.may_wait,
        "swap_to_answer": rules.may_swap and is_to_answer(delegate.id),
        "group": seat.group if seat else None,
        "bus": seat.bus.label if seat and seat.bus else "",
        "why": why(seat, delegate.event_id, to_organisers=False) if seat else None,
        "code": qr.grouped(delegate.code),
        "picture": qr.svg(delegate.code, _("QR code of the pass")),
    }


def _page(template: str, secret: str, delegate: Delegate, **values: Any) -> Response:
    page = Response(
        render_template(template, event=delegate.event, delegate=delegate, secret=secret, **values)
    )
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _file(content: bytes | str, kind: str, delegate: Delegate, suffix: str) -> Response:
    file = Response(content, content_type=kind)
    how = "inline" if request.args.get("show") else "attachment"
    file.headers["Content-Disposition"] = f'{how}; filename="{delegate.event.slug}.{suffix}"'
    file.headers["Referrer-Policy"] = "no-referrer"
    file.headers["X-Robots-Tag"] = "noindex, nofollow"
    return file
