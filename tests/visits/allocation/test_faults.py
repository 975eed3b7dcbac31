"""What is wrong with a problem is found before solving, each thing by its name."""

from dataclasses import replace

import pytest

from eventapp.visits.allocation.faults import Fault, FaultKind, Faulty, Remedy, find_faults
from eventapp.visits.allocation.problem import (
    Aim,
    Group,
    Person,
    Pin,
    Problem,
    Site,
    WishCosts,
)
from eventapp.visits.allocation.solving import solve

GROUPS = (
    Group(1, "A", 10, capacity=3),
    Group(2, "B", 10, capacity=2, step_free=False),
    Group(3, "C", 20, capacity=2),
)
PEOPLE = tuple(Person(i, f"P{i}", wishes=(10, 20)) for i in range(5))
GOOD = Problem(GROUPS, (Site(10, "Kho"), Site(20, "Trạm")), PEOPLE)


def group(**changes: object) -> dict[str, object]:
    return {"groups": (replace(GROUPS[0], **changes), *GROUPS[1:])}


def person(**changes: object) -> dict[str, object]:
    return {"people": (replace(PEOPLE[0], **changes), *PEOPLE[1:])}


def test_a_good_problem_has_none() -> None:
    assert find_faults(GOOD) == []


CASES = [
    (FaultKind.NO_GROUPS, {"groups": ()}, (), None, None),
    (FaultKind.SAME_ID_TWICE, {"people": (*PEOPLE[:4], PEOPLE[3])}, (3,), 2, None),
    (FaultKind.TOO_FEW_SEATS, group(capacity=0), (), 4, 5),
    (FaultKind.GROUP_WITHOUT_SITE, group(site=99), (1, 99), None, None),
    (FaultKind.NEGATIVE_CAPACITY, group(capacity=-3), (1,), -3, None),
    (FaultKind.ABSURD_CAPACITY, group(capacity=450_000), (1,), 450_000, 10_000),
    (FaultKind.NEGATIVE_RESERVED, group(reserved=-1), (1,), -1, None),
    (FaultKind.RESERVED_ABOVE_CAPACITY, group(reserved=4), (1,), 4, 3),
    (FaultKind.MINIMUM_ABOVE_SEATS, group(reserved=1, minimum=3), (1,), 3, 2),
    (FaultKind.NEGATIVE_MINIMUM, group(minimum=-2), (1,), -2, None),
    (FaultKind.UNKNOWN_WISH, person(wishes=(20, 77)), (0, 77), None, None),
    (FaultKind.WISH_TWICE, person(wishes=(20, 10, 20)), (0, 20), 2, None),
    (FaultKind.PINNED_TWICE, {"pins": (Pin(0, 1), Pin(0, 3))}, (0, 1, 3), None, None),
    (FaultKind.PIN_UNKNOWN, {"pins": (Pin(0, 9),)}, (0, 9), None, None),
    (
        FaultKind.PIN_CANNOT_JOIN,
        {**person(cannot_join=frozenset({1})), "pins": (Pin(0, 1),)},
        (0, 1),
        None,
        None,
    ),
    (
        FaultKind.PIN_NOT_STEP_FREE,
        {**person(needs_step_free=True), "pins": (Pin(0, 2),)},
        (0, 2),
        None,
        None,
    ),
    (
        FaultKind.PIN_AGAINST_NEVER,
        {"pins": (Pin(0, 1),), "never_in": ((0, 1),)},
        (0, 1),
        None,
        None,
    ),
    (
        FaultKind.PINS_ABOVE_SEATS,
        {"pins": tuple(Pin(it, 3) for it in range(3))},
        (3, 0, 1, 2),
        2,
        3,
    ),
    (
        FaultKind.PINS_SHARE_NEVER,
        {"pins": (Pin(0, 1), Pin(1, 1)), "never_together": ((0, 1),)},
        (1, 0, 1),
        None,
        None,
    ),
    (FaultKind.NEVER_UNKNOWN, {"never_in": ((0, 9),)}, (0, 9), None, None),
    (FaultKind.NEVER_UNKNOWN, {"never_together": ((0, 88),)}, (0, 88), None, None),
    (FaultKind.NEVER_ONESELF, {"never_together": ((2, 2),)}, (2,), None, None),
    (FaultKind.TOGETHER_UNKNOWN, {"together": (frozenset({0, 88}),)}, (88,), None, None),
    (
        FaultKind.TOGETHER_AND_NEVER,
        # Round a corner: 0 with 1, 1 with 2, and 0 never with 2.
        {
            "together": (frozenset({0, 1}), frozenset({1, 2})),
            "never_together": ((0, 2),),
        },
        (0, 2, 1),
        None,
        None,
    ),
    (
        FaultKind.TOGETHER_PINNED_APART,
        {"together": (frozenset({0, 1}),), "pins": (Pin(0, 1), Pin(1, 3))},
        (0, 1, 1, 3),
        None,
        None,
    ),
    (
        FaultKind.TOGETHER_TOO_LARGE,
        {"together": (frozenset({0, 1}), frozenset({1, 2, 3}))},
        (0, 1, 2, 3),
        3,
        4,
    ),
    (
        FaultKind.TOGETHER_NO_GROUP,
        {
            "together": (frozenset({0, 1}),),
            "never_in": ((0, 1), (0, 2), (1, 3)),
        },
        (0, 1),
        None,
        None,
    ),
    (FaultKind.NO_GROUP_OPEN, person(cannot_join=frozenset({1, 2, 3})), (0,), None, None),
    (FaultKind.KTH_WISH, {"kth": 0}, (), 0, None),
    (FaultKind.AIM_TWICE, {"aims": (Aim.WISHES, Aim.WISHES)}, (), 2, None),
    (FaultKind.AIMS_CONTRADICT, {"aims": (Aim.TOGETHER, Aim.MIXED)}, (), None, None),
    (FaultKind.NO_AIMS, {"aims": ()}, (), None, None),
    (FaultKind.COSTS_FALL, {"costs": WishCosts((0, 3, 1), 10)}, (), None, None),
    (FaultKind.PRESENT_UNKNOWN_GROUP, {"present": {0: 9}}, (0, 9), None, None),
    (
        FaultKind.SITE_NEGATIVE_CAPACITY,
        {"sites": (Site(10, "Kho", per_slot=-1), GOOD.sites[1])},
        (10,),
        -1,
        None,
    ),
    (
        FaultKind.SITE_CAPACITY_TOO_SMALL,
        {"sites": (Site(10, "Kho", capacity=2), GOOD.sites[1])},
        (10,),
        4,
        5,
    ),
]


