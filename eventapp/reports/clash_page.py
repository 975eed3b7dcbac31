"""Every clash of the programme with the people whom it concerns, and what to do."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from eventapp.accounts.permissions import Access, requires
from eventapp.database import db
from eventapp.events.models import Event
from eventapp.programme.checking import check
from eventapp.programme.clash_words import say
from eventapp.programme.views import programme
from eventapp.registration.models import Delegate

_NAMED = 10
"""Of the delegates whom a clash concerns, so many are named."""
_NAMED_IN_ALL = 500


@programme.get("/manage/<event:event>/programme/clashes")
@requires(Access.ORGANISE)
def clashes(event: Event) -> ResponseReturnValue:
    """The list."""
    checked = check(event)
    concerned = [who for it in checked.clashes for who in it.delegates[:_NAMED]]
    rows = db.session.execute(
        select(Delegate.id, Delegate.name).where(Delegate.id.in_(concerned[:_NAMED_IN_ALL]))
    )
    names = {row.id: row.name for row in rows}
    return render_template(
        "programme/clashes.html",
        event=event,
        clashes=[say(it, checked) for it in checked.clashes],
        names=names,
        named=_NAMED,
    )
