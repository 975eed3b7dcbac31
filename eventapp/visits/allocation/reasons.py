"""Why somebody is where they are: for each wish that was better, what stood in the way.

Every statement can be checked against the placements: a group that is called full is full, and a
free seat is explained by what taking it would have made worse.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from eventapp.visits.allocation.measuring import bloc, bloc_sizes, falls_below, wish_cost
from eventapp.visits.allocation.problem import (
    Aim,
    Group,
    Person,
    Problem,
    Site,
    even_share,
    joined,
    open_groups,
)


class ObstacleKind(StrEnum):
    """What kept somebody from a group; the first that holds, in this order."""

    NO_GROUP = "no_group"  # nothing goes to that site
    PINNED = "pinned"  # to the group where the person is
    NOT_STEP_FREE = "not_step_free"
    CANNOT_JOIN = "cannot_join"  # clash with the programme, or not there that day
    NEVER_IN = "never_in"
    OTHERS_CANNOT = "others_cannot"  # people: who must be with the person and may not be there
    NEVER_WITH = "never_with"  # people: who are there
    FULL = "full"  # free seats are fewer than the block needs
    SITE_FULL = "site_full"
    SLOT_FULL = "slot_full"
    NOT_RUNNING = "not_running"  # nobody is there, and it needs a minimum
    NEEDED = "needed"  # the group where the person is would fall below its minimum
    AIM_FIRST = "aim_first"  # it would have made ``aim`` worse by ``worse``
    WISHES_OF_OTHERS = "wishes_of_others"  # people: who must come along and would lose as much
    NOT_AIMED_AT = "not_aimed_at"  # wishes were not among the aims
    NOT_PROVEN = "not_proven"  # it would have been better: the time ended before it was found


@dataclass(frozen=True, slots=True)
class Seated:
    """Who sits in a group that is full, from one person's view: numbers of people.

    ``pinned`` are there by pins; of the others, ``keener`` had it as a better wish than the
    person, ``as_keen`` as the same, ``less_keen`` as a lesser one or not at all.
    """

    seats: int
    reserved: int
    pinned: int
    keener: int
    as_keen: int
    less_keen: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stood between a person and one group of a site (or the site, where it has none)."""

    kind: ObstacleKind
    site: int
    group: int | None = None
    people: tuple[int, ...] = ()
    seated: Seated | None = None
    free: int | None = None
    aim: Aim | None = None
    worse: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """A person's place and why.

    ``rank`` is that of the wish which the site meets (from 1; None: none of them); ``wishes`` how
    many there were. ``pinned`` says that the place was decided beforehand, ``kept_with`` who must
    share the group. ``obstacles`` are those of each better wish, in the order of the wishes.
    """

    person: int
    group: int
    site: int
    rank: int | None
    wishes: int
    pinned: bool
    kept_with: tuple[int, ...]
    obstacles: tuple[Obstacle, ...]


def explain(problem: Problem, placements: Mapping[int, int]) -> dict[int, Reason]:
    """A reason for everybody placed (person → group), by person."""
    explaining = _Explaining(problem, placements)
    return {it.id: explaining.reason(it) for it in problem.people if it.id in placements}


