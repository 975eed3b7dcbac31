"""One's own page: the pass, changing and cancelling."""

import re
import shutil
import subprocess
from io import BytesIO

import icalendar
import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from eventapp import tokens
from eventapp.accounts.models import AuditEntry
from eventapp.extensions import db
from eventapp.registration import quota, service
from eventapp.registration.models import Status
from eventapp.visits import service as visits
from tests.conftest import post
from tests.registration.filled import classes, details, form_data
from tests.visits.groups import build_group, chosen, taken


@pytest.fixture
def made(event):
    """A registration with a class."""
    return service.register(
        event,
        details(event, enrolment_ids=[classes(event)[0].id], diet="Ăn chay"),
        submission=None,
        consent=service.Consent("1"),
    )


@pytest.fixture
def home(made):
    """The address of the page."""
    return f"/p/{made.secret}"


def _read(svg: str) -> str:
    """The text of a QR code drawn as runs, read by an independent decoder."""
    size = int(re.search(r'viewBox="0 0 (\d+)', svg).group(1))
    picture = Image.new("L", (size * 8, size * 8), 255)
    draw = ImageDraw.Draw(picture)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        left, top = int(x) * 8, int(y) * 8
        draw.rectangle((left, top, left + int(length) * 8 - 1, top + 7), 0)
    return zxingcpp.read_barcode(picture).text


def test_the_pass(client, made, home):
    page = client.get(f"{home}?lang=en")
    assert page.status_code == 200
    code = made.delegate.code
    for text in (
        "Nguyễn Đình Ân",
        "Phó Giám đốc",
        "Sở Nội vụ",
        "Bắc Ninh",
        f"{code[:4]} {code[4:8]} {code[8:]}",
        "Thursday, 26 November 2026",
        "Tập huấn lớp A",
        "Your group will be announced here.",
        "Ăn chay",
        "0912 345 678",
    ):
        assert text in page.text, text
    assert _read(page.text) == code


def test_nobody_else_learns_the_address(client, made, home):
    page = client.get(home)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Cache-Control"] == "no-store"
    assert made.secret not in client.get(f"{home}/calendar.ics").text


def test_an_unknown_link(client, made):
    for address in ("", "/edit", "/cancel", "/qr.svg", "/pass.pdf", "/calendar.ics"):
        assert client.get(f"/p/{tokens.new_secret()}{address}").status_code == 404


def test_the_code_opens_nothing(client, made):
    assert client.get(f"/p/{made.delegate.code}").status_code == 404


def test_the_group_is_shown(client, event, made, home):
    group = build_group(event)
    group.meeting_point = "Cổng chính"
    db.session.commit()
    visits.assign(event, group.id, chosen(made.delegate.id))
    page = client.get(home).text
    assert group.site.name in page
    assert "Cổng chính" in page


