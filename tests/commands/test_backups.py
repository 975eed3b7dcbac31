"""``eventapp backup`` and ``eventapp restore``."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine

from eventapp import create_app
from eventapp.config import Config
from eventapp.events import service as events
from eventapp.extensions import db
from eventapp.registration import service
from tests.builders import build_event
from tests.commands.command_line import Installation, refused
from tests.registration.filled import details

Install = Callable[[], Installation]
ON_POSTGRESQL = bool(os.environ.get("TEST_DATABASE_URL"))

pytestmark = pytest.mark.skipif(
    ON_POSTGRESQL and shutil.which("pg_dump") is None,
    reason="pg_dump is missing: apt-get install postgresql-client",
)


@pytest.fixture
def loaded(installation: Installation) -> Installation:
    """An installation with a small demo."""
    installation.done("demo", "load", "--delegates", 20)
    return installation


@pytest.fixture
def kept(loaded: Installation, tmp_path: Path) -> Path:
    """Its backup."""
    file = tmp_path / "sao lưu 100% #1.backup"
    assert loaded.done("backup", file) == f"Wrote {file}.\n"
    return file


def test_what_was_backed_up_comes_back(loaded: Installation, kept: Path) -> None:
    before = loaded.contents()
    assert len(before["delegate"]) == 20
    loaded.done("demo", "load", "--delegates", 30)
    assert loaded.contents() != before
    assert loaded.done("restore", kept) == f"Restored {kept}.\n"
    assert loaded.contents() == before
    assert loaded.done("db", "upgrade") == "Already up to date.\n"
    assert loaded.done("demo", "load", "--delegates", 30) == "Loaded 10 delegates.\n"


def test_it_comes_back_on_another_machine(
    install: Install, loaded: Installation, kept: Path
) -> None:
    other = install()
    other.done("restore", kept)
    assert other.contents() == loaded.contents()


def test_a_backup_is_its_owners_alone_and_leaves_nothing_beside_it(kept: Path) -> None:
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [it.name for it in kept.parent.iterdir() if it.is_file()] == [kept.name]


def test_a_backup_never_replaces_a_file(loaded: Installation, kept: Path) -> None:
    content = kept.read_bytes()
    assert "exists already" in refused(loaded.run("backup", kept))
    assert kept.read_bytes() == content


def test_a_folder_that_is_not_there_or_takes_nothing(loaded: Installation, tmp_path: Path) -> None:
    assert "There is no folder" in refused(loaded.run("backup", tmp_path / "nowhere" / "file"))
    if Path("/proc/self").is_dir():
        assert "cannot be written" in refused(loaded.run("backup", "/proc/eventapp.backup"))


def test_a_database_without_tables_is_not_worth_a_backup(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "file"
    assert "has no tables" in refused(installation.run("backup", file))
    assert not file.exists()


def _text(file: Path, kept: Path) -> None:
    file.write_text("Kính gửi các đại biểu")


def _nothing(file: Path, kept: Path) -> None:
    file.touch()


def _half(file: Path, kept: Path) -> None:
    content = kept.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def _another_programs(file: Path, kept: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("create table event (id integer)")
    connection.close()


@pytest.mark.parametrize("make", [_text, _nothing, _half, _another_programs])
def test_what_is_no_backup_changes_nothing(
    loaded: Installation, kept: Path, tmp_path: Path, make: Callable[[Path, Path], None]
) -> None:
    before = loaded.contents()
    file = tmp_path / "wrong.backup"
    make(file, kept)
    said = refused(loaded.run("restore", file))
    assert "is not a backup" in said or "pg_restore failed" in said
    assert loaded.contents() == before


def test_a_file_that_is_not_there(loaded: Installation, tmp_path: Path) -> None:
    for file in (tmp_path / "nowhere", tmp_path):
        result = loaded.run("restore", file)
        assert result.exit_code == 2
        assert "Invalid value for 'FILE'" in result.stderr


@pytest.mark.skipif(not ON_POSTGRESQL, reason="speaks of PostgreSQL's programs")
def test_without_the_programs_of_postgresql(loaded: Installation, tmp_path: Path) -> None:
    said = refused(loaded.run("backup", tmp_path / "file", PATH=str(tmp_path)))
    assert "pg_dump is missing" in said


def test_a_backup_while_people_register_is_of_one_moment(
    app: Flask, settings: Config, install: Install, tmp_path: Path
) -> None:
    build_event(places=10_000)
    db.session.rollback()
    stop, begun = threading.Event(), threading.Event()

    def register() -> None:
        busy = create_app(settings)
        with busy.app_context():
            for number in range(10_000):
                if stop.is_set():
                    break
                event = events.find("hoi-nghi")
                data = details(
                    event, name=f"Người {number}", email=f"nguoi{number}@bacninh.example"
                )
                service.register(event, data, submission=None, consent=service.Consent("1"))
                if number == 5:
                    begun.set()
            db.session.remove()
            db.engine.dispose()

    here = Installation(settings.database_url, settings.instance)
    people = threading.Thread(target=register)
    people.start()
    try:
        assert begun.wait(60)
        files = [tmp_path / f"{number}.backup" for number in range(2)]
        for file in files:
            here.done("backup", file)
    finally:
        stop.set()
        people.join()
    other = install()
    for file in files:
        other.done("restore", file)
        ((delegates, letters, entries, taken),) = other.rows(
            """
            select (select count(*) from delegate), (select count(*) from message),
                   (select count(*) from audit_entry), taken from quota
            """
        )
        assert delegates == letters == entries == taken >= 5


def test_the_database_keeps_its_ways_after_a_restore(loaded: Installation, kept: Path) -> None:
    """Write-ahead logging on SQLite, counters of keys on PostgreSQL: the next row is accepted."""
    loaded.done("restore", kept)
    loaded.done("device", "create", "bac-ninh-2012", "Cửa chính")
    engine = create_engine(loaded.database_url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
    engine.dispose()
