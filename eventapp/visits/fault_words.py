"""Faults and remedies of an allocation (`working_out`) in words, and where each is mended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from eventapp.visits.allocation.blame import RemedyKind
from eventapp.visits.allocation.faults import HARMLESS, FaultKind
from eventapp.visits.naming import Names

# What the first of the ids is, by kind: so where it is mended.
_GROUP_FIRST = {
    FaultKind.GROUP_WITHOUT_SITE,
    FaultKind.NEGATIVE_CAPACITY,
    FaultKind.ABSURD_CAPACITY,
    FaultKind.NEGATIVE_RESERVED,
    FaultKind.RESERVED_ABOVE_CAPACITY,
    FaultKind.MINIMUM_ABOVE_SEATS,
    FaultKind.NEGATIVE_MINIMUM,
}
_SITE_FIRST = {FaultKind.SITE_NEGATIVE_CAPACITY, FaultKind.SITE_CAPACITY_TOO_SMALL}
_PERSON_FIRST = {FaultKind.UNKNOWN_WISH, FaultKind.WISH_TWICE, FaultKind.NO_GROUP_OPEN}
_SETTINGS = {
    FaultKind.KTH_WISH,
    FaultKind.AIM_TWICE,
    FaultKind.AIMS_CONTRADICT,
    FaultKind.NO_AIMS,
    FaultKind.COSTS_FALL,
}
_ANYWHERE = {FaultKind.NO_GROUPS, FaultKind.TOO_FEW_SEATS, FaultKind.TOO_FEW_STEP_FREE}
# Those whose ids are a group and then people, or all people, or a person and groups.
_GROUP_THEN_PEOPLE = {FaultKind.PINS_ABOVE_SEATS, FaultKind.PINS_SHARE_NEVER}
_ALL_PEOPLE = {
    FaultKind.TOO_FEW_STEP_FREE,
    FaultKind.NEVER_ONESELF,
    FaultKind.TOGETHER_UNKNOWN,
    FaultKind.TOGETHER_AND_NEVER,
    FaultKind.TOGETHER_TOO_LARGE,
    FaultKind.TOGETHER_NO_GROUP,
}


__all__ = ["HARMLESS", "Said", "fault_said", "people_in", "remedy_said"]


@dataclass(frozen=True, slots=True)
class Said:
    """What is wrong or would help, in a sentence, and where: ``group``, ``site``, ``person``,
    ``rules``, ``settings`` or ``visits``, and its id where it has one."""

    text: str
    where: str
    id: int | None = None


def people_in(data: Mapping[str, Any]) -> Iterable[int]:
    """The people of whom faults or blame, as they are kept, speak."""
    for fault in (*data.get("faults", ()), *data.get("remarks", ())):
        kind, ids = FaultKind(fault["kind"]), fault["ids"]
        if kind in _ALL_PEOPLE:
            yield from ids
        elif kind in _GROUP_THEN_PEOPLE:
            yield from ids[1:]
        elif kind is FaultKind.TOGETHER_PINNED_APART:
            yield from ids[::2]
        elif kind not in _GROUP_FIRST | _SITE_FIRST | _SETTINGS | _ANYWHERE:
            yield from ids[:1]
    found = data.get("blame") or {}
    for remedy in (
        *found.get("cheapest", ()),
        *(it for some in found.get("others", ()) for it in some),
    ):
        kind_ = RemedyKind(remedy["kind"])
        if kind_ in (RemedyKind.DROP_NEVER_TOGETHER, RemedyKind.DROP_TOGETHER):
            yield from remedy["ids"]
        elif kind_ in (RemedyKind.DROP_PIN, RemedyKind.DROP_NEVER_IN, RemedyKind.FREE_PERSON):
            yield remedy["ids"][0]


def fault_said(fault: Mapping[str, Any], names: Names) -> Said:
    """A fault as `working_out.fault_data` keeps it."""
    kind, ids = FaultKind(fault["kind"]), list(fault["ids"])
    about = {"have": fault.get("have", 0), "need": fault.get("need", 0)}
    for text in (_of_groups, _of_people, _of_pins, _of_sets):
        if said := text(kind, ids, about, names):
            return Said(said, *_where(kind, ids))
    return Said(_("The objectives are not set as they can be followed. Set them anew."), "settings")


def _where(kind: FaultKind, ids: Sequence[int]) -> tuple[str, int | None]:
    if kind in _GROUP_FIRST:
        return "group", ids[0]
    if kind in _SITE_FIRST:
        return "site", ids[0] if ids else None
    if kind in _PERSON_FIRST:
        return "person", ids[0]
    if kind in _SETTINGS:
        return "settings", None
    return ("visits" if kind in _ANYWHERE else "rules"), None


def _of_groups(
    kind: FaultKind, ids: Sequence[int], about: dict[str, Any], names: Names
) -> str | None:
    group = names.group(ids[0]) if ids and kind in _GROUP_FIRST else ""
    match kind:
        case FaultKind.NO_GROUPS:
            return _("There are no visit groups yet. Add one.")
        case FaultKind.TOO_FEW_SEATS:
            return _(
                "There are %(need)s people and %(have)s seats that may be given. Add seats or "
                "groups, or release reserved seats.",
                **about,
            )
        case FaultKind.TOO_FEW_STEP_FREE:
            return _(
                "%(need)s people need a way without steps, and groups without steps have "
                "%(have)s seats. Add seats there, or mark the groups and sites that have no "
                "steps: %(names)s.",
                names=names.list_people(ids),
                **about,
            )
        case FaultKind.GROUP_WITHOUT_SITE:
            return _("Group %(group)s goes to no site. Choose its site.", group=group)
        case FaultKind.NEGATIVE_CAPACITY | FaultKind.ABSURD_CAPACITY:
            return _(
                "Group %(group)s has %(have)s seats, which cannot be. Correct the number.",
                group=group,
                **about,
            )
        case FaultKind.NEGATIVE_RESERVED | FaultKind.RESERVED_ABOVE_CAPACITY:
            return _(
                "Group %(group)s reserves %(have)s seats, which is more than it has, or less than "
                "none. Correct the number.",
                group=group,
                **about,
            )
        case FaultKind.MINIMUM_ABOVE_SEATS:
            return _(
                "Group %(group)s needs at least %(have)s people and has %(need)s seats to give. "
                "Lower the minimum, or raise the number of seats.",
                group=group,
                **about,
            )
        case FaultKind.NEGATIVE_MINIMUM:
            return _("The minimum of group %(group)s is less than nobody.", group=group)
        case FaultKind.SITE_NEGATIVE_CAPACITY:
            return _("Site %(site)s admits less than nobody.", site=names.site(ids[0]))
        case FaultKind.SITE_CAPACITY_TOO_SMALL:
            return _(
                "There are %(need)s people, and by what the sites admit at one time there is room "
                "for %(have)s: %(sites)s. Raise what a site admits, or let groups leave at other "
                "times.",
                sites=", ".join(names.site(it) for it in ids),
                **about,
            )
    return None


def _of_people(
    kind: FaultKind, ids: Sequence[int], about: dict[str, Any], names: Names
) -> str | None:
    if not ids:
        return None
    person = names.person(ids[0])
    match kind:
        case FaultKind.UNKNOWN_WISH:
            return _(
                "%(person)s wishes for a site that is no longer there. The wish is passed over.",
                person=person,
            )
        case FaultKind.WISH_TWICE:
            return _(
                "%(person)s wishes for %(site)s twice. It counts once.",
                person=person,
                site=names.site(ids[1]),
            )
        case FaultKind.NO_GROUP_OPEN:
            return _(
                "%(person)s can join no group: days, training, steps or rules are in the way. "
                "Change what keeps them, or remove a rule.",
                person=person,
            )
        case FaultKind.PRESENT_UNKNOWN_GROUP:
            return _("%(person)s has a seat in a group that is no longer there.", person=person)
        case FaultKind.NEVER_UNKNOWN | FaultKind.TOGETHER_UNKNOWN | FaultKind.PIN_UNKNOWN:
            return _("A rule speaks of somebody or something no longer there. Remove it.")
        case FaultKind.NEVER_ONESELF:
            return _("A rule keeps %(person)s apart from themselves. Remove it.", person=person)
    return None


def _of_pins(
    kind: FaultKind, ids: Sequence[int], about: dict[str, Any], names: Names
) -> str | None:
    match kind:
        case FaultKind.PINNED_TWICE:
            return _(
                "%(person)s is fixed in several groups: %(groups)s. Keep one of the rules.",
                person=names.person(ids[0]),
                groups=", ".join(names.group(it) for it in ids[1:]),
            )
        case FaultKind.PIN_CANNOT_JOIN:
            return _(
                "%(person)s is fixed in group %(group)s, but is not there that day, or is in a "
                "session meanwhile. Remove the rule.",
                person=names.person(ids[0]),
                group=names.group(ids[1]),
            )
        case FaultKind.PIN_NOT_STEP_FREE:
            return _(
                "%(person)s needs a way without steps, and is fixed in group %(group)s, which has "
                "none. Remove the rule.",
                person=names.person(ids[0]),
                group=names.group(ids[1]),
            )
        case FaultKind.PIN_AGAINST_NEVER:
            return _(
                "%(person)s is fixed in group %(group)s, and another rule keeps them out of it. "
                "Remove one of the two.",
                person=names.person(ids[0]),
                group=names.group(ids[1]),
            )
        case FaultKind.PINS_ABOVE_SEATS:
            return _(
                "%(need)s people are fixed in group %(group)s, which has %(have)s seats. Fix "
                "fewer, or raise the number of seats.",
                group=names.group(ids[0]),
                **about,
            )
        case FaultKind.PINS_SHARE_NEVER:
            return _(
                "%(one)s and %(other)s are to be apart, and are both fixed in group %(group)s. "
                "Remove one of the rules.",
                group=names.group(ids[0]),
                one=names.person(ids[1]),
                other=names.person(ids[2]),
            )
    return None


def _of_sets(
    kind: FaultKind, ids: Sequence[int], about: dict[str, Any], names: Names
) -> str | None:
    match kind:
        case FaultKind.TOGETHER_AND_NEVER:
            return _(
                "%(one)s and %(other)s are to be together and to be apart. Remove one of the "
                "rules.",
                one=names.person(ids[0]),
                other=names.person(ids[1]),
            )
        case FaultKind.TOGETHER_PINNED_APART:
            return _(
                "%(one)s and %(other)s are to be together, and are fixed in different groups, "
                "%(first)s and %(second)s. Remove one of the rules, or move one of them.",
                one=names.person(ids[0]),
                other=names.person(ids[2]),
                first=names.group(ids[1]),
                second=names.group(ids[3]),
            )
        case FaultKind.TOGETHER_TOO_LARGE:
            return _(
                "%(need)s people are to be together, and no group has more than %(have)s seats: "
                "%(names)s. Take some out of the rule.",
                names=names.list_people(ids),
                **about,
            )
        case FaultKind.TOGETHER_NO_GROUP:
            return _(
                "No group is open to all of those who are to be together: %(names)s. Take some "
                "out of the rule.",
                names=names.list_people(ids),
            )
    return None


def remedy_said(remedy: Mapping[str, Any], names: Names) -> Said:
    """What would free it, as `working_out` keeps it."""
    kind, ids, amount = RemedyKind(remedy["kind"]), remedy["ids"], remedy["amount"]
    match kind:
        case RemedyKind.RELEASE_RESERVED:
            text = _(
                "Release reserved seats of group %(group)s: %(amount)s.",
                group=names.group(ids[0]),
                amount=amount,
            )
        case RemedyKind.ADD_SEATS:
            text = _(
                "More seats in group %(group)s (%(site)s): %(amount)s.",
                group=names.group(ids[0]),
                site=names.site(ids[1]),
                amount=amount,
            )
        case RemedyKind.RAISE_SITE:
            text = _(
                "Let more people be at %(site)s at one time: %(amount)s.",
                site=names.site(ids[0]),
                amount=amount,
            )
        case RemedyKind.LOWER_MINIMUM:
            text = _(
                "Lower the minimum of group %(group)s to %(amount)s.",
                group=names.group(ids[0]),
                amount=amount,
            )
        case _:
            return Said(_remedy_of_people(kind, ids, names), *_remedied(kind, ids))
    return Said(text, "site" if kind is RemedyKind.RAISE_SITE else "group", ids[0])


def _remedied(kind: RemedyKind, ids: Sequence[int]) -> tuple[str, int | None]:
    return ("person", ids[0]) if kind is RemedyKind.FREE_PERSON else ("rules", None)


def _remedy_of_people(kind: RemedyKind, ids: Sequence[int], names: Names) -> str:
    person = names.person(ids[0])
    match kind:
        case RemedyKind.DROP_PIN:
            group = names.group(ids[1])
            return _("No longer fix %(person)s in group %(group)s.", person=person, group=group)
        case RemedyKind.DROP_NEVER_IN:
            group = names.group(ids[1])
            return _("Let %(person)s be in group %(group)s.", person=person, group=group)
        case RemedyKind.DROP_NEVER_TOGETHER:
            return _(
                "No longer keep %(one)s and %(other)s apart.",
                one=person,
                other=names.person(ids[1]),
            )
        case RemedyKind.DROP_TOGETHER:
            return _("No longer keep together: %(names)s.", names=names.list_people(ids))
    group = names.group(ids[1])
    return _(
        "Let %(person)s join group %(group)s: change their days or their training.",
        person=person,
        group=group,
    )