def test_the_code_as_a_picture(client, made, home):
    picture = client.get(f"{home}/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert _read(picture.text) == made.delegate.code


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler-utils (pdftoppm)")
def test_the_pass_as_a_paper(client, event, made, home):
    paper = client.get(f"{home}/pass.pdf")
    assert paper.mimetype == "application/pdf"
    assert f'filename="{event.slug}.pdf"' in paper.headers["Content-Disposition"]
    with pikepdf.open(BytesIO(paper.data)) as document:
        assert len(document.pages) == 1
    picture = subprocess.run(
        ["pdftoppm", "-r", "150", "-png", "-singlefile"],
        input=paper.data,
        capture_output=True,
        check=True,
    ).stdout
    read = zxingcpp.read_barcode(Image.open(BytesIO(picture)))
    assert read.text == made.delegate.code


def test_the_calendar(client, event, made, home):
    file = client.get(f"{home}/calendar.ics")
    assert file.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(file.data)
    entries = calendar.walk("VEVENT")
    assert len(entries) == len(event.days) + 1
    assert len({str(entry["uid"]) for entry in entries}) == len(entries)
    first = entries[0]
    assert str(first["summary"]) == event.short_title
    assert first.start.utcoffset().total_seconds() == 7 * 3600
    assert calendar.walk("VTIMEZONE")
    for line in file.data.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line


def test_the_calendar_replaces_itself_after_a_change(client, event, made, home):
    def entries():
        data = client.get(f"{home}/calendar.ics").data
        walked = icalendar.Calendar.from_ical(data).walk("VEVENT")
        return {str(it["uid"]): int(it["sequence"]) for it in walked}

    before = entries()
    changed = details(event, day_ids=[event.days[0].id])
    service.update(event, made.delegate.id, changed, revision=made.delegate.revision)
    after = entries()
    assert set(after) < set(before)
    assert all(after[uid] > before[uid] for uid in after)


# --- changing ---


def test_change(client, event, made, home):
    answer = post(client, f"{home}/edit?lang=en", form_data(event, name="Nguyễn Đình Ân Khánh"))
    assert (answer.status_code, answer.location) == (303, home)
    page = client.get(home).text
    assert "Nguyễn Đình Ân Khánh" in page
    assert "Your changes are saved." in page
    entry = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
    assert (entry.actor, entry.action) == ("delegate", "update")


def test_the_form_shows_what_is_registered(client, event, made, home):
    page = client.get(f"{home}/edit").text
    assert 'value="Nguyễn Đình Ân"' in page
    assert f'value="{made.delegate.organisation_id}" selected' in page
    assert re.search(rf'checked[^>]*name="class_id"[^>]*value="{classes(event)[0].id}"', page)


def test_a_wrong_change_is_refused_and_kept_on_the_page(client, event, made, home):
    answer = post(client, f"{home}/edit", form_data(event, email="sai", needs="Xe lăn"))
    assert answer.status_code == 422
    assert "Xe lăn" in answer.text
    assert made.delegate.email == "an@bacninh.example"


def test_a_change_over_somebody_elses_is_told(client, event, made, home):
    page = client.get(f"{home}/edit?lang=en").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page).group(1)
    assert 'name="revision"' in page
    service.update(event, made.delegate.id, details(event, diet="Không cay"), revision=1)
    mine = form_data(event, diet="Ăn kiêng", revision=1, csrf_token=token)
    answer = client.post(f"{home}/edit", data=mine)
    assert answer.status_code == 409
    assert "changed elsewhere in the meantime" in answer.text
    assert "Ăn kiêng" in answer.text
    assert made.delegate.diet == "Không cay"
    again = re.search(r'name="revision"[^>]*value="(\d+)"', answer.text).group(1)
    mine["revision"] = again
    assert client.post(f"{home}/edit", data=mine).status_code == 303


# --- cancelling ---


def test_cancel(client, event, made, home):
    group = build_group(event)
    visits.assign(event, group.id, chosen(made.delegate.id))
    answer = post(client, f"{home}/cancel", {"reason": "Bận công tác"})
    assert (answer.status_code, answer.location) == (303, home)
    db.session.expire_all()
    assert made.delegate.status == Status.CANCELLED
    assert made.delegate.cancel_reason == "Bận công tác"
    assert quota.taken(event.id) == 0
    assert taken(group.id) == 0


def test_asking_is_not_cancelling(client, made, home):
    assert client.get(f"{home}/cancel").status_code == 200
    assert made.delegate.status == Status.APPROVED


def test_cancelled_has_no_pass_and_says_so(client, event, made, home):
    service.cancel(event, made.delegate.id)
    page = client.get(f"{home}?lang=en").text
    assert "This registration is cancelled." in page
    assert 'class="qr"' not in page
    assert made.delegate.code[:4] not in page.partition("<main")[2]
    for address in ("edit", "cancel", "qr.svg", "pass.pdf", "calendar.ics"):
        assert client.get(f"{home}/{address}").location == home, address


def test_waiting_for_approval_has_no_pass_yet(client, event, made, home):
    service.set_status(event, made.delegate.id, Status.PENDING)
    page = client.get(f"{home}?lang=en").text
    assert "waits for approval" in page
    assert made.delegate.code[:4] not in page.partition("<main")[2]
    assert client.get(f"{home}/qr.svg").location == home


def test_queries_are_few(client, made, home, count_queries):
    client.get(home)
    with count_queries() as queries:
        client.get(home)
    assert len(queries) <= 14, queries
