"""The allocation as a linear model.

Columns: ``x`` blocks of a unit in a place, ``load`` people in a group; and, for the aims,
``used`` (a delegation is in a group, 0 or 1), ``above`` (people above an even share) and ``runs``
(a group with a minimum runs, 0 or 1).

A place is a group; or, where nothing asks who sits with whom (*coarse*), all groups of a site that
are alike for everybody. Then the sites that a unit did not wish for all cost it the same, and it
reaches them through one hub that it shares with others, by one column instead of many: from ten
thousand people and fifty groups that leaves a few tens of thousands of columns in a pure network,
whose linear relaxation is whole by itself.

Kept together: ``sum of a delegation's people in a group ≤ min(people, seats) · used`` is a weak
relaxation, so every unit of it has its own row ``x ≤ min(blocks, seats) · used`` too, and a
delegation larger than the largest groups has ``sum of used ≥`` the number of groups that it needs.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from eventapp.visits.allocation.measuring import bloc, bloc_sizes, falls_below, wish_cost
from eventapp.visits.allocation.model import INFINITY, Bools, Floats, Ints, Model, is_whole
from eventapp.visits.allocation.problem import Aim, Person, Problem, even_share
from eventapp.visits.allocation.units import Unit, make_units

# These ask who sits with whom, or in which group of several that are otherwise alike.
_BY_GROUP = {Aim.TOGETHER, Aim.MIXED, Aim.OFFICES, Aim.MOVES}


@dataclass
class Linear:
    """A sum over columns plus a constant: the value of an aim."""

    columns: Ints
    factors: Floats
    constant: float = 0.0

    def dense(self, count: int) -> Floats:
        """The factors of all columns of the model."""
        whole = np.zeros(count)
        np.add.at(whole, self.columns, self.factors)
        return whole

    def at(self, point: Floats) -> float:
        """The value at a point."""
        return float(self.factors @ point[self.columns]) + self.constant


class Formulation:
    """The model of a problem, and the way back from a point of it to people.

    ``aims`` are those that will be asked for; ``whole`` the delegations that are a block.
    """

    def __init__(
        self, problem: Problem, aims: tuple[Aim, ...], whole: frozenset[int] = frozenset()
    ) -> None:
        self.problem, self.aims, self.whole = problem, aims, whole
        self.units = make_units(problem, aims, whole)
        self.model = Model()
        self.seats = sum(group.seats for group in problem.groups)
        self.coarse = not (
            _BY_GROUP & set(aims)
            or problem.never_together
            or any(unit.size > 1 for unit in self.units)
        )
        self.places = self._places()
        self._values: dict[Aim, Linear] = {}
        # How to work out an auxiliary column from the others, in the order in which they came.
        self._fillers: list[Callable[[Floats], None]] = []
        # Columns that come out whole once it is settled which groups delegations use.
        self.following: Ints = np.zeros(0, np.int64)
        self.used: Ints = np.zeros(0, np.int64)
        self._add_seats()
        self._add_units()
        self._add_minimums()
        self._add_sites()
        self._add_nevers()

    # What there is

    def _places(self) -> list[list[int]]:
        groups = self.problem.groups
        if not self.coarse:
            return [[index] for index in range(len(groups))]
        patterns = sorted({unit.open for unit in self.units}, key=sorted)
        alike: dict[tuple[object, ...], list[int]] = {}
        for index, group in enumerate(groups):
            opened = tuple(group.id in pattern for pattern in patterns)
            alike.setdefault((group.site, group.slot, opened), []).append(index)
        return list(alike.values())

    def _add_seats(self) -> None:
        """A load for each group, and for each place the row that its people are its loads."""
        seats = np.array([float(group.seats) for group in self.problem.groups])
        self.load = self.model.add_columns(seats, whole=self.coarse)
        self.place_rows = self.model.add_rows(0.0, 0.0, len(self.places))
        for row, place in zip(self.place_rows, self.places, strict=True):
            columns = self.load[place]
            self.model.add_entries(np.full(len(columns), row), columns, -1.0)

    def _add_units(self) -> None:
        groups, units = self.problem.groups, self.units
        sites = [groups[place[0]].site for place in self.places]
        room = np.array([max(groups[it].seats for it in place) for place in self.places])
        total = np.array([sum(groups[it].seats for it in place) for place in self.places])
        leaders = [groups[place[0]].id for place in self.places]
        opened = _once(units, lambda it: it.open, lambda it: np.array([g in it for g in leaders]))
        size = np.array([unit.size for unit in units])
        count = np.array([unit.count for unit in units])
        if self.coarse:
            most = np.minimum(count[:, None], total[None, :])
        else:
            most = np.minimum(count[:, None], room[None, :] // size[:, None])
        most = np.where(opened, most, 0)
        wanted = Aim.WISHES in self.aims or Aim.BELOW in self.aims
        costs = self._costs(sites) if wanted else {}
        direct = most > 0
        hub_of: Ints | None = None
        if self.coarse:
            wished = np.zeros_like(direct)
            for table in costs.values():
                wished |= table[:, :-1] < table[:, -1:]
            direct &= wished
            hub_of = self._add_hubs(opened, total)
        self.unit_of, self.place_of = np.nonzero(direct)
        self.x = self.model.add_columns(most[direct].astype(float), whole=True)
        rows = self.model.add_rows(count.astype(float), count.astype(float), len(units))
        self.model.add_entries(rows[self.unit_of], self.x, 1.0)
        self.model.add_entries(
            self.place_rows[self.place_of], self.x, size[self.unit_of].astype(float)
        )
        through = np.zeros(0, np.int64)
        if hub_of is not None:
            through = self.through = self.model.add_columns(count.astype(float), whole=True)
            self.model.add_entries(rows, through, 1.0)
            self.model.add_entries(self.hub_rows[hub_of], through, 1.0)
            self.hub_of = hub_of
        for aim, table in costs.items():
            columns, factors = self.x, table[self.unit_of, self.place_of]
            if hub_of is not None:
                columns = np.concatenate([columns, through])
                factors = np.concatenate([factors, table[:, -1]])
            self._values[aim] = Linear(columns, factors.astype(float))
        if Aim.MOVES in self.aims:
            self._values[Aim.MOVES] = self._moves()

    def _add_hubs(self, opened: Bools, total: Ints) -> Ints:
        """A hub for each pattern of open places; the hub of each unit."""
        patterns, hub_of = np.unique(opened, axis=0, return_inverse=True)
        self.hub_rows = self.model.add_rows(0.0, 0.0, len(patterns))
        self.hub_hub, self.hub_place = np.nonzero(patterns)
        upper = total[self.hub_place].astype(float)
        self.from_hub = self.model.add_columns(upper, whole=True)
        self.model.add_entries(self.hub_rows[self.hub_hub], self.from_hub, -1.0)
        self.model.add_entries(self.place_rows[self.hub_place], self.from_hub, 1.0)
        return hub_of.reshape(-1)

    def _costs(self, sites: list[int]) -> dict[Aim, Ints]:
        """What a block of each unit costs in each place, by aim."""
        known: dict[tuple[Aim, tuple[int, ...]], Ints] = {}

        def row(aim: Aim, person: Person) -> Ints:
            if (aim, person.wishes) not in known:
                cost = wish_cost if aim is Aim.WISHES else falls_below
                values = [int(cost(self.problem, person, site)) for site in sites]
                if self.coarse and person.wishes:  # What the hub costs, wished for or not.
                    nothing = self.problem.costs.none if aim is Aim.WISHES else 1
                    values.append(nothing)
                elif self.coarse:
                    values.append(0)
                known[aim, person.wishes] = np.array(values, np.int64)
            return known[aim, person.wishes]

        found: dict[Aim, Ints] = {}
        for aim in (Aim.WISHES, Aim.BELOW):
            if aim in self.aims:
                lines = [sum(row(aim, it) for it in unit.like) for unit in self.units]
                found[aim] = np.array(lines, np.int64).reshape(len(lines), -1)
        return found

    # What binds groups, sites and people

    def _add_minimums(self) -> None:
        """A group with a minimum has it, or nobody."""
        groups = self.problem.groups
        some = np.array([i for i, it in enumerate(groups) if it.minimum], np.int64)
        if not len(some):
            return
        runs = self.model.add_columns(np.ones(len(some)), whole=True)
        minimum = np.array([float(groups[i].minimum or 0) for i in some])
        seats = np.array([float(groups[i].seats) for i in some])
        for low, high, bound in ((0.0, INFINITY, minimum), (-INFINITY, 0.0, seats)):
            rows = self.model.add_rows(low, high, len(some))
            self.model.add_entries(rows, self.load[some], 1.0)
            self.model.add_entries(rows, runs, -bound)

        def fill(point: Floats) -> None:
            point[runs] = point[self.load[some]] > 0.5

        self._fillers.append(fill)

    def _add_sites(self) -> None:
        groups = self.problem.groups
        for site in self.problem.sites:
            here = [i for i, it in enumerate(groups) if it.site == site.id]
            limits = [(here, site.capacity)]
            for slot in dict.fromkeys(groups[i].slot for i in here):
                limits.append(([i for i in here if groups[i].slot == slot], site.per_slot))
            for some, limit in limits:
                if limit is not None and sum(groups[i].seats for i in some) > limit:
                    row = self.model.add_rows(-INFINITY, float(limit), 1)
                    self.model.add_entries(np.repeat(row, len(some)), self.load[some], 1.0)

    def _add_nevers(self) -> None:
        if not self.problem.never_together:
            return
        unit_of = {
            who: i for i, it in enumerate(self.units) for block in it.blocks for who in block
        }
        columns = self._by_unit()
        pairs = {
            tuple(sorted((unit_of[it[0]], unit_of[it[1]]))) for it in self.problem.never_together
        }
        if any(one == other for one, other in pairs):
            self.model.add_rows(1.0, 1.0, 1)  # Both in one block: nothing fulfils that.
        for one, other in sorted(pairs):
            first, second = columns.get(one, {}), columns.get(other, {})
            for place in sorted(first.keys() & second.keys()):
                row = self.model.add_rows(-INFINITY, 1.0, 1)
                columns_of = np.array([first[place], second[place]])
                self.model.add_entries(np.repeat(row, 2), columns_of, 1.0)

    def entries(self) -> Iterator[tuple[int, int, int]]:
        """(unit, place, column) of each way for a unit to be in a place directly."""
        return zip(self.unit_of.tolist(), self.place_of.tolist(), self.x.tolist(), strict=True)

    def _by_unit(self) -> dict[int, dict[int, int]]:
        """Unit → place → its column."""
        found: dict[int, dict[int, int]] = defaultdict(dict)
        for unit, place, column in self.entries():
            found[unit][place] = column
        return found

    # The aims

    def aim(self, aim: Aim) -> Linear:
        """The value of an aim as a sum of columns, which are added when it is first asked for."""
        if aim not in self._values:
            if aim is Aim.TOGETHER:
                self._values[aim] = self._together()
            elif aim is Aim.BALANCED:
                self._values[aim] = self._balanced()
            else:
                self._values[aim] = self._spread(aim)
        return self._values[aim]

    def _moves(self) -> Linear:
        ids = [self.problem.groups[place[0]].id for place in self.places]
        present = self.problem.present
        factors = np.zeros(len(self.x))
        for at, (unit, place) in enumerate(zip(self.unit_of, self.place_of, strict=True)):
            like, here = self.units[unit].like, ids[place]
            factors[at] = sum(present.get(it.id, here) != here for it in like)
        return Linear(self.x, factors)

    def _balanced(self) -> Linear:
        groups, people = self.problem.groups, len(self.problem.people)
        share = [float(even_share(people, it, self.seats)) for it in groups]
        above = self.model.add_columns(np.array([float(it.seats) for it in groups]))
        rows = self.model.add_rows(-INFINITY, np.array(share), len(groups))
        self.model.add_entries(rows, self.load, 1.0)
        self.model.add_entries(rows, above, -1.0)

        def fill(point: Floats) -> None:
            point[above] = np.maximum(0.0, point[self.load] - share)

        self._fillers.append(fill)
        return Linear(above, np.ones(len(above)))

    def _blocs(self, aim: Aim) -> dict[tuple[int, int], list[tuple[int, int]]]:
        """(delegation or office, place) → its columns that are not fixed at 0, with people."""
        counts: list[dict[int, int]] = []
        for unit in self.units:
            count: dict[int, int] = defaultdict(int)
            for person in unit.like:
                if (key := bloc(person, aim)) is not None:
                    count[key] += 1
            counts.append(count)
        found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for unit_index, place, column in self.entries():
            if self.model.upper[column] > 0:
                for key, people in counts[unit_index].items():
                    found[key, place].append((column, people))
        return dict(sorted(found.items()))

    def _spread(self, aim: Aim) -> Linear:
        """People of a delegation or an office above its even share of a group."""
        sizes, groups = bloc_sizes(self.problem, aim), self.problem.groups
        parts: list[tuple[int, float, Ints, Floats]] = []
        for (key, place), columns in self._blocs(aim).items():
            share = even_share(sizes[key], groups[self.places[place][0]], self.seats)
            numbers = np.array([column for column, _ in columns])
            people = np.array([float(some) for _, some in columns])
            if float(people @ self.model.upper[numbers]) > share:
                (above,) = self.model.add_columns(np.array([float(sizes[key])]))
                (row,) = self.model.add_rows(-INFINITY, float(share), 1)
                self.model.add_entries(np.full(len(numbers), row), numbers, people)
                self.model.add_entries(np.array([row]), np.array([above]), -1.0)
                parts.append((int(above), float(share), numbers, people))

        def fill(point: Floats) -> None:
            for above, share, numbers, people in parts:
                point[above] = max(0.0, float(people @ point[numbers]) - share)

        self._fillers.append(fill)
        every = np.array([it[0] for it in parts], np.int64)
        return Linear(every, np.ones(len(parts)))

    def _together(self) -> Linear:
        """Groups that a delegation uses, but for those that are a block by themselves."""
        sizes, blocs = bloc_sizes(self.problem, Aim.TOGETHER), self._blocs(Aim.TOGETHER)
        blocs = {it: columns for it, columns in blocs.items() if it[0] not in self.whole}
        used = self.model.add_columns(np.ones(len(blocs)), whole=True)
        by_key: dict[int, list[int]] = defaultdict(list)
        parts: list[tuple[int, Ints]] = []
        for column, ((key, place), columns) in zip(used, blocs.items(), strict=True):
            by_key[key].append(int(column))
            numbers = np.array([it for it, _ in columns])
            people = np.array([float(some) for _, some in columns])
            self._link(int(column), numbers, people, self._room(place, sizes[key]))
            parts.append((int(column), numbers))
        needs = self.groups_needed()
        for key, columns_of in by_key.items():
            (row,) = self.model.add_rows(float(needs[key]), INFINITY, 1)
            self.model.add_entries(np.full(len(columns_of), row), np.array(columns_of), 1.0)

        def fill(point: Floats) -> None:
            for column, numbers in parts:
                point[column] = float(point[numbers].max() > 0.5)

        self._fillers.append(fill)
        self._follow(used)
        return Linear(used, np.ones(len(used)), -float(len(by_key)))

    def _follow(self, used: Ints) -> None:
        """Let the search branch on groups used alone: people then follow as in a network."""
        apart = {who for both in self.problem.never_together for who in both}
        plain = [it.size == 1 and it.blocks[0][0] not in apart for it in self.units]
        self.used, self.following = used, self.x[np.array(plain)[self.unit_of]]
        self.model.whole[self.following] = False

    def _room(self, place: int, people: int) -> float:
        return float(min(people, self.problem.groups[self.places[place][0]].seats))

    def _link(self, used: int, numbers: Ints, people: Floats, room: float) -> None:
        """Who sits there uses it: all together, and each unit."""
        upper = self.model.upper[numbers]
        most = min(room, float(people @ upper))
        (row,) = self.model.add_rows(-INFINITY, 0.0, 1)
        self.model.add_entries(np.full(len(numbers), row), numbers, people)
        self.model.add_entries(np.array([row]), np.array([used]), -most)
        if len(numbers) > 1:
            rows = self.model.add_rows(-INFINITY, 0.0, len(numbers))
            self.model.add_entries(rows, numbers, 1.0)
            self.model.add_entries(rows, np.full(len(rows), used), -upper)

    def groups_needed(self) -> dict[int, int]:
        """Delegation → groups that it uses at the least, by its size and by who may be where."""
        sizes = bloc_sizes(self.problem, Aim.TOGETHER)
        where: dict[int, dict[frozenset[int], None]] = defaultdict(dict)
        for unit, places in self._by_unit().items():
            opened = frozenset(p for p, column in places.items() if self.model.upper[column] > 0)
            for person in self.units[unit].like:
                if person.delegation is not None:
                    where[person.delegation][opened] = None
        of = {it.id: it.delegation for it in self.problem.people}
        parted = {of[one] for one, other in self.problem.never_together if of[one] == of[other]}
        found = {}
        for key, patterns in where.items():
            reached = set().union(*patterns)
            seats = sorted((self._room(it, sizes[key]) for it in reached), reverse=True)
            need, left = 0, sizes[key]
            while left > 0 and need < len(seats):
                left -= int(seats[need])
                need += 1
            disjoint: list[frozenset[int]] = []
            for pattern in sorted(patterns, key=lambda it: (len(it), sorted(it))):
                if not any(pattern & other for other in disjoint):
                    disjoint.append(pattern)
            found[key] = max(2 if key in parted else 1, need, len(disjoint))
        return found

    # Points and people

    def point(self, placements: Mapping[int, int]) -> Floats | None:
        """The point of placements; None if somebody's is missing or is not open."""
        place_of = {
            self.problem.groups[i].id: at for at, place in enumerate(self.places) for i in place
        }
        groups = {group.id: i for i, group in enumerate(self.problem.groups)}
        point, columns = np.zeros(len(self.model.lower)), self._by_unit()
        hubs = {} if not self.coarse else self.hub_columns()
        for index, unit in enumerate(self.units):
            for block in unit.blocks:
                group = placements.get(block[0])
                if group not in place_of or any(placements.get(it) != group for it in block):
                    return None
                place = place_of[group]
                if (column := columns.get(index, {}).get(place)) is not None:
                    point[column] += 1
                elif self.coarse and (int(self.hub_of[index]), place) in hubs:
                    point[self.through[index]] += 1
                    point[hubs[int(self.hub_of[index]), place]] += 1
                else:
                    return None
                point[self.load[groups[group]]] += len(block)
        return self.extended(point)

    def is_whole(self, point: Floats) -> bool:
        """Whether everybody is in one place."""
        if not is_whole(point[self.x]) or not is_whole(point[self.model.whole]):
            return False
        return not self.coarse or is_whole(point[self.through])

    def hub_columns(self) -> dict[tuple[int, int], int]:
        triples = zip(
            self.hub_hub.tolist(), self.hub_place.tolist(), self.from_hub.tolist(), strict=True
        )
        return {(hub, place): column for hub, place, column in triples}

    def extended(self, point: Floats) -> Floats:
        """A point of the model as it was before, with what the columns added since then are."""
        whole = np.zeros(len(self.model.lower))
        whole[: len(point)] = point
        for fill in self._fillers:
            fill(whole)
        return whole


def _once(
    units: list[Unit],
    key: Callable[[Unit], frozenset[int]],
    make: Callable[[frozenset[int]], Bools],
) -> Bools:
    """A row for each unit, made once for each different key."""
    known: dict[frozenset[int], Bools] = {}
    rows = []
    for unit in units:
        if key(unit) not in known:
            known[key(unit)] = make(key(unit))
        rows.append(known[key(unit)])
    return np.array(rows, bool).reshape(len(units), -1)
