"""Which registrations the review list puts side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.duplicates import finding, merging
from eventapp.duplicates.errors import NotTwo
from eventapp.duplicates.likeness import CROWD, SHARED, Card, Sign, pairs, signs_of
from eventapp.extensions import db
from eventapp.registration.errors import DelegateNotFound
from eventapp.registration.models import Status
from tests.builders import build_delegate, build_event, organisation


def found(event):
    return [(it.first_id, it.second_id, *it.signs) for it in finding.all_pairs(event.id)]


def test_the_same_name_in_the_same_office_whatever_the_spelling(event):
    one = build_delegate(event, "Trần Thị Hòa")
    two = build_delegate(event, "TRAN THI HOA")
    three = build_delegate(event, "Trần Thị Hoà")
    assert found(event) == [
        (a.id, b.id, Sign.NAME_AND_OFFICE) for a, b in ((one, two), (one, three), (two, three))
    ]


def test_the_same_address_and_telephone(event):
    one = build_delegate(event, "Trần Thị Hòa", email="hoa@bacninh.example", phone="+84912345678")
    two = build_delegate(
        event,
        "Trần Hòa",
        email="hoa@bacninh.example",
        phone="+84912345678",
        organisation=organisation(event, "Bộ Tài chính"),
    )
    assert found(event) == [(one.id, two.id, Sign.EMAIL, Sign.PHONE)]


def test_weak_signs_come_last(event):
    one = build_delegate(event, "Trần Thị Hòa", phone="+84912345678")
    two = build_delegate(event, "Trần Thị Hòa", organisation=organisation(event, "Văn phòng UBND"))
    three = build_delegate(event, "Lê Văn Đức", phone="+84912345678")
    four = build_delegate(event, "Đỗ Văn Tý", email="ty@bacninh.example")
    five = build_delegate(event, "Lê Tý", email="ty@bacninh.example")
    page = finding.find(event)
    assert [(it.first, it.second) for it in page.rows] == [(four, five), (one, two), (one, three)]
    assert (page.total, page.strong) == (3, 1)
    assert page.rows[1].pair.signs == (Sign.NAME_AND_DELEGATION,)


def test_namesakes_of_different_delegations_are_no_pair(event):
    build_delegate(event, "Trần Thị Hòa")
    build_delegate(event, "Trần Thị Hòa", organisation=organisation(event, "Bộ Tài chính"))
    assert found(event) == []


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.REFUSED])
def test_who_does_not_come_is_no_duplicate(event, status):
    build_delegate(event)
    build_delegate(event, status=status)
    assert found(event) == []


def test_who_waits_is_one(event):
    build_delegate(event, status=Status.WAITLISTED)
    build_delegate(event, status=Status.OFFERED)
    assert len(found(event)) == 1


def test_another_event_is_another_matter(event):
    build_delegate(event)
    build_delegate(build_event("khac"))
    assert found(event) == []


def test_what_is_empty_is_like_nothing(event):
    for _ in range(2):
        build_delegate(event, "☆", email="", phone="")
    assert found(event) == []


def test_an_offices_address_says_nothing_alone(event):
    names = [f"Đại biểu {letter}" for letter in "abcdefgh"]
    people = [build_delegate(event, it, email="vp@bacninh.example") for it in names]
    assert found(event) == []
    again = build_delegate(
        event,
        names[2],
        email="vp@bacninh.example",
        organisation=organisation(event, "Bộ Tài chính"),
    )
    assert found(event) == [(people[2].id, again.id, Sign.EMAIL)]


def test_a_pair_that_is_two_people_is_not_shown_again(event):
    one, two = build_delegate(event), build_delegate(event)
    merging.keep_apart(event, two.id, one.id)
    merging.keep_apart(event, one.id, two.id)
    assert found(event) == []
    assert finding.count(event) == 0


def test_keeping_apart_needs_two_of_this_event(event):
    one = build_delegate(event)
    other = build_delegate(build_event("khac"))
    with pytest.raises(NotTwo):
        merging.keep_apart(event, one.id, one.id)
    with pytest.raises(DelegateNotFound):
        merging.keep_apart(event, one.id, other.id)


def test_pages_have_twenty_and_a_fixed_number_of_queries(event, count_queries):
    for number in range(25):
        for _ in range(2):
            build_delegate(event, f"Người {number}")
    db.session.expire_all()
    event.id  # noqa: B018 - read before counting
    with count_queries() as queries:
        page = finding.find(event, 2)
    assert (page.total, page.number, page.pages, len(page.rows)) == (25, 2, 2, 5)
    assert len(queries) <= 12
    assert finding.find(event, 99).number == 2


cards = st.lists(
    st.builds(
        Card,
        st.integers(1, 40),
        st.sampled_from(["", "an", "binh", "chi"]),
        st.sampled_from(["", "a@x", "b@x"]),
        st.sampled_from(["", "+841", "+842"]),
        st.integers(1, 4),
        st.just(0),
    ).map(lambda it: it._replace(delegation_id=it.organisation_id // 2)),
    max_size=SHARED,
    unique_by=lambda it: it.id,
)


@given(cards)
def test_few_people_every_pair_with_a_sign_and_no_other(people):
    expected = {
        (a.id, b.id): signs_of(a, b)
        for a in people
        for b in people
        if a.id < b.id and signs_of(a, b)
    }
    assert {(it.first_id, it.second_id): it.signs for it in pairs(people)} == expected


@given(st.integers(CROWD + 1, 200))
def test_a_crowd_of_namesakes_makes_a_row_and_no_square(number):
    crowd = [Card(id_, "an", "", "", 1, 1) for id_ in range(number)]
    assert len(pairs(crowd)) == number - 1


@given(cards)
def test_strong_pairs_come_first(people):
    strength = [it.is_strong for it in pairs(people)]
    assert strength == sorted(strength, reverse=True)
