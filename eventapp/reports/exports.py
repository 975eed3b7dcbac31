"""Delegates as a file, with what visits and check-in know of them; each export is logged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from flask_babel import lazy_gettext

from eventapp.accounts import audit
from eventapp.database import transaction
from eventapp.events.models import Event
from eventapp.registration import exporting, paging, search
from eventapp.registration.exporting import ExtraColumn
from eventapp.registration.search import Selection
from eventapp.reports import people
from eventapp.tables.writing import Cell


def export(
    event: Event,
    selection: Selection,
    stream: IO[bytes],
    kind: str,
    sort: str = paging.DEFAULT_SORT,
) -> int:
    """Write the selected delegates of the event as ``xlsx`` or ``csv``; returns how many."""
    ids = search.matching_ids(event, selection, sort)
    event_id = event.id
    with transaction():  # personal data leave the system: who took them is on record
        audit.record("export", "delegate", event_id=event_id, note=f"{kind}: {len(ids)}")
    exporting.write(stream, event, ids, kind, _extras(event))
    return len(ids)


def _extras(event: Event) -> tuple[ExtraColumn, ...]:
    zone = event.zone

    def local(value: datetime) -> datetime:
        return value.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)

    def arrivals(ids: Sequence[int]) -> Mapping[int, Cell]:
        return {id_: local(at) for id_, at in people.first_arrivals(ids).items()}

    def letters(ids: Sequence[int]) -> Mapping[int, Any]:
        return people.group_letters(ids)

    return (
        ExtraColumn(lazy_gettext("Visit group"), 12, letters),
        ExtraColumn(lazy_gettext("Arrived at"), 17, arrivals),
    )
