"""The close-out of an event: nothing personal is left, and every number stays."""

import random
import subprocess
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlalchemy.engine import make_url

from eventapp.accounts.models import AuditEntry
from eventapp.badges import service as badges
from eventapp.checkin import service as checkin
from eventapp.checkin.models import Attendance, Checkpoint, Device, Scan
from eventapp.database import now
from eventapp.extensions import db
from eventapp.mail.models import MailStatus, Message
from eventapp.privacy import erasing
from eventapp.privacy.kinds import NOBODY
from eventapp.privacy.models import Erasure
from eventapp.questions.models import Answer, AnswerFile
from eventapp.registration import letters, quota, search
from eventapp.registration.letters import LetterKind
from eventapp.registration.models import Delegate, Organisation
from eventapp.registration.search import Filters, Selection
from eventapp.reports.dashboard import figures
from tests.builders import build_delegate, build_event
from tests.privacy.filled import NAMES, fill, is_past, secrets_of


def numbers(event):
    """Everything that a report counts."""
    found = asdict(figures(event))
    found["categories"] = [(it.id, asdict(count)) for it, count in figures(event).categories]
    queries = {
        name: f"select {', '.join(columns)}, count(*) from {table} group by {', '.join(columns)} "  # noqa: S608
        f"order by {', '.join(columns)}"
        for name, table, columns in (
            ("people", "delegate", ("organisation_id", "category_id", "status", "language")),
            ("days", "delegate_day", ("day_id",)),
            ("classes", "enrolment", ("session_id",)),
            ("wishes", "preference", ("site_id", "rank")),
            ("seats", "allocation", ("group_id",)),
            ("scans", "scan", ("checkpoint_id", "verdict", "reason")),
            ("attendance", "attendance", ("checkpoint_id", "first_read_at")),
            ("letters", "message", ("kind", "language")),
            ("corrections", "attendance_correction", ("session_id", "day_id", "present")),
            ("certificates", "certificate", ("number", "code", "minutes", "issued_on")),
            ("quotas", "quota", ("scope", "places", "taken")),
        )
    }
    counted = {name: db.session.execute(sql(query)).all() for name, query in queries.items()}
    return found, counted


def everything_stored(app):
    """The bytes of the database: its files, or on PostgreSQL every row of every table."""
    url = make_url(app.config["SETTINGS"].database_url)
    db.session.rollback()
    if url.get_backend_name() == "sqlite":
        files = [f"{url.database}{end}" for end in ("", "-wal", "-journal")]
        return _read_elsewhere([it for it in files if Path(it).exists()])
    rows = []
    for table in db.metadata.sorted_tables:
        rows += [str(tuple(row)) for row in db.session.execute(table.select())]
    return "\n".join(rows).encode()


def _read_elsewhere(files):
    """The files' bytes, read by another process.

    A process that closes a file gives up all its POSIX locks on it, SQLite's too; the next one that
    leaves the database would then take the log away from under this one
    (https://sqlite.org/howtocorrupt.html, 2.2).
    """
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def test_nothing_personal_is_left_in_the_files(app, event):
    words = secrets_of(fill(event))
    before = everything_stored(app)
    assert [it for it in words if it.encode() not in before and it in (*NAMES,)] == []
    is_past(event)
    record = erasing.close_out(event)
    after = everything_stored(app)
    assert [it for it in words if it.encode() in after] == []
    assert b"PNG" not in after
    assert record.counts["delegates"] == 7
    assert record.counts["files"] == 6
    assert record.counts["certificates"] == 2
    assert record.counts["attendance_corrections"] == 4
    assert len(record.sha256) == 64
    assert not any(
        value for value in erasing.held(event.id).items() if value[0] == "messages" and value[1]
    )


