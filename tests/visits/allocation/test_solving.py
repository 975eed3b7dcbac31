"""Solving as somebody sees it who calls it: the same each time, with progress, and stoppable."""

import subprocess
import sys
from dataclasses import replace

import pytest

from eventapp.visits.allocation.problem import Aim, Group, Person, Pin, Problem, Site
from eventapp.visits.allocation.solving import (
    Impossible,
    NothingFound,
    Progress,
    Status,
    solve,
)
from tests.visits.allocation.asking import conference, holds, values

ORDERS = [
    (Aim.WISHES, Aim.TOGETHER),
    (Aim.TOGETHER, Aim.WISHES, Aim.BALANCED),
    (Aim.BELOW, Aim.WISHES, Aim.MIXED, Aim.OFFICES),
    (Aim.BALANCED, Aim.WISHES),
]


@pytest.mark.parametrize("aims", ORDERS)
def test_the_same_problem_has_the_same_placements(aims: tuple[Aim, ...]) -> None:
    problem = conference(120, 11, aims=aims)
    first, again = solve(problem, seconds=60), solve(problem, seconds=60)
    assert first.status is Status.OPTIMAL
    assert holds(problem, first.placements)
    assert first.placements == again.placements
    assert [(it.aim, it.value, it.bound) for it in first.results] == [
        (aim, value, value)
        for aim, value in zip(aims, values(problem, first.placements), strict=True)
    ]


def test_the_order_of_the_aims_decides() -> None:
    together = solve(conference(120, 11, aims=(Aim.TOGETHER, Aim.WISHES)), seconds=60)
    wishes = solve(conference(120, 11, aims=(Aim.WISHES, Aim.TOGETHER)), seconds=60)
    assert together.results[0].value < wishes.results[1].value
    assert wishes.results[0].value < together.results[1].value


def test_a_delegation_larger_than_every_bus_is_in_as_few_as_it_can_be() -> None:
    problem = conference(100, 5, delegations=2, aims=(Aim.TOGETHER, Aim.WISHES))
    found = solve(problem, seconds=60)
    assert found.status is Status.OPTIMAL
    # 50 people each, 22 seats a bus: three buses each, of which they may share one.
    assert found.results[0].value == 4


def test_two_of_a_delegation_who_may_not_meet_are_apart() -> None:
    problem = conference(40, 5, aims=(Aim.TOGETHER, Aim.WISHES), slack=1.8)
    of = problem.people[0].delegation
    mates = [it.id for it in problem.people if it.delegation == of][:2]
    found = solve(replace(problem, never_together=((mates[0], mates[1]),)), seconds=60)
    assert found.placements[mates[0]] != found.placements[mates[1]]
    assert solve(problem, seconds=60).results[0].value == 0
    assert found.results[0].value == 1


def test_whoever_is_alone_of_a_kind_is_placed_too() -> None:
    groups, sites = (Group(7, "A", 3, 1),), (Site(3, "Kho"),)
    alone = Problem(groups, sites, (Person(9, "P", wishes=(3,)),), aims=tuple(Aim)[:3])
    assert solve(alone, seconds=10).placements == {9: 7}
    nobody = solve(replace(alone, people=()), seconds=10)
    assert (nobody.placements, nobody.status) == ({}, Status.OPTIMAL)


def test_what_contradicts_together_is_impossible() -> None:
    problem = conference(20, 1)
    filled = tuple(Pin(it, 0) for it in range(problem.groups[0].capacity))
    others = tuple((it, group.id) for it in [19] for group in problem.groups[1:])
    with pytest.raises(Impossible):
        solve(replace(problem, pins=filled, never_in=others), seconds=10)


def test_progress_tells_every_aim_and_ends_with_the_result() -> None:
    told: list[Progress] = []
    problem = conference(150, 3, aims=(Aim.WISHES, Aim.BALANCED, Aim.TOGETHER))
    found = solve(problem, seconds=60, on_progress=told.append)
    assert list(dict.fromkeys(it.aim for it in told)) == list(problem.aims)
    assert [it.stage for it in told] == sorted(it.stage for it in told)
    last = {it.aim: it for it in told}
    assert [last[it.aim].value for it in found.results] == [it.value for it in found.results]
    assert last[Aim.TOGETHER].gap == 0.0
    assert told[-1].stages == 3


def test_stopping_keeps_the_best_found() -> None:
    problem = conference(120, 11, aims=(Aim.WISHES, Aim.TOGETHER, Aim.OFFICES))
    asked: list[Aim] = []
    found = solve(
        problem,
        seconds=60,
        on_progress=lambda it: asked.append(it.aim),
        should_stop=lambda: bool(asked),  # As soon as anything is known.
    )
    assert found.status is Status.STOPPED
    assert holds(problem, found.placements)
    whole = solve(problem, seconds=60)
    assert found.results[0].value == whole.results[0].value
    assert found.results[0].proven
    assert not found.results[-1].proven
    assert values(problem, found.placements) == tuple(it.value for it in found.results)


def test_stopped_before_anything_was_found() -> None:
    problem = conference(60, 4, aims=(Aim.TOGETHER,))
    with pytest.raises(NothingFound):
        solve(problem, seconds=0.0)


def test_a_start_is_kept_when_there_is_no_time() -> None:
    problem = conference(60, 4, aims=(Aim.TOGETHER, Aim.WISHES))
    start = solve(replace(problem, aims=(Aim.BALANCED,)), seconds=60).placements
    found = solve(problem, seconds=0.0, start=start)
    assert found.placements == start
    assert found.status is Status.GAP
    assert [it.value for it in found.results] == list(values(problem, start))


def test_a_start_that_breaks_something_is_not_used() -> None:
    problem = conference(60, 4, aims=(Aim.WISHES,))
    everybody = {it.id: 0 for it in problem.people}
    assert holds(problem, solve(problem, seconds=60, start=everybody).placements)


def test_the_solver_is_not_loaded_before_it_is_needed() -> None:
    names = ("problem", "faults", "solving", "moving", "reasons", "blame", "figures")
    missing = "import sys; sys.modules['numpy'] = sys.modules['highspy'] = None"
    imports = "; ".join(f"import eventapp.visits.allocation.{it}" for it in names)
    subprocess.run([sys.executable, "-c", f"{missing}; {imports}"], check=True)


def test_solving_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    solve(conference(30, 1), seconds=10)
    assert capfd.readouterr() == ("", "")
