"""One's own agenda, behind the secret of a personal link: as a page and for one's calendar."""

from flask import Response, redirect, url_for
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.database import now
from eventapp.portal.my_agenda import own_agenda, own_calendar
from eventapp.portal.views import _delegate, _guessing, _page, portal
from eventapp.programme.agenda_views import unchanged
from eventapp.programme.calendar import MEDIA_TYPE
from eventapp.programme.forms import KINDS
from eventapp.programme.moments import moment_of
from eventapp.web.language import current_language


@portal.get("/<secret>/agenda")
@requires(Access.SECRET)
@_guessing
def my_agenda(secret: str) -> ResponseReturnValue:
    """The delegate's days: their class, their bus, their meals."""
    delegate = _delegate(secret)
    if not delegate.is_coming:
        return redirect(url_for(".show", secret=secret))
    agenda = own_agenda(delegate, current_language())
    page = _page(
        "portal/agenda.html",
        secret,
        delegate,
        agenda=agenda,
        moment=moment_of(agenda.stops, now(), delegate.event.zone),
        kinds=KINDS,
    )
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@portal.get("/<secret>/agenda.ics")
@requires(Access.SECRET)
@_guessing
def my_agenda_file(secret: str) -> ResponseReturnValue:
    """The same for one's own calendar, which fetches it again and again."""
    delegate = _delegate(secret)
    file = Response(own_calendar(delegate, current_language()), content_type=MEDIA_TYPE)
    slug = delegate.event.slug
    file.headers["Content-Disposition"] = f'attachment; filename="my-agenda-{slug}.ics"'
    file.headers["Referrer-Policy"] = "no-referrer"
    file.headers["X-Robots-Tag"] = "noindex, nofollow"
    return unchanged(file)
