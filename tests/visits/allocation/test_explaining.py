"""Reasons, blame, moves and figures, on cases that one can check by eye."""

from dataclasses import replace

import pytest

from eventapp.visits.allocation.blame import Remedy, RemedyKind, blame
from eventapp.visits.allocation.faults import Faulty
from eventapp.visits.allocation.figures import compare, figures
from eventapp.visits.allocation.moving import Move, reallocate
from eventapp.visits.allocation.problem import Aim, Group, Person, Pin, Problem, Site
from eventapp.visits.allocation.reasons import ObstacleKind, Seated, explain
from eventapp.visits.allocation.solving import Status, solve
from tests.visits.allocation.asking import conference, holds, value

SITES = (Site(1, "Kho"), Site(2, "Trạm"))
GROUPS = (
    Group(10, "A", 1, capacity=4, reserved=1, step_free=False),
    Group(20, "B", 2, capacity=5),
)


def people(count: int, **more: object) -> tuple[Person, ...]:
    return tuple(Person(i, f"P{i}", wishes=(1, 2), **more) for i in range(count))


def reasons(problem: Problem) -> dict:
    return explain(problem, solve(problem, seconds=20).placements)


def test_who_got_the_first_wish_needs_no_more_words() -> None:
    (reason,) = reasons(Problem(GROUPS, SITES, people(1))).values()
    assert (reason.rank, reason.group, reason.obstacles) == (1, 10, ())


def test_a_full_group_says_who_sits_there() -> None:
    some = (*people(4), Person(4, "P4", wishes=(2, 1)))
    problem = Problem(GROUPS, SITES, some, pins=(Pin(4, 10),))
    found = reasons(problem)
    second = [it for it in found.values() if it.rank == 2 and not it.pinned]
    assert len(second) == 2
    for reason in second:
        (obstacle,) = reason.obstacles
        assert (obstacle.kind, obstacle.group, obstacle.free) == (ObstacleKind.FULL, 10, 0)
        assert obstacle.seated == Seated(3, 1, pinned=1, keener=0, as_keen=2, less_keen=0)
    (obstacle,) = found[4].obstacles
    assert found[4].pinned
    assert obstacle.kind is ObstacleKind.PINNED


@pytest.mark.parametrize(
    ("kind", "who", "more"),
    [
        (ObstacleKind.NOT_STEP_FREE, {"needs_step_free": True}, {}),
        (ObstacleKind.CANNOT_JOIN, {"cannot_join": frozenset({10})}, {}),
        (ObstacleKind.NEVER_IN, {}, {"never_in": ((0, 10), (1, 10))}),
    ],
)
def test_what_keeps_one_from_a_group_with_room(kind: ObstacleKind, who: dict, more: dict) -> None:
    found = reasons(Problem(GROUPS, SITES, people(2, **who), **more))
    assert [it.obstacles[0].kind for it in found.values()] == [kind, kind]


def test_somebody_there_whom_one_may_not_meet() -> None:
    found = reasons(Problem(GROUPS, SITES, people(2), never_together=((0, 1),)))
    (apart,) = [it for it in found.values() if it.rank == 2]
    assert apart.obstacles[0].kind is ObstacleKind.NEVER_WITH
    assert apart.obstacles[0].people == (1 - apart.person,)


def test_kept_with_somebody_who_cannot_go_there() -> None:
    some = people(2)
    some = (some[0], replace(some[1], needs_step_free=True))
    found = reasons(Problem(GROUPS, SITES, some, together=(frozenset({0, 1}),)))
    assert found[0].kept_with == (1,)
    assert found[0].obstacles[0].kind is ObstacleKind.OTHERS_CANNOT
    assert found[0].obstacles[0].people == (1,)


def test_kept_with_the_delegation() -> None:
    some = (*people(1, delegation=5), *(Person(i, f"P{i}", 5, wishes=(2,)) for i in (1, 2)))
    found = reasons(Problem(GROUPS, SITES, some, aims=(Aim.TOGETHER, Aim.WISHES)))
    (obstacle,) = found[0].obstacles
    assert (obstacle.kind, obstacle.aim) == (ObstacleKind.AIM_FIRST, Aim.TOGETHER)
    assert obstacle.worse == 1


def test_a_group_that_does_not_run_and_a_site_that_is_full() -> None:
    lonely = (replace(GROUPS[0], minimum=3), GROUPS[1])
    found = reasons(Problem(lonely, SITES, people(2)))
    assert {it.obstacles[0].kind for it in found.values()} == {ObstacleKind.NOT_RUNNING}
    small = (replace(SITES[0], capacity=1), SITES[1])
    found = reasons(Problem(GROUPS, small, people(2)))
    assert {it.obstacles[0].kind for it in found.values() if it.obstacles} == {
        ObstacleKind.SITE_FULL
    }


def test_no_exchange_would_please_more_when_wishes_come_first() -> None:
    problem = conference(80, 21, aims=(Aim.WISHES,))
    placements = solve(problem, seconds=30).placements
    least = value(problem, placements, Aim.WISHES)
    site = {it.id: it.site for it in problem.groups}
    rank = {
        (it.id, group.id): problem.costs.of(it.rank(group.site)) if it.wishes else 0
        for it in problem.people
        for group in problem.groups
    }
    assert least == sum(rank[who, where] for who, where in placements.items())
    for one, here in placements.items():
        for two, there in placements.items():
            now = rank[one, here] + rank[two, there]
            assert rank[one, there] + rank[two, here] >= now, (site[here], site[there])


