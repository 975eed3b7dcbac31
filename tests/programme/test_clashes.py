"""What clashes, and what holds of clashes whatever the programme is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from eventapp.programme.clashes import (
    Clash,
    Departure,
    Item,
    Rule,
    against_visit,
    alone,
    between,
    by_session,
    find,
    overlapping,
)

DAY = datetime(2026, 11, 26, tzinfo=UTC)
STEP = timedelta(minutes=5)


def at(hour: int, minute: int = 0) -> datetime:
    return DAY + timedelta(hours=hour, minutes=minute)


MORNING = Item(1, at(8), at(9), room=1, people=frozenset({"nguyễn văn an"}))


def test_room_twice_at_once() -> None:
    other = Item(2, at(8, 30), at(10), room=1)
    assert find([MORNING, other]) == [Clash(Rule.ROOM, (1, 2), room=1)]
    assert find([MORNING, replace(other, room=2)]) == []
    assert find([replace(MORNING, room=None), replace(other, room=None)]) == []


def test_person_twice_at_once() -> None:
    other = Item(2, at(8, 55), at(10), room=2, people=MORNING.people | {"lê na"})
    assert find([MORNING, other]) == [Clash(Rule.PERSON, (1, 2), person="nguyễn văn an")]


def test_delegates_signed_up_for_two_at_once() -> None:
    one = Item(1, at(8), at(9), delegates=frozenset({1, 2, 3}))
    other = Item(2, at(8), at(9), delegates=frozenset({3, 4, 2}))
    assert find([one, other]) == [Clash(Rule.DELEGATES, (1, 2), delegates=(2, 3), number=2)]


def test_outside_the_hours_of_the_day() -> None:
    hours = {"opens_at": at(7, 30), "closes_at": at(17)}
    assert alone(Item(1, at(7, 30), at(17), **hours)) == []
    assert alone(Item(1, at(7, 25), at(8), **hours)) == [Clash(Rule.HOURS, (1,))]
    assert alone(Item(1, at(16), at(17, 5), **hours)) == [Clash(Rule.HOURS, (1,))]
    assert alone(Item(1, at(3), at(4))) == []


def test_over_capacity() -> None:
    full = Item(1, at(8), at(9), delegates=frozenset(range(40)), places=40, seats=50)
    assert alone(full) == []
    assert alone(replace(full, places=39)) == [Clash(Rule.CAPACITY, (1,), number=40, limit=39)]
    assert alone(replace(full, seats=30)) == [Clash(Rule.CAPACITY, (1,), number=40, limit=30)]
    assert alone(replace(full, places=None, seats=None)) == []


def test_sign_up_for_more_than_the_room_holds() -> None:
    open_ = Item(1, at(8), at(9), delegates=frozenset(range(10)), places=51, seats=50)
    [found] = alone(open_)
    assert found == Clash(Rule.CAPACITY, (1,), number=51, limit=50, is_offered=True)
    assert alone(replace(open_, places=50)) == []
    assert alone(replace(open_, seats=None)) == []


def test_a_visit_that_leaves_before_the_session_ends() -> None:
    session = Item(1, at(8), at(9), delegates=frozenset({1, 2}))
    bus = Departure(7, at(8, 30), at(11), frozenset({2, 3}))
    missing = Clash(Rule.VISIT, (1,), group=7, delegates=(2,), number=1)
    assert against_visit(session, bus) == missing
    assert against_visit(session, replace(bus, leaves_at=at(9))) is None
    assert against_visit(session, replace(bus, leaves_at=at(6), returns_at=at(8))) is None
    assert against_visit(session, replace(bus, members=frozenset({3}))) is None
    everybody = replace(session, is_for_all=True, delegates=frozenset())
    assert against_visit(everybody, bus) == replace(missing, delegates=(2, 3), number=2)


def test_the_gravest_come_first_and_each_session_knows_its_own() -> None:
    sessions = [
        Item(1, at(8), at(9), opens_at=at(8, 30)),
        Item(2, at(10), at(11), room=1),
        Item(3, at(10), at(11), room=1),
    ]
    found = find(sessions)
    assert [it.rule for it in found] == [Rule.ROOM, Rule.HOURS]
    assert by_session(found) == {1: [found[1]], 2: [found[0]], 3: [found[0]]}


# --- What holds of every programme --------------------------------------------------------------

few = st.integers(0, 3)
maybe = st.none() | few


@st.composite
def items(draw: st.DrawFn, number: int) -> Item:
    start = draw(st.integers(0, 24))
    return Item(
        id=number,
        starts_at=DAY + start * STEP,
        ends_at=DAY + (start + draw(st.integers(1, 8))) * STEP,
        room=draw(maybe),
        people=draw(st.frozensets(st.sampled_from(["an", "bình"]), max_size=2)),
        delegates=draw(st.frozensets(few)),
        is_for_all=draw(st.booleans()),
        places=draw(maybe),
        seats=draw(maybe),
        opens_at=draw(st.none() | st.just(DAY + 6 * STEP)),
        closes_at=draw(st.none() | st.just(DAY + 20 * STEP)),
    )


@st.composite
def programmes(draw: st.DrawFn) -> list[Item]:
    return [draw(items(number)) for number in range(draw(st.integers(0, 9)))]


@st.composite
def visits(draw: st.DrawFn) -> list[Departure]:
    return [
        Departure(
            number,
            leaves := DAY + draw(st.integers(0, 24)) * STEP,
            leaves + draw(st.integers(1, 12)) * STEP,
            draw(st.frozensets(few)),
        )
        for number in range(draw(st.integers(0, 3)))
    ]


def minutes(item: Item) -> set[datetime]:
    """The steps of five minutes during which a session goes on: another way to ask."""
    length = (item.ends_at - item.starts_at) // STEP
    return {item.starts_at + n * STEP for n in range(length)}


@given(items(1), items(2))
def test_a_clash_is_the_same_from_either_side(one: Item, other: Item) -> None:
    assert between(one, other) == between(other, one)
    assert one.overlaps(other) == other.overlaps(one) == bool(minutes(one) & minutes(other))


@given(items(1), items(2))
def test_what_follows_does_not_clash(one: Item, other: Item) -> None:
    after = replace(
        other, starts_at=one.ends_at, ends_at=one.ends_at + (other.ends_at - other.starts_at)
    )
    assert between(one, after) == []


@given(programmes(), visits(), st.integers(-10_000, 10_000))
def test_clashes_move_with_time(programme: list[Item], groups: list[Departure], steps: int) -> None:
    by = steps * STEP

    def moved(moment: datetime | None) -> datetime | None:
        return moment and moment + by

    later = [
        replace(
            it,
            starts_at=it.starts_at + by,
            ends_at=it.ends_at + by,
            opens_at=moved(it.opens_at),
            closes_at=moved(it.closes_at),
        )
        for it in programme
    ]
    later_groups = [
        replace(it, leaves_at=it.leaves_at + by, returns_at=it.returns_at + by) for it in groups
    ]
    assert find(later, later_groups) == find(programme, groups)


@given(programmes(), visits(), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(
    programme: list[Item], groups: list[Departure], random: object
) -> None:
    shuffled, shuffled_groups = list(programme), list(groups)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    random.shuffle(shuffled_groups)  # type: ignore[attr-defined]
    assert find(shuffled, shuffled_groups) == find(programme, groups)


@given(programmes(), visits())
def test_it_finds_what_comparing_everything_with_everything_finds(
    programme: list[Item], groups: list[Departure]
) -> None:
    expected = {it for one in programme for it in alone(one)}
    for one, other in combinations(programme, 2):
        if not minutes(one) & minutes(other):
            continue
        pair = (one.id, other.id)
        if one.room is not None and one.room == other.room:
            expected.add(Clash(Rule.ROOM, pair, room=one.room))
        expected |= {Clash(Rule.PERSON, pair, person=it) for it in one.people & other.people}
        if both := tuple(sorted(one.delegates & other.delegates)):
            expected.add(Clash(Rule.DELEGATES, pair, delegates=both, number=len(both)))
    for one in programme:
        for group in groups:
            away = {
                group.leaves_at + n * STEP
                for n in range((group.returns_at - group.leaves_at) // STEP)
            }
            members = group.members if one.is_for_all else group.members & one.delegates
            if members and away & minutes(one):
                who = tuple(sorted(members))
                clash = Clash(Rule.VISIT, (one.id,), group=group.id, delegates=who, number=len(who))
                expected.add(clash)
    found = find(programme, groups)
    assert set(found) == expected
    assert len(found) == len(expected)


@given(programmes())
def test_each_pair_is_met_once(programme: list[Item]) -> None:
    met = [frozenset((one.id, other.id)) for one, other in overlapping(programme)]
    assert len(met) == len(set(met))
    assert set(met) == {
        frozenset((one.id, other.id))
        for one, other in combinations(programme, 2)
        if one.overlaps(other)
    }
