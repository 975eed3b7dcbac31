"""``eventapp`` with the settings of an installation of its own, in this process."""

import os
from contextvars import copy_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner, Result
from sqlalchemy import Row, create_engine, inspect, text

from eventapp.cli import cli
from eventapp.extensions import limiter
from tests.commands.processes import environment


class Installation:
    """A database and an instance folder, and the commands that work on them."""

    def __init__(self, database_url: str, instance: Path, **settings: str) -> None:
        self.database_url = database_url
        self.settings = {
            "DATABASE_URL": database_url,
            "EVENTAPP_INSTANCE": str(instance),
            **settings,
        }

    def run(self, *arguments: object, typed: str = "", **settings: str | None) -> Result:
        """Run a command with these settings changed; None unsets one."""
        changed = {**self.settings, **settings}
        given = {name: value for name, value in changed.items() if value is not None}
        limited = limiter.enabled
        try:
            with patch.dict(os.environ, environment(**given), clear=True):
                return copy_context().run(
                    CliRunner().invoke, cli, [*map(str, arguments)], input=typed
                )
        finally:
            limiter.enabled = limited  # one for all applications of a process

    def done(self, *arguments: object, typed: str = "") -> str:
        """What a command says that must succeed."""
        result = self.run(*arguments, typed=typed)
        assert result.exit_code == 0, result.output
        assert result.stderr == ""
        return result.stdout

    def rows(self, statement: str) -> list[Row[Any]]:
        """What the database answers."""
        engine = create_engine(self.database_url)
        with engine.connect() as connection:
            found = list(connection.execute(text(statement)))
        engine.dispose()
        return found

    def contents(self) -> dict[str, list[str]]:
        """Every row of every table."""
        engine = create_engine(self.database_url)
        with engine.connect() as connection:
            found = {
                name: sorted(map(repr, connection.execute(text(f'select * from "{name}"'))))  # noqa: S608
                for name in inspect(connection).get_table_names()
            }
        engine.dispose()
        return found


def refused(result: Result) -> str:
    """The one line that a refusal says."""
    assert result.exit_code == 1, (result.output, result.exception)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("eventapp: ")
    return result.stderr.removeprefix("eventapp: ").rstrip("\n")
