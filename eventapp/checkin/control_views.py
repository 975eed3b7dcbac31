"""The control room: where the buses of all groups are, and who is missing."""

from flask import g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from eventapp.accounts.permissions import Access, allows, requires
from eventapp.checkin import control_pages, control_words, leading, live
from eventapp.checkin.live import View
from eventapp.checkin.views import checkin
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.web.language import current_language


@checkin.get("/manage/<event:event>/visits/control", endpoint="control")
@requires(Access.CALL_ROLL)
def control_room(event: Event) -> ResponseReturnValue:
    """All buses as they are now; telephones for organisers, and for leaders of their own groups."""
    language = current_language()
    whose = control_pages.about(_groups_with_phones(event))
    page = control_pages.shown(live.current(event.id), language, now(), whose)
    view = View(event.id, event.slug, control_pages.CONTROL, language, whose)
    return render_template(
        "checkin/control.html",
        **page,
        event=event,
        words=control_words.words(),
        slots={k: Markup(v) for k, v in control_pages.slots(page).items()},  # noqa: S704 - of our template
        live=url_for("checkin.live", token=live.token(view)),
    )


def _groups_with_phones(event: Event) -> list[int] | None:
    """The groups whose people may be called from here; None is all."""
    administrator = current_user.is_administrator
    if allows(Access.ORGANISE, is_administrator=administrator, role=g.role):
        return None
    return [it.id for it in leading.led_by(event.id, current_user.id)]
