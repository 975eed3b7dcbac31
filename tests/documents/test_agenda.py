"""The agenda as a paper: over HTTP and by the command."""

import io
import shutil
import subprocess
from dataclasses import replace

import pytest
from click.testing import CliRunner

from eventapp import commands
from eventapp.cli import cli
from eventapp.documents.paper import KINDS, Order
from eventapp.extensions import db
from eventapp.programme import published
from eventapp.programme import service as programme
from eventapp.programme.models import SessionKind
from eventapp.programme.service import SessionData, SpeakerData
from tests.builders import at
from tests.pdf.pictures import codes, opened


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


def paper(event, language="vi", **options):
    stream = io.BytesIO()
    chosen = {"form": "official", "draft": False, **options}
    KINDS["agenda"].write(Order(event, chosen, language), stream)
    return stream.getvalue()


def test_the_code_leads_to_the_page_of_its_version(client, event, opening, tmp_path):
    (address,) = codes(paper(event), tmp_path)
    assert address.endswith("/e/hoi-nghi/agenda/version/1")
    assert client.get(address[address.index("/e/") :]).status_code == 200


def test_organisers_can_print_the_draft(event, opening, tmp_path):
    session = programme.sessions_of(event.id)[0]
    data = replace(opening, title="Diễn văn khai mạc")
    programme.change_session(event.id, session.id, session.revision, data)
    assert "Diễn văn" not in text_of(paper(event))
    draft = paper(event, draft=True)
    assert "Diễn văn khai mạc" in text_of(draft)
    assert "DỰ THẢO" in text_of(draft)
    assert codes(draft, tmp_path) == []


def test_before_the_first_version_there_is_only_a_draft(event):
    assert "DỰ THẢO" in text_of(paper(event))


@pytest.mark.parametrize("form", ["official", "compact"])
def test_in_both_languages(event, opening, form):
    pdf = paper(event, "both", form=form)
    text = text_of(pdf)
    for said in (
        "CHƯƠNG TRÌNH / PROGRAMME",
        "Hội nghị tổng kết và tập huấn",
        "Review conference and training",
        "Phát biểu khai mạc",
        "Opening address",
        "Thursday, 26 November 2026",
        "Phiên bản 1",
        "Version 1",
    ):
        assert said in text, said
    opened(pdf)


def test_the_page_offers_form_languages_and_draft(organiser, event, opening):
    address = "/manage/hoi-nghi/documents/agenda?form=compact&language=both&draft=y"
    assert "preview.png" in organiser.get(address).text
    file = organiser.get("/manage/hoi-nghi/documents/agenda/file?form=compact&language=both")
    assert "agenda-hoi-nghi-both.pdf" in file.headers["Content-Disposition"]
