"""The address at which a desk prints one badge: shown at once, at the badge's own size."""

from collections.abc import Iterator

from flask import Response, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from flask_login import current_user

from eventapp.accounts.permissions import Access, Role, requires
from eventapp.badges import desk
from eventapp.badges.views import badges
from eventapp.events.models import Event
from eventapp.extensions import limiter
from eventapp.web.security import policy


def _whoever_prints() -> str:
    """Whose prints are counted: all desks of a building may share one address."""
    return f"user {current_user.id}" if current_user.is_authenticated else get_remote_address()


@badges.post("/manage/<event:event>/badges/desk")
@requires(Access.CHECK_IN)
@limiter.limit("120 per minute", key_func=_whoever_prints)
def print_at_desk(event: Event) -> ResponseReturnValue:
    """The badge of whoever has the code, to be printed by the page that asks for it."""
    is_organiser = current_user.is_administrator or g.role == Role.ORGANISER
    try:
        printed = desk.print_badge(
            event, request.form.get("code", "")[:64], current_user.id, with_pending=is_organiser
        )
    except desk.NobodyFound:
        return _refused(_("Nobody here has this code. Scan again, or find the person by name."))
    except desk.HasCancelled:
        return _refused(_("This person has cancelled or was replaced: no badge is printed."))
    except desk.NotApproved:
        return _refused(_("This person is not approved yet. Please send them to the organisers."))
    return _framed(sent(event.id, printed))


def sent(event_id: int, printed: desk.Printed) -> Response:
    """The badge as an answer; once it has been taken, it counts as printed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def parts() -> Iterator[bytes]:
        yield printed.content
        with app.app_context():
            desk.fetched(event_id, printed)

    answer = Response(parts(), mimetype="application/pdf")
    answer.headers["Content-Length"] = str(len(printed.content))
    answer.headers["Content-Disposition"] = 'inline; filename="badge.pdf"'
    return answer


def _refused(why: str) -> ResponseReturnValue:
    return _framed(make_response(render_template("badges/refused.html", why=why), 409))


def _framed(answer: Response) -> Response:
    """The check-in page has it in a frame of its own, and prints that."""
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Content-Security-Policy"] = policy().replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return answer
