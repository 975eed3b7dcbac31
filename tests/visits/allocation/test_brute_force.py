"""Small problems of every kind, against trying all placements."""

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eventapp.visits.allocation.blame import RemedyKind, blame
from eventapp.visits.allocation.faults import find_faults
from eventapp.visits.allocation.moving import reallocate
from eventapp.visits.allocation.problem import Aim, Group, Person, Pin, Problem, Site
from eventapp.visits.allocation.reasons import ObstacleKind, explain
from eventapp.visits.allocation.solving import Impossible, Status, solve
from tests.visits.allocation.asking import best, holds, value, values

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
AIMS = [Aim.WISHES, Aim.BELOW, Aim.TOGETHER, Aim.MIXED, Aim.BALANCED, Aim.OFFICES, Aim.MOVES]


@st.composite
def orders(draw: st.DrawFn) -> tuple[Aim, ...]:
    order = draw(st.lists(st.sampled_from(AIMS), min_size=1, max_size=4, unique=True))
    if Aim.TOGETHER in order and Aim.MIXED in order:
        order.remove(Aim.MIXED)
    return tuple(order)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    sites = range(draw(st.integers(1, 3)))
    group_ids = range(draw(st.integers(1, 4)))
    people_ids = range(draw(st.integers(1, 5)))
    some_people = st.sampled_from(people_ids)
    some_groups = st.sampled_from(group_ids)
    limit = st.none() | st.none() | st.integers(0, 4)
    groups = []
    for i in group_ids:
        capacity = draw(st.integers(0, 5))
        reserved = draw(st.integers(0, min(1, capacity)))
        minimum = draw(st.none() | st.integers(0, capacity - reserved))
        slot = draw(st.sampled_from(["am", "pm"]))
        step_free = draw(st.booleans())
        site = draw(st.sampled_from(sites))
        groups.append(Group(i, f"G{i}", site, capacity, reserved, minimum, slot, step_free))
    people = []
    for i in people_ids:
        wishes = draw(st.lists(st.sampled_from(sites), unique=True))
        cannot = draw(st.frozensets(some_groups, max_size=1))
        blocs = [draw(st.none() | st.integers(0, 1)) for _ in range(2)]
        step_free = draw(st.sampled_from([False, False, False, True]))
        people.append(Person(i, f"P{i}", *blocs, None, tuple(wishes), step_free, cannot))
    rarely = draw(st.integers(0, 3)) == 0
    pairs = st.tuples(some_people, some_people)
    return Problem(
        tuple(groups),
        tuple(Site(i, f"S{i}", draw(limit), draw(limit)) for i in sites),
        tuple(people),
        pins=tuple(draw(st.lists(st.builds(Pin, some_people, some_groups), max_size=int(rarely)))),
        never_in=tuple(draw(st.lists(st.tuples(some_people, some_groups), max_size=1))),
        never_together=tuple(draw(st.lists(pairs, max_size=int(rarely)))),
        together=tuple(draw(st.lists(st.frozensets(some_people, max_size=3), max_size=1))),
        aims=draw(orders()),
        kth=draw(st.integers(1, 3)),
        present=draw(st.dictionaries(some_people, some_groups)),
    )


def sound(problem: Problem) -> bool:
    return not [it for it in find_faults(problem) if not it.harmless]


@MANY
@given(problems())
def test_no_placements_are_better(problem: Problem) -> None:
    assume(sound(problem))
    least = best(problem)
    try:
        solution = solve(problem, seconds=60)
    except Impossible:
        assert least is None
        return
    assert holds(problem, solution.placements)
    assert values(problem, solution.placements) == least
    assert tuple(it.value for it in solution.results) == least
    assert tuple(it.bound for it in solution.results) == least
    assert solution.status is Status.OPTIMAL


@MANY
@given(problems())
def test_a_fault_stands_in_the_way_of_every_placement(problem: Problem) -> None:
    assume(not sound(problem))
    assert best(problem) is None


@settings(MANY, max_examples=40)
@given(problems(), st.booleans())
def test_nobody_moves_who_need_not(problem: Problem, somebody_new: bool) -> None:
    assume(sound(problem))
    aims = tuple(it for it in problem.aims if it is not Aim.MOVES)
    problem = replace(problem, aims=aims or (Aim.WISHES,))
    least = best(replace(problem, aims=(Aim.MOVES, *problem.aims)))
    assume(least is not None)
    found = reallocate(problem, seconds=60)
    placements = found.solution.placements
    assert holds(problem, placements)
    assert tuple(it.value for it in found.solution.results) == least
    assert least is not None
    assert len(found.moves) == least[0]
    assert {it.person for it in found.moves} == {
        who
        for who, where in problem.present.items()
        if who in placements and placements[who] != where
    }


