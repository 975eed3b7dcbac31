"""What people, groups and sites that an allocation speaks of by id are called now."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from eventapp.database import db
from eventapp.events.models import Site
from eventapp.registration.models import Delegate, Delegation
from eventapp.visits.models import VisitGroup

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Names:
    """By id. What is no longer there has words for a name."""

    people: dict[int, str]
    groups: dict[int, str]
    sites: dict[int, str]
    delegations: dict[int, str]

    def person(self, id_: int) -> str:
        """The name of somebody."""
        return self.people.get(id_) or _("somebody no longer in the list")

    def group(self, id_: int | None) -> str:
        """The letter of a group."""
        return self.groups.get(id_ or 0) or "–"

    def site(self, id_: int | None) -> str:
        """The name of a site."""
        return self.sites.get(id_ or 0) or "–"

    def delegation(self, id_: int | None) -> str:
        """The name of a delegation."""
        return self.delegations.get(id_ or 0) or _("Without a delegation")

    def list_people(self, ids: Iterable[int], most: int = 5) -> str:
        """Some names, and how many more there are."""
        some = list(ids)
        named = ", ".join(self.person(it) for it in some[:most])
        if len(some) > most:
            return _("%(names)s and %(count)s others", names=named, count=len(some) - most)
        return named


def names_of(event_id: int, people: Iterable[int] = ()) -> Names:
    """The names of all groups, sites and delegations of the event, and of these people."""
    ids = sorted(set(people))
    found: dict[int, str] = {}
    for start in range(0, len(ids), _BATCH):
        some = ids[start : start + _BATCH]
        rows = db.session.execute(
            select(Delegate.id, Delegate.name).where(
                Delegate.event_id == event_id, Delegate.id.in_(some)
            )
        )
        found.update((row.id, row.name) for row in rows)
    groups = select(VisitGroup.id, VisitGroup.letter).where(VisitGroup.event_id == event_id)
    sites = select(Site.id, Site.name).where(Site.event_id == event_id)
    delegations = select(Delegation.id, Delegation.name).where(Delegation.event_id == event_id)
    return Names(
        found,
        {row[0]: row[1] for row in db.session.execute(groups)},
        {row[0]: row[1] for row in db.session.execute(sites)},
        {row[0]: row[1] for row in db.session.execute(delegations)},
    )
