"""``/healthz``: the process answers. ``/readyz``: and the database is there and up to date."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from eventapp.accounts.permissions import Access, requires
from eventapp.extensions import db
from eventapp.web.migrations import is_current

health = Blueprint("health", __name__)


@health.get("/healthz")
@requires(Access.PUBLIC)
def healthz() -> ResponseReturnValue:
    """The process is alive."""
    return jsonify(status="ok")


@health.get("/readyz")
@requires(Access.PUBLIC)
def readyz() -> ResponseReturnValue:
    """The process can serve people."""
    try:
        db.session.execute(text("select 1"))
        current = is_current()
    except SQLAlchemyError:
        return jsonify(status="database unavailable"), 503
    if not current:
        return jsonify(status="run 'eventapp db upgrade'"), 503
    return jsonify(status="ok")
