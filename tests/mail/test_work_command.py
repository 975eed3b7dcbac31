"""``eventapp mail work``: processes of their own that share one outbox, and how they end."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from eventapp import create_app
from eventapp.config import Config
from eventapp.extensions import db
from eventapp.mail.models import MailStatus, Message
from eventapp.registration import service
from eventapp.web import migrations
from tests.builders import build_event
from tests.commands.processes import KEY, empty_database, environment
from tests.registration.filled import details

LETTERS = 60


@pytest.fixture
def outbox_of_many(tmp_path):
    """A database of its own with letters that wait; its address."""
    with empty_database(tmp_path) as url:
        app = create_app(Config(instance=tmp_path, database_url=url, secret_key=KEY, testing=True))
        with app.app_context():
            migrations.upgrade()
            event = build_event()
            people = [
                details(event, name=f"Người số {n}", email=f"n{n}@x.example")
                for n in range(LETTERS)
            ]
            service.register_all(event, people)
            yield url
            db.session.remove()
            db.engine.dispose()


@contextmanager
def worker(url, folder, mail_url, **settings) -> Iterator[subprocess.Popen]:
    """A worker in a process of its own; killed at the end, if it still runs."""
    settings = {"BASE_URL": "https://hoinghi.example.vn", "SECRET_KEY": KEY, **settings}
    process = subprocess.Popen(
        [sys.executable, "-m", "eventapp", "mail", "work"],
        env=environment(
            DATABASE_URL=url, MAIL_URL=mail_url, EVENTAPP_INSTANCE=str(folder), **settings
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.communicate()


def _end(process) -> str:
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    return out


def test_two_processes_send_each_letter_once(outbox_of_many, tmp_path, receiver):
    handler, mail_url = receiver
    with (
        worker(outbox_of_many, tmp_path, mail_url) as first,
        worker(outbox_of_many, tmp_path, mail_url) as second,
    ):
        assert handler.wait_for(LETTERS)
        # Both finish what they do, so that nothing can arrive after this.
        said = [_end(first), _end(second)]
    ids = Counter(mail["Message-ID"] for mail in handler.mails)
    assert (len(ids), max(ids.values())) == (LETTERS, 1)
    assert "Người số" not in "".join(said), "logs name nobody"
    db.session.rollback()
    assert db.session.query(Message).filter_by(status=MailStatus.SENT).count() == LETTERS
    text = handler.mails[0].get_body(("plain",)).get_content()
    assert "https://hoinghi.example.vn/p/" in text


def test_a_worker_that_is_killed_repeats_one_letter_at_most(outbox_of_many, tmp_path, receiver):
    handler, mail_url = receiver
    with worker(outbox_of_many, tmp_path, mail_url) as process:
        assert handler.wait_for(5)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    # Its claims end by themselves; here their time is made to come.
    db.session.rollback()
    db.session.query(Message).filter_by(status=MailStatus.QUEUED).update(
        {"next_attempt_at": Message.created_at}
    )
    db.session.commit()
    with worker(outbox_of_many, tmp_path, mail_url) as process:
        db.session.rollback()
        done = threading.Event()
        while db.session.query(Message).filter_by(status=MailStatus.QUEUED).count():
            db.session.rollback()
            done.wait(0.1)
        _end(process)
    ids = Counter(mail["Message-ID"] for mail in handler.mails)
    assert len(ids) == LETTERS
    assert sum(ids.values()) <= LETTERS + 1


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("MAIL_URL", "MAIL_URL is not set"),
        ("BASE_URL", "BASE_URL is not set"),
        ("SECRET_KEY", "SECRET_KEY is not set"),
    ],
)
def test_settings_that_are_missing(tmp_path, missing, says):
    settings = {"BASE_URL": "https://x.vn", "SECRET_KEY": KEY, "MAIL_URL": "smtp://localhost"}
    del settings[missing]
    ended = subprocess.run(
        [sys.executable, "-m", "eventapp", "mail", "work"],
        env=environment(EVENTAPP_INSTANCE=str(tmp_path / "i"), **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_tables_that_are_not_there(tmp_path):
    with worker(f"sqlite:///{tmp_path}/no.db", tmp_path, "smtp://localhost") as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "eventapp db upgrade" in out
