"""Asking visitors what they say of their visit: opening and closing the survey, and answering."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event
from eventapp.feedback import letters, visitors
from eventapp.feedback.models import BEST, MAX_COMMENT, VisitFeedback, VisitSurvey
from eventapp.registration.models import Delegate
from eventapp.registration.service import locked
from eventapp.visits.models import VisitGroup


class FeedbackError(Exception):
    """What was asked for cannot be done."""


class AlreadyOver(FeedbackError):
    """The survey is to end at a time that has passed."""


class NothingToRate(FeedbackError):
    """The delegate has made no visit, it is not over yet, or nobody asks about it (any more)."""


class NoSuchMark(FeedbackError):
    """A mark is none from 1 to BEST."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody is asked about: the visit, until when, and what they have answered."""

    group: VisitGroup
    until: datetime
    answer: VisitFeedback | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Marks from 1 (worst) to BEST, and a remark."""

    site: int
    organisation: int
    comment: str = ""


def survey_of(event_id: int) -> VisitSurvey | None:
    """The survey of an event, if it has one."""
    return db.session.get(VisitSurvey, event_id)


def open_survey(event: Event, until: datetime, *, tell: bool = False) -> int:
    """Ask visitors until then; how many are written to.

    ``tell`` writes to all whose visit is over and who have neither answered nor been written to.
    Raises AlreadyOver.
    """
    event_id = event.id
    with transaction():
        moment = now()
        if until <= moment:
            raise AlreadyOver
        event = db.session.get_one(Event, event_id)
        survey = db.session.get(VisitSurvey, event_id, with_for_update=True)
        if survey is None:
            survey = VisitSurvey(event_id=event_id, opened_at=moment, closes_at=until)
            db.session.add(survey)
            changes = {"closes_at": [None, until.isoformat()]}
        else:
            survey.closes_at = until
            changes = audit.changes_of(survey)
        if changes:
            audit.record("change", "visit_survey", event_id, event_id=event_id, changes=changes)
        db.session.flush()
        return letters.ask(event, moment) if tell else 0


def close_survey(event: Event) -> None:
    """Ask no more from now on; what was answered stays. Nothing where nobody was asked."""
    event_id = event.id
    with transaction():
        survey = db.session.get(VisitSurvey, event_id, with_for_update=True)
        moment = now()
        if survey is None or survey.closes_at <= moment:
            return
        if survey.opened_at >= moment:
            db.session.execute(delete(VisitSurvey).where(VisitSurvey.event_id == event_id))
        else:
            survey.closes_at = moment
        audit.record("close", "visit_survey", event_id, event_id=event_id)


def asked(delegate: Delegate, at: datetime | None = None) -> Asked | None:
    """What a delegate is asked about now; None where it is nothing."""
    at = at or now()
    survey = survey_of(delegate.event_id)
    if survey is None or not survey.opened_at <= at < survey.closes_at or not delegate.is_coming:
        return None
    group = visitors.visit_of(delegate)
    if group is None or not visitors.is_back(group, delegate.event, at):
        return None
    return Asked(group, survey.closes_at, db.session.get(VisitFeedback, delegate.id))


def answer(delegate: Delegate, given: Answer) -> None:
    """Keep what a delegate says, in place of what they said before.

    Raises NothingToRate, NoSuchMark.
    """
    if not all(1 <= mark <= BEST for mark in (given.site, given.organisation)):
        raise NoSuchMark
    event_id, delegate_id = delegate.event_id, delegate.id
    with transaction():
        delegate = locked(event_id, delegate_id)
        found = asked(delegate)
        if found is None:
            raise NothingToRate
        row = found.answer or VisitFeedback(delegate_id=delegate_id)
        row.group_id = found.group.id
        row.site, row.organisation = given.site, given.organisation
        row.comment = given.comment.strip()[:MAX_COMMENT]
        row.answered_at = now()
        db.session.add(row)


def take_over(_event_id: int, kept_id: int, other_id: int) -> None:
    """Two registrations become one, in the transaction of it: what was said goes to the one kept,
    unless that has answered."""
    if db.session.get(VisitFeedback, kept_id) is not None:
        db.session.execute(delete(VisitFeedback).where(VisitFeedback.delegate_id == other_id))
        return
    db.session.execute(
        update(VisitFeedback)
        .where(VisitFeedback.delegate_id == other_id)
        .values(delegate_id=kept_id)
        .execution_options(synchronize_session=False)
    )