class _Explaining:
    def __init__(self, problem: Problem, placements: Mapping[int, int]) -> None:
        self.problem, self.placements = problem, placements
        self.people = {it.id: it for it in problem.people}
        self.groups = {it.id: it for it in problem.groups}
        self.sites = {it.id: it for it in problem.sites}
        self.of_site: dict[int, list[Group]] = defaultdict(list)
        for group in problem.groups:
            self.of_site[group.site].append(group)
        self.open = open_groups(problem)
        self.pinned = {pin.person for pin in problem.pins}
        self.never_in = set(problem.never_in)
        self.apart: dict[int, set[int]] = defaultdict(set)
        for one, other in problem.never_together:
            self.apart[one].add(other)
            self.apart[other].add(one)
        self.set_of = {who: tuple(some) for some in joined(problem) for who in some}
        self.load = Counter(placements.values())
        self.tally = _Tally(problem, placements)
        # Group → those there by pins, and (rank of its site, None: no wish) → the others.
        self.ranks: dict[int, Counter[int | None]] = defaultdict(Counter)
        self.pins_in: Counter[int] = Counter()
        for who, where in placements.items():
            if who in self.pinned:
                self.pins_in[where] += 1
            else:
                self.ranks[where][self.people[who].rank(self.groups[where].site)] += 1

    def reason(self, person: Person) -> Reason:
        group = self.groups[self.placements[person.id]]
        rank = person.rank(group.site)
        block = self.set_of.get(person.id, (person.id,))
        better = person.wishes if rank is None else person.wishes[: rank - 1]
        obstacles: list[Obstacle] = []
        for wish in better:
            there = self.of_site[wish]
            if not there:
                obstacles.append(Obstacle(ObstacleKind.NO_GROUP, wish))
            obstacles += [self._obstacle(person, block, group, it) for it in there]
        kept_with = tuple(it for it in block if it != person.id)
        return Reason(
            person.id,
            group.id,
            group.site,
            rank,
            len(person.wishes),
            person.id in self.pinned,
            kept_with,
            tuple(obstacles),
        )

    def _obstacle(
        self, person: Person, block: tuple[int, ...], here: Group, there: Group
    ) -> Obstacle:
        for look in (self._barred, self._crowded):
            found = look(person, block, here, there)
            if found is not None:
                return found
        return self._not_better(person, block, here, there)

    def _barred(
        self, person: Person, block: tuple[int, ...], here: Group, there: Group
    ) -> Obstacle | None:
        """What forbids it whoever else is where."""
        kind: ObstacleKind | None = None
        others = tuple(it for it in block if it != person.id and there.id not in self.open[it])
        if person.id in self.pinned:
            kind = ObstacleKind.PINNED
        elif person.needs_step_free and not there.step_free:
            kind = ObstacleKind.NOT_STEP_FREE
        elif there.id in person.cannot_join:
            kind = ObstacleKind.CANNOT_JOIN
        elif (person.id, there.id) in self.never_in:
            kind = ObstacleKind.NEVER_IN
        elif others:
            return Obstacle(ObstacleKind.OTHERS_CANNOT, there.site, there.id, others)
        return None if kind is None else Obstacle(kind, there.site, there.id)

    def _crowded(
        self, person: Person, block: tuple[int, ...], here: Group, there: Group
    ) -> Obstacle | None:
        """What forbids it as the others are."""
        site, size = there.site, len(block)
        avoided = {it for who in block for it in self.apart[who]}
        met = tuple(sorted(it for it in avoided if self.placements.get(it) == there.id))
        if met:
            return Obstacle(ObstacleKind.NEVER_WITH, site, there.id, met)
        free = there.seats - self.load[there.id]
        if free < size:
            seated = self._seated(person, there)
            return Obstacle(ObstacleKind.FULL, site, there.id, seated=seated, free=free)
        for kind, limit, taken, inside in self._site_limits(self.sites[site], here, there):
            if taken + (0 if inside else size) > limit:
                return Obstacle(kind, site, there.id, free=max(0, limit - taken))
        if there.minimum and self.load[there.id] + size < there.minimum:
            return Obstacle(ObstacleKind.NOT_RUNNING, site, there.id, free=free)
        left = self.load[here.id] - size
        if here.minimum and 0 < left < here.minimum:
            return Obstacle(ObstacleKind.NEEDED, site, there.id, free=free)
        return None

    def _site_limits(
        self, site: Site, here: Group, there: Group
    ) -> list[tuple[ObstacleKind, int, int, bool]]:
        """(kind, limit, people, whether the person is among them) of the site and its slot."""
        found = []
        if site.capacity is not None:
            taken = sum(self.load[it.id] for it in self.of_site[site.id])
            inside = here.site == site.id
            found.append((ObstacleKind.SITE_FULL, site.capacity, taken, inside))
        if site.per_slot is not None:
            some = [it for it in self.of_site[site.id] if it.slot == there.slot]
            taken = sum(self.load[it.id] for it in some)
            found.append((ObstacleKind.SLOT_FULL, site.per_slot, taken, here in some))
        return found

    def _seated(self, person: Person, there: Group) -> Seated:
        own, ranks = person.rank(there.site) or 0, self.ranks[there.id]
        keener = sum(n for rank, n in ranks.items() if rank is not None and rank < own)
        as_keen = ranks[own]
        return Seated(
            seats=there.seats,
            reserved=there.reserved,
            pinned=self.pins_in[there.id],
            keener=keener,
            as_keen=as_keen,
            less_keen=ranks.total() - keener - as_keen,
        )

    def _not_better(
        self, person: Person, block: tuple[int, ...], here: Group, there: Group
    ) -> Obstacle:
        """It could be, but would not be better by the aims in their order."""
        if Aim.WISHES not in self.problem.aims and Aim.BELOW not in self.problem.aims:
            return Obstacle(ObstacleKind.NOT_AIMED_AT, there.site, there.id)
        members = [self.people[it] for it in block]
        for aim in self.problem.aims:
            change = self.tally.change(aim, members, here, there)
            if change < 0:
                return Obstacle(ObstacleKind.NOT_PROVEN, there.site, there.id, aim=aim)
            if change > 0:
                others = tuple(it for it in block if it != person.id)
                if aim in (Aim.WISHES, Aim.BELOW) and others:
                    kind = ObstacleKind.WISHES_OF_OTHERS
                    return Obstacle(kind, there.site, there.id, others, aim=aim, worse=change)
                kind = ObstacleKind.AIM_FIRST
                return Obstacle(kind, there.site, there.id, aim=aim, worse=change)
        # As good by every aim: another wish of equal cost, or of people who go along.
        others = tuple(it for it in block if it != person.id)
        kind = ObstacleKind.WISHES_OF_OTHERS if others else ObstacleKind.NOT_AIMED_AT
        return Obstacle(kind, there.site, there.id, others)


