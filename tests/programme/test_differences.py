"""What differs between two versions, whatever they are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.programme.changes_in_words import Told
from eventapp.programme.differences import Change, concerning, concerns_all, differences
from eventapp.programme.records import Person, Place, Record, as_json, from_json, rooms_of

DAY = date(2026, 11, 26)
EIGHT = datetime(2026, 11, 26, 1, tzinfo=UTC)
OPENING = Record(
    uid="opening@x",
    day=DAY,
    starts_at=EIGHT,
    ends_at=EIGHT + timedelta(minutes=30),
    kind="plenary",
    title="Khai mạc",
    title_en="Opening",
    chair="Thứ trưởng",
    room=Place(1, "Hội trường lớn"),
    speakers=(Person("Nguyễn Minh Hồng", "Thứ trưởng", "Bộ"),),
)
LATER = {
    "starts_at": EIGHT + timedelta(hours=1),
    "ends_at": EIGHT + timedelta(hours=2),
}

texts = st.sampled_from(["", "Khai mạc", "Bế mạc", "Tập huấn: lớp “A” & <b>"])
places = st.none() | st.builds(Place, st.integers(1, 3), st.sampled_from(["Phòng A", "Phòng B"]))
minutes = st.integers(0, 48 * 12).map(lambda n: EIGHT + timedelta(minutes=5 * n))


@st.composite
def records(draw: st.DrawFn, uid: str = "x") -> Record:
    starts = draw(minutes)
    return Record(
        uid=uid,
        day=starts.date(),
        starts_at=starts,
        ends_at=starts + timedelta(minutes=draw(st.integers(1, 30)) * 5),
        kind=draw(st.sampled_from(["plenary", "training", "break"])),
        title=draw(texts),
        title_en=draw(texts),
        chair=draw(texts),
        room=draw(places),
        speakers=tuple(draw(st.lists(st.builds(Person, texts, texts, texts), max_size=2))),
        takes_enrolment=draw(st.booleans()),
        revision=draw(st.integers(0, 9)),
        changed_at=draw(minutes),
    )


versions = st.sets(st.sampled_from("abcdefgh"), max_size=6).flatmap(
    lambda uids: st.tuples(*(records(uid) for uid in sorted(uids)))
)


@given(versions)
def test_a_version_does_not_differ_from_itself(version):
    assert differences(version, version) == []
    assert differences(version, [replace(it, revision=99) for it in version]) == []


@given(versions, versions)
def test_applied_to_the_one_they_give_the_other(before, after):
    sessions = {it.uid: it for it in before}
    for it in differences(before, after):
        if it.after is None:
            del sessions[it.uid]
        else:
            sessions[it.uid] = it.after
    assert {uid: it.shown for uid, it in sessions.items()} == {it.uid: it.shown for it in after}


@given(versions, versions)
def test_each_session_is_named_once_with_what_became_of_it(before, after):
    found = differences(before, after)
    assert len({it.uid for it in found}) == len(found)
    for it in found:
        assert it.changes
        assert (Change.ADDED in it.changes) == (it.before is None)
        assert (Change.CANCELLED in it.changes) == (it.after is None)
        if it.before and it.after:
            assert it.before.uid == it.after.uid


@given(versions, versions)
def test_the_way_back_has_the_same_sessions_the_other_way_round(before, after):
    there = {it.uid: it.changes for it in differences(before, after)}
    back = {it.uid: it.changes for it in differences(after, before)}
    turned = {(Change.ADDED,): (Change.CANCELLED,), (Change.CANCELLED,): (Change.ADDED,)}
    assert back == {uid: turned.get(changes, changes) for uid, changes in there.items()}


@given(versions, versions, st.randoms())
def test_the_order_in_which_sessions_are_given_does_not_matter(before, after, random):
    mixed = [list(before), list(after)]
    for it in mixed:
        random.shuffle(it)
    assert differences(*mixed) == differences(before, after)


@given(records())
def test_what_is_stored_is_read_back(record):
    assert from_json(as_json(record)) == record


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (LATER, (Change.MOVED,)),
        ({"day": date(2026, 11, 27)}, (Change.MOVED,)),
        ({"room": Place(2, "Phòng A")}, (Change.MOVED,)),
        ({"room": None}, (Change.MOVED,)),
        ({"title": "Lễ khai mạc"}, (Change.RETITLED,)),
        ({"title_en": "Welcome"}, (Change.RETITLED,)),
        ({"chair": "Bộ trưởng"}, (Change.PEOPLE,)),
        ({"speakers": ()}, (Change.PEOPLE,)),
        ({"speakers": (Person("Nguyễn Minh Hồng", "Bộ trưởng", "Bộ"),)}, (Change.PEOPLE,)),
        ({"kind": "training"}, (Change.KIND,)),
        ({"takes_enrolment": True}, (Change.KIND,)),
        ({**LATER, "title": "Bế mạc", "chair": ""}, (Change.MOVED, Change.RETITLED, Change.PEOPLE)),
        ({"room": Place(7, "Hội trường lớn"), "revision": 5}, None),
    ],
)
def test_what_became_of_a_session(changes, expected):
    found = differences([OPENING], [replace(OPENING, **changes)])
    assert [it.changes for it in found] == ([expected] if expected else [])


def test_they_come_in_the_order_of_the_programme():
    late = replace(OPENING, uid="a", **LATER)
    found = differences([late], [OPENING])
    assert [it.uid for it in found] == ["opening@x", "a"]


CLASS = replace(OPENING, uid="class", kind="training", takes_enrolment=True)


@pytest.mark.parametrize(
    ("before", "after", "all_of_the_day"),
    [
        (None, OPENING, True),
        (OPENING, None, True),
        (OPENING, replace(OPENING, **LATER), True),
        (OPENING, replace(OPENING, title="Lễ"), True),
        (OPENING, replace(OPENING, chair="Ai đó"), False),
        (OPENING, replace(OPENING, kind="break"), False),
        (None, CLASS, True),
        (CLASS, None, True),
        (CLASS, replace(CLASS, **LATER), False),
        (CLASS, replace(CLASS, title="Lớp khác"), False),
        (replace(OPENING, takes_enrolment=True), replace(OPENING, **LATER), True),
    ],
)
def test_whom_a_difference_concerns(before, after, all_of_the_day):
    (found,) = differences([before] if before else [], [after] if after else [])
    assert concerns_all(found) is all_of_the_day
    assert concerning([found], [DAY], []) == ([found] if all_of_the_day else [])
    assert concerning([found], [], [found.uid]) == [found]
    assert concerning([found], [date(2026, 11, 27)], ["another"]) == []


def test_a_session_moved_to_another_day_concerns_both_days():
    found = differences([OPENING], [replace(OPENING, day=date(2026, 11, 27))])
    assert concerning(found, [DAY], []) == concerning(found, [date(2026, 11, 27)], []) == found


def test_the_rooms_of_a_version_each_once():
    other = replace(OPENING, uid="b", room=Place(2, "Phòng A"))
    assert rooms_of([OPENING, other, OPENING, replace(OPENING, room=None)]) == [
        Place(1, "Hội trường lớn"),
        Place(2, "Phòng A"),
    ]


def test_a_line_of_a_letter_names_each_change_once() -> None:
    it = Told("u", "Khai mạc", "plenary", (), ("Đổi giờ, nơi", "Đổi người"), ("8 → 9", "A → B"))
    assert it.in_one_line == "Đổi giờ, nơi; đổi người: Khai mạc. 8 → 9; A → B"
