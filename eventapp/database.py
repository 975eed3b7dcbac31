"""The database: one engine setting for SQLite and PostgreSQL, and the write transaction.

Reads begin by themselves. Every change goes through :func:`transaction`, which on SQLite waits for
its turn and begins IMMEDIATE, so that the threads and the processes of a server queue in order
instead of polling the file's lock (docs/architecture.md). SQLite's own lock holds off everybody
else, and would hold if the queue were not there.
"""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from eventapp.locks import FairFileLock, FairLock

log = logging.getLogger(__name__)

SQLITE_BUSY_TIMEOUT_MS = 15_000
_PATIENCE_MS = 1_000  # with readers, when the log is to be emptied


class Base(DeclarativeBase):
    """What all tables share: constraint names that migrations can speak of."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    # The same for the type checker, which cannot follow how Flask-SQLAlchemy makes db.Model.
    class Model(DeclarativeBase):
        """What every table is a subclass of."""
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes in, UTC datetimes out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs its offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)


_sqlite_writers = FairLock()
_process_locks: dict[str, FairFileLock] = {}


@contextmanager
def _turn() -> Iterator[None]:
    """The turn to write to the SQLite database, among all threads and processes that write here."""
    path = db.engine.url.database
    with _sqlite_writers:
        if not path or path == ":memory:":
            yield
            return
        if (lock := _process_locks.get(path)) is None:
            lock = _process_locks[path] = FairFileLock(path)
        with lock:
            yield


@contextmanager
def transaction() -> Iterator[None]:
    """One write transaction: committed at the end, rolled back when anything is raised.

    What was read before is forgotten and read again inside, so that a decision is always taken on
    the state that it changes. Not to be nested.
    """
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside a transaction()")
    session.rollback()  # ends the read transaction; a snapshot cannot be promoted to a write
    if db.engine.dialect.name == "sqlite":
        with _turn():
            session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            with _committing():
                yield
    else:
        with _committing():
            yield


def forget_deleted(*, thoroughly: bool = False) -> bool:
    """Leave nothing of what was deleted in the database's files; whether that was done.

    SQLite overwrites it in the file by itself (`_on_connect`), and here empties its log; while
    somebody reads, the log stays until another time. Where it has built a page anew, though, it has
    left old bytes in the page's free room: ``thoroughly`` makes the file anew. Who writes meanwhile
    waits; half a second for 18 MB. PostgreSQL, asked to do so ``thoroughly``, gives the room free
    and forgets its samples of the old values.
    """
    db.session.rollback()
    is_sqlite = db.engine.dialect.name == "sqlite"
    if not (is_sqlite or thoroughly):
        return True
    connection = db.engine.raw_connection()
    try:
        if is_sqlite:
            cursor = connection.cursor()
            with _turn():
                is_anew = _make_anew(cursor) if thoroughly else True
                return _empty_log(cursor) and is_anew
        connection.driver_connection.autocommit = True  # type: ignore[union-attr]
        connection.cursor().execute("VACUUM (ANALYZE)")
        connection.driver_connection.autocommit = False  # type: ignore[union-attr]
        return True
    finally:
        connection.close()


def _make_anew(cursor: Any) -> bool:
    cursor.execute("PRAGMA temp_store=FILE")  # the copy is as large as the database
    try:
        cursor.execute("VACUUM")
    except sqlite3.OperationalError as error:  # no room, or another process writes all the time
        log.warning("the database was not made anew: %s", error)
        return False
    finally:
        cursor.execute("PRAGMA temp_store=MEMORY")
    return True


def _empty_log(cursor: Any) -> bool:
    cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    try:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy, _log, _done = cursor.fetchone()
    finally:
        cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    return not is_busy


@contextmanager
def _committing() -> Iterator[None]:
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def configure(app: Flask, database_url: str) -> None:
    """Point the application at its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    if database_url.startswith("postgresql"):
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "pool_pre_ping": True,
            "pool_size": 20,
            "max_overflow": 20,
        }
    else:
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
            "connect_args": {
                "timeout": SQLITE_BUSY_TIMEOUT_MS / 1000,
                "check_same_thread": False,
            },
            "pool_size": 40,
        }
    db.init_app(app)


@event.listens_for(Engine, "connect")
def _on_connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # transactions begin where _on_begin says
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={SQLITE_BUSY_TIMEOUT_MS}",
        "cache_size=-32000",
        "temp_store=MEMORY",
        "secure_delete=ON",  # what is deleted is overwritten (docs/privacy.md)
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        mode: Any = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")
