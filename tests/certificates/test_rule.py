"""Who attended enough: worked examples, then what holds for every programme and everybody."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.certificates.rule import Share, Standing, Training, share, slots, standing

DAY = datetime(2026, 11, 26, tzinfo=UTC)


def training(id_, begins, ends):
    """A session from one hour to another."""
    return Training(id_, DAY + timedelta(hours=begins), DAY + timedelta(hours=ends))


CLASS_A, CLASS_B = training(1, 13.5, 16.5), training(2, 13.5, 16.5)
COMMON = training(3, 32, 33.5)
PROGRAMME = slots([COMMON, CLASS_B, CLASS_A])


def test_classes_at_one_time_are_alternatives_and_the_rest_is_for_everybody():
    assert PROGRAMME == ((CLASS_A, CLASS_B), (COMMON,))


def test_ones_own_class_and_the_common_session_are_all():
    assert share(PROGRAMME, {1}, {1, 3}) == Share(2, 2, 270)


def test_one_of_two_is_half():
    assert share(PROGRAMME, {1}, {1}) == Share(1, 2, 180)


def test_the_other_class_instead_counts_as_well():
    assert share(PROGRAMME, {1}, {2, 3}) == Share(2, 2, 270)


def test_both_classes_are_no_more_than_one():
    assert share(PROGRAMME, {1}, {1, 2}) == Share(1, 2, 180)


def test_whoever_chose_no_class_is_to_attend_one_all_the_same():
    assert share(PROGRAMME, (), {3}) == Share(1, 2, 90)


def test_sessions_that_only_touch_are_no_alternatives():
    assert len(slots([training(1, 8, 9), training(2, 9, 10)])) == 2


def test_overlapping_in_a_chain_is_one_slot_in_which_all_of_ones_own_count():
    chain = slots([training(1, 8, 10), training(2, 9, 11), training(3, 10.5, 12)])
    assert len(chain) == 1
    assert share(chain, {1, 3}, {1}) == Share(1, 2, 120)
    assert share(chain, {1, 3}, {1, 3}) == Share(2, 2, 210)


@pytest.mark.parametrize(
    ("attended", "needed", "threshold", "enough"),
    [(4, 5, 80, True), (3, 4, 80, False), (2, 3, 67, False), (2, 3, 66, True), (1, 1, 100, True)],
)
def test_the_threshold_is_exact(attended, needed, threshold, enough):
    assert Share(attended, needed).reaches(threshold) is enough


def test_without_training_nobody_qualifies():
    assert standing(share(()), 1) is Standing.NO_TRAINING
    assert not Share(0, 0).reaches(1)


def test_an_excluded_category_gets_none_whatever_it_attended():
    assert standing(Share(2, 2), 80, is_excluded=True) is Standing.EXCLUDED


def test_enough_and_too_little():
    assert standing(Share(2, 2), 80) is Standing.QUALIFIES
    assert standing(Share(1, 2), 80) is Standing.TOO_LITTLE


@st.composite
def programmes(draw):
    """Sessions of a day on a grid of half hours."""
    times = draw(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), min_size=0, max_size=9))
    return [
        training(at, begins / 2, (begins + long) / 2) for at, (begins, long) in enumerate(times)
    ]


IDS = st.sets(st.integers(0, 8))


@given(programmes(), st.randoms())
def test_slots_hold_every_session_once_whatever_the_order(sessions, chance):
    mixed = list(sessions)
    chance.shuffle(mixed)
    found = slots(mixed)
    assert found == slots(sessions)
    assert sorted(it.id for slot in found for it in slot) == sorted(it.id for it in sessions)


@given(programmes())
def test_sessions_of_two_slots_never_overlap(sessions):
    found = slots(sessions)
    for before, after in pairwise(found):
        assert max(it.ends_at for it in before) <= min(it.starts_at for it in after)


@given(programmes(), IDS, IDS)
def test_nobody_attends_more_than_is_needed_and_each_slot_needs_one(sessions, enrolled, attended):
    of = slots(sessions)
    got = share(of, enrolled, attended)
    assert 0 <= got.attended <= got.needed
    assert len(of) <= got.needed <= len(sessions)


@given(programmes(), IDS, IDS, st.integers(0, 8))
def test_to_attend_one_more_never_harms(sessions, enrolled, attended, more):
    of = slots(sessions)
    before, after = share(of, enrolled, attended), share(of, enrolled, attended | {more})
    assert after.attended >= before.attended and after.minutes >= before.minutes
    assert after.needed == before.needed


@given(programmes(), IDS)
def test_whoever_attends_all_that_is_theirs_has_the_whole_share(sessions, enrolled):
    of = slots(sessions)
    theirs = {it.id for slot in of for it in slot if it.id in enrolled or len(slot) == 1}
    theirs |= {slot[0].id for slot in of if not any(it.id in enrolled for it in slot)}
    got = share(of, enrolled, theirs)
    assert got.attended == got.needed
    assert got.reaches(100) is bool(of)


@given(programmes(), IDS, IDS)
def test_nobody_is_credited_more_time_than_passed(sessions, enrolled, attended):
    of = slots(sessions)
    longest = sum(
        (max(it.ends_at for it in slot) - slot[0].starts_at).total_seconds() / 60 for slot in of
    )
    assert 0 <= share(of, enrolled, attended).minutes <= longest


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 99))
def test_a_higher_threshold_is_never_easier(attended, needed, threshold):
    got = Share(attended, needed)
    assert got.reaches(threshold) or not got.reaches(threshold + 1)
