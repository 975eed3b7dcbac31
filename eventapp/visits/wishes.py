"""Who wishes for which site, as organisers look at it; and how an event asks for wishes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event, Site, new_version
from eventapp.registration import ranks
from eventapp.registration.models import COMING, Delegate, Delegation, Organisation, Preference
from eventapp.registration.search import Filters, select_delegates
from eventapp.registration.wishing import WishRules
from eventapp.tables.writing import Cell, write_xlsx
from eventapp.visits.models import Allocation, VisitGroup, VisitSettings

PAGE_SIZE = 50
NONE = "none"
"""Of a filter by site: people who have no wish."""
_EXPORTED = 500


@dataclass(frozen=True, slots=True)
class WishFilters:
    """What the table is narrowed to. ``site`` is an id or `NONE`; ``rank`` is of that site."""

    q: str = ""
    delegation: int | None = None
    site: str = ""
    rank: int | None = None

    @classmethod
    def parse(cls, values: Mapping[str, str]) -> "WishFilters":
        """From a query string or a form; what makes no sense there narrows nothing."""
        site = values.get("site", "")
        return cls(
            q=values.get("q", "").strip()[:200],
            delegation=_number(values.get("delegation", "")),
            site=site if site == NONE or _number(site) is not None else "",
            rank=_number(values.get("rank", "")) or None,
        )

    @property
    def address(self) -> dict[str, str]:
        """Everything but what was typed, for the query string of an address."""
        values = {"delegation": self.delegation, "site": self.site, "rank": self.rank}
        return {name: str(value) for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody with the sites they wish for, best first, and the letter of their group."""

    delegate: Delegate
    sites: Sequence[Site]
    letter: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the table, in protocol order."""

    rows: Sequence[Row]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many who come wish for each site at each rank, and how many have no wish."""

    by_site: Mapping[int, Mapping[int, int]]
    ranks: int
    """The latest wish that anybody has."""
    without: int
    coming: int


def rules_for(event_id: int, session: Session) -> WishRules | None:
    """How the event asks for wishes, where somebody has said."""
    found = session.execute(
        select(VisitSettings.wishes_until, VisitSettings.wishes_asked).filter_by(event_id=event_id)
    ).one_or_none()
    return WishRules(found.wishes_until, found.wishes_asked) if found else None


def set_rules(event: Event, until: datetime | None, asked: int) -> None:
    """Say until when wishes are asked for and how many; forms see it with their next request."""
    event_id = event.id
    with transaction():
        found = db.session.get(VisitSettings, event_id)
        if found is None:
            found = VisitSettings(event_id=event_id)
            db.session.add(found)
        found.wishes_until, found.wishes_asked = until, asked
        named = ("wishes_until", "wishes_asked")
        changes = {name: it for name, it in audit.changes_of(found).items() if name in named}
        if changes:
            db.session.get_one(Event, event_id).offer_version = new_version()
            audit.record("change", "visit_settings", event_id, event_id=event_id, changes=changes)


def page_of(event: Event, filters: WishFilters, number: int) -> Page:
    """One page (the first is 1) of those who come and are not filtered out."""
    query = _people(event, filters)
    total = db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    number = max(1, min(number, -(-total // PAGE_SIZE)))
    limited = query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(_rows(limited), total, number)


def counts(event_id: int) -> Counts:
    """What everybody who comes wishes for."""
    coming = Delegate.event_id == event_id, Delegate.status.in_(COMING)
    by_site: dict[int, dict[int, int]] = {}
    rows = db.session.execute(
        select(Preference.site_id, Preference.rank, func.count())
        .join(Delegate, Delegate.id == Preference.delegate_id)
        .where(*coming)
        .group_by(Preference.site_id, Preference.rank)
    )
    for site_id, rank, people in rows:
        by_site.setdefault(site_id, {})[rank] = people
    of_everybody = select(func.count()).select_from(Delegate).where(*coming)
    without = of_everybody.where(Delegate.id.not_in(select(Preference.delegate_id)))
    return Counts(
        by_site,
        max((rank for it in by_site.values() for rank in it), default=0),
        db.session.scalar(without) or 0,
        db.session.scalar(of_everybody) or 0,
    )


def export(event: Event, filters: WishFilters, stream: IO[bytes]) -> int:
    """Write everybody who is not filtered out as XLSX, in the language of the page; how many."""
    query = _people(event, filters)
    total = db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    asked = max(1, counts(event.id).ranks)
    headings = [
        *(_("Code"), _("Full name"), _("Position"), _("Organisation"), _("Delegation")),
        *(_("Wish %(number)s", number=rank) for rank in range(1, asked + 1)),
        _("Group"),
    ]
    widths = [16, 28, 28, 32, 24, *[32] * asked, 8]
    write_xlsx(stream, _("Wishes"), headings, widths, _cells(query, total, asked))
    return total


def record_export(event: Event, number: int) -> None:
    """Write into the change log that so many people's wishes were taken away as a file."""
    with transaction():
        audit.record("export", "delegate", None, event_id=event.id, note=f"{number}")


def _cells(query: Select[Any], total: int, asked: int) -> Iterator[list[Cell]]:
    for start in range(0, total, _EXPORTED):
        for row in _rows(query.limit(_EXPORTED).offset(start)):
            names = [it.name for it in row.sites]
            who, office = row.delegate, row.delegate.organisation
            yield [
                *(who.code, who.name, who.position, office.name, office.delegation.name),
                *names,
                *[None] * (asked - len(names)),
                row.letter or None,
            ]


def _people(event: Event, filters: WishFilters) -> Select[Any]:
    narrowed = replace(Filters(), q=filters.q, delegation=filters.delegation)
    query = select_delegates(event, narrowed).where(Delegate.status.in_(COMING))
    if (wanted := _wanted(filters)) is not None:
        query = query.where(wanted)
    return (
        query.join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .order_by(None)
        .order_by(*ranks.BY_RANK)
    )


def _wanted(filters: WishFilters) -> ColumnElement[bool] | None:
    if filters.site == NONE:
        return Delegate.id.not_in(select(Preference.delegate_id))
    wishes = select(Preference.delegate_id)
    if filters.site:
        wishes = wishes.where(Preference.site_id == int(filters.site))
    if filters.rank:
        wishes = wishes.where(Preference.rank == filters.rank)
    return Delegate.id.in_(wishes) if filters.site or filters.rank else None


def _rows(query: Select[Any]) -> list[Row]:
    people = db.session.scalars(
        query.options(
            joinedload(Delegate.organisation).joinedload(Organisation.delegation),
            selectinload(Delegate.preferences).joinedload(Preference.site),
        ).execution_options(populate_existing=True)
    ).all()
    letters = dict(
        db.session.execute(
            select(Allocation.delegate_id, VisitGroup.letter)
            .join(VisitGroup, VisitGroup.id == Allocation.group_id)
            .where(Allocation.delegate_id.in_([it.id for it in people]))
        ).all()
    )
    return [
        Row(it, [wish.site for wish in it.preferences], letters.get(it.id, "")) for it in people
    ]


def _number(typed: str) -> int | None:
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None
