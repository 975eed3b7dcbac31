"""The problem with every demand breakable at a price (`blame.PRICES`), solved by HiGHS."""

import time
from collections import defaultdict
from collections.abc import Hashable

import numpy as np

from eventapp.visits.allocation.blame import PRICES, Blame, Remedy, RemedyKind
from eventapp.visits.allocation.faults import Faulty, find_faults
from eventapp.visits.allocation.model import INFINITY, Floats, Model, Watch, solve_whole
from eventapp.visits.allocation.problem import Person, Problem, joined
from eventapp.visits.allocation.solving import Impossible, NothingFound

Breach = tuple[RemedyKind, tuple[int, ...]]


def find_blame(problem: Problem, seconds: float) -> Blame:
    """See `blame.blame`."""
    if faults := [it for it in find_faults(problem) if not it.harmless]:
        raise Faulty(faults)
    watch = Watch(time.monotonic() + seconds)
    elastic = _Elastic(problem)
    found = elastic.solve(None, watch)
    if found is None:
        raise NothingFound
    cheapest, proven = found
    others = []
    made_of = {it.kind for it in cheapest}
    for kind in RemedyKind:
        if cheapest and made_of != {kind} and not watch.over():
            alone = elastic.solve(kind, watch)
            if alone is not None:
                others.append(alone[0])
    return Blame(cheapest, tuple(others), proven)


