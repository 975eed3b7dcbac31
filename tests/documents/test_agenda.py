"""The agenda as a paper: over HTTP and by the command."""

import shutil
import subprocess
from dataclasses import replace

import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.cli import cli
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme import service as programme
from eventapp.programme.models import SessionKind
from eventapp.programme.service import SessionData, SpeakerData
from tests.builders import at


def text_of(pdf: bytes) -> str:
    """What the pages say, as an independent reader extracts it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is missing: apt-get install poppler-utils")
    read = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


@pytest.fixture
def opening(event):
    """A session with a chair and a speaker."""
    first = event.days[0]
    data = SessionData(
        day_id=first.id,
        kind=SessionKind.PLENARY,
        title="Phát biểu khai mạc",
        title_en="Opening address",
        starts_at=at(first.date, 8),
        ends_at=at(first.date, 8, 20),
        chair="Ban Tổ chức",
        speakers=(SpeakerData("H'Hen Niê", "Cục trưởng"),),
    )
    programme.add_session(event.id, data)
    published.publish(event)
    return data


def test_it_says_what_the_programme_says(client, event, opening):
    answer = client.get("/e/hoi-nghi/agenda.pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "BỘ THÔNG TIN VÀ TRUYỀN THÔNG",
        "Thứ Năm, ngày 26/11/2026",
        "08:00 – 08:20",
        "Phát biểu khai mạc",
        "H'Hen Niê, Cục trưởng",
        "Tập huấn lớp B",
        "Phòng A",
        "26–27/11/2026",
    ):
        assert said in text


def test_in_english(client, event, opening):
    text = text_of(client.get("/e/hoi-nghi/agenda.pdf?lang=en").data)
    assert "SOCIALIST REPUBLIC OF VIET NAM" in text
    assert "Opening address" in text
    assert "Thursday, 26 November 2026" in text
    assert "Review conference and training" in text


def test_times_are_those_of_the_events_zone(client, event, opening):
    event.timezone = "UTC"
    db.session.commit()
    assert "01:00 – 01:20" in text_of(client.get("/e/hoi-nghi/agenda.pdf").data)


def test_what_was_made_up_for_a_demo_says_so(client, event):
    event.illustrative = "sessions"
    db.session.commit()
    published.publish(event)
    text = text_of(client.get("/e/hoi-nghi/agenda.pdf?lang=en").data)
    assert "the published report of the conference does not give them" in text


def test_an_empty_programme_is_still_a_paper(client, event):
    published.publish(event)
    for session in programme.sessions_of(event.id):
        db.session.delete(session)
    db.session.commit()
    published.publish(event)
    assert "Thứ Sáu, ngày 27/11/2026" in text_of(client.get("/e/hoi-nghi/agenda.pdf").data)


def test_before_the_first_version_the_page_says_that_it_is_being_prepared(client, event):
    answer = client.get("/e/hoi-nghi/agenda.pdf")
    assert (answer.status_code, answer.location) == (303, "/e/hoi-nghi/agenda")


def test_the_same_programme_is_not_sent_twice(client, event):
    published.publish(event)
    first = client.get("/e/hoi-nghi/agenda.pdf")
    again = client.get("/e/hoi-nghi/agenda.pdf", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_change_is_in_the_paper_once_it_is_published(client, event, opening):
    client.get("/e/hoi-nghi/agenda.pdf")
    session = programme.sessions_of(event.id)[0]
    programme.change_session(
        event.id, session.id, session.revision, replace(opening, title="Diễn văn khai mạc")
    )
    assert "Diễn văn khai mạc" not in text_of(client.get("/e/hoi-nghi/agenda.pdf").data)
    published.publish(event)
    assert "Diễn văn khai mạc" in text_of(client.get("/e/hoi-nghi/agenda.pdf").data)


def test_the_agenda_takes_few_queries(client, event, count_queries):
    published.publish(event)
    client.get("/e/hoi-nghi/agenda.pdf")
    with count_queries() as queries:
        client.get("/e/hoi-nghi/agenda.pdf")
    assert sum(q.startswith("SELECT") for q in queries) <= 5


@pytest.fixture
def run(app, monkeypatch):
    """Run a command on the tests' application."""
    monkeypatch.setattr(commands, "create_app", lambda **_: app)
    return lambda *arguments: CliRunner().invoke(cli, ["agenda", *map(str, arguments)])


def test_by_command(run, event, opening, tmp_path):
    file = tmp_path / "agenda.pdf"
    result = run("hoi-nghi", "-o", file, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert result.output == f"Wrote {file}.\n"
    assert "Opening address" in text_of(file.read_bytes())
    assert run("hoi-nghi", "-o", file).exit_code == 0
    assert "Phát biểu khai mạc" in text_of(file.read_bytes())


def test_the_command_refuses(run, event, tmp_path):
    unknown = run("khong-co", "-o", tmp_path / "x.pdf")
    assert (unknown.exit_code, unknown.stderr.count("\n")) == (1, 1)
    nowhere = run("hoi-nghi", "-o", tmp_path / "nowhere" / "x.pdf")
    assert (nowhere.exit_code, nowhere.stderr.count("\n")) == (1, 1)
    assert run("hoi-nghi").exit_code == 2
    assert run("hoi-nghi", "-o", tmp_path / "x.pdf", "--lang", "fr").exit_code == 2
    assert list(tmp_path.iterdir()) == []
