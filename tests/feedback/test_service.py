"""Asking visitors: who is asked about which visit, answering, and every refusal."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from eventapp.accounts.models import AuditEntry
from eventapp.duplicates import merging
from eventapp.extensions import db
from eventapp.feedback import service
from eventapp.feedback.models import VisitFeedback
from eventapp.feedback.service import AlreadyOver, Answer, NoSuchMark, NothingToRate
from eventapp.mail.composing import Overtaken, compose
from eventapp.mail.models import Message
from eventapp.registration import service as registration
from eventapp.registration.models import Delegate
from tests.builders import build_delegate
from tests.feedback.visits import NOW, board, build_visit, seat

LATER = NOW + timedelta(days=7)


@pytest.fixture
def group(event):
    """A group that is back."""
    return build_visit(event)


@pytest.fixture
def an(event, group):
    """Somebody who was on board."""
    an = build_delegate(event, "Nguyễn Văn An")
    seat(event, group, an)
    board(event, group, an)
    return an


def answers():
    db.session.rollback()
    return db.session.scalars(select(VisitFeedback)).all()


def test_a_visitor_answers_and_changes_the_answer(event, group, an):
    service.open_survey(event, LATER)
    asked = service.asked(an)
    assert (asked.group, asked.answer) == (group, None)
    service.answer(an, Answer(5, 3, "  Xe đến muộn 10 phút.  "))
    service.answer(an, Answer(4, 3, "Xe đến muộn."))
    [it] = answers()
    assert (it.group_id, it.site, it.organisation, it.comment) == (group.id, 4, 3, "Xe đến muộn.")
    assert service.asked(an).answer.site == 4


def test_whoever_went_with_another_group_is_asked_about_that_one(event, group, an):
    other = build_visit(event, "B", site_id=event.sites[1].id)
    binh = build_delegate(event, "Trần Thị Bình")
    seat(event, other, binh)
    board(event, other, binh)
    seat(event, group, binh)  # the list was never brought up to date
    service.open_survey(event, LATER)
    assert service.asked(binh).group == other


def test_of_a_group_whose_roll_was_called_on_paper_everybody_is_asked(event, group):
    binh = build_delegate(event, "Trần Thị Bình")
    seat(event, group, binh)
    service.open_survey(event, LATER)
    assert service.asked(binh).group == group


def test_whoever_missed_the_bus_is_not_asked(event, group, an):
    binh = build_delegate(event, "Trần Thị Bình")
    seat(event, group, binh)
    service.open_survey(event, LATER)
    assert service.asked(binh) is None
    with pytest.raises(NothingToRate):
        service.answer(binh, Answer(1, 1))
    assert answers() == []


def test_nobody_is_asked_before_the_return(event):
    group = build_visit(event, back=timedelta(hours=1))
    an = build_delegate(event, "Nguyễn Văn An")
    seat(event, group, an)
    board(event, group, an)
    service.open_survey(event, LATER)
    assert service.asked(an) is None
    assert service.asked(an, NOW + timedelta(hours=1)).group == group


def test_without_a_return_people_are_asked_from_the_next_day_on(event):
    group = build_visit(event, returns_at=None)
    an = build_delegate(event, "Nguyễn Văn An")
    seat(event, group, an)
    service.open_survey(event, LATER)
    midnight = group.departs_at.astimezone(event.zone).replace(hour=0, minute=0, second=0)
    midnight = midnight.replace(microsecond=0) + timedelta(days=1)
    assert service.asked(an, midnight - timedelta(seconds=1)) is None
    assert service.asked(an, midnight).group == group


def test_nobody_is_asked_before_organisers_ask_and_after_they_stop(event, an):
    assert service.asked(an) is None
    service.open_survey(event, LATER)
    service.answer(an, Answer(5, 5))
    service.close_survey(event)
    assert service.asked(an) is None
    with pytest.raises(NothingToRate):
        service.answer(an, Answer(1, 1))
    assert answers()[0].site == 5
    service.close_survey(event)  # again does nothing
    actions = db.session.scalars(
        select(AuditEntry.action).filter_by(subject="visit_survey").order_by(AuditEntry.id)
    ).all()
    assert actions == ["change", "close"]


def test_an_end_that_has_passed_is_refused(event):
    with pytest.raises(AlreadyOver):
        service.open_survey(event, NOW - timedelta(minutes=1))
    assert service.survey_of(event.id) is None


@pytest.mark.parametrize("marks", [(0, 3), (3, 6), (-1, 3)])
def test_a_mark_that_is_none_is_refused(event, an, marks):
    service.open_survey(event, LATER)
    with pytest.raises(NoSuchMark):
        service.answer(an, Answer(*marks))


# --- Letters ------------------------------------------------------------------------------------


def letters():
    return db.session.scalars(select(Message).filter_by(kind="visit_survey")).all()


def test_each_visitor_gets_one_letter_with_their_site(event, group, an):
    late = build_visit(event, "B", back=timedelta(hours=2))
    binh = build_delegate(event, "Trần Thị Bình")
    seat(event, late, binh)
    assert service.open_survey(event, LATER, tell=True) == 1
    assert service.open_survey(event, LATER, tell=True) == 0
    [letter] = letters()
    assert letter.delegate_id == an.id
    written = compose(letter, is_sending=True)
    assert "Trung tâm dữ liệu tỉnh" in written.text and "/visit" in written.text


def test_a_letter_to_somebody_who_has_answered_is_not_sent(event, an):
    service.open_survey(event, LATER, tell=True)
    service.answer(an, Answer(5, 5))
    with pytest.raises(Overtaken, match="answered"):
        compose(letters()[0])


def test_a_letter_of_a_survey_that_is_over_is_not_sent(event, an):
    service.open_survey(event, LATER, tell=True)
    service.close_survey(event)
    with pytest.raises(Overtaken, match="survey_over"):
        compose(letters()[0])


# --- What becomes of it -------------------------------------------------------------------------


def test_an_answer_goes_to_the_registration_that_is_kept(event, group, an):
    service.open_survey(event, LATER)
    service.answer(an, Answer(5, 4))
    again = build_delegate(event, "Nguyễn Văn An", email="an2@example.com")
    merging.merge(event, again.id, an.id)
    assert [it.delegate_id for it in answers()] == [again.id]


def test_whoever_cancelled_is_not_asked(event, an):
    service.open_survey(event, LATER)
    registration.cancel(event, an.id)
    assert service.asked(db.session.get_one(Delegate, an.id)) is None
