"""Alembic's environment: the tables of the application, on its own engine."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection

from eventapp.database import UtcDateTime
from eventapp.extensions import db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Write our own types by what they are in the database: migrations outlive the code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def foreign_keys(connection: Connection, state: str) -> None:
    """On SQLite a table is altered by copying it; dropping the old one must not cascade."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(f"PRAGMA foreign_keys={state}")


with db.engine.connect() as connection:
    foreign_keys(connection, "OFF")
    try:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            compare_type=True,
            render_as_batch=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        foreign_keys(connection, "ON")
