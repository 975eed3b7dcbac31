"""The page that the master of ceremonies reads from; it keeps itself current.

For organisers alone: it names everybody who has arrived, which check-in does on purpose not.
"""

from typing import Any

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from eventapp.accounts.permissions import Access, requires
from eventapp.events.models import Event
from eventapp.introductions import service, wording
from eventapp.introductions.kinds import IntroductionOptions
from eventapp.web.language import current_language

introductions = Blueprint("introductions", __name__)


@introductions.get("/manage/<event:event>/introductions")
@requires(Access.ORGANISE)
def index(event: Event) -> ResponseReturnValue:
    """Everybody who has arrived, as they are read out."""
    form = _options(event)
    shown = _shown(event, form) if form.validate() else {"speech": None}
    return render_template("introductions/index.html", event=event, form=form, **shown)


@introductions.get("/manage/<event:event>/introductions/people")
@requires(Access.ORGANISE)
def people(event: Event) -> ResponseReturnValue:
    """The people alone; 204 while they are those that the page has ``seen``."""
    form = _options(event)
    if not form.validate() or form.place is None:
        abort(404)
    seen = service.fingerprint(event.id, form.place)
    if request.args.get("seen") == seen:
        return "", 204
    answer = make_response(
        render_template("introductions/_people.html", event=event, form=form, **_shown(event, form))
    )
    answer.set_etag(f"{seen}-{form.named.data}-{current_language()}")
    return answer.make_conditional(request)


def _options(event: Event) -> IntroductionOptions:
    form = IntroductionOptions(event, request.args)
    del form.language
    return form


def _shown(event: Event, form: IntroductionOptions) -> dict[str, Any]:
    place = form.place
    if place is None:
        return {"speech": None}
    # First the fingerprint: a change in between is then shown twice, and never missed.
    seen = service.fingerprint(event.id, place)
    return {
        "seen": seen,
        "speech": service.speech(event, place, form.named.data),
        "words": wording,
        "chosen": {"at": form.at.data, "named": form.named.data},
    }