@settings(MANY, max_examples=40)
@given(problems())
def test_what_is_to_blame_frees_it(problem: Problem) -> None:
    assume(sound(problem))
    try:
        found = blame(problem, seconds=60)
    except Impossible:
        assert best(problem) is None
        return
    assert found.proven
    assert bool(found.cheapest) == (best(problem) is None)
    for remedies in (found.cheapest, *found.others):
        assert best(freed(problem, remedies)) is not None
    for i in range(len(found.cheapest)):
        assert best(freed(problem, found.cheapest[:i] + found.cheapest[i + 1 :])) is None


def freed(problem: Problem, remedies: tuple) -> Problem:
    """The problem with the remedies applied."""
    for it in remedies:
        ids, kind = it.ids, it.kind
        groups, sites, people = list(problem.groups), list(problem.sites), list(problem.people)
        if kind is RemedyKind.RELEASE_RESERVED:
            groups[ids[0]] = replace(groups[ids[0]], reserved=groups[ids[0]].reserved - it.amount)
        elif kind is RemedyKind.ADD_SEATS:
            groups[ids[0]] = replace(groups[ids[0]], capacity=groups[ids[0]].capacity + it.amount)
        elif kind is RemedyKind.LOWER_MINIMUM:
            groups[ids[0]] = replace(groups[ids[0]], minimum=it.amount)
        elif kind is RemedyKind.RAISE_SITE:
            old = sites[ids[0]]
            total = None if old.capacity is None else old.capacity + it.amount
            slot = None if old.per_slot is None else old.per_slot + it.amount
            sites[ids[0]] = replace(old, capacity=total, per_slot=slot)
        elif kind is RemedyKind.FREE_PERSON:
            old_person = people[ids[0]]
            cannot = old_person.cannot_join - {ids[1]}
            people[ids[0]] = replace(old_person, cannot_join=cannot)
        problem = replace(
            problem,
            groups=tuple(groups),
            sites=tuple(sites),
            people=tuple(people),
            pins=tuple(
                p
                for p in problem.pins
                if kind is not RemedyKind.DROP_PIN or (p.person, p.group) != ids
            ),
            never_in=tuple(
                n for n in problem.never_in if kind is not RemedyKind.DROP_NEVER_IN or n != ids
            ),
            never_together=tuple(
                n
                for n in problem.never_together
                if kind is not RemedyKind.DROP_NEVER_TOGETHER or n != ids
            ),
            together=tuple(
                t
                for t in problem.together
                if kind is not RemedyKind.DROP_TOGETHER or tuple(sorted(t)) != ids
            ),
        )
    return problem


@settings(MANY, max_examples=40)
@given(problems())
def test_reasons_are_true(problem: Problem) -> None:
    assume(sound(problem))
    try:
        placements = solve(problem, seconds=60).placements
    except Impossible:
        return
    reasons = explain(problem, placements)
    assert reasons.keys() == placements.keys()
    groups = {it.id: it for it in problem.groups}
    for person in problem.people:
        reason = reasons[person.id]
        better = person.wishes if reason.rank is None else person.wishes[: reason.rank - 1]
        assert list(dict.fromkeys(it.site for it in reason.obstacles)) == list(better)
        for obstacle in reason.obstacles:
            assert obstacle.kind is not ObstacleKind.NOT_PROVEN
            if obstacle.group is None:
                assert all(it.site != obstacle.site for it in problem.groups)
                continue
            block = (person.id, *reason.kept_with)
            moved = {**placements, **dict.fromkeys(block, obstacle.group)}
            now = tuple(value(problem, placements, it) for it in problem.aims)
            then = tuple(value(problem, moved, it) for it in problem.aims)
            load = sum(where == obstacle.group for where in placements.values())
            free = groups[obstacle.group].seats - load
            if obstacle.kind is ObstacleKind.FULL:
                assert free == obstacle.free < len(block)
                assert obstacle.seated is not None
                seated = obstacle.seated
                sitting = (seated.pinned, seated.keener, seated.as_keen, seated.less_keen)
                assert sum(sitting) == load
            if obstacle.kind in (
                ObstacleKind.AIM_FIRST,
                ObstacleKind.WISHES_OF_OTHERS,
                ObstacleKind.NOT_AIMED_AT,
            ):
                assert holds(problem, moved)
                assert then >= now
                if obstacle.aim is not None:
                    at = problem.aims.index(obstacle.aim)
                    assert (now[:at], now[at] + obstacle.worse) == (then[:at], then[at])
            else:
                assert not holds(problem, moved)
