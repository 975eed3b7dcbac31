"""The one place that lets a request through to its view, or does not.

It reads what the view declared (eventapp.accounts.permissions), replaces the event's name in the
address by the Event itself, and refuses views that declare nothing.
"""

from flask import Flask, abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from werkzeug.routing import BaseConverter

from eventapp.accounts import audit
from eventapp.accounts.permissions import Access, allows, required_access
from eventapp.accounts.service import role_at
from eventapp.events.models import Event
from eventapp.extensions import db

# Built once: every request asks for its event.
_EVENT = select(Event).where(Event.slug == bindparam("slug"))
_WITH_DAYS = _EVENT.options(joinedload(Event.days))


class EventConverter(BaseConverter):
    """``<event:event>`` in a rule: an event's slug; the view receives the Event."""

    regex = r"[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?"

    def to_url(self, value: Event | str) -> str:
        """The slug, of an Event or as given."""
        return value.slug if isinstance(value, Event) else value


def init_app(app: Flask) -> None:
    """Guard every view of the application."""
    app.url_map.converters["event"] = EventConverter

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        g.event = g.role = None
        audit.actor.set(audit.SYSTEM)
        if request.endpoint is None or request.endpoint == "static":
            return None
        access = required_access(app.view_functions[request.endpoint])
        if access is None:
            raise RuntimeError(f"{request.endpoint} declares no access")
        # A page shows its event's days; what is sent is mostly answered by leading to another page.
        event = _load_event(with_days=request.method == "GET" and access is not Access.DEVICE)
        if current_user.is_authenticated:
            audit.actor.set(f"user:{current_user.email}")
            if event is not None:
                g.role = role_at(current_user.id, event.id)
        if access in {Access.PUBLIC, Access.SECRET, Access.DEVICE}:
            return None  # for the last two the view looks up the secret or the token
        if not current_user.is_authenticated:
            return _to_sign_in()
        if not allows(access, is_administrator=current_user.is_administrator, role=g.role):
            abort(403)
        return None


def _load_event(*, with_days: bool) -> Event | None:
    arguments = request.view_args or {}
    slug = arguments.get("event")
    if not isinstance(slug, str):
        return None
    query = _WITH_DAYS if with_days else _EVENT
    event = db.session.scalars(query, {"slug": slug}).unique().one_or_none()
    if event is None:
        abort(404)
    arguments["event"] = g.event = event
    return event


def _to_sign_in() -> ResponseReturnValue:
    if request.method != "GET" or "HX-Request" in request.headers:
        abort(401)
    session["after_sign_in"] = request.full_path.rstrip("?")
    return redirect(url_for("accounts.sign_in"))
