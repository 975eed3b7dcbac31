"""The pages: a visitor answers by the personal link, organisers see the figures of each site."""

import io
from datetime import timedelta
from html import unescape

import openpyxl
import pytest

from eventapp import tokens
from eventapp.extensions import db
from eventapp.feedback import figures, service
from eventapp.feedback.models import VisitFeedback
from eventapp.feedback.service import Answer
from eventapp.mail.models import Message
from tests.builders import build_delegate
from tests.conftest import post
from tests.feedback.visits import NOW, board, build_visit, seat
from tests.visits.groups import wish

PAGE = "/manage/hoi-nghi/visits/figures"
SECRET = "s" * 32
MINE = f"/p/{SECRET}/visit"
LATER = NOW + timedelta(days=7)
UNTIL = "2099-12-31T18:00"


@pytest.fixture
def group(event):
    return build_visit(event)


@pytest.fixture
def an(event, group):
    """Somebody who was on board, with a personal link."""
    an = build_delegate(event, "Nguyễn Văn An", secret_hash=tokens.hash_secret(SECRET))
    seat(event, group, an)
    board(event, group, an)
    return an


def kept():
    db.session.rollback()
    return db.session.query(VisitFeedback).one_or_none()


def test_the_personal_page_asks_and_takes_the_answer(client, event, an):
    service.open_survey(event, LATER)
    home = unescape(client.get(f"/p/{SECRET}?lang=en").text)
    assert "How was your visit to Trung tâm dữ liệu tỉnh?" in home
    given = {"site": "5", "organisation": "4", "comment": "Nhiều điều bổ ích.\nXe sạch."}
    answered = post(client, MINE, given)
    assert (answered.status_code, answered.location) == (303, f"/p/{SECRET}")
    assert (kept().site, kept().organisation, kept().comment) == (5, 4, given["comment"])
    again = unescape(client.get(f"{MINE}?lang=en").text)
    assert "Nhiều điều bổ ích.\nXe sạch.</textarea>" in again
    assert "Change my answer" in client.get(f"/p/{SECRET}?lang=en").text
    held = client.get(f"/p/{SECRET}/data?lang=en").text
    assert "Nhiều điều bổ ích." in held


def test_marks_are_asked_for_and_what_was_written_stays(client, event, an):
    service.open_survey(event, LATER)
    refused = post(client, f"{MINE}?lang=en", {"site": "9", "comment": "Rất vui"})
    assert refused.status_code == 422
    assert refused.text.count("Choose a mark.") >= 1 and "Rất vui</textarea>" in refused.text
    assert kept() is None


def test_what_is_written_when_the_survey_ends_is_shown_to_copy(client, event, an):
    service.open_survey(event, LATER)
    client.get(MINE)
    service.close_survey(event)
    given = {"site": "5", "organisation": "4", "comment": "Nhiều điều bổ ích."}
    late = post(client, f"{MINE}?lang=en", given, form_at=f"/p/{SECRET}/cancel")
    assert "The survey ended while you were writing" in late.text
    assert "Nhiều điều bổ ích." in late.text and kept() is None


def test_nobody_is_asked_for_nothing(client, event, an):
    assert "There is nothing to answer now" in client.get(f"{MINE}?lang=en").text
    assert "How was your visit" not in client.get(f"/p/{SECRET}?lang=en").text


def test_organisers_ask_and_stop_asking(organiser, event, an):
    opened = post(organiser, f"{PAGE}?lang=en", {"until": UNTIL, "tell": "y"})
    assert opened.status_code == 303
    assert db.session.query(Message).filter_by(kind="visit_survey").count() == 1
    assert "1 letter is on its way" in organiser.get(f"{PAGE}?lang=en").text
    post(organiser, f"{PAGE}/close", {}, form_at=PAGE)
    assert service.asked(an) is None


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("", "Enter a date and a time."),
        ("2001-01-01T10:00", "That time has passed."),
        ("mai", "Not a valid"),
    ],
)
def test_an_end_that_is_none_is_refused_beside_the_field(organiser, event, until, said):
    refused = post(organiser, f"{PAGE}?lang=en", {"until": until, "tell": "y"})
    assert refused.status_code == 422
    assert said in refused.text and 'id="until-errors"' in refused.text
    assert service.survey_of(event.id) is None


def test_the_figures_of_each_site(organiser, event, group, an):
    other = build_visit(event, "B", site_id=event.sites[1].id)
    missing = build_delegate(event, "Trần Thị Bình")
    guest = build_delegate(event, "Phạm Văn Cường")
    wish(an, event.sites[1].id, event.sites[0].id)
    wish(missing, event.sites[0].id)
    seat(event, group, missing)
    seat(event, other, guest)
    board(event, other, guest)
    service.open_survey(event, LATER)
    service.answer(an, Answer(5, 2, "=HYPERLINK(1)"))
    first, second = figures.of_sites(event)
    assert (first.seats, first.seated, first.went, first.missing) == (10, 2, 1, 1)
    assert (first.wishes, first.without_wishes) == ({1: 1, 2: 1}, 0)
    assert (first.answers, first.visitors, first.site_marks.mean) == (1, 1, 5)
    assert first.organisation_marks.mean == 2
    assert (second.seated, second.went, second.without_wishes) == (1, 1, 1)
    page = unescape(organiser.get(f"{PAGE}?lang=en").text)
    assert "=HYPERLINK(1)" in page and "Nguyễn Văn An" not in page
    assert "Điểm về nội dung tham quan: 5,0" in unescape(organiser.get(f"{PAGE}?lang=vi").text)
    elsewhere = organiser.get(f"{PAGE}?lang=en&site={event.sites[1].id}").text
    assert "HYPERLINK" not in elsewhere


def test_answers_as_a_workbook_name_nobody_and_run_nothing(organiser, event, an):
    service.open_survey(event, LATER)
    service.answer(an, Answer(5, 2, "=HYPERLINK(1)"))
    file = post(organiser, f"{PAGE}/export", {}, form_at=PAGE)
    rows = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.values)
    assert rows[1][:5] == ("Trung tâm dữ liệu tỉnh", "A", 5, 2, "'=HYPERLINK(1)")
    assert "Nguyễn" not in str(rows)


def test_without_groups_the_page_says_so(organiser, event):
    page = organiser.get(f"{PAGE}?lang=en")
    assert "No group goes to a site yet." in page.text


def test_queries_do_not_grow_with_the_people(organiser, event, group, count_queries):
    def asked():
        with count_queries() as statements:
            organiser.get(PAGE)
        return len(statements)

    few = [build_delegate(event, f"Người {number}") for number in range(2)]
    seat(event, group, *few)
    board(event, group, *few)
    service.open_survey(event, LATER)
    before = asked()
    many = [build_delegate(event, f"Khách {number}") for number in range(8)]
    seat(event, group, *many)
    board(event, group, *many)
    for it in many:
        service.answer(it, Answer(3, 3, "Tốt"))
    assert asked() == before
