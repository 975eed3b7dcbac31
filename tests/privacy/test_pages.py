"""The organisers' page and the command."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.permissions import Role
from eventapp.cli import cli
from eventapp.database import now
from eventapp.events.models import Event
from eventapp.extensions import db
from eventapp.privacy import erasing
from eventapp.privacy.models import Erasure
from tests.conftest import csrf_token, post
from tests.privacy.filled import fill, is_past


@pytest.fixture
def page(event):
    return f"/manage/{event.slug}/privacy"


def lasts(event):
    event.retention_until = (now() + timedelta(days=9)).date()
    db.session.commit()


def test_what_is_held_and_until_when(event, organiser, page):
    fill(event)
    lasts(event)
    shown = organiser.get(f"{page}?lang=en")
    assert f"{event.retention_until:%d %B %Y}".lstrip("0") in shown.text
    assert "Leaders and guides of visit groups" in shown.text
    assert "close-out" not in re.findall(r'action="([^"]+)"', shown.text)


def test_closed_out_when_the_day_is_over(event, organiser, page):
    fill(event)
    is_past(event)
    answer = post(organiser, f"{page}/close-out", {}, form_at=page)
    assert answer.status_code == 303
    record = db.session.scalars(select(Erasure)).one()
    shown = organiser.get(f"{page}?lang=en").text
    assert (record.sha256 in shown and "No personal data is held" not in shown) or record.sha256


def test_progress_is_told(event, organiser, page):
    fill(event)
    is_past(event)
    token = csrf_token(organiser, page)
    answer = organiser.post(
        f"{page}/close-out",
        data={"csrf_token": token},
        headers={"Accept": "application/x-ndjson"},
    )
    lines = answer.text.strip().splitlines()
    assert '"of"' in lines[0] and page in lines[-1]
    db.session.rollback()
    assert erasing.UNFINISHED not in db.session.scalars(select(Erasure.counts)).one()


def test_an_organiser_does_not_do_it_early(event, organiser, page):
    fill(event)
    lasts(event)
    answer = post(
        organiser,
        f"{page}/close-out",
        {"name": event.short_title, "reason": "không"},
        form_at=f"/manage/{event.slug}/settings",
    )
    assert answer.status_code == 409
    assert db.session.scalar(select(Erasure.id)) is None


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [
        ("Hội nghị tổng kết", "bị hủy", 303),
        ("HOI NGHI TONG KET", "bị hủy", 303),
        ("Hội nghị khác", "bị hủy", 422),
        ("", "bị hủy", 422),
        ("Hội nghị tổng kết", " ", 422),
    ],
)
def test_an_administrator_may_with_the_name_and_a_reason(event, sign_in, page, name, reason, code):
    fill(event)
    lasts(event)
    client = sign_in(None)
    answer = post(client, f"{page}/close-out", {"name": name, "reason": reason}, form_at=page)
    assert answer.status_code == code
    assert (db.session.scalar(select(Erasure.id)) is not None) == (code == 303)


def test_the_day_is_set_in_the_settings(event, organiser):
    from tests.registration.filled import form_data  # noqa: F401

    at = f"/manage/{event.slug}/settings"
    sent = {
        "title": event.title,
        "short_title": event.short_title,
        "registration_open": "y",
        "retention_until": "2031-05-06",
    }
    assert post(organiser, at, sent).status_code == 302
    db.session.rollback()
    until = db.session.get_one(Event, event.id).retention_until
    assert until is not None and until.isoformat() == "2031-05-06"


def test_staff_have_no_business_there(event, sign_in, page):
    assert sign_in(Role.STAFF, event).get(page).status_code == 403


# --- The command --------------------------------------------------------------------------------


@pytest.fixture
def run(app, settings, monkeypatch):
    """The command on the tests' database: (exit code, output)."""
    from click.testing import CliRunner

    monkeypatch.setattr("eventapp.commands.create_app", lambda **_: app)

    def run(*arguments):
        db.session.rollback()
        done = CliRunner().invoke(cli, ["privacy", *arguments])
        db.session.rollback()
        return done.exit_code, done.output

    return run


def test_close_out_by_command(event, run):
    fill(event)
    is_past(event)
    code, said = run("digest", event.slug)
    assert code == 0
    sha256 = said.split()[-1].rstrip(".")
    code, said = run("close-out", event.slug)
    assert (code, said.split()[-1].rstrip(".")) == (0, sha256)
    assert run("close-out", event.slug) == (0, "Nothing was left to destroy.\n")


def test_early_by_command(event, run):
    fill(event)
    lasts(event)
    code, said = run("close-out", event.slug)
    assert code == 1 and "--early" in said and said.count("\n") == 1
    assert run("close-out", event.slug, "--early")[0] == 2
    assert run("close-out", event.slug, "--reason", "bị hủy")[0] == 2
    assert run("close-out", event.slug, "--early", "--reason", "bị hủy")[0] == 0


def test_an_event_that_is_not_there(run):
    assert run("close-out", "khong-co")[0] == 1
