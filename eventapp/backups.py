"""A consistent copy of the whole database in one file, and the way back."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.engine import URL

from eventapp.extensions import db

# By these two a backup is known as one of ours.
_MARKS = frozenset({"alembic_version", "event"})


class CannotBackUp(Exception):
    """The copy cannot be made or put back; the message says why and what to do."""


def backup(file: Path) -> None:
    """Write the database to ``file``: an SQLite database, or pg_dump's custom format.

    The file is its owner's alone, and is there entirely or not at all. Raises CannotBackUp.
    """
    if file.exists():
        raise CannotBackUp(f"{file} exists already. Choose another name.")
    if not file.absolute().parent.is_dir():
        raise CannotBackUp(f"There is no folder {file.absolute().parent}. Make it first.")
    url = db.engine.url
    source = _sqlite_path(url) if url.get_backend_name() == "sqlite" else None
    if not _MARKS.issubset(inspect(db.engine).get_table_names()):
        raise CannotBackUp("The database has no tables. Check DATABASE_URL.")
    part = file.with_name(f"{file.name}.part")
    try:
        # Made before anything is in it, because it will hold personal data.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        part.chmod(0o600)
        if source is None:
            _postgresql("pg_dump", "--format=custom", f"--file={part}", f"--dbname={_bare(url)}")
        else:
            _copy(source, str(part))
        part.replace(file)
    except OSError as error:
        raise CannotBackUp(
            f"{file} cannot be written ({error.strerror}). Choose another folder."
        ) from None
    finally:
        part.unlink(missing_ok=True)


def restore(file: Path) -> None:
    """Replace the database by what ``file`` holds. Raises CannotBackUp."""
    url = db.engine.url
    db.engine.dispose()
    if url.get_backend_name() == "sqlite":
        target = _sqlite_path(url)
        if not _is_sqlite_backup(file):
            raise _not_ours(file)
        _copy(str(file), target)
        return
    if not _is_postgresql_backup(file):
        raise _not_ours(file)
    _postgresql(
        "pg_restore",
        "--clean",
        "--if-exists",
        "--no-owner",  # the roles of another server need not exist here
        "--no-privileges",
        "--single-transaction",
        f"--dbname={_bare(url)}",
        str(file.absolute()),
    )


def _not_ours(file: Path) -> CannotBackUp:
    return CannotBackUp(
        f"{file} is not a backup that 'eventapp backup' wrote of such a database. Choose another."
    )


def _copy(source: str, target: str) -> None:
    """The one SQLite database over the other, in one transaction, while people go on working."""
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)
    except sqlite3.Error as error:
        raise CannotBackUp(
            f"SQLite refused ({error}). Stop the server and check the disk, then try again."
        ) from None


def _is_sqlite_backup(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
            intact = source.execute("pragma integrity_check").fetchone()[0] == "ok"
            names = {row[0] for row in source.execute("select name from sqlite_master")}
    except sqlite3.DatabaseError:
        return False
    return intact and names >= _MARKS


def _is_postgresql_backup(file: Path) -> bool:
    try:
        listed = _postgresql("pg_restore", "--list", str(file.absolute()))
    except _ProgramFailed:
        return False
    # "215; 1259 16386 TABLE public event eventapp"
    entries = (line.split() for line in listed.splitlines())
    return {it[5] for it in entries if it[3:4] == ["TABLE"] and len(it) > 5} >= _MARKS


def _sqlite_path(url: URL) -> str:
    if not url.database or url.database == ":memory:":
        raise CannotBackUp("A database in memory cannot be backed up. Set DATABASE_URL to a file.")
    return url.database


class _ProgramFailed(CannotBackUp):
    """pg_dump or pg_restore ended with an error."""


def _bare(url: URL) -> str:
    """The address as PostgreSQL's programs take it, without the password."""
    return url.set(drivername="postgresql", password=None).render_as_string()


def _postgresql(program: str, *arguments: str) -> str:
    """What the program writes. Raises CannotBackUp."""
    if shutil.which(program) is None:
        raise CannotBackUp(f"{program} is missing. Install the PostgreSQL client programs.")
    password = db.engine.url.password
    environment = {"PGPASSWORD": str(password)} if password else {}
    result = subprocess.run(  # noqa: S603 - the program is one of two that this module names
        [program, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise _ProgramFailed(f"{program} failed: {reason}")
    return result.stdout
