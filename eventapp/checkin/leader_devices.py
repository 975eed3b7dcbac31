"""Devices for the leaders of visit groups, made without a form."""

from collections.abc import Sequence

from eventapp.checkin.devices import MAX_AT_ONCE, NoSuchGroup, Provision, create_device
from eventapp.checkin.models import Rights
from eventapp.events.models import Event
from eventapp.visits.models import VisitGroup
from eventapp.visits.sites import groups_of

HOURS = 24 * 7
"""For how long a leader's link works: it is handed out in the days before the visit."""


def create_for(event: Event, group_id: int, *, group_word: str) -> Provision:
    """A device for the leader of one group, named for both. Raises NoSuchGroup."""
    found = [it for it in groups_of(event.id) if it.id == group_id]
    if not found:
        raise NoSuchGroup
    return _create(event, found, group_word)[0]


def create_for_all(event: Event, *, group_word: str) -> list[Provision]:
    """A device for each group's leader, at most `MAX_AT_ONCE`."""
    return _create(event, groups_of(event.id)[:MAX_AT_ONCE], group_word)


def _create(event: Event, groups: Sequence[VisitGroup], word: str) -> list[Provision]:
    wanted = [
        (it.id, " – ".join(filter(None, (f"{word} {it.letter}", it.leader_name)))) for it in groups
    ]
    return [
        create_device(event, name, rights=Rights.LEADER, group_ids=[id_], hours=HOURS)
        for id_, name in wanted
    ]