class _Tally:
    """How the value of an aim changes when somebody changes groups."""

    def __init__(self, problem: Problem, placements: Mapping[int, int]) -> None:
        self.problem = problem
        self.seats = sum(it.seats for it in problem.groups)
        self.load = Counter(placements.values())
        self.sizes = {it: bloc_sizes(problem, it) for it in (Aim.MIXED, Aim.OFFICES)}
        self.of_bloc: dict[Aim, Counter[tuple[int, int]]] = {
            Aim.MIXED: Counter(),
            Aim.OFFICES: Counter(),
        }
        for person in problem.people:
            for aim, counter in self.of_bloc.items():
                key = bloc(person, aim)
                if person.id in placements and key is not None:
                    counter[key, placements[person.id]] += 1

    def change(self, aim: Aim, members: list[Person], here: Group, there: Group) -> int:
        """By how much the aim's value grows if these, all ``here``, go ``there``."""
        problem = self.problem
        if aim is Aim.WISHES:
            costs = [
                wish_cost(problem, it, there.site) - wish_cost(problem, it, here.site)
                for it in members
            ]
            return sum(costs)
        if aim is Aim.BELOW:
            falls = [
                falls_below(problem, it, there.site) - falls_below(problem, it, here.site)
                for it in members
            ]
            return sum(falls)
        if aim is Aim.MOVES:
            was = [problem.present.get(it.id) for it in members]
            return sum(
                (group not in (None, there.id)) - (group not in (None, here.id)) for group in was
            )
        if aim is Aim.BALANCED:
            return self._above(
                len(problem.people),
                len(members),
                self.load[here.id],
                self.load[there.id],
                here,
                there,
            )
        counts = Counter(key for it in members if (key := bloc(it, aim)) is not None)
        kind = Aim.OFFICES if aim is Aim.OFFICES else Aim.MIXED
        total = 0
        for key, moving in counts.items():
            at_here, at_there = (self.of_bloc[kind][key, it.id] for it in (here, there))
            if aim is Aim.TOGETHER:
                total += (at_there == 0) - (at_here == moving)
            else:
                size = self.sizes[kind][key]
                total += self._above(size, moving, at_here, at_there, here, there)
        return total

    def _above(
        self, size: int, moving: int, at_here: int, at_there: int, here: Group, there: Group
    ) -> int:
        share_here, share_there = (even_share(size, it, self.seats) for it in (here, there))
        return (
            max(0, at_there + moving - share_there)
            - max(0, at_there - share_there)
            + max(0, at_here - moving - share_here)
            - max(0, at_here - share_here)
        )
