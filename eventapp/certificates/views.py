"""Organisers' pages of certificates: the list, issuing, printing, the rule, one person."""

from collections.abc import Callable
from datetime import date
from tempfile import TemporaryFile
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp import text
from eventapp.accounts.permissions import Access, requires
from eventapp.certificates import attendance, judging, listing, papers, person, service
from eventapp.certificates.errors import (
    AlreadyWithdrawn,
    CertificateNotFound,
    NobodyToIssue,
    NothingChanged,
    NotOfThisEvent,
    RuleChanged,
)
from eventapp.certificates.forms import (
    PRESENT,
    SCANS,
    CorrectionForm,
    IssueForm,
    ReasonForm,
    RuleForm,
)
from eventapp.certificates.listing import State
from eventapp.certificates.models import Certificate
from eventapp.database import now
from eventapp.documents import people
from eventapp.documents.paper import PDF, SUFFIXES, ZIP, NothingToPrint
from eventapp.events.models import Event
from eventapp.registration.errors import DelegateNotFound
from eventapp.web.language import DEFAULT_LANGUAGE, LANGUAGES

certificates = Blueprint("certificates", __name__)

STATES = {
    State.READY: _l("Qualifies"),
    State.ISSUED: _l("Issued"),
    State.OUTDATED: _l("Issued; details have changed since"),
    State.UNEARNED: _l("Issued; would not qualify any more"),
    State.WITHDRAWN: _l("Certificate withdrawn"),
    State.TOO_LITTLE: _l("Attended too little"),
    State.EXCLUDED: _l("Category without certificates"),
    State.NO_TRAINING: _l("The programme has no training"),
    State.NOT_APPROVED: _l("Registration not approved"),
}
PAPER_LANGUAGES = {**LANGUAGES, papers.BOTH: " – ".join(LANGUAGES.values())}
_MOST = 20_000
_MOST_LETTERS = 200
_FILTERS = ("q", "state", "delegation")


