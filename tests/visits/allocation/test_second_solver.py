"""Larger problems against CBC, with the plainest formulation: a binary for each person and group.

CBC (from PuLP) shares no code with HiGHS, and this formulation shares no idea with ours.
"""

from dataclasses import replace

import pulp
import pytest

from eventapp.visits.allocation.problem import Aim, Pin, Problem
from eventapp.visits.allocation.solving import Status, solve
from tests.visits.allocation.asking import conference, holds, value

W, B, T = Aim.WISHES, Aim.BELOW, Aim.TOGETHER
X, L, F = Aim.MIXED, Aim.BALANCED, Aim.OFFICES

# PuLP 3 warns of what 4 will drop, thousands of times; the lock holds it below 4.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")


class Plain:
    """The problem word for word."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.lp = problem, pulp.LpProblem("plain", pulp.LpMinimize)
        self.x = {
            (person.id, group.id): pulp.LpVariable(f"x{person.id}_{group.id}", cat="Binary")
            for person in problem.people
            for group in problem.groups
        }
        for person in problem.people:
            self.lp += pulp.lpSum(self.x[person.id, it.id] for it in problem.groups) == 1
            for group in problem.groups:
                barred = person.needs_step_free and not group.step_free
                if barred or group.id in person.cannot_join:
                    self.lp += self.x[person.id, group.id] == 0
        for group in problem.groups:
            load = pulp.lpSum(self.x[it.id, group.id] for it in problem.people)
            runs = pulp.LpVariable(f"runs{group.id}", cat="Binary")
            self.lp += load <= (group.capacity - group.reserved) * runs
            self.lp += load >= (group.minimum or 0) * runs
        for pin in problem.pins:
            self.lp += self.x[pin.person, pin.group] == 1
        for one, two in problem.never_together:
            for group in problem.groups:
                self.lp += self.x[one, group.id] + self.x[two, group.id] <= 1
        for some in problem.together:
            first, *others = sorted(some)
            for other in others:
                for group in problem.groups:
                    self.lp += self.x[first, group.id] == self.x[other, group.id]

    def least(self, seconds: int) -> tuple[int, ...]:
        """The least values of the aims in their order."""
        found = []
        for aim in self.problem.aims:
            aimed = self._aim(aim)
            self.lp.setObjective(aimed)
            status = self.lp.solve(pulp.PULP_CBC_CMD(msg=False, timeLimit=seconds, threads=1))
            assert pulp.LpStatus[status] == "Optimal"
            assert self.lp.sol_status == pulp.LpSolutionOptimal
            found.append(round(pulp.value(aimed)))
            self.lp += aimed <= found[-1]
        return tuple(found)

    def _aim(self, aim: Aim) -> pulp.LpAffineExpression:
        problem, x = self.problem, self.x
        if aim in (W, B):
            alone = replace(problem, people=(), aims=())
            return pulp.lpSum(
                value(replace(alone, people=(person,)), {person.id: group.id}, aim)
                * x[person.id, group.id]
                for person in problem.people
                for group in problem.groups
            )
        blocs: dict[int, list[int]] = {}
        for it in problem.people:
            bloc = 0 if aim is L else it.office if aim is F else it.delegation
            if bloc is not None:
                blocs.setdefault(bloc, []).append(it.id)
        seats = sum(it.capacity - it.reserved for it in problem.groups)
        terms = []
        for bloc, members in blocs.items():
            for group in problem.groups:
                name = f"{aim.value}{bloc}_{group.id}"
                own = group.capacity - group.reserved
                if aim is T:
                    term = pulp.LpVariable(name, cat="Binary")
                    for who in members:
                        self.lp += x[who, group.id] <= term
                else:
                    term = pulp.LpVariable(name, lowBound=0)
                    count = pulp.lpSum(x[who, group.id] for who in members)
                    self.lp += term >= count - -(-len(members) * own // seats)
                terms.append(term)
        return pulp.lpSum(terms) - (len(blocs) if aim is T else 0)


@pytest.mark.parametrize(
    ("aims", "people", "seed"),
    [
        ((W,), 150, 1),
        ((B, W, L), 100, 2),
        ((W, T), 60, 3),
        ((T, W), 30, 4),
        ((W, X, L), 60, 5),
        ((W, F), 60, 6),
    ],
)
def test_another_solver_finds_nothing_better(aims: tuple[Aim, ...], people: int, seed: int) -> None:
    problem = conference(people, seed, aims=aims)
    found = solve(problem, seconds=60)
    assert found.status is Status.OPTIMAL
    assert tuple(it.value for it in found.results) == Plain(problem).least(120)


def test_another_solver_agrees_where_much_binds() -> None:
    problem = conference(60, 7, aims=(W, T), slack=1.3)
    crowded = replace(problem.groups[0], minimum=10)
    problem = replace(
        problem,
        groups=(crowded, *(replace(it, step_free=it.id != 1) for it in problem.groups[1:])),
        people=tuple(replace(it, needs_step_free=it.id % 9 == 0) for it in problem.people),
        pins=(Pin(1, 0), Pin(2, 3)),
        never_together=((3, 4), (5, 6), (3, 6)),
        together=(frozenset({7, 8, 9}), frozenset({10, 11})),
    )
    found = solve(problem, seconds=60)
    assert holds(problem, found.placements)
    assert found.status is Status.OPTIMAL
    assert tuple(it.value for it in found.results) == Plain(problem).least(120)
