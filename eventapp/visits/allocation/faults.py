"""What is wrong with a problem before anybody tries to solve it, each fault by its name."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from eventapp.visits.allocation.problem import Aim, Group, Problem, joined, open_groups

# More seats than any bus, hall or site has: a slip of the finger.
ABSURD_CAPACITY = 10_000


class FaultKind(StrEnum):
    """Each with what its `Fault.ids` are, and its numbers."""

    NO_GROUPS = "no_groups"
    SAME_ID_TWICE = "same_id_twice"  # what is one by (kind in labels); (id)
    TOO_FEW_SEATS = "too_few_seats"  # (): have seats, need people
    TOO_FEW_STEP_FREE = "too_few_step_free"  # persons: have step-free seats, need
    GROUP_WITHOUT_SITE = "group_without_site"  # (group, site)
    NEGATIVE_CAPACITY = "negative_capacity"  # (group): have
    ABSURD_CAPACITY = "absurd_capacity"  # (group): have, need at most
    NEGATIVE_RESERVED = "negative_reserved"  # (group): have
    RESERVED_ABOVE_CAPACITY = "reserved_above_capacity"  # (group): have reserved, need at most
    MINIMUM_ABOVE_SEATS = "minimum_above_seats"  # (group): have minimum, need at most
    NEGATIVE_MINIMUM = "negative_minimum"  # (group): have
    SITE_NEGATIVE_CAPACITY = "site_negative_capacity"  # (site): have
    SITE_CAPACITY_TOO_SMALL = "site_capacity_too_small"  # sites: have in all, need people
    UNKNOWN_WISH = "unknown_wish"  # (person, site)
    WISH_TWICE = "wish_twice"  # (person, site)
    PINNED_TWICE = "pinned_twice"  # (person, groups …)
    PIN_UNKNOWN = "pin_unknown"  # (person, group)
    PIN_CANNOT_JOIN = "pin_cannot_join"  # (person, group)
    PIN_NOT_STEP_FREE = "pin_not_step_free"  # (person, group)
    PIN_AGAINST_NEVER = "pin_against_never"  # (person, group)
    PINS_ABOVE_SEATS = "pins_above_seats"  # (group, persons …): have seats, need
    PINS_SHARE_NEVER = "pins_share_never"  # (group, person, person)
    NEVER_UNKNOWN = "never_unknown"  # (person, group) or (person, person)
    NEVER_ONESELF = "never_oneself"  # (person)
    TOGETHER_UNKNOWN = "together_unknown"  # (person)
    TOGETHER_AND_NEVER = "together_and_never"  # (person, person, others of the set …)
    TOGETHER_PINNED_APART = "together_pinned_apart"  # (person, group, person, group)
    TOGETHER_TOO_LARGE = "together_too_large"  # persons: have most seats, need
    TOGETHER_NO_GROUP = "together_no_group"  # persons: no group is open to all of them
    NO_GROUP_OPEN = "no_group_open"  # (person): nothing is left for one alone
    KTH_WISH = "kth_wish"  # (): have
    AIM_TWICE = "aim_twice"  # labels: the aim
    AIMS_CONTRADICT = "aims_contradict"  # labels: the two aims
    NO_AIMS = "no_aims"
    COSTS_FALL = "costs_fall"  # ()
    PRESENT_UNKNOWN_GROUP = "present_unknown_group"  # (person, group)


# What stands in no way of a solution: it is said, and passed over.
HARMLESS = frozenset(
    {FaultKind.UNKNOWN_WISH, FaultKind.WISH_TWICE, FaultKind.PRESENT_UNKNOWN_GROUP}
)


class Remedy(StrEnum):
    """What to do about a fault."""

    ADD_GROUP = "add_group"
    ADD_SEATS = "add_seats"
    CHOOSE_SITE = "choose_site"
    CORRECT_NUMBER = "correct_number"
    LOWER_RESERVED = "lower_reserved"
    LOWER_MINIMUM = "lower_minimum"
    RAISE_SITE_CAPACITY = "raise_site_capacity"
    REMOVE_WISH = "remove_wish"
    KEEP_ONE_PIN = "keep_one_pin"
    DROP_PIN = "drop_pin"
    DROP_NEVER = "drop_never"
    DROP_TOGETHER = "drop_together"
    FREE_PERSON = "free_person"
    CHOOSE_AIMS = "choose_aims"


_REMEDIES = {
    FaultKind.NO_GROUPS: Remedy.ADD_GROUP,
    FaultKind.TOO_FEW_SEATS: Remedy.ADD_SEATS,
    FaultKind.TOO_FEW_STEP_FREE: Remedy.ADD_SEATS,
    FaultKind.GROUP_WITHOUT_SITE: Remedy.CHOOSE_SITE,
    FaultKind.RESERVED_ABOVE_CAPACITY: Remedy.LOWER_RESERVED,
    FaultKind.MINIMUM_ABOVE_SEATS: Remedy.LOWER_MINIMUM,
    FaultKind.SITE_CAPACITY_TOO_SMALL: Remedy.RAISE_SITE_CAPACITY,
    FaultKind.UNKNOWN_WISH: Remedy.REMOVE_WISH,
    FaultKind.WISH_TWICE: Remedy.REMOVE_WISH,
    FaultKind.PINNED_TWICE: Remedy.KEEP_ONE_PIN,
    FaultKind.PIN_UNKNOWN: Remedy.DROP_PIN,
    FaultKind.PIN_CANNOT_JOIN: Remedy.DROP_PIN,
    FaultKind.PIN_NOT_STEP_FREE: Remedy.DROP_PIN,
    FaultKind.PIN_AGAINST_NEVER: Remedy.DROP_PIN,
    FaultKind.PINS_ABOVE_SEATS: Remedy.DROP_PIN,
    FaultKind.PINS_SHARE_NEVER: Remedy.DROP_PIN,
    FaultKind.NEVER_UNKNOWN: Remedy.DROP_NEVER,
    FaultKind.NEVER_ONESELF: Remedy.DROP_NEVER,
    FaultKind.TOGETHER_UNKNOWN: Remedy.DROP_TOGETHER,
    FaultKind.TOGETHER_AND_NEVER: Remedy.DROP_NEVER,
    FaultKind.TOGETHER_PINNED_APART: Remedy.DROP_PIN,
    FaultKind.TOGETHER_TOO_LARGE: Remedy.DROP_TOGETHER,
    FaultKind.TOGETHER_NO_GROUP: Remedy.DROP_TOGETHER,
    FaultKind.NO_GROUP_OPEN: Remedy.FREE_PERSON,
    FaultKind.AIM_TWICE: Remedy.CHOOSE_AIMS,
    FaultKind.AIMS_CONTRADICT: Remedy.CHOOSE_AIMS,
    FaultKind.NO_AIMS: Remedy.CHOOSE_AIMS,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: its kind says what ``ids``, ``have`` and ``need`` are.

    ``labels`` are those of the ids, in their order, as far as they are known ("" where not).
    """

    kind: FaultKind
    ids: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    have: int | None = None
    need: int | None = None

    @property
    def harmless(self) -> bool:
        """Whether a solution can be sought all the same."""
        return self.kind in HARMLESS

    @property
    def remedy(self) -> Remedy:
        """What to do about it."""
        return _REMEDIES.get(self.kind, Remedy.CORRECT_NUMBER)