@certificates.get("/manage/<event:event>/certificates")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Who qualifies and who does not, and who has a certificate."""
    rule = judging.rule_of(event.id)
    chosen = request.args.get("state", "")
    state = State(chosen) if chosen in set(State) else None
    delegation_id = request.args.get("delegation", type=int)
    words = text.clean(request.args.get("q", ""))[:_MOST_LETTERS]
    found = listing.find(
        event,
        rule,
        state=state,
        delegation_id=delegation_id,
        words=words,
        page=request.args.get("page", 1, type=int),
    )
    sessions = attendance.training_sessions(event.id)
    return render_template(
        "certificates/index.html",
        event=event,
        rule=rule,
        found=found,
        states=STATES,
        state=state,
        delegation_id=delegation_id,
        words=words,
        delegations=people.delegations(event),
        sessions=sessions,
        sources=attendance.sources(event, sessions, door_counts=rule.door_counts),
        paper_languages=PAPER_LANGUAGES,
        today=_today(event),
        here={
            name: value
            for name, value in (("q", words), ("state", state), ("delegation", delegation_id))
            if value
        },
    )


@certificates.post("/manage/<event:event>/certificates/issue")
@requires(Access.ORGANISE)
def issue(event: Event) -> ResponseReturnValue:
    """Issue to all who qualify, or to those ticked who do."""
    form, ids = IssueForm(), _ticked()
    person_id = request.form.get("back", type=int)
    back = redirect(
        url_for(".show", event=event, delegate_id=person_id)
        if person_id
        else url_for(".index", event=event, **_here()),
        303,
    )
    if ids == []:
        flash(_("Tick somebody first, or choose everybody."), "warning")
    elif not form.validate_on_submit() or form.issued_on.data is None:
        flash(_("Enter the date of the certificates."), "warning")
    else:
        _issue(event, ids, form.issued_on.data)
    return back


def _issue(event: Event, ids: list[int] | None, on: date) -> None:
    try:
        done = service.issue(event, ids, on=on)
    except NobodyToIssue:
        flash(_("Nobody among them qualifies and has no certificate yet."), "warning")
        return
    said = _(
        "Certificates issued: %(number)s (numbers %(first)s to %(last)s).",
        number=done.count,
        first=done.first,
        last=done.last,
    )
    left = len(ids) - done.count if ids is not None else 0
    if left:
        said += " " + _("%(number)s of those ticked got none: see why in the list.", number=left)
    flash(said, "success")


@certificates.post("/manage/<event:event>/certificates/file")
@requires(Access.ORGANISE)
def download(event: Event) -> ResponseReturnValue:
    """The valid certificates of all, or of those ticked, as one PDF or a ZIP of one each."""
    language = request.form.get("language", "")
    kind = ZIP if request.form.get("format") == "zip" else PDF
    if language not in PAPER_LANGUAGES:
        language = DEFAULT_LANGUAGE
    stream = TemporaryFile()  # noqa: SIM115 - closed by the server when it has been sent
    try:
        papers.write_some(event, _ticked(), stream, language=language, apart=kind == ZIP)
    except NothingToPrint:
        stream.close()
        flash(_("Nobody among them has a valid certificate."), "warning")
        return redirect(url_for(".index", event=event, **_here()), 303)
    stream.seek(0)
    return send_file(
        stream,
        mimetype=kind,
        as_attachment=True,
        download_name=f"certificates-{event.slug}-{language}.{SUFFIXES[kind]}",
        max_age=0,
    )


@certificates.route("/manage/<event:event>/certificates/rule", methods=["GET", "POST"])
@requires(Access.ORGANISE)
def edit_rule(event: Event) -> ResponseReturnValue:
    """Who gets a certificate."""
    form = RuleForm(event, judging.rule_of(event.id))
    if form.validate_on_submit():
        try:
            service.save_rule(event, form.rule())
        except RuleChanged:
            form.excluded.errors = [_("Choose one of the list.")]
        else:
            flash(_("Certificates go by this from now on."), "success")
            return redirect(url_for(".index", event=event), 303)
    page = render_template("certificates/rule.html", event=event, form=form)
    return page, 422 if form.errors else 200


# --- One person ---------------------------------------------------------------------------------


@certificates.get("/manage/<event:event>/certificates/people/<int:delegate_id>")
@requires(Access.ORGANISE)
def show(event: Event, delegate_id: int) -> ResponseReturnValue:
    """What somebody attended, their certificate, and what can be done about both."""
    return _page(event, delegate_id)


@certificates.post("/manage/<event:event>/certificates/people/<int:delegate_id>/attendance")
@requires(Access.ORGANISE)
def correct(event: Event, delegate_id: int) -> ResponseReturnValue:
    """Correct whether they were at a session, on a visit, or there on a day."""
    form = CorrectionForm()
    if not form.validate_on_submit():
        return _page(event, delegate_id, correction=form), 422
    try:
        service.correct(
            event,
            delegate_id,
            session_id=_number(form.session_id.data),
            day_id=_number(form.day_id.data),
            group_id=_number(form.group_id.data),
            present=None if form.present.data == SCANS else form.present.data == PRESENT,
            reason=form.reason.data or "",
        )
    except (DelegateNotFound, NotOfThisEvent):
        abort(404)
    flash(_("The attendance is corrected."), "success")
    return redirect(url_for(".show", event=event, delegate_id=delegate_id), 303)


@certificates.post("/manage/<event:event>/certificates/<int:certificate_id>/withdraw")
@requires(Access.ORGANISE)
def withdraw(event: Event, certificate_id: int) -> ResponseReturnValue:
    """Make a certificate invalid."""
    said = _l("Certificate %(number)s is withdrawn.")
    return _with_reason("withdrawing", service.withdraw, event, certificate_id, said)


@certificates.post("/manage/<event:event>/certificates/<int:certificate_id>/reissue")
@requires(Access.ORGANISE)
def reissue(event: Event, certificate_id: int) -> ResponseReturnValue:
    """Issue a certificate anew under its number, with what is known now."""
    said = _l("Certificate %(number)s is issued anew.")
    return _with_reason("reissuing", service.reissue, event, certificate_id, said)


def _with_reason(
    name: str,
    change: Callable[[Event, int, str], Certificate],
    event: Event,
    certificate_id: int,
    said: Any,
) -> ResponseReturnValue:
    """Change a certificate for the reason that was sent; ``name`` is the form's on the page."""
    form, delegate_id = ReasonForm(), request.form.get("delegate", 0, type=int)
    if not form.validate_on_submit():
        return _page(event, delegate_id, **{name: form}), 422
    try:
        done = change(event, certificate_id, form.reason.data or "")
    except CertificateNotFound:
        abort(404)
    except AlreadyWithdrawn:
        flash(_("This certificate was withdrawn already."), "warning")
    except NothingChanged:
        flash(_("The certificate says what is known still; nothing was changed."), "warning")
    else:
        flash(said % {"number": done.number_text}, "success")
    return redirect(url_for(".show", event=event, delegate_id=delegate_id), 303)


def _page(event: Event, delegate_id: int, **forms: Any) -> str:
    rule = judging.rule_of(event.id)
    found = person.load(event, rule, delegate_id)
    if found is None:
        abort(404)
    return render_template(
        "certificates/person.html",
        event=event,
        rule=rule,
        person=found,
        states=STATES,
        paper_languages=PAPER_LANGUAGES,
        today=_today(event),
        length=papers.length,
        **{"correction": None, "withdrawing": None, "reissuing": None, **forms},
    )


def _ticked() -> list[int] | None:
    """The ids that were ticked; None where everybody is meant."""
    if request.form.get("scope") != "selected":
        return None
    return [int(it) for it in request.form.getlist("ids")[:_MOST] if it.isdecimal()]


def _here() -> dict[str, Any]:
    """The filters of the list from which something was sent."""
    return {name: value for name in _FILTERS if (value := request.form.get(name, ""))}


def _today(event: Event) -> date:
    return now().astimezone(event.zone).date()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 10 else None
