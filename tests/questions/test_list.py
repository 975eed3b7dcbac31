"""Delegates by what they answered."""

import pytest

from eventapp.accounts.models import AuditEntry
from eventapp.database import transaction
from eventapp.extensions import db
from eventapp.questions import service
from eventapp.questions.models import Question, QuestionKind
from eventapp.questions.service import QuestionData
from eventapp.registration.search import NO_ANSWER, Filters, find
from eventapp.registration.service import register
from tests.registration.filled import details

SIZES = (("Cỡ nhỏ", "Small"), ("Cỡ vừa", "Medium"))


@pytest.fixture
def questions(event):
    return [
        service.save(event, None, QuestionData(kind, kind, options=SIZES)).id
        for kind in (QuestionKind.CHOICE, QuestionKind.CHOICES)
    ]


@pytest.fixture
def people(event, questions):
    size, likes = questions
    answers = ({size: "1", likes: ["1", "2"]}, {size: "2", likes: ["2"]}, {})
    for number, given in enumerate(answers):
        data = details(event, name=f"Người {number}", email=f"{number}@x.vn", answers=given)
        register(event, data, submission=None, consent=None)


def found(event, question_id, key):
    rows = find(event, Filters.parse({"answer": f"{question_id}:{key}"})).rows
    return [it.name.removeprefix("Người ") for it in rows]


def test_who_answered_what(event, questions, people):
    size, likes = questions
    assert found(event, size, "1") == ["0"]
    assert found(event, size, "2") == ["1"]
    assert found(event, likes, "2") == ["0", "1"]
    assert found(event, likes, "1") == ["0"]
    assert found(event, size, NO_ANSWER) == found(event, likes, NO_ANSWER) == ["2"]
    assert found(event, 999, "1") == []


@pytest.mark.parametrize("answer", ["x", "1", "1:", ":1", "1:x", "1:%", "0:1", "1:1:1", "9" * 20])
def test_what_makes_no_sense_narrows_nothing(answer):
    assert Filters.parse({"answer": answer}) == Filters()


def test_the_list_offers_the_answers_and_says_what_it_shows(organiser, event, questions, people):
    size, _likes = questions
    page = organiser.get(f"/manage/{event.slug}/delegates?answer={size}:2")
    assert f'<option value="{size}:2" selected>Cỡ vừa</option>' in page.text
    assert "Người 1" in page.text
    assert "Người 0" not in page.text


def test_the_list_of_an_event_without_questions_offers_none(organiser, event):
    assert "filter-answer" not in organiser.get(f"/manage/{event.slug}/delegates").text


def test_the_change_log_says_which_question(organiser, event, questions, people):
    entries = db.session.query(AuditEntry).filter_by(action="register")
    entry = entries.order_by(AuditEntry.id).first()
    assert entry.changes[f"question:{questions[0]}"] == ["", "Cỡ nhỏ"]
    with transaction():
        db.session.get(Question, questions[0]).label = "Áo đồng phục"
    page = organiser.get(f"/manage/{event.slug}/changes?subject=delegate").text
    assert "Áo đồng phục" in page
    assert "Cỡ nhỏ" in page


def test_the_change_log_outlives_the_question(organiser, event, people, questions):
    with transaction():
        db.session.query(Question).delete()
    page = organiser.get(f"/manage/{event.slug}/changes?subject=delegate").text
    assert "Cỡ nhỏ" in page