@pytest.mark.parametrize(("kind", "changes", "ids", "have", "need"), CASES)
def test_each_fault_by_its_name(
    kind: FaultKind,
    changes: dict[str, object],
    ids: tuple[int, ...],
    have: int | None,
    need: int | None,
) -> None:
    problem = replace(GOOD, **changes)
    found = [it for it in find_faults(problem) if it.kind is kind]
    assert [(it.ids, it.have, it.need) for it in found] == [(ids, have, need)]
    if found[0].harmless:
        assert set(solve(problem, seconds=10).placements) == {it.id for it in PEOPLE}
    else:
        with pytest.raises(Faulty) as caught:
            solve(problem, seconds=10)
        assert found[0] in caught.value.faults


def test_too_few_step_free_seats() -> None:
    people = tuple(replace(it, needs_step_free=True) for it in PEOPLE)
    groups = (replace(GROUPS[0], step_free=False, capacity=5), *GROUPS[1:])
    (fault,) = find_faults(replace(GOOD, people=people, groups=groups))
    assert fault.kind is FaultKind.TOO_FEW_STEP_FREE
    assert (fault.have, fault.need) == (2, 5)


def test_a_fault_names_whom_it_concerns_and_what_to_do() -> None:
    (fault,) = find_faults(replace(GOOD, pins=(Pin(3, 1), Pin(3, 2))))
    assert fault == Fault(FaultKind.PINNED_TWICE, (3, 1, 2), ("P3", "A", "B"))
    assert fault.remedy is Remedy.KEEP_ONE_PIN


def test_several_are_found_at_once() -> None:
    problem = replace(GOOD, **group(capacity=-1), kth=0, together=(frozenset({0, 50}),))
    kinds = {it.kind for it in find_faults(problem)}
    assert kinds == {
        FaultKind.NEGATIVE_CAPACITY,
        FaultKind.KTH_WISH,
        FaultKind.TOGETHER_UNKNOWN,
    }
