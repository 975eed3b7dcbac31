"""The figures of each site after the visits: seats, who went, wishes met, what visitors say."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventapp.accounts import audit
from eventapp.database import db, transaction
from eventapp.events.models import Event, Site
from eventapp.feedback import visitors
from eventapp.feedback.models import BEST, VisitFeedback
from eventapp.registration.models import Delegate, Preference
from eventapp.tables.writing import Cell, write_xlsx
from eventapp.visits.models import Allocation, VisitGroup

PER_PAGE = 50
_EXPORTED = 1_000


@dataclass(slots=True)
class Marks:
    """How often each mark from 1 to BEST was given."""

    of: Counter[int] = field(default_factory=Counter)

    @property
    def mean(self) -> float | None:
        """The mean, None where nobody has given one."""
        number = self.of.total()
        return sum(mark * times for mark, times in self.of.items()) / number if number else None


@dataclass(slots=True)
class SiteFigures:
    """One site, all its groups together; numbers of people where nothing else is said."""

    site: Site
    groups: list[VisitGroup] = field(default_factory=list)
    seats: int = 0
    seated: int = 0
    called: int = 0
    """Seated in groups whose roll was called by scans."""
    went: int = 0
    """Scanned on board, whoever's seat it was."""
    missing: int = 0
    """Seated in groups whose roll was called, and not on board of any."""
    wishes: Counter[int] = field(default_factory=Counter)
    """Seated, by the rank of the wish that the site was for them; 0 is none of theirs."""
    without_wishes: int = 0
    site_marks: Marks = field(default_factory=Marks)
    organisation_marks: Marks = field(default_factory=Marks)

    @property
    def answers(self) -> int:
        """How many have answered the survey."""
        return self.site_marks.of.total()

    @property
    def visitors(self) -> int:
        """How many have made the visit: on board, or seated where no roll was called by scans."""
        return self.went + self.seated - self.called


@dataclass(frozen=True, slots=True)
class Remarks:
    """One page of what visitors wrote, the newest first."""

    rows: Sequence[VisitFeedback]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


def of_sites(event: Event) -> list[SiteFigures]:
    """Each site of the event that has groups, in the order of sites. A fixed number of queries."""
    groups = db.session.scalars(
        select(VisitGroup)
        .filter_by(event_id=event.id)
        .options(joinedload(VisitGroup.site))
        .order_by(VisitGroup.letter)
    ).all()
    found = {it.id: SiteFigures(it) for it in event.sites}
    by_group = {}
    for group in groups:
        it = by_group[group.id] = found[group.site_id]
        it.groups.append(group)
        it.seats += group.capacity
    _add_seats(event.id, by_group)
    _add_marks(event.id, by_group)
    return [it for it in found.values() if it.groups]


def _add_seats(event_id: int, by_group: Mapping[int, SiteFigures]) -> None:
    wishes: dict[int, dict[int, int]] = defaultdict(dict)
    for delegate_id, site_id, rank in db.session.execute(
        select(Preference.delegate_id, Preference.site_id, Preference.rank)
        .join(Delegate, Delegate.id == Preference.delegate_id)
        .where(Delegate.event_id == event_id)
    ):
        wishes[delegate_id][site_id] = rank
    aboard: dict[int, set[int]] = defaultdict(set)
    for row in db.session.execute(visitors.on_board(event_id)):
        aboard[row.group_id].add(row.delegate_id)
    everybody = set().union(*aboard.values())
    seats = db.session.execute(
        select(Allocation.delegate_id, Allocation.group_id).where(Allocation.group_id.in_(by_group))
    )
    for delegate_id, group_id in seats:
        it = by_group[group_id]
        it.seated += 1
        if group_id in aboard:
            it.called += 1
            it.missing += delegate_id not in everybody
        if own := wishes.get(delegate_id):
            it.wishes[own.get(it.site.id, 0)] += 1
        else:
            it.without_wishes += 1
    at_site: dict[int, set[int]] = defaultdict(set)
    for group_id, people in aboard.items():
        at_site[by_group[group_id].site.id] |= people
    for it in {id(it): it for it in by_group.values()}.values():
        it.went = len(at_site[it.site.id])


def _add_marks(event_id: int, by_group: Mapping[int, SiteFigures]) -> None:
    rows = db.session.execute(
        select(VisitFeedback.group_id, VisitFeedback.site, VisitFeedback.organisation, func.count())
        .join(VisitGroup, VisitGroup.id == VisitFeedback.group_id)
        .where(VisitGroup.event_id == event_id)
        .group_by(VisitFeedback.group_id, VisitFeedback.site, VisitFeedback.organisation)
    )
    for group_id, site, organisation, number in rows:
        by_group[group_id].site_marks.of[site] += number
        by_group[group_id].organisation_marks.of[organisation] += number


def remarks(event: Event, page: int, site_id: int | None = None) -> Remarks:
    """What was written beside the marks, without names; of one site, or of all."""
    query = _answers(event.id).where(VisitFeedback.comment != "")
    if site_id is not None:
        query = query.where(VisitGroup.site_id == site_id)
    total = db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    page = min(max(1, page), max(1, -(-total // PER_PAGE)))
    rows = db.session.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Remarks(rows, total, page)


def _answers(event_id: int) -> Any:
    return (
        select(VisitFeedback)
        .join(VisitGroup, VisitGroup.id == VisitFeedback.group_id)
        .where(VisitGroup.event_id == event_id)
        .options(joinedload(VisitFeedback.group).joinedload(VisitGroup.site))
        .order_by(VisitFeedback.answered_at.desc(), VisitFeedback.delegate_id)
    )


def export(event: Event, stream: IO[bytes]) -> int:
    """Write all answers, without names, as XLSX; how many. It is noted in the change log."""
    event_id = event.id
    number = (
        db.session.scalar(_answers(event_id).with_only_columns(func.count()).order_by(None)) or 0
    )
    with transaction():
        audit.record("export", "visit_survey", event_id, event_id=event_id, note=f"{number}")
    headings = [
        _("Site"),
        _("Group"),
        _("Visit (1–%(best)s)", best=BEST),
        _("Organisation (1–%(best)s)", best=BEST),
        _("Remark"),
        _("Answered at"),
    ]
    write_xlsx(stream, _("Survey"), headings, [40, 8, 12, 14, 80, 17], _cells(event, number))
    return number


def _cells(event: Event, number: int) -> Iterator[list[Cell]]:
    for start in range(0, number, _EXPORTED):
        for it in db.session.scalars(_answers(event.id).limit(_EXPORTED).offset(start)):
            local = it.answered_at.astimezone(event.zone)
            yield [
                it.group.site.name,
                it.group.letter,
                it.site,
                it.organisation,
                it.comment,
                local.replace(tzinfo=None, second=0, microsecond=0),
            ]
