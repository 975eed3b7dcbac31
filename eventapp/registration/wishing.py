"""Wishes for site visits: until when they may be said, how many, and several people's at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from eventapp.accounts import audit
from eventapp.database import db, now, transaction
from eventapp.events.models import Event, Site
from eventapp.registration.details import set_wishes
from eventapp.registration.errors import NotInThisEvent, RegistrationError
from eventapp.registration.models import COMING, Delegate, Organisation

USUAL = 3
"""How many wishes are asked for where nobody has said."""
MOST = 12
"""More are never asked for: nobody ranks them in earnest."""


@dataclass(frozen=True, slots=True)
class WishRules:
    """``until`` when people say their wishes themselves; None is as long as they may change
    anything. ``asked`` is how many sites are ranked at most; 0 is all of them."""

    until: datetime | None = None
    asked: int = USUAL

    def number(self, sites: int) -> int:
        """How many of so many sites are ranked."""
        return min(sites, self.asked or MOST, MOST)

    def are_over(self, at: datetime) -> bool:
        """Whether only organisers change wishes still."""
        return self.until is not None and at >= self.until


rules_of: list[Callable[[int, Session], WishRules | None]] = []
"""Who knows an event's rules: filled in `eventapp.features`."""


def rules(event_id: int, session: Session) -> WishRules:
    """The rules of an event, in a session of whoever asks."""
    for ask in rules_of:
        if (found := ask(event_id, session)) is not None:
            return found
    return WishRules()


class WishesOver(RegistrationError):
    """Wishes could be said until then; only organisers change them now."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class TooManyWishes(RegistrationError):
    """More sites than are ranked, or one of them twice."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The sites somebody wishes for, best first, ``before`` as they were when this was decided."""

    before: Sequence[int]
    after: Sequence[int]


@dataclass(frozen=True, slots=True)
class Said:
    """How many people's wishes were changed, and whose had been changed meanwhile: they stay."""

    changed: int
    overtaken: Sequence[str]


def say(
    event: Event,
    wishes: Mapping[int, Wanted],
    *,
    delegation_id: int | None = None,
    is_organiser: bool = False,
) -> Said:
    """Write the wishes of several people, each change in the change log.

    Only of people who come, and with ``delegation_id`` of that delegation; others are passed over.
    Raises WishesOver unless ``is_organiser``, TooManyWishes, and NotInThisEvent for a site that is
    gone.
    """
    event_id = event.id
    with transaction():
        rule = rules(event_id, db.session())
        if not is_organiser and rule.are_over(now()):
            assert rule.until is not None  # noqa: S101 - over otherwise never
            raise WishesOver(rule.until)
        sites = {
            it.id: it for it in db.session.scalars(select(Site).where(Site.event_id == event_id))
        }
        for wanted in wishes.values():
            if wanted.after != wanted.before:
                _check(wanted, sites, rule)
        changed, overtaken = 0, []
        for delegate in _people(event_id, wishes, delegation_id):
            wanted = wishes[delegate.id]
            present = [it.site_id for it in delegate.preferences]
            if list(wanted.after) in (list(wanted.before), present):
                continue
            if present != list(wanted.before):
                overtaken.append(delegate.name)
                continue
            set_wishes(delegate, [sites[it] for it in wanted.after])
            delegate.updated_at = now()  # so that the revision grows
            audit.record(
                "update",
                "delegate",
                delegate.id,
                event_id=event_id,
                changes={"wishes": [present, list(wanted.after)]},
            )
            changed += 1
        return Said(changed, overtaken)


def _check(wanted: Wanted, sites: Collection[int], rule: WishRules) -> None:
    if not set(wanted.after) <= set(sites):
        raise NotInThisEvent("site_ids")
    most = max(rule.number(len(sites)), len(wanted.before))
    if len(set(wanted.after)) < len(wanted.after) or len(wanted.after) > most:
        raise TooManyWishes


def _people(event_id: int, ids: Collection[int], delegation_id: int | None) -> Sequence[Delegate]:
    """Those who come, locked in the order of their ids."""
    query = (
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.id.in_(ids), Delegate.status.in_(COMING))
        .order_by(Delegate.id)
        .options(selectinload(Delegate.preferences))
        .with_for_update(of=Delegate)
        .execution_options(populate_existing=True)
    )
    if delegation_id is not None:
        mine = select(Organisation.id).where(Organisation.delegation_id == delegation_id)
        query = query.where(Delegate.organisation_id.in_(mine))
    return db.session.scalars(query).all()
