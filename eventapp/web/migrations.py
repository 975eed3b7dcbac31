"""Bringing the database's tables up to date."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade as alembic_upgrade

from eventapp.extensions import db


def _head() -> str | None:
    folder = current_app.extensions["migrate"].directory
    return ScriptDirectory(folder).get_current_head()


def is_current() -> bool:
    """Whether every migration has been applied."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _head()


def upgrade() -> bool:
    """Apply the migrations that are missing; whether there were any."""
    if is_current():
        return False
    alembic_upgrade()
    return True
