"""The rolls of a checkpoint, for when there is neither network nor server: read and written."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, and_, select

from eventapp.checkin import expected
from eventapp.checkin.dividing import divide
from eventapp.checkin.models import Attendance, Checkpoint
from eventapp.checkin.roll_pdf import (
    Desk,
    Heading,
    NoDesks,
    Person,
    RollDocument,
    RollLabels,
    write_rolls,
)
from eventapp.database import db
from eventapp.events.models import Category, Event
from eventapp.registration.models import Delegate, Delegation, Organisation
from eventapp.registration.ranks import BY_DELEGATION, BY_RANK
from eventapp.text import fold, split_name
from eventapp.visits.models import Allocation, Bus, VisitGroup

MAX_DESKS = 30
MAX_BLANKS = 100

__all__ = ["MAX_BLANKS", "MAX_DESKS", "Arrangement", "Choice", "NoDesks", "write", "write_files"]


class Arrangement(StrEnum):
    """In which order people stand on the rolls."""

    NAME = "name"  # by given name, as Vietnamese lists are
    DELEGATION = "delegation"  # delegation by delegation, each in protocol order
    RANK = "rank"  # everybody in protocol order


_ORDERS: dict[Arrangement, Sequence[Any]] = {
    Arrangement.NAME: (Delegate.name_key, Delegate.id),
    Arrangement.DELEGATION: BY_DELEGATION,
    Arrangement.RANK: BY_RANK,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How the rolls are to be: for how many desks, in which order, with how many empty rows."""

    desks: int = 1
    arrangement: Arrangement = Arrangement.NAME
    blanks: int = 5
    language: str = "vi"


def write(
    event: Event, checkpoint: Checkpoint, choice: Choice, stream: BinaryIO, *, printed_at: datetime
) -> int:
    """Write the rolls of all desks as one PDF; returns the number of pages. Raises NoDesks."""
    with force_locale(choice.language):
        return write_rolls(_document(event, checkpoint, choice, printed_at), stream)


def write_files(
    event: Event, checkpoint: Checkpoint, choice: Choice, stream: BinaryIO, *, printed_at: datetime
) -> int:
    """Write a ZIP with a PDF for each desk; returns how many there are. Raises NoDesks."""
    with force_locale(choice.language):
        whole = _document(event, checkpoint, choice, printed_at)
        if not whole.desks:
            raise NoDesks
        local = printed_at.astimezone(event.zone)
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as packed:
            for number, desk in enumerate(whole.desks, start=1):
                paper = BytesIO()
                write_rolls(replace(whole, desks=(desk,)), paper)
                entry = zipfile.ZipInfo(f"desk-{number:02d}.pdf", local.timetuple()[:6])
                packed.writestr(entry, paper.getvalue())
        return len(whole.desks)


def _document(
    event: Event, checkpoint: Checkpoint, choice: Choice, printed_at: datetime
) -> RollDocument:
    rows = db.session.execute(_query(checkpoint, choice.arrangement)).all()
    desks = divide([_group(row, choice.arrangement) for row in rows], choice.desks)
    local = printed_at.astimezone(event.zone)
    return RollDocument(
        event_title=event.short_title_in(choice.language),
        checkpoint=checkpoint.name_in(choice.language),
        printed=f"{local:%H:%M %d/%m/%Y}",
        desks=[
            Desk(
                name=_("Desk %(number)s/%(total)s", number=number, total=len(desks)),
                whose=_whose(rows[part.start], rows[part.stop - 1], choice.arrangement),
                rows=list(_rows(rows[part], choice, event)),
            )
            for number, part in enumerate(desks, start=1)
        ],
        blanks=choice.blanks,
        labels=_labels(),
        language=choice.language,
        author=event.organiser,
        created=printed_at,
    )


def _query(checkpoint: Checkpoint, arrangement: Arrangement) -> Select[Any]:
    columns: tuple[Any, ...] = (
        Delegate.code,
        Delegate.name,
        Organisation.name.label("office"),
        Delegation.id.label("delegation_id"),
        Delegation.name.label("delegation"),
        Delegation.is_other,
        Category.name.label("category"),
        Category.name_en.label("category_en"),
        VisitGroup.letter,
        Bus.label.label("bus"),
        Attendance.first_read_at,
    )
    here = and_(Attendance.delegate_id == Delegate.id, Attendance.checkpoint_id == checkpoint.id)
    return (
        select(*columns)
        .select_from(Delegate)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .outerjoin(Allocation, Allocation.delegate_id == Delegate.id)
        .outerjoin(VisitGroup, VisitGroup.id == Allocation.group_id)
        .outerjoin(Bus, Bus.id == Allocation.bus_id)
        .outerjoin(Attendance, here)
        .where(*expected.at(checkpoint), Delegate.anonymised_at.is_(None))
        .order_by(*_ORDERS[arrangement])
    )


def _group(row: Any, arrangement: Arrangement) -> object:
    """What a desk is not to end in the middle of."""
    match arrangement:
        case Arrangement.NAME:
            return split_name(row.name)[2].casefold()
        case Arrangement.DELEGATION:
            return row.delegation_id
    return row.code


def _whose(first: Any, last: Any, arrangement: Arrangement) -> str:
    if arrangement is Arrangement.DELEGATION:
        ends = (first.delegation, last.delegation)
    else:
        ends = (first.name, last.name)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"


def _rows(rows: Sequence[Any], choice: Choice, event: Event) -> Iterator[Person | Heading]:
    delegation = None
    by_delegation = choice.arrangement is Arrangement.DELEGATION
    for row in rows:
        if by_delegation and row.delegation_id != delegation:
            delegation = row.delegation_id
            yield Heading(row.delegation)
        category = row.category_en if choice.language == "en" and row.category_en else row.category
        arrived = row.first_read_at
        yield Person(
            code=row.code,
            name=row.name,
            office=row.office if by_delegation else _office(row),
            details=(category, *_seat(row)),
            arrived=f"{arrived.astimezone(event.zone):%H:%M}" if arrived else "",
        )


def _office(row: Any) -> str:
    """The office with its delegation, if that says more."""
    if row.is_other or f" {fold(row.office)}".endswith(f" {fold(row.delegation)}"):
        return str(row.office)
    return f"{row.office}, {row.delegation}"


def _seat(row: Any) -> tuple[str, ...]:
    if row.letter is None:
        return ()
    group = _("Group %(letter)s", letter=row.letter)
    return (f"{group}, {row.bus}" if row.bus else group,)


def _labels() -> RollLabels:
    return RollLabels(
        kind=_("Roll"),
        printed=_("Printed at"),
        page=_("Page"),
        how=_(
            "Tick the box of whoever comes and write the time beside it. Once there is a network "
            "again, choose “Enter from a paper list” in the app, set the time that is written, and "
            "scan the codes of the rows that are ticked. A box that is ticked in print was "
            "recorded before."
        ),
        code=_("Code"),
        tick=_("Here"),
        time=_("Came at"),
        name=_("Full name"),
        office=_("Office"),
        details=_("Category, group"),
        walk_ins=_(
            "Not on the list: write name, office, position and telephone; enter them as walk-ins."
        ),
    )
