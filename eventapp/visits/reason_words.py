"""Why somebody is in their visit group, in words: for organisers, and for whom it is about.

The sentences name nobody to the delegate: who sits where, or is kept from whom, is no one else's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.visits.allocation.problem import Aim
from eventapp.visits.allocation.reasons import ObstacleKind
from eventapp.visits.models import Allocation, SeatSource
from eventapp.visits.naming import Names, names_of

AIMS = {
    Aim.WISHES: _l("wishes met"),
    Aim.BELOW: _l("nobody far down their wishes"),
    Aim.TOGETHER: _l("delegations kept together"),
    Aim.MIXED: _l("delegations mixed"),
    Aim.BALANCED: _l("groups equally full"),
    Aim.OFFICES: _l("offices mixed"),
    Aim.MOVES: _l("few moves"),
}
_SOURCES = {
    SeatSource.ORGANISER: _l("The organisers have decided on this group."),
    SeatSource.SWAP: _l("By a swap of seats."),
    SeatSource.WAITLIST: _l("From the waitlist of the group."),
    SeatSource.GUEST: _l("The leader of the group took them along."),
}
_NOT_WORKED_OUT = (SeatSource.SWAP, SeatSource.WAITLIST, SeatSource.GUEST)
# What differs from group to group though the same is in the way.
_OF_ONE_GROUP = {"group", "worse"}


@dataclass(frozen=True, slots=True)
class Why:
    """The gist in a sentence or two, and a line for each better wish that was not met."""

    head: str
    lines: tuple[str, ...] = ()


def why(seat: Allocation, event_id: int, *, to_organisers: bool) -> Why:
    """Why somebody has this seat."""
    return whys([seat], event_id, to_organisers=to_organisers)[seat.delegate_id]


def whys(seats: Iterable[Allocation], event_id: int, *, to_organisers: bool) -> dict[int, Why]:
    """By delegate, in a fixed number of queries."""
    seats = list(seats)
    named = {
        who
        for seat in seats
        for it in (seat.reason or {}).get("obstacles", ())
        for who in it.get("people", ())
    }
    names = names_of(event_id, named if to_organisers else ())
    return {it.delegate_id: _why(it, names, to_organisers=to_organisers) for it in seats}


def _why(seat: Allocation, names: Names, *, to_organisers: bool) -> Why:
    source = SeatSource(seat.source)
    reason = seat.reason or {}
    # What was worked out before somebody moved the person says nothing of where they are.
    if reason.get("group") != seat.group_id or source in _NOT_WORKED_OUT:
        said = _SOURCES.get(source)
        return Why(str(said) if said else _("By the wishes, first come, first served."))
    return reason_said(reason, names, to_organisers=to_organisers)


def reason_said(reason: Mapping[str, Any], names: Names, *, to_organisers: bool) -> Why:
    """A reason as `working_out.reason_data` keeps it."""
    if reason.get("taken_over"):
        return Why(_("Taken over from an earlier registration."))
    rank, wishes = reason.get("rank"), reason["wishes"]
    if reason.get("pinned"):
        return Why(str(_SOURCES[SeatSource.ORGANISER]))
    if not wishes:
        head = _("No wishes were given.")
    elif rank is None:
        head = _("None of the wishes could be met (%(wishes)s).", wishes=wishes)
    elif rank == 1:
        head = _("The first wish.")
    else:
        head = _("Wish %(rank)s of %(wishes)s.", rank=rank, wishes=wishes)
    if together := reason.get("kept_with"):
        head += " " + _("Kept together with others: %(count)s.", count=together)
    return Why(head, tuple(_lines(reason.get("obstacles", ()), names, to_organisers)))


def _lines(
    obstacles: Iterable[Mapping[str, Any]], names: Names, to_organisers: bool
) -> Iterable[str]:
    """For each wish that was not met, in order, what stood in the way at each of its groups.

    Groups with the same in the way are named together.
    """
    of_site: dict[int, dict[str, list[Mapping[str, Any]]]] = {}
    for it in obstacles:
        alike = {key: value for key, value in it.items() if key not in _OF_ONE_GROUP}
        of_site.setdefault(it["site"], {}).setdefault(str(alike), []).append(it)
    for rank, (site, found) in enumerate(of_site.items(), 1):
        parts = [
            _obstacle(
                some[0],
                ", ".join(names.group(it.get("group")) for it in some),
                names,
                to_organisers,
            )
            for some in found.values()
        ]
        why = "; ".join(dict.fromkeys(parts))
        yield _("Wish %(rank)s, %(site)s: %(why)s.", rank=rank, site=names.site(site), why=why)


def _obstacle(it: Mapping[str, Any], group: str, names: Names, to_organisers: bool) -> str:
    kind = ObstacleKind(it["kind"])
    match kind:
        case ObstacleKind.NO_GROUP:
            return _("no group goes there")
        case ObstacleKind.NOT_STEP_FREE:
            return _("group %(group)s has no way without steps", group=group)
        case ObstacleKind.CANNOT_JOIN:
            return _(
                "the time of group %(group)s does not fit the days or the training", group=group
            )
        case ObstacleKind.FULL:
            return _full(it, group)
        case ObstacleKind.SITE_FULL | ObstacleKind.SLOT_FULL:
            return _("the site admits no more people at the time of group %(group)s", group=group)
        case ObstacleKind.NOT_RUNNING:
            return _("group %(group)s does not go: too few people", group=group)
        case ObstacleKind.NEEDED:
            return _("the present group would have too few people to go")
        case ObstacleKind.OTHERS_CANNOT | ObstacleKind.WISHES_OF_OTHERS:
            return _("group %(group)s was worse for those who are to stay together", group=group)
        case ObstacleKind.AIM_FIRST:
            aim = str(AIMS[Aim(it["aim"])])
            return _(
                "with group %(group)s something that matters more would be worse: %(aim)s",
                group=group,
                aim=aim,
            )
        case ObstacleKind.NOT_AIMED_AT:
            return _("group %(group)s was no better by all that matters", group=group)
        case ObstacleKind.NOT_PROVEN:
            return _("group %(group)s was not found in the time that was given", group=group)
    return _kept_out(kind, it, group, names, to_organisers)


def _kept_out(
    kind: ObstacleKind, it: Mapping[str, Any], group: str, names: Names, to_organisers: bool
) -> str:
    if to_organisers and kind is ObstacleKind.NEVER_IN:
        return _("a rule keeps them out of group %(group)s", group=group)
    if to_organisers and kind is ObstacleKind.NEVER_WITH:
        people = names.list_people(it.get("people", ()))
        return _(
            "in group %(group)s are people to keep apart: %(names)s", group=group, names=people
        )
    return _("the organisers have decided against group %(group)s", group=group)


def _full(it: Mapping[str, Any], group: str) -> str:
    seated, free = it.get("seated") or {}, it.get("free") or 0
    if free:
        return _(
            "group %(group)s had too few free seats for all who are to stay together (%(free)s)",
            group=group,
            free=free,
        )
    said = [
        _("group %(group)s was full, with seats for %(seats)s", group=group, seats=seated["seats"])
    ]
    if seated.get("pinned"):
        said.append(_("decided beforehand: %(count)s", count=seated["pinned"]))
    if seated.get("keener"):
        said.append(_("for whom it was a better wish: %(count)s", count=seated["keener"]))
    if seated.get("as_keen"):
        said.append(_("for whom it was an equal wish: %(count)s", count=seated["as_keen"]))
    if seated.get("reserved"):
        said.append(_("besides seats that are reserved: %(count)s", count=seated["reserved"]))
    return f"{said[0]} ({', '.join(said[1:])})" if said[1:] else said[0]