def test_rows_that_grew_have_left_nothing_in_the_files(app, event):
    """Where a row no longer fits, SQLite builds the page anew and leaves the old one's bytes in
    its free room, whatever ``secure_delete`` says."""
    people = [build_delegate(event, f"Người {number}") for number in range(200)]
    for it in people:
        letters.tell(it, LetterKind.REMINDER)
    db.session.commit()
    some = random.Random(3)
    messages = db.session.scalars(select(Message).order_by(Message.id)).all()
    for start in range(0, len(messages), 20):
        batch = messages[start : start + 20]
        some.shuffle(batch)
        for message in batch:
            message.status, message.subject = MailStatus.SENT, "S" * some.randint(60, 250)
            db.session.commit()
    addresses = [it.email.encode() for it in people]
    is_past(event)
    erasing.close_out(event)
    after = everything_stored(app)
    assert [it for it in addresses if it in after] == []


def test_every_number_stays(app, event):
    fill(event)
    is_past(event)
    before = numbers(event)
    erasing.close_out(event)
    assert numbers(event) == before


def test_what_is_left_of_each(event):
    people = fill(event)
    is_past(event)
    codes = [it.code for it in people]
    erasing.close_out(event)
    for it in db.session.scalars(select(Delegate)):
        assert (it.name, it.email, it.phone, it.position, it.diet) == (NOBODY, "", "", "", "")
        assert it.secret_hash is it.submission_hash is it.link_seed is None
        assert it.code.startswith("-") and len(it.code) == 12
        assert it.anonymised_at is not None and it.consent_version in ("2026-01", "")
    values = set(map(str, db.session.scalars(select(Answer.value))))
    assert values == {"1", "None"}
    assert db.session.scalar(select(AnswerFile.id)) is None
    assert MailStatus.QUEUED not in set(db.session.scalars(select(Message.status)))
    assert not event.registration_open
    kept = [
        (it.action, it.changes)
        for it in db.session.scalars(select(AuditEntry).filter_by(subject="delegate"))
    ]
    assert ("cancel", {"status": ["approved", "cancelled"]}) in kept
    notes = select(AuditEntry.note).filter_by(action="export")
    assert db.session.scalars(notes).all() == ["xlsx: 6"]
    # A printed code opens nothing any more, and no badge is printed.
    device = db.session.scalars(select(Device)).one()
    door = db.session.scalars(select(Checkpoint)).first()
    scans = [
        {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "checkpoint": door.id,
            "code": code,
            "read_at": "2026-11-26T08:00:00+07:00",
        }
        for number, code in enumerate([*codes, *db.session.scalars(select(Delegate.code))])
    ]
    assert {it.reason for it in checkin.record(device, scans)} == {"unknown"}
    assert badges.count(event, Selection(None, Filters())) == 0


def test_a_certificate_can_be_verified_still_without_its_name(client, event):
    people = fill(event)
    is_past(event)
    name = people[0].name
    assert name in client.get("/c/CERT00000001").text
    erasing.close_out(event)
    page = client.get("/c/CERT00000001?lang=en")
    assert page.status_code == 200 and "This certificate is valid." in page.text
    assert "1/GCN" in page.text and "no longer kept" in page.text
    assert name not in page.text and NOBODY not in page.text


def test_offices_are_still_found(event):
    people = fill(event)
    is_past(event)
    erasing.close_out(event)
    assert search.find(event, Filters(q="so noi vu")).total == 7
    assert search.find(event, Filters(q=people[0].name.split()[0])).total == 0
    assert db.session.scalar(select(Organisation.name).limit(1))


def test_another_event_is_not_touched(event):
    fill(event)
    other = build_delegate(build_event("khac"), "Ngô Người Khác")
    is_past(event)
    erasing.close_out(event)
    assert other.name == "Ngô Người Khác" and other.anonymised_at is None


def test_the_record_can_be_computed_from_a_backup(event):
    fill(event)
    is_past(event)
    expected = erasing.digest(event)
    db.session.rollback()
    record = erasing.close_out(event)
    # The change log has one entry more by then, about the event itself.
    assert (record.sha256, record.counts) == expected


