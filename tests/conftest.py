"""What tests share: an application on SQLite or PostgreSQL, an event, and people signed in.

``TEST_DATABASE_URL`` runs the suite on PostgreSQL: each worker process makes a database of its own
beside the one that the address names.
"""

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy import event as listen
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from eventapp import create_app
from eventapp.accounts import audit
from eventapp.accounts import service as accounts
from eventapp.accounts.models import User
from eventapp.accounts.permissions import Role
from eventapp.config import Config
from eventapp.events.models import Event
from eventapp.extensions import db, limiter
from eventapp.web import migrations
from tests.builders import build_event

# How long something takes is for benchmarks to say; a busy machine breaks no test.
hypothesis.settings.register_profile("eventapp", deadline=None)
hypothesis.settings.load_profile("eventapp")

PASSWORD = "một câu dài dễ nhớ"
HASHER_IN_SERVICE = accounts._hasher


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once why browser tests did not run."""
    if shutil.which("chromium") is None and shutil.which("chromium-browser") is None:
        terminalreporter.write_line(
            "The browser tests were skipped, for there is no Chromium on the path. "
            "Install it (on Debian: apt install chromium) and run the tests again."
        )


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database that this process alone uses."""
    given = os.environ.get("TEST_DATABASE_URL")
    if not given:
        yield f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
        return
    server = make_url(given).set(drivername="postgresql+psycopg")
    name = f"eventapp_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'create database "{name}"'))
    yield server.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'drop database "{name}" with (force)'))
    admin.dispose()


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings as a server would have them."""
    return Config(
        instance=tmp_path_factory.mktemp("instance"),
        database_url=database_url,
        secret_key="a key that only the tests know, long enough",
        testing=True,
    )


class Browser(FlaskClient):
    """A client whose every request starts with an empty ``g``, as on a server.

    The context that the tests hold open would otherwise carry who is signed in, and the token
    against forgery, from one request to the next.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        for name in list(g):
            g.pop(name)
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Passwords are hashed as ever, but without the 64 MiB that make guessing dear.

    What a hash costs in service is for test_sign_in to say.
    """
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", cheap)
        yield


@pytest.fixture(scope="session")
def _app_with_tables(settings: Config) -> Flask:
    app = create_app(settings)
    app.test_client_class = Browser
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            listen.listen(db.engine, "connect", _do_not_wait_for_the_disk)
        migrations.upgrade()
    return app


def _do_not_wait_for_the_disk(connection: Any, record: object) -> None:
    # No test of this process pulls the plug; what a kill leaves behind, servers of their own show.
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def app(_app_with_tables: Flask) -> Iterator[Flask]:
    """The application, on empty tables, inside its context."""
    with _app_with_tables.app_context():
        audit.actor.set(audit.SYSTEM)  # not whoever asked for a page in the test before
        yield _app_with_tables
        db.session.rollback()
        empty_tables()
        db.session.remove()


def empty_tables() -> None:
    """Delete every row."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(_emptying())
        else:
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(table.delete())
        connection.commit()


@cache
def _emptying() -> str:
    """What empties PostgreSQL's tables and lets numbers begin at 1 again, in one question.

    A TRUNCATE makes new files for seventy tables and all their indexes, most of which were empty.
    """
    deletions = "\n".join(
        f"if exists (select from {name}) then delete from {name}; end if;"  # noqa: S608  our names
        for name in (f'"{table.name}"' for table in reversed(db.metadata.sorted_tables))
    )
    return f"""do $$ begin
        {deletions}
        perform setval(quote_ident(sequencename)::regclass, start_value, false)
            from pg_sequences where last_value is not null;
    end $$"""


@pytest.fixture
def event(app: Flask) -> Event:
    """A small event of two days; see tests.builders."""
    return build_event()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def make_user(app: Flask) -> Callable[..., User]:
    """Make a user with a role at an event, or an administrator."""

    def make(role: Role | None = None, event: Event | None = None, email: str = "") -> User:
        email = email or f"{role or 'administrator'}@bacninh.example"
        user = accounts.create_user(email, PASSWORD, is_administrator=role is None)
        if role is not None and event is not None:
            accounts.set_role(user.id, event.id, role)
        return user

    return make


@pytest.fixture
def sign_in(app: Flask, make_user: Callable[..., User]) -> Callable[..., FlaskClient]:
    """A browser with somebody of that role signed in: ``sign_in(Role.ORGANISER, event)``."""

    def open_session(role: Role | None = None, event: Event | None = None) -> FlaskClient:
        user = make_user(role, event)
        client = app.test_client()
        answer = post(client, "/account/sign-in", {"email": user.email, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return open_session


@pytest.fixture
def organiser(sign_in: Callable[..., FlaskClient], event: Event) -> FlaskClient:
    """A browser with an organiser of the event signed in."""
    return sign_in(Role.ORGANISER, event)


def csrf_token(client: FlaskClient, address: str) -> str:
    """The token in the first form of a page."""
    page = client.get(address)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, f"{address} has no form: {page.status_code}"
    return found.group(1)


def post(client: FlaskClient, address: str, data: dict[str, object], *, form_at: str = ""):  # type: ignore[no-untyped-def]
    """Send a form as a browser would, with the token of the page it stands on."""
    token = csrf_token(client, form_at or address)
    return client.post(address, data={"csrf_token": token, **data})


@pytest.fixture
def second_app(settings: Config) -> Iterator[Callable[..., Flask]]:
    """Another application on the same database, with some settings changed."""
    yield lambda **changes: create_app(replace(settings, **changes))
    # The limiter is one for all applications: what the second one counted ends with the test.
    if limiter.enabled:
        limiter.reset()
        limiter.enabled = False


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], object]:
    """``with count_queries() as queries: …`` collects the statements that are executed."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
            seen.append(statement)

        # What an earlier request loaded lives on in the test's session for as long as some cycle
        # holds it, and would be a query less.
        gc.collect()
        listen.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            listen.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture(scope="session")
def root() -> Path:
    """The top of the checkout."""
    return Path(__file__).parent.parent
