"""What the preview of an allocation shows, and the same for another to compare it with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from eventapp.visits.allocation.measuring import measure
from eventapp.visits.allocation.problem import Aim, Problem


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """A group: its people of its seats, by delegation (None: of none), and by office."""

    group: int
    people: int
    seats: int
    by_delegation: Mapping[int | None, int]
    by_office: Mapping[int | None, int]

    @property
    def filled(self) -> float:
        """The part of its seats that is taken; 0 without seats."""
        return self.people / self.seats if self.seats else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """An allocation in figures.

    ``by_rank``: rank of the wish that was met (from 1; 0: none of the person's wishes) → people
    with wishes. ``spread``: delegation → groups that it is in. ``aims``: the value of every aim of
    the problem. ``filled``: the least and the most that a group which runs is filled, 0 to 1.
    """

    placed: int
    unplaced: int
    without_wishes: int
    by_rank: Mapping[int, int]
    groups: tuple[GroupFigures, ...]
    spread: Mapping[int, int]
    filled: tuple[float, float]
    aims: Mapping[Aim, int]

    @property
    def satisfaction(self) -> float:
        """The part of those with wishes who got their first; 1 where nobody has any."""
        wishing = sum(self.by_rank.values())
        return self.by_rank.get(1, 0) / wishing if wishing else 1.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two allocations of one problem, and the people whose group differs, in its order."""

    now: Figures
    then: Figures
    differ: tuple[int, ...]


def figures(problem: Problem, placements: Mapping[int, int]) -> Figures:
    """The figures of placements (person → group); who has none in a known group is unplaced."""
    groups = {group.id: group for group in problem.groups}
    placed = [it for it in problem.people if placements.get(it.id) in groups]
    known = {it.id: placements[it.id] for it in placed}
    by_rank: Counter[int] = Counter()
    in_group = {it: (Counter[int | None](), Counter[int | None]()) for it in groups}
    spread: dict[int, set[int]] = {}
    for person in placed:
        group = known[person.id]
        if person.wishes:
            by_rank[person.rank(groups[group].site) or 0] += 1
        in_group[group][0][person.delegation] += 1
        in_group[group][1][person.office] += 1
        if person.delegation is not None:
            spread.setdefault(person.delegation, set()).add(group)
    each = tuple(
        GroupFigures(group.id, one.total(), group.seats, dict(one), dict(other))
        for group in problem.groups
        for one, other in [in_group[group.id]]
    )
    running = [it.filled for it in each if it.people]
    return Figures(
        placed=len(placed),
        unplaced=len(problem.people) - len(placed),
        without_wishes=sum(not it.wishes for it in placed),
        by_rank=dict(sorted(by_rank.items())),
        groups=each,
        spread={key: len(some) for key, some in sorted(spread.items())},
        filled=(min(running, default=0.0), max(running, default=0.0)),
        aims={aim: measure(problem, known, aim) for aim in problem.aims},
    )


def compare(problem: Problem, then: Mapping[int, int]) -> Comparison:
    """The present allocation beside another."""
    differ = tuple(it.id for it in problem.people if problem.present.get(it.id) != then.get(it.id))
    return Comparison(figures(problem, problem.present), figures(problem, then), differ)