def test_a_second_time_nothing_is_left(event):
    fill(event)
    is_past(event)
    record = erasing.close_out(event)
    sha256 = record.sha256
    assert erasing.close_out(event) is None
    assert [it.sha256 for it in db.session.scalars(select(Erasure))] == [sha256]


def test_who_came_later_is_destroyed_the_next_time(event):
    fill(event)
    is_past(event)
    erasing.close_out(event)
    build_delegate(event, "Ngô Đến Muộn")
    record = erasing.close_out(event)
    assert record.counts["delegates"] == 1


class Killed(BaseException):
    """As if the process ended there."""


@pytest.mark.parametrize("after", [1, 2, 5, 9])
def test_killed_in_between_it_goes_on_and_the_record_is_the_same(app, event, monkeypatch, after):
    people = fill(event)
    words = secrets_of(people)
    is_past(event)
    expected = erasing.digest(event)
    before = numbers(event)
    db.session.rollback()
    for kind in erasing.KINDS:
        object.__setattr__(kind, "batch", 2)
    try:
        go_on, steps = erasing._continue, 0

        def killed(*given):
            nonlocal steps
            steps += 1
            if steps > after:
                raise Killed
            return go_on(*given)

        monkeypatch.setattr(erasing, "_continue", killed)
        with pytest.raises(Killed):
            erasing.close_out(event)
        assert erasing.UNFINISHED in db.session.scalars(select(Erasure.counts)).one()
        monkeypatch.setattr(erasing, "_continue", go_on)
        assert erasing.close_out_due() == 1
    finally:
        for kind in erasing.KINDS:
            object.__setattr__(kind, "batch", _BATCHES[kind.name])
    record = db.session.scalars(select(Erasure)).one()
    assert (record.sha256, record.counts) == expected
    assert numbers(event) == before
    after_all = everything_stored(app)
    assert [it for it in words if it.encode() in after_all] == []


_BATCHES = {kind.name: kind.batch for kind in erasing.KINDS}


# --- When ---------------------------------------------------------------------------------------


def test_not_before_the_day(event):
    fill(event)
    event.retention_until = (now() + timedelta(days=1)).date()
    db.session.commit()
    with pytest.raises(erasing.TooEarly):
        erasing.close_out(event)
    assert db.session.scalar(select(Erasure.id)) is None


def test_not_on_the_day_itself(event):
    event.retention_until = now().astimezone(event.zone).date()
    assert not erasing.is_due(event)
    event.retention_until -= timedelta(days=1)
    assert erasing.is_due(event)


def test_early_with_a_reason_that_is_kept(event):
    fill(event)
    assert erasing.close_out(event, early="Hội nghị bị hủy") is not None
    entry = db.session.scalars(select(AuditEntry).filter_by(action="close_out")).one()
    assert (entry.subject, entry.note) == ("event", "Hội nghị bị hủy")


def test_the_chore_closes_out_what_is_due_and_nothing_else(event):
    fill(event)
    later = build_delegate(build_event("khac"), "Ngô Người Khác")
    assert erasing.close_out_due() == 0
    is_past(event)
    assert erasing.close_out_due() == 1
    assert erasing.close_out_due() == 0
    assert later.anonymised_at is None


def test_scans_and_arrivals_stay(event):
    fill(event)
    is_past(event)
    rows = db.session.execute(select(Scan.id, Scan.delegate_id, Scan.read_at)).all()
    erasing.close_out(event)
    assert db.session.execute(select(Scan.id, Scan.delegate_id, Scan.read_at)).all() == rows
    assert len(db.session.scalars(select(Attendance)).all()) == 3
    assert quota.taken(event.id) == 5


def test_an_event_of_long_ago_that_was_entered_today_is_not_over(event):
    for day in event.days:
        day.date = day.date.replace(year=2012)
    db.session.commit()
    assert not erasing.is_due(event)
    assert erasing.close_out_due() == 0
