"""What is held about oneself, behind the secret of a personal link; and taking consent back."""

from flask import Response, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.accounts.permissions import Access, requires
from eventapp.mail.composing import label_of
from eventapp.portal.views import _delegate, _guessing, _page, portal
from eventapp.privacy import disclosure, erasing
from eventapp.questions import downloads
from eventapp.registration.errors import RegistrationOver
from eventapp.registration.exporting import STATUS_NAMES
from eventapp.reports import change_words
from eventapp.web.forms import PageForm
from eventapp.web.language import LANGUAGES, current_language

VERDICTS = {
    "admitted": _l("admitted"),
    "duplicate": _l("scanned again"),
    "refused": _l("refused"),
}
WHO = {
    "organiser": _l("the organisers"),
    "lead": _l("the lead of the delegation"),
    "delegate": _l("you"),
    "self": _l("you"),
    "system": _l("the program"),
}
DECISIONS = {
    "waiting": _l("waiting"),
    "accepted": _l("accepted"),
    "declined": _l("declined"),
    "withdrawn": _l("withdrawn"),
}
REQUESTS = {
    "add": _l("to add you"),
    "edit": _l("to change your details"),
    "cancel": _l("to cancel your registration"),
    "substitute": _l("somebody else instead"),
    "fill": _l("to name you for a held place"),
    "hold": _l("to hold a place"),
}


@portal.get("/<secret>/data")
@requires(Access.SECRET)
@_guessing
def data(secret: str) -> ResponseReturnValue:
    """Everything that is held about the delegate, to read."""
    delegate = _delegate(secret)
    page = _page(
        "portal/data.html",
        secret,
        delegate,
        held=disclosure.everything(delegate, current_language()),
        statuses=STATUS_NAMES,
        verdicts=VERDICTS,
        who=WHO,
        decisions=DECISIONS,
        requests=REQUESTS,
        actions=change_words.ACTIONS,
        fields=change_words.FIELDS,
        letter_label=label_of,
        languages=LANGUAGES,
    )
    return _kept_by_nobody(page)


@portal.get("/<secret>/data.json")
@requires(Access.SECRET)
@_guessing
def data_file(secret: str) -> ResponseReturnValue:
    """The same as JSON."""
    delegate = _delegate(secret)
    held = disclosure.everything(delegate, current_language())
    for it in held["files"]:
        it["link"] = url_for(".own_file", secret=secret, file_id=it["id"], _external=False)
    if held["photo"]:
        held["photo"]["link"] = url_for(".photo_file", secret=secret, _external=False)
    file: Response = jsonify(held)
    file.headers["Content-Disposition"] = f'attachment; filename="{delegate.event.slug}-data.json"'
    return _kept_by_nobody(file)


@portal.get("/<secret>/data/files/<int:file_id>")
@requires(Access.SECRET)
@_guessing
def own_file(secret: str, file_id: int) -> ResponseReturnValue:
    """A file that the delegate handed in."""
    found = disclosure.file_of(_delegate(secret), file_id) or abort(404)
    return _kept_by_nobody(downloads.answer(found))


@portal.route("/<secret>/withdraw", methods=["GET", "POST"])
@requires(Access.SECRET)
@_guessing
def withdraw(secret: str) -> ResponseReturnValue:
    """Take consent back, after one question."""
    delegate = _delegate(secret)
    event = delegate.event
    form = PageForm()
    if form.validate_on_submit():
        try:
            erasing.withdraw(event, delegate.id)
        except RegistrationOver:
            abort(404)
        flash(_("Your consent is withdrawn and your personal data has been destroyed."), "success")
        return redirect(url_for("events.show", event=event.slug), 303)
    page = _page("portal/withdraw.html", secret, delegate, form=form)
    return _kept_by_nobody(page), 422 if request.method == "POST" else 200


def _kept_by_nobody(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer
