"""Delegations, their people and their requests, for pages to show; and refusals in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from eventapp.database import db
from eventapp.delegations.models import ChangeRequest, Decision
from eventapp.registration import ranks
from eventapp.registration.errors import (
    AlreadyRegistered,
    ClassOnAnotherDay,
    DelegateNotFound,
    RegistrationError,
)
from eventapp.registration.holding import HeldPlaceNotFound
from eventapp.registration.models import (
    COMING,
    Delegate,
    Delegation,
    HeldPlace,
    Organisation,
    Preference,
    Status,
)
from eventapp.registration.quota import QuotaFull
from eventapp.registration.quota_words import names_of
from eventapp.registration.substitution import NothingToInherit

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of requests."""

    rows: Sequence[ChangeRequest]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


def people(delegation_id: int) -> Sequence[Delegate]:
    """Everybody of a delegation: those who come first, office by office, in protocol order."""
    return (
        db.session.scalars(
            select(Delegate)
            .join(Delegate.organisation)
            .join(Organisation.delegation)
            .where(Delegation.id == delegation_id, Delegate.merged_into_id.is_(None))
            .order_by(
                Delegate.status.not_in((*COMING, Status.WAITLISTED, Status.OFFERED)),
                *ranks.BY_OFFICE,
            )
            .options(
                joinedload(Delegate.organisation),
                joinedload(Delegate.category),
                selectinload(Delegate.days),
                selectinload(Delegate.enrolments),
                selectinload(Delegate.preferences).joinedload(Preference.site),
                selectinload(Delegate.answers),
            )
        )
        .unique()
        .all()
    )


def member(delegation_id: int, delegate_id: int) -> Delegate | None:
    """One of the delegation, with what the form shows."""
    return (
        db.session.scalars(
            select(Delegate)
            .join(Delegate.organisation)
            .where(Delegate.id == delegate_id, Organisation.delegation_id == delegation_id)
            .options(
                joinedload(Delegate.organisation).joinedload(Organisation.delegation),
                joinedload(Delegate.category),
                selectinload(Delegate.days),
                selectinload(Delegate.enrolments),
                selectinload(Delegate.preferences),
            )
        )
        .unique()
        .one_or_none()
    )


def requests(
    event_id: int, *, delegation_id: int, only_waiting: bool = False
) -> Sequence[ChangeRequest]:
    """The requests of a delegation, the newest first; a hundred at most."""
    query = _requests(event_id).where(ChangeRequest.delegation_id == delegation_id)
    if only_waiting:
        query = query.where(ChangeRequest.decision == Decision.WAITING)
    return db.session.scalars(query.order_by(ChangeRequest.id.desc()).limit(100)).all()


def request_page(event_id: int, number: int, *, is_open: bool) -> RequestPage:
    """Requests that wait, the oldest first; or those decided, the newest first."""
    waiting = ChangeRequest.decision == Decision.WAITING
    condition = waiting if is_open else ~waiting
    count = select(func.count(ChangeRequest.id)).where(
        ChangeRequest.event_id == event_id, condition
    )
    total = db.session.scalar(count) or 0
    number = min(max(1, number), max(1, -(-total // PER_PAGE)))
    order = ChangeRequest.id if is_open else ChangeRequest.decided_at.desc()
    rows = db.session.scalars(
        _requests(event_id)
        .where(condition)
        .order_by(order)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    return RequestPage(rows, total, number)


def _requests(event_id: int) -> Any:
    return (
        select(ChangeRequest)
        .where(ChangeRequest.event_id == event_id)
        .options(
            joinedload(ChangeRequest.delegation),
            joinedload(ChangeRequest.delegate).joinedload(Delegate.organisation),
            joinedload(ChangeRequest.delegate).joinedload(Delegate.category),
            joinedload(ChangeRequest.held_place).joinedload(HeldPlace.category),
            joinedload(ChangeRequest.held_place).joinedload(HeldPlace.organisation),
        )
    )


def why_not(error: RegistrationError | QuotaFull) -> str:
    """A refusal in words: what is wrong and what to do."""
    if isinstance(error, QuotaFull):
        said = _("No place is left: %(names)s.", names=names_of(error))
        return f"{said} {_('Ask the organisers for a place.')}"
    if isinstance(error, AlreadyRegistered):
        return str(_("Somebody of this name is registered already."))
    if isinstance(error, ClassOnAnotherDay):
        return str(_("The training class is on a day that is not chosen."))
    if isinstance(error, DelegateNotFound | NothingToInherit):
        return str(_("This person is no longer on the list."))
    if isinstance(error, HeldPlaceNotFound):
        return str(_("This place is no longer held: it was filled in or given back."))
    return str(_("Something chosen can no longer be chosen. Choose something else."))
