"""The page that the master of ceremonies reads from; it keeps itself current.

For organisers alone: it names everybody who has arrived, which check-in does on purpose not.
"""

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask import request as flask_request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from markupsafe import Markup

from eventapp.accounts.permissions import Access, requires
from eventapp.checkin import live
from eventapp.checkin.live import Kind, Snapshot, View
from eventapp.events.models import Event
from eventapp.introductions import service, wording
from eventapp.introductions.kinds import IntroductionOptions
from eventapp.web.language import current_language

introductions = Blueprint("introductions", __name__)

KIND = "introductions"
_GOOD_FOR_S = 15 * 60
"""A token opens names: whoever is no organiser any more is shown them no longer than this."""


@introductions.get("/manage/<event:event>/introductions")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Everybody who has arrived, as they are read out."""
    form = IntroductionOptions(event, flask_request.args)
    del form.language
    shown: dict[str, Any] = {}
    if form.validate() and (place := form.place) is not None:
        about = (place.key, str(form.named.data))
        view = View(event.id, event.slug, KIND, current_language(), about)
        shown = {
            "people": Markup(_people(form.snapshot, view)),  # noqa: S704 - of our template
            "chosen": {"at": form.at.data, "named": form.named.data},
            "live": url_for("checkin.live", token=live.token(view)),
        }
    return render_template("introductions/index.html", event=event, form=form, **shown)


def _people(snapshot: Snapshot, view: View) -> str:
    """The people as HTML, without a request."""
    key, named = view.about
    place = snapshot.facts.place(key)
    if place is None:
        raise live.Ended
    with force_locale(view.language):
        template = current_app.jinja_env.get_template("introductions/_people.html")
        return template.render(speech=service.speech(snapshot, place, int(named)), words=wording)


live.kinds[KIND] = Kind(lambda snapshot, view: {"html": _people(snapshot, view)}, _GOOD_FOR_S)
