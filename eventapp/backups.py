"""A consistent copy of the whole database in one file, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from eventapp.extensions import db


class CannotBackUp(Exception):
    """The copy cannot be made or put back; the message says why and what to do."""


def backup(file: Path) -> None:
    """Write the database to ``file``: an SQLite database, or pg_dump's custom format.

    Raises CannotBackUp.
    """
    if file.exists():
        raise CannotBackUp(f"{file} exists already. Choose another name.")
    if not file.absolute().parent.is_dir():
        raise CannotBackUp(f"There is no folder {file.absolute().parent}. Make it first.")
    url = db.engine.url
    if url.get_backend_name() == "sqlite":
        with (
            sqlite3.connect(_sqlite_path(url)) as source,
            sqlite3.connect(file) as target,
        ):
            source.backup(target)
        source.close()
        target.close()
        file.chmod(0o600)
    else:
        _postgresql("pg_dump", "--format=custom", f"--file={file}", url=url)


def restore(file: Path) -> None:
    """Replace the database by what ``file`` holds. Raises CannotBackUp."""
    url = db.engine.url
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        _check_sqlite(file)
        with (
            sqlite3.connect(file) as source,
            sqlite3.connect(_sqlite_path(url)) as target,
        ):
            source.backup(target)
        source.close()
        target.close()
    else:
        _postgresql(
            "pg_restore",
            "--clean",
            "--if-exists",
            "--single-transaction",
            str(file),
            url=url,
        )


def _check_sqlite(file: Path) -> None:
    try:
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as source:
            intact = source.execute("pragma integrity_check").fetchone()[0] == "ok"
            ours = source.execute(
                "select count(*) from sqlite_master where name in ('alembic_version', 'event')"
            ).fetchone()[0]
        source.close()
    except sqlite3.DatabaseError:
        intact, ours = False, 0
    if not intact or ours != 2:
        raise CannotBackUp(f"{file} is not a backup that 'eventapp backup' wrote. Choose another.")


def _sqlite_path(url: URL) -> str:
    if not url.database or url.database == ":memory:":
        raise CannotBackUp("A database in memory cannot be backed up. Set DATABASE_URL to a file.")
    return url.database


def _postgresql(program: str, *arguments: str, url: URL) -> None:
    if shutil.which(program) is None:
        raise CannotBackUp(f"{program} is missing. Install the PostgreSQL client programs.")
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {"PGPASSWORD": str(url.password)} if url.password else {}
    result = subprocess.run(  # noqa: S603 - the program is one of two that this module names
        [program, *arguments, f"--dbname={address}"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CannotBackUp(f"{program} failed: {reason}")