def test_blame_names_the_seats_that_are_missing_at_a_site() -> None:
    some = people(6, cannot_join=frozenset({20}))
    some = tuple(replace(it, cannot_join=frozenset()) if it.id > 4 else it for it in some)
    groups = (replace(GROUPS[0], reserved=0), GROUPS[1])
    found = blame(Problem(groups, SITES, some))
    assert found.cheapest == (Remedy(RemedyKind.ADD_SEATS, (10, 1), ("A", "Kho"), 1),)
    free = [it for it in found.others if it[0].kind is RemedyKind.FREE_PERSON]
    assert [(it[0].ids[1], len(it)) for it in free] == [(20, 1)]


def test_blame_would_rather_give_a_reserved_seat() -> None:
    some = people(4, cannot_join=frozenset({20}))
    found = blame(Problem(GROUPS, SITES, some))
    assert found.cheapest == (Remedy(RemedyKind.RELEASE_RESERVED, (10,), ("A",), 1),)


def test_blame_names_a_minimum_and_what_would_do() -> None:
    groups = tuple(replace(it, minimum=3, reserved=0, capacity=3) for it in GROUPS)
    found = blame(Problem(groups, SITES, people(5)))
    (remedy,) = found.cheapest
    assert remedy.kind is RemedyKind.LOWER_MINIMUM
    assert remedy.amount == 2


def test_blame_names_a_pair_and_a_pin() -> None:
    three = ((0, 1), (1, 2), (0, 2))
    found = blame(Problem(GROUPS, SITES, people(3), never_together=three))
    assert [it.kind for it in found.cheapest] == [RemedyKind.DROP_NEVER_TOGETHER]
    pinned = Problem(
        GROUPS,
        SITES,
        people(2),
        pins=(Pin(0, 20),),
        together=(frozenset({0, 1}),),
        never_together=(),
    )
    assert blame(pinned).cheapest == ()
    small = replace(SITES[1], capacity=1)
    found = blame(replace(pinned, sites=(SITES[0], small)))
    kinds = {it.kind for it in (*found.cheapest, *(two for one in found.others for two in one))}
    assert {RemedyKind.RAISE_SITE, RemedyKind.DROP_PIN, RemedyKind.DROP_TOGETHER} == kinds


def test_blame_leaves_faults_to_those_who_find_them() -> None:
    with pytest.raises(Faulty):
        blame(Problem(GROUPS, SITES, people(40)))


def present(problem: Problem) -> Problem:
    return replace(problem, present=solve(problem, seconds=30).placements)


def test_when_one_cancels_nobody_moves() -> None:
    before = present(conference(90, 8))
    gone = before.people[7]
    after = replace(before, people=tuple(it for it in before.people if it != gone))
    found = reallocate(after, seconds=30)
    assert (found.moves, found.joined) == ((), ())
    assert found.left == (Move(gone.id, before.present[gone.id], None),)
    assert found.solution.status is Status.OPTIMAL


def test_when_one_joins_who_needs_the_last_seat_one_moves() -> None:
    groups = (Group(10, "A", 1, capacity=2), Group(20, "B", 2, capacity=3, step_free=False))
    before = Problem(groups, SITES, people(2), present={0: 10, 1: 10})
    new = Person(2, "P2", wishes=(2,), needs_step_free=True)
    found = reallocate(replace(before, people=(*before.people, new)), seconds=30)
    assert found.joined == (Move(2, None, 10),)
    assert len(found.moves) == 1
    assert found.moves[0] == Move(found.moves[0].person, 10, 20)
    assert found.solution.results[0].aim is Aim.MOVES
    assert found.solution.results[0].value == 1


def test_a_smaller_bus_moves_as_many_as_it_must() -> None:
    before = present(conference(90, 8, aims=(Aim.TOGETHER, Aim.WISHES), slack=1.3))
    load = sum(where == 0 for where in before.present.values())
    smaller = replace(before.groups[0], capacity=load - 2)
    after = replace(before, groups=(smaller, *before.groups[1:]))
    found = reallocate(after, seconds=30)
    assert len(found.moves) == 2
    assert {it.before for it in found.moves} == {0}
    assert holds(after, found.solution.placements)


def test_a_bus_that_is_gone_moves_its_people_only() -> None:
    before = present(conference(60, 8, slack=1.5))
    after = replace(before, groups=before.groups[1:])
    found = reallocate(after, seconds=30)
    stranded = {who for who, where in before.present.items() if where == 0}
    assert {it.person for it in found.moves} == stranded


def test_figures_count_what_is_there() -> None:
    some = (*people(2, delegation=5, office=1), Person(2, "P2", 5), Person(3, "P3", 6, wishes=(2,)))
    problem = Problem(GROUPS, SITES, some, aims=(Aim.WISHES, Aim.TOGETHER))
    found = figures(problem, {0: 10, 1: 20, 2: 20})
    assert (found.placed, found.unplaced, found.without_wishes) == (3, 1, 1)
    assert found.by_rank == {1: 1, 2: 1}
    assert found.satisfaction == 0.5
    assert found.spread == {5: 2}
    assert found.aims == {Aim.WISHES: 1, Aim.TOGETHER: 1}
    first, second = found.groups
    assert (first.people, first.seats, first.by_delegation) == (1, 3, {5: 1})
    assert (second.people, second.by_office) == (2, {1: 1, None: 1})
    assert found.filled == (1 / 3, 2 / 5)
    both = compare(replace(problem, present={0: 10, 1: 10}), {0: 10, 1: 20, 2: 20})
    assert both.differ == (1, 2)
    assert both.now.by_rank == {1: 2}