class Faulty(ValueError):
    """The problem has faults that stand in the way of any solution."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(sorted({fault.kind.value for fault in faults})))
        self.faults = faults


def find_faults(problem: Problem) -> list[Fault]:
    """Everything that is wrong, the groups' first; none where a solution can be sought.

    That there are none does not say that there is a solution: that several demands together
    cannot be met, `blame` finds.
    """
    finder = _Finder(problem)
    found = [*finder.doubles(), *finder.groups(), *finder.sites(), *finder.wishes()]
    found += [*finder.pins(), *finder.nevers(), *finder.togethers(), *finder.aims()]
    if not any(fault.kind in _NUMBERS_WRONG for fault in found):
        found += finder.seats()
    return found


# With these the sums of seats mean nothing.
_NUMBERS_WRONG = {
    FaultKind.NO_GROUPS,
    FaultKind.NEGATIVE_CAPACITY,
    FaultKind.NEGATIVE_RESERVED,
    FaultKind.RESERVED_ABOVE_CAPACITY,
    FaultKind.GROUP_WITHOUT_SITE,
    FaultKind.SITE_NEGATIVE_CAPACITY,
}


class _Finder:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.all_groups = {it.id: it for it in problem.groups}
        self.all_sites = {it.id: it for it in problem.sites}
        self.people = {it.id: it for it in problem.people}
        self.open = open_groups(problem)

    def _names(self, *ids: int) -> tuple[str, ...]:
        return tuple(self.people[it].label if it in self.people else "" for it in ids)

    def _group(self, kind: FaultKind, group: Group, have: int, need: int | None = None) -> Fault:
        return Fault(kind, (group.id,), (group.label,), have, need)

    def _of(self, kind: FaultKind, who: int, group: int) -> Fault:
        label = self.all_groups[group].label if group in self.all_groups else ""
        return Fault(kind, (who, group), (*self._names(who), label))

    def doubles(self) -> Iterator[Fault]:
        kinds = {
            "group": [it.id for it in self.problem.groups],
            "site": [it.id for it in self.problem.sites],
            "person": [it.id for it in self.problem.people],
        }
        for name, ids in kinds.items():
            for twice, count in Counter(ids).items():
                if count > 1:
                    yield Fault(FaultKind.SAME_ID_TWICE, (twice,), (name,), count)

    def groups(self) -> Iterator[Fault]:
        if not self.problem.groups:
            yield Fault(FaultKind.NO_GROUPS)
        for group in self.problem.groups:
            if group.site not in self.all_sites:
                ids = (group.id, group.site)
                yield Fault(FaultKind.GROUP_WITHOUT_SITE, ids, (group.label, ""))
            if group.capacity < 0:
                yield self._group(FaultKind.NEGATIVE_CAPACITY, group, group.capacity)
                continue
            if group.capacity > ABSURD_CAPACITY:
                kind = FaultKind.ABSURD_CAPACITY
                yield self._group(kind, group, group.capacity, ABSURD_CAPACITY)
            if group.reserved < 0:
                yield self._group(FaultKind.NEGATIVE_RESERVED, group, group.reserved)
            elif group.reserved > group.capacity:
                kind = FaultKind.RESERVED_ABOVE_CAPACITY
                yield self._group(kind, group, group.reserved, group.capacity)
            elif group.minimum is not None and group.minimum > group.seats:
                kind = FaultKind.MINIMUM_ABOVE_SEATS
                yield self._group(kind, group, group.minimum, group.seats)
            if group.minimum is not None and group.minimum < 0:
                yield self._group(FaultKind.NEGATIVE_MINIMUM, group, group.minimum)

    def sites(self) -> Iterator[Fault]:
        for site in self.problem.sites:
            for limit in (site.capacity, site.per_slot):
                if limit is not None and limit < 0:
                    kind = FaultKind.SITE_NEGATIVE_CAPACITY
                    yield Fault(kind, (site.id,), (site.label,), limit)

    def wishes(self) -> Iterator[Fault]:
        for person in self.problem.people:
            for site, count in Counter(person.wishes).items():
                if site not in self.all_sites:
                    yield Fault(FaultKind.UNKNOWN_WISH, (person.id, site), (person.label, ""))
                elif count > 1:
                    labels = (person.label, self.all_sites[site].label)
                    yield Fault(FaultKind.WISH_TWICE, (person.id, site), labels, count)

    def seats(self) -> Iterator[Fault]:
        people, groups = self.problem.people, self.problem.groups
        seats = sum(it.seats for it in groups)
        if len(people) > seats:
            yield Fault(FaultKind.TOO_FEW_SEATS, have=seats, need=len(people))
        need = tuple(it.id for it in people if it.needs_step_free)
        step_free = sum(it.seats for it in groups if it.step_free)
        if len(need) > step_free:
            kind = FaultKind.TOO_FEW_STEP_FREE
            yield Fault(kind, need, self._names(*need), step_free, len(need))
        room = sum(self._room(site.id) for site in self.problem.sites)
        if room < len(people) <= seats:
            sites = [it for it in self.problem.sites if {it.capacity, it.per_slot} != {None}]
            ids, labels = tuple(it.id for it in sites), tuple(it.label for it in sites)
            yield Fault(FaultKind.SITE_CAPACITY_TOO_SMALL, ids, labels, room, len(people))

    def _room(self, site_id: int) -> int:
        site, by_slot = self.all_sites[site_id], Counter[str | None]()
        for group in self.problem.groups:
            if group.site == site_id:
                by_slot[group.slot] += group.seats
        most = by_slot.total() if site.per_slot is None else 0
        if site.per_slot is not None:
            most = sum(min(seats, site.per_slot) for seats in by_slot.values())
        return most if site.capacity is None else min(most, site.capacity)

    def pins(self) -> Iterator[Fault]:
        never, by_person = set(self.problem.never_in), dict[int, set[int]]()
        in_group: dict[int, list[int]] = {}
        for pin in dict.fromkeys(self.problem.pins):
            if pin.person not in self.people or pin.group not in self.all_groups:
                yield self._of(FaultKind.PIN_UNKNOWN, pin.person, pin.group)
                continue
            by_person.setdefault(pin.person, set()).add(pin.group)
            in_group.setdefault(pin.group, []).append(pin.person)
            person = self.people[pin.person]
            if pin.group in person.cannot_join:
                yield self._of(FaultKind.PIN_CANNOT_JOIN, pin.person, pin.group)
            if person.needs_step_free and not self.all_groups[pin.group].step_free:
                yield self._of(FaultKind.PIN_NOT_STEP_FREE, pin.person, pin.group)
            if (pin.person, pin.group) in never:
                yield self._of(FaultKind.PIN_AGAINST_NEVER, pin.person, pin.group)
        for who, where in by_person.items():
            if len(where) > 1:
                labels = tuple(self.all_groups[it].label for it in sorted(where))
                ids = (who, *sorted(where))
                yield Fault(FaultKind.PINNED_TWICE, ids, (*self._names(who), *labels))
        for group_id, pinned in in_group.items():
            group = self.all_groups[group_id]
            if len(pinned) > group.seats:
                ids, labels = (group_id, *pinned), (group.label, *self._names(*pinned))
                yield Fault(FaultKind.PINS_ABOVE_SEATS, ids, labels, group.seats, len(pinned))
        for one, other in self.problem.never_together:
            for both in sorted(by_person.get(one, set()) & by_person.get(other, set())):
                ids = (both, one, other)
                labels = (self.all_groups[both].label, *self._names(one, other))
                if one != other:
                    yield Fault(FaultKind.PINS_SHARE_NEVER, ids, labels)

    def nevers(self) -> Iterator[Fault]:
        for who, where in self.problem.never_in:
            if who not in self.people or where not in self.all_groups:
                yield self._of(FaultKind.NEVER_UNKNOWN, who, where)
        for one, other in self.problem.never_together:
            if one not in self.people or other not in self.people:
                kind = FaultKind.NEVER_UNKNOWN
                yield Fault(kind, (one, other), self._names(one, other))
            elif one == other:
                yield Fault(FaultKind.NEVER_ONESELF, (one,), self._names(one))
        alone = {pin.person for pin in self.problem.pins}
        for who, where_open in self.open.items():
            # A pin that contradicts has been named already.
            if not where_open and self.problem.groups and who not in alone:
                yield Fault(FaultKind.NO_GROUP_OPEN, (who,), self._names(who))

    def togethers(self) -> Iterator[Fault]:
        for who in sorted({it for members in self.problem.together for it in members}):
            if who not in self.people:
                yield Fault(FaultKind.TOGETHER_UNKNOWN, (who,), ("",))
        most = max((it.seats for it in self.problem.groups), default=0)
        for members in joined(self.problem):
            ids, known = tuple(members), [it for it in members if it in self.people]
            if len(known) > most:
                kind = FaultKind.TOGETHER_TOO_LARGE
                yield Fault(kind, ids, self._names(*ids), most, len(known))
            yield from self._within(members)

    def _within(self, members: list[int]) -> Iterator[Fault]:
        """What contradicts within one set."""
        inside, contradicted = set(members), False
        for one, other in self.problem.never_together:
            if one in inside and other in inside and one != other:
                ids = (one, other, *(it for it in members if it not in (one, other)))
                yield Fault(FaultKind.TOGETHER_AND_NEVER, ids, self._names(*ids))
        pins = [pin for pin in self.problem.pins if pin.person in inside]
        for pin in pins[1:]:
            if pin.group != pins[0].group and pin.person != pins[0].person:
                contradicted = True
                ids = (pins[0].person, pins[0].group, pin.person, pin.group)
                names = self._names(ids[0], ids[2])
                labels = [g.label if (g := self.all_groups.get(it)) else "" for it in ids[1::2]]
                both = (names[0], labels[0], names[1], labels[1])
                yield Fault(FaultKind.TOGETHER_PINNED_APART, ids, both)
        each = [self.open[it] for it in members if it in self.people]
        if each and all(each) and not set.intersection(*each) and not contradicted:
            yield Fault(FaultKind.TOGETHER_NO_GROUP, tuple(members), self._names(*members))

    def aims(self) -> Iterator[Fault]:
        aims, costs = self.problem.aims, self.problem.costs
        if not aims:
            yield Fault(FaultKind.NO_AIMS)
        for aim, count in Counter(aims).items():
            if count > 1:
                yield Fault(FaultKind.AIM_TWICE, (), (aim.value,), count)
        if {Aim.TOGETHER, Aim.MIXED} <= set(aims):
            yield Fault(FaultKind.AIMS_CONTRADICT, (), (Aim.TOGETHER.value, Aim.MIXED.value))
        if self.problem.kth < 1:
            yield Fault(FaultKind.KTH_WISH, have=self.problem.kth)
        ladder = (0, *costs.ranks, costs.none)
        if not costs.ranks or any(one > two for one, two in pairwise(ladder)):
            yield Fault(FaultKind.COSTS_FALL)
        for who, where in self.problem.present.items():
            if who in self.people and where not in self.all_groups:
                yield self._of(FaultKind.PRESENT_UNKNOWN_GROUP, who, where)
