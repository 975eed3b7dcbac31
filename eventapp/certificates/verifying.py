"""Whether a certificate is genuine, for whoever holds the paper: by its code alone.

Nothing is shown that is not on the paper, and what is not known looks the same whatever is wrong
with it: nobody learns which numbers there are.
"""

import hmac

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventapp import text, tokens
from eventapp.accounts.permissions import Access, requires
from eventapp.certificates import papers
from eventapp.certificates.forms import LookUpForm
from eventapp.certificates.models import Certificate
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.extensions import limiter

verifying = Blueprint("verifying", __name__)

# A hall of people who try their own at once is let through; sixty random bits are not guessed so.
_guessing = limiter.limit("60 per minute; 1000 per hour", scope="certificate")


@verifying.get("/c/<code>")
@requires(Access.PUBLIC)
@_guessing
def verify(code: str) -> ResponseReturnValue:
    """Valid, withdrawn or unknown: where the QR code of a certificate leads."""
    return _answer(_by_code(code))


@verifying.route("/c", methods=["GET", "POST"])
@verifying.route("/e/<event:event>/certificates", methods=["GET", "POST"])
@requires(Access.PUBLIC)
@_guessing
def look_up(event: Event | None = None) -> ResponseReturnValue:
    """The same by the number and the code, typed; of any event, or of one."""
    form = LookUpForm()
    if form.validate_on_submit():
        it = _by_code(form.code.data or "")
        elsewhere = it is not None and event is not None and it.event_id != event.id
        if it is None or elsewhere or not _is_number(form.number.data or "", it):
            return _answer(None, event)
        return redirect(url_for(".verify", code=it.code), 303)
    page = render_template("certificates/look_up.html", event=event, form=form)
    return _unlisted(page, 422 if form.errors else 200)


def _by_code(code: str) -> Certificate | None:
    return db.session.scalar(
        select(Certificate)
        .filter_by(code=tokens.normalise_code(code[:60])[:60])
        .options(joinedload(Certificate.event).selectinload(Event.days))
    )


def _is_number(typed: str, it: Certificate) -> bool:
    """Whether that is its number: as it stands on the paper, or without what is around it."""
    given = _plain(typed)
    whole = hmac.compare_digest(given, _plain(it.number_text))
    return hmac.compare_digest(given, str(it.number).encode()) or whole


def _plain(number: str) -> bytes:
    return "".join(text.fold(number).split()).encode()


def _answer(it: Certificate | None, event: Event | None = None) -> ResponseReturnValue:
    page = render_template(
        "certificates/verify.html",
        event=it.event if it else event,
        certificate=it,
        length=papers.length(it.minutes) if it else "",
    )
    return _unlisted(page, 200 if it else 404)


def _unlisted(page: str, status: int) -> Response:
    answer = Response(page, status)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
