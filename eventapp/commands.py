"""What every command shares: an application to run in, and refusals of one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, ParamSpec, TypeVar

import click
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from eventapp import create_app
from eventapp.accounts import audit
from eventapp.config import ConfigurationError
from eventapp.events import service as events

P = ParamSpec("P")
T = TypeVar("T")


class Refusal(click.ClickException):
    """What was asked cannot be done; the message says why and what to do."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the one line."""
        click.echo(f"eventapp: {self.message}", err=True)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside the one of that name, which it replaces when all has gone well."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what a user can mend into a Refusal: a setting, a name, the database, a file."""
    try:
        yield
    except ConfigurationError as error:
        raise Refusal(str(error)) from None
    except events.EventNotFound as error:
        raise Refusal(f"There is no event named {error}. See the names on the home page.") from None
    except (IntegrityError, DataError):
        raise  # a mistake of the program, whose trace is wanted
    except DatabaseError as error:
        reason = str(error.orig).splitlines()[0]
        raise Refusal(
            f"The database refused ({reason}). Run 'eventapp db upgrade' or check DATABASE_URL."
        ) from None
    except OSError as error:
        raise Refusal(f"{error.strerror}: {error.filename}.") from None


def in_app(command: Callable[P, T]) -> Callable[P, T]:
    """Run a command inside an application, its errors turned into refusals."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        with refusals(), create_app(serving=False).app_context():
            audit.actor.set("command line")
            return command(*args, **kwargs)

    return run
