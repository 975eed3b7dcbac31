"""From the list of delegates to their name tents: the ticked ones, or those that the list shows."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventapp.accounts.permissions import Access, requires
from eventapp.documents.pages import papers
from eventapp.documents.selection import MAX_CHOSEN
from eventapp.events.models import Event
from eventapp.registration.search import Selection, matching_ids

_OPTIONS = frozenset({"delegation", "category"})


@papers.post("/manage/<event:event>/delegates/name-tents")
@requires(Access.ORGANISE)
def tents_of(event: Event) -> ResponseReturnValue:
    """Open the page of name tents with these people chosen."""
    selection = Selection.parse(request.form)
    place: dict[str, Any] = dict(selection.filters.address)
    back = redirect(url_for("delegates.index", event=event, **place), 303)
    if selection.is_empty:
        flash(_("Tick at least one delegate, or choose everybody in the list."), "warning")
        return back
    place = dict(selection.filters.fields)
    if selection.ids is not None or place.keys() - _OPTIONS:
        people = matching_ids(event, selection)
        if len(people) > MAX_CHOSEN:
            flash(
                _(
                    "Choose at most %(number)s people, or narrow the list to a delegation or a "
                    "category alone.",
                    number=MAX_CHOSEN,
                ),
                "warning",
            )
            return back
        place = {"person": list(people)}
    return redirect(url_for(".show", event=event, name="name-tents", **place), 303)
