"""What can be chosen when somebody registers at an event."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session, selectinload

from eventapp.events.models import Category, Day, Event, Site
from eventapp.programme.offered import TrainingClass, classes_of
from eventapp.questions.models import Question, QuestionKind
from eventapp.questions.service import asked
from eventapp.registration.models import GONE, Delegate, Delegation, Organisation, enrolment
from eventapp.registration.wishing import WishRules, rules


@dataclass(frozen=True)
class Choices:
    """The rows behind the fields of a form, all loaded."""

    provinces: Sequence[Delegation]
    ministries: Sequence[Delegation]
    others: Sequence[Delegation]
    categories: Sequence[Category]
    days: Sequence[Day]
    classes: Sequence[TrainingClass]
    sites: Sequence[Site]
    questions: Sequence[Question] = ()
    """Those of the event's own that are asked here."""
    wishing: WishRules = field(default_factory=WishRules)
    """How wishes for sites are asked for."""
    kept_organisation: Organisation | None = None
    """The typed organisation of somebody who is registered already."""

    @property
    def written_questions(self) -> Sequence[Question]:
        """The questions that a cell of a table can answer: not with a file."""
        return [it for it in self.questions if it.kind != QuestionKind.FILE]

    @cached_property
    def delegations(self) -> Sequence[Delegation]:
        """All of them, in the order in which they are offered."""
        return [*self.provinces, *self.ministries, *self.others]

    @cached_property
    def office_ids(self) -> frozenset[int]:
        """Every office that is offered, of whichever delegation."""
        return frozenset(office.id for it in self.delegations for office in self.offices(it))

    def delegation(self, delegation_id: int | None) -> Delegation | None:
        """The delegation with that id."""
        return next((it for it in self.delegations if it.id == delegation_id), None)

    def offices(self, delegation: Delegation) -> list[Organisation]:
        """The offices of a delegation that are offered: not those that others typed."""
        listed = [it for it in delegation.organisations if not it.is_typed]
        kept = self.kept_organisation
        if kept is not None and kept.is_typed and kept.delegation_id == delegation.id:
            listed.append(kept)
        return listed


def choices_for(
    event: Event,
    *,
    delegate: Delegate | None = None,
    public: bool = True,
    delegation_id: int | None = None,
    taken: bool = False,
) -> Choices:
    """What the event offers, in a fixed number of queries; or what one delegation may choose.

    With ``public``, categories that only organisers give and classes that are not published are
    left out, except those that the delegate has already. With ``taken``, as tables need it that
    are about people who are registered, every class is there that somebody of the event, or of the
    one delegation, is in, whether or not anybody may still choose it (`TrainingClass.is_public`,
    ``takes_enrolment``).
    The rows are of the event's own session.
    """
    session = object_session(event)
    if session is None:
        raise RuntimeError("an event without a session offers nothing")
    wanted = select(Delegation).where(Delegation.event_id == event.id)
    if delegation_id is not None:
        wanted = wanted.where(Delegation.id == delegation_id)
    delegations = session.scalars(
        wanted.order_by(Delegation.position, Delegation.name)
        # Not what others typed: that may be thousands.
        .options(selectinload(Delegation.organisations.and_(~Organisation.is_typed)))
    ).all()
    own_category = delegate.category_id if delegate else None
    own = frozenset(it.id for it in delegate.enrolments) if delegate else frozenset()
    if taken:
        own |= _classes_taken(session, event.id, delegation_id)
    return Choices(
        provinces=[it for it in delegations if it.province_code],
        ministries=[it for it in delegations if not it.province_code and not it.is_other],
        others=[it for it in delegations if it.is_other],
        categories=[
            it for it in event.categories if it.is_public or not public or it.id == own_category
        ],
        days=event.days,
        classes=[
            it for it in classes_of(event, also=own) if it.is_public or not public or it.id in own
        ],
        sites=event.sites,
        questions=[it for it in asked(event.id, session=session) if it.is_public or not public],
        wishing=rules(event.id, session),
        kept_organisation=delegate.organisation if delegate else None,
    )


def _classes_taken(session: Session, event_id: int, delegation_id: int | None) -> frozenset[int]:
    """The classes that somebody is in who has not cancelled: of the event, or of one delegation."""
    query = (
        select(enrolment.c.session_id)
        .join(Delegate, Delegate.id == enrolment.c.delegate_id)
        .where(Delegate.event_id == event_id, Delegate.status.not_in(GONE))
    )
    if delegation_id is not None:
        query = query.join(Delegate.organisation).where(Organisation.delegation_id == delegation_id)
    return frozenset(session.scalars(query.distinct()))
