"""Who may pass: the cases that the server and the devices share, and what they come to."""

import json
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.checkin.models import Direction, Passage
from eventapp.checkin.verdicts import Passed, pass_through
from tests.checkin import rules

CASES = json.loads(rules.FILE.read_text())
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
MOVES = st.lists(
    st.tuples(st.sampled_from(list(Direction)), st.integers(0, 600)),
    min_size=1,
    max_size=5,
    unique_by=lambda it: it[1],
)


def test_the_cases_are_those_of_the_generator() -> None:
    assert rules.make() == CASES


@pytest.mark.parametrize("name", ["refusals", "passing", "undoing"])
def test_the_server_agrees_with_every_shared_case(name: str) -> None:
    judge: Any = {
        "refusals": rules.judge_refusal,
        "passing": rules.judge_passing,
        "undoing": rules.judge_undoing,
    }[name]
    answers = ("reason",) if name == "refusals" else ("verdict", "after")
    for case in CASES[name]:
        said = judge(case)
        said = {"reason": said} if name == "refusals" else said
        assert said == {key: case[key] for key in answers}, case


def test_the_cases_know_every_answer() -> None:
    reasons = {it["reason"] for it in CASES["refusals"]}
    assert reasons == {
        None,
        "unknown",
        "cancelled",
        "not_approved",
        "wrong_checkpoint",
        "not_open",
    }
    for passage in Passage:
        verdicts = {it["verdict"] for it in CASES["passing"] if it["passage"] == passage}
        never = {"duplicate"} if passage is Passage.MANY else set()
        assert verdicts == {"admitted", "duplicate"} - never


def walk(passage: Passage, moves: Any) -> tuple[list[bool], Passed | None]:
    """Let somebody pass so often: (whether they were admitted each time, what is so then)."""
    admitted, state = [], None
    for direction, seconds in moves:
        is_admitted, state = pass_through(
            passage, direction, state, NOON + timedelta(seconds=seconds)
        )
        admitted.append(is_admitted)
    return admitted, state


@given(moves=MOVES)
def test_once_admits_once_and_keeps_the_earliest_time(moves: Any) -> None:
    earliest = NOON + timedelta(seconds=min(seconds for _, seconds in moves))
    for order in permutations(moves):
        admitted, state = walk(Passage.ONCE, order)
        assert admitted == [True] + [False] * (len(moves) - 1)
        assert state == Passed(earliest)


@given(moves=MOVES)
def test_many_admits_every_time(moves: Any) -> None:
    admitted, state = walk(Passage.MANY, moves)
    assert all(admitted)
    assert state is not None and not state.left_at
    assert state.first_at == NOON + timedelta(seconds=min(seconds for _, seconds in moves))


@given(moves=MOVES)
def test_whoever_is_in_is_so_in_whatever_order_it_is_learnt(moves: Any) -> None:
    last = max(moves, key=lambda it: it[1])
    came = [seconds for direction, seconds in moves if direction is Direction.IN]
    for order in permutations(moves):
        _, state = walk(Passage.IN_OUT, order)
        assert state is not None
        assert state.is_inside == (last[0] is Direction.IN)
        assert state.first_at == (NOON + timedelta(seconds=min(came)) if came else None)
        assert state.moved_at == NOON + timedelta(seconds=last[1])


def test_what_happened_before_the_last_passage_is_no_duplicate() -> None:
    """Of two gates without a network each has let them in once, in between they went out."""
    moves = [(Direction.IN, 0), (Direction.OUT, 4), (Direction.IN, 6), (Direction.IN, 2)]
    admitted, state = walk(Passage.IN_OUT, moves)
    assert admitted == [True] * 4
    assert state == Passed(NOON, None, NOON + timedelta(seconds=6))


def test_in_and_out_in_their_order() -> None:
    went_in, went_out = Direction.IN, Direction.OUT
    moves = [(went_in, 0), (went_in, 1), (went_out, 2), (went_out, 3), (went_in, 4)]
    admitted, state = walk(Passage.IN_OUT, moves)
    assert admitted == [True, False, True, False, True]
    assert state == Passed(NOON, None, NOON + timedelta(seconds=4))
