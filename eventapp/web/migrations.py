"""Bringing the database's tables up to date.

Alembic is imported only when there is something to do: it takes a third of a second, which every
start of the server would wait for.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from eventapp.extensions import db

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent.parent / "migrations"


def head() -> str:
    """The newest revision: migrations are numbered, and their files begin with the number."""
    return max(file.name.split("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py"))


def is_current() -> bool:
    """Whether every migration has been applied."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalar(text("select version_num from alembic_version")) == head()


def upgrade() -> bool:
    """Apply the migrations that are missing, inside an application; whether there were any."""
    if is_current():
        return False
    from alembic import command

    command.upgrade(alembic_config(), "head")
    return True


def alembic_config() -> "Config":
    """Where Alembic finds the migrations."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