class _Elastic:
    def __init__(self, problem: Problem) -> None:
        self.problem, self.model = problem, Model()
        self.people = {it.id: it for it in problem.people}
        self.groups = {it.id: it for it in problem.groups}
        self.sites = {it.id: it for it in problem.sites}
        # Columns whose value is how much is broken of what, and those that break something whole
        # for each block that they move.
        self.breaches: list[tuple[int, Breach]] = []
        self.broken_by: list[tuple[int, tuple[Breach, ...], tuple[int, ...]]] = []
        self.load: dict[int, int] = {}
        self._add_loads()
        self._add_people()
        self._add_sites()

    def _column(self, upper: float, breach: Breach | None = None) -> int:
        (column,) = self.model.add_columns(np.array([upper]), whole=True)
        if breach is not None:
            self.breaches.append((int(column), breach))
        return int(column)

    def _row(self, low: float, high: float, entries: list[tuple[int, float]]) -> None:
        (row,) = self.model.add_rows(low, high, 1)
        columns = np.array([it[0] for it in entries])
        values = np.array([float(it[1]) for it in entries])
        self.model.add_entries(np.full(len(columns), row), columns, values)

    def _add_loads(self) -> None:
        everybody = float(len(self.problem.people))
        for group in self.problem.groups:
            load = self.load[group.id] = self._column(everybody)
            kind = RemedyKind.RELEASE_RESERVED
            released = self._column(float(group.reserved), (kind, (group.id,)))
            kind = RemedyKind.ADD_SEATS
            added = self._column(everybody, (kind, (group.id, group.site)))
            entries = [(load, 1.0), (released, -1.0), (added, -1.0)]
            self._row(-INFINITY, float(group.seats), entries)
            if group.minimum:
                runs, minimum = self._column(1.0), float(group.minimum)
                lowered = self._column(1.0, (RemedyKind.LOWER_MINIMUM, (group.id,)))
                self._row(0.0, INFINITY, [(load, 1.0), (runs, -minimum), (lowered, minimum)])
                self._row(-INFINITY, 0.0, [(load, 1.0), (runs, -everybody)])

    def _add_people(self) -> None:
        bound = {it for some in joined(self.problem) for it in some}
        bound |= {it for both in self.problem.never_together for it in both}
        never: dict[int, list[int]] = defaultdict(list)
        for who, where in self.problem.never_in:
            never[who].append(where)
        pins = {pin.person: pin.group for pin in self.problem.pins}
        alike: dict[Hashable, list[Person]] = defaultdict(list)
        for person in self.problem.people:
            own = person.id in bound or person.id in pins or person.id in never
            key = person.id if own or person.cannot_join else None
            alike[key, person.needs_step_free].append(person)
        in_group: dict[int, list[tuple[int, float]]] = defaultdict(list)
        self.of_person: dict[int, dict[int, int]] = {}
        for some in alike.values():
            first, columns = some[0], dict[int, int]()
            for group in self.problem.groups:
                if first.needs_step_free and not group.step_free:
                    continue
                column = columns[group.id] = self._column(float(len(some)))
                in_group[group.id].append((column, 1.0))
                breaches = self._breaches(first, group.id, pins.get(first.id), never[first.id])
                if breaches:
                    self.broken_by.append((column, breaches, (first.id,)))
            self._row(len(some), len(some), [(it, 1.0) for it in columns.values()])
            if len(some) == 1:
                self.of_person[first.id] = columns
        for group_id, load in self.load.items():
            self._row(0.0, 0.0, [(load, -1.0), *in_group[group_id]])
        self._bind()

    def _breaches(
        self, person: Person, group: int, pin: int | None, never: list[int]
    ) -> tuple[Breach, ...]:
        """What the person breaks in the group."""
        found: list[Breach] = []
        if pin is not None and pin != group:
            found.append((RemedyKind.DROP_PIN, (person.id, pin)))
        if group in never:
            found.append((RemedyKind.DROP_NEVER_IN, (person.id, group)))
        if group in person.cannot_join:
            found.append((RemedyKind.FREE_PERSON, (person.id, group)))
        return tuple(found)

    def _bind(self) -> None:
        for one, other in dict.fromkeys(self.problem.never_together):
            broken = self._column(1.0, (RemedyKind.DROP_NEVER_TOGETHER, (one, other)))
            first, second = self.of_person[one], self.of_person[other]
            for group in first.keys() & second.keys():
                entries = [(first[group], 1.0), (second[group], 1.0), (broken, -1.0)]
                self._row(-INFINITY, 1.0, entries)
        for members in dict.fromkeys(self.problem.together):
            ordered = sorted(members)
            if len(ordered) < 2:
                continue
            broken = self._column(1.0, (RemedyKind.DROP_TOGETHER, tuple(ordered)))
            leader = self.of_person[ordered[0]]
            for other in ordered[1:]:
                columns = self.of_person[other]
                for group in sorted(leader.keys() | columns.keys()):
                    ends = [
                        (it[group], sign)
                        for it, sign in ((leader, 1.0), (columns, -1.0))
                        if group in it
                    ]
                    self._row(-INFINITY, 0.0, [*ends, (broken, -1.0)])
                    self._row(0.0, INFINITY, [*ends, (broken, 1.0)])

    def _add_sites(self) -> None:
        everybody = float(len(self.problem.people))
        for site in self.problem.sites:
            here = [it for it in self.problem.groups if it.site == site.id]
            limits = [(here, site.capacity)]
            for slot in dict.fromkeys(it.slot for it in here):
                limits.append(([it for it in here if it.slot == slot], site.per_slot))
            for some, limit in limits:
                if limit is not None and some:
                    raised = self._column(everybody, (RemedyKind.RAISE_SITE, (site.id,)))
                    loads = [(self.load[it.id], 1.0) for it in some]
                    self._row(-INFINITY, float(limit), [*loads, (raised, -1.0)])

    def solve(
        self, only: RemedyKind | None, watch: Watch
    ) -> tuple[tuple[Remedy, ...], bool] | None:
        """The cheapest remedies, of one kind alone if ``only``; None if there are none."""
        cost, upper = np.zeros(len(self.model.lower)), self.model.upper.copy()
        for column, (kind, _) in self.breaches:
            cost[column] = PRICES[kind]
            if only not in (None, kind):
                self.model.upper[column] = 0.0
        for column, breaches, _ in self.broken_by:
            cost[column] = sum(PRICES[kind] for kind, _ in breaches)
            if only is not None and any(kind is not only for kind, _ in breaches):
                self.model.upper[column] = 0.0
        found = solve_whole(self.model, cost, watch, seconds=watch.left())
        self.model.upper[:] = upper
        if found.impossible and only is None:
            raise Impossible
        if found.point is None:
            return None
        return self._remedies(found.point), found.bound >= found.value - 1 + 1e-3

    def _remedies(self, point: Floats) -> tuple[Remedy, ...]:
        amounts: dict[Breach, int] = defaultdict(int)
        for column, breach in self.breaches:
            if (amount := round(point[column])) > 0:
                amounts[breach] += amount
        for column, breaches, _ in self.broken_by:
            for breach in breaches:
                if round(point[column]) > 0:
                    amounts[breach] += 1
        found = []
        for (kind, ids), amount in sorted(amounts.items()):
            if kind is RemedyKind.LOWER_MINIMUM:
                amount = round(point[self.load[ids[0]]])
            found.append(Remedy(kind, ids, self._labels(kind, ids), amount))
        return tuple(found)

    def _labels(self, kind: RemedyKind, ids: tuple[int, ...]) -> tuple[str, ...]:
        person, group, site = self.people, self.groups, self.sites
        if kind in (RemedyKind.RELEASE_RESERVED, RemedyKind.LOWER_MINIMUM):
            return (group[ids[0]].label,)
        if kind is RemedyKind.ADD_SEATS:
            return (group[ids[0]].label, site[ids[1]].label)
        if kind is RemedyKind.RAISE_SITE:
            return (site[ids[0]].label,)
        if kind in (RemedyKind.DROP_NEVER_TOGETHER, RemedyKind.DROP_TOGETHER):
            return tuple(person[it].label for it in ids)
        return (person[ids[0]].label, group[ids[1]].label)
