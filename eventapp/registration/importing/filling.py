"""Which held places the new people of a delegation's table are named for."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from eventapp.registration.importing.plan import PlannedRow
from eventapp.registration.models import HeldPlace


def suiting(rows: Mapping[int, PlannedRow], places: Sequence[HeldPlace]) -> dict[int, HeldPlace]:
    """For new people, in their order, the held places that suit them best; keys as in ``rows``.

    A place that is held for an office suits that office alone.
    """
    free, filled = list(places), {}
    for at, row in rows.items():
        possible = [it for it in free if row.stored is None and _suits(row, it)]
        if possible:
            filled[at] = min(possible, key=lambda it: _distance(row, it))
            free.remove(filled[at])
    return filled


def name_for(row: PlannedRow, place: HeldPlace) -> None:
    """Note that the row's person is named for the place."""
    row.fills = place.id
    row.remarks.append(
        _("Named for the place held: %(note)s", note=place.note)
        if place.note
        else _("Named for a place that was held.")
    )


def _suits(row: PlannedRow, place: HeldPlace) -> bool:
    return row.data is not None and place.organisation_id in (None, row.data.organisation_id)


def _distance(row: PlannedRow, place: HeldPlace) -> tuple[bool, bool]:
    """The same category first, then a place for this very office."""
    another = row.data is None or place.category_id != row.data.category_id
    return another, place.organisation_id is None
