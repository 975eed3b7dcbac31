"""Who has arrived, in protocol order, for the page that is read out.

Made of what every process holds of the event (eventapp.checkin.live): no query of its own, however
many pages are open.
"""

from collections.abc import Sequence

from eventapp.checkin import arrivals
from eventapp.checkin.arrivals import Place
from eventapp.checkin.live import Snapshot
from eventapp.checkin.models import CheckpointKind
from eventapp.introductions.speech import Body, Guest, Speech, compose
from eventapp.registration.models import COMING
from eventapp.registration.ranking import RankRow

NAMED_SHARE = 0.6
"""Down to which part of the ranks people are named, where nobody chose: of the usual 18, the
directors of departments are the last."""


def places(snapshot: Snapshot) -> list[Place]:
    """Where people can have arrived: each day's doors, then every checkpoint but buses."""
    return [
        it
        for it in snapshot.facts.places
        if it.day is not None or it.points[0].gate.kind != CheckpointKind.BUS
    ]


def usual_rank(rows: Sequence[RankRow]) -> int:
    """Down to which rank people are named where nobody chose; 0 is nobody."""
    return rows[max(0, round(NAMED_SHARE * len(rows)) - 1)].rank if rows else 0


def speech(snapshot: Snapshot, place: Place, named_up_to: int) -> Speech:
    """The introduction of everybody who has arrived there and is coming."""
    facts = snapshot.facts
    here = arrivals.arrived(snapshot.passed, place, facts.zone)
    bodies = {
        it.id: Body(it.id, it.name, it.kind, it.is_other, position)
        for position, it in enumerate(facts.bodies)
    }
    guests = [
        Guest(it.id, it.name, it.position, it.office, bodies[it.body_id], it.rank)
        for it in facts.guests
        if it.id in here and it.person.status in COMING and not it.is_anonymous
    ]
    # They come delegation by delegation: of one rank they stay in that order (`ranks.BY_RANK`).
    guests.sort(key=lambda it: it.rank)
    return compose(guests, named_up_to)
