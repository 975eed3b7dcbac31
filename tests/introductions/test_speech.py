"""How delegates are introduced."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.introductions.speech import Body, Guest, Part, Rest, compose, joined

MINISTRY = Body(1, "Bộ Tài chính", place=9)
BAC_NINH = Body(2, "Bắc Ninh", "tỉnh", place=1)
HA_NOI = Body(3, "Hà Nội", "thành phố", place=2)
OTHERS = Body(4, "Khác", is_other=True, place=0)


def guest(id_: int, body: Body, rank: int) -> Guest:
    return Guest(id_, f"Người {id_}", "Giám đốc", "Sở Nội vụ", body, rank)


def test_central_bodies_come_first_then_provinces_then_those_of_whom_nobody_is_named():
    people = [
        guest(1, BAC_NINH, 1),
        guest(2, MINISTRY, 2),
        guest(3, MINISTRY, 9),
        guest(4, BAC_NINH, 9),
        guest(5, OTHERS, 9),
        guest(6, HA_NOI, 9),
        guest(7, HA_NOI, 9),
    ]
    speech = compose(people, 5)
    assert speech.people == 7
    assert speech.parts == (
        Part(None, (people[1],), (Rest(MINISTRY, 1),)),
        Part(BAC_NINH, (people[0],), (Rest(BAC_NINH, 1),)),
        Part(None, (), (Rest(HA_NOI, 2), Rest(OTHERS, 1))),
    )


def test_nobody_has_arrived():
    assert compose([], 5).parts == ()


@given(
    st.lists(
        st.tuples(st.sampled_from([MINISTRY, BAC_NINH, HA_NOI, OTHERS]), st.integers(1, 9)),
        max_size=40,
    ),
    st.integers(0, 9),
)
def test_everybody_is_heard_once(people, named_up_to):
    guests = [guest(id_, body, rank) for id_, (body, rank) in enumerate(people)]
    guests.sort(key=lambda it: (it.rank, it.body.place, it.id))
    speech = compose(guests, named_up_to)
    named = [it.id for part in speech.parts for it in part.named]
    summed = sum(it.people for part in speech.parts for it in part.rest)
    assert sorted(named) == sorted(it.id for it in guests if it.rank <= named_up_to)
    assert len(named) + summed == len(guests) == speech.people
    for part in speech.parts:
        ranks = [it.rank for it in part.named]
        assert ranks == sorted(ranks)
        assert part.named or part.rest


@pytest.mark.parametrize(
    ("position", "office", "read"),
    [
        ("Giám đốc Sở", "Sở Nội vụ", "Giám đốc Sở Nội vụ"),
        ("Giám đốc Sở Nội vụ", "Sở Nội vụ", "Giám đốc Sở Nội vụ"),
        ("Thứ trưởng", "Bộ Tài chính", "Thứ trưởng, Bộ Tài chính"),
        ("Bí thư Tỉnh ủy", "Văn phòng UBND", "Bí thư Tỉnh ủy, Văn phòng UBND"),
        ("Phó Chánh Văn phòng", "Văn phòng UBND", "Phó Chánh Văn phòng UBND"),
        ("", "Sở Nội vụ", "Sở Nội vụ"),
        ("Chuyên viên", "", "Chuyên viên"),
    ],
)
def test_what_position_and_office_both_say_is_said_once(position, office, read):
    assert joined(position, office) == read


def test_a_province_is_called_by_what_it_is():
    assert BAC_NINH.full_name == "tỉnh Bắc Ninh"
    assert Body(1, "Thành phố Hà Nội", "thành phố").full_name == "Thành phố Hà Nội"
    assert MINISTRY.full_name == "Bộ Tài chính"
