import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventapp.pdf.sheet import A3, A4, DoesNotFit, Margins, n_up, single

lengths = st.floats(20, 200)


def test_one_a_page():
    sheet = single(90, 130)
    assert (sheet.width, sheet.height, sheet.per_page) == (90, 130, 1)
    assert sheet.places() == ((0, 0),)
    assert sheet.marks() == ()


def test_four_badges_on_a4_with_gaps_in_the_middle():
    sheet = n_up(A4, 90, 130)
    assert (sheet.columns, sheet.rows, sheet.gap_x, sheet.gap_y) == (2, 2, 4, 4)
    assert sheet.places() == ((13, 16.5), (107, 16.5), (13, 150.5), (107, 150.5))


def test_four_a6_fill_an_a4_without_a_gap():
    sheet = n_up(A4, 105, 148)
    assert (sheet.per_page, sheet.gap_x) == (4, 0)


def test_the_paper_is_turned_when_more_fit():
    sheet = n_up(A4, 140, 90, gap=(0, 0))
    assert sheet.per_page == 4
    assert (sheet.width, sheet.height) == (297, 210)


def test_the_paper_is_as_it_is_asked_for():
    assert n_up(A4, 140, 90, orientation="portrait").per_page == 3
    sheet = n_up(A4, 90, 130, orientation="landscape")
    assert (sheet.width, sheet.height, sheet.per_page) == (297, 210, 3)


def test_a3_holds_twice_as_many():
    assert n_up(A3, 90, 130).per_page == 9


@pytest.mark.parametrize(
    ("margins", "first"),
    [
        (Margins(top=10, left=7), (7, 10)),
        (Margins(right=12, bottom=20), (14, 13)),
        (Margins(top=10, right=7, bottom=10, left=8), (8, 10)),
    ],
)
def test_badges_begin_or_end_at_the_margins(margins, first):
    sheet = n_up(A4, 90, 130, margins=margins)
    assert (sheet.per_page, sheet.places()[0]) == (4, first)


@pytest.mark.parametrize("item", [(300, 300), (211, 100), (20, 500)])
def test_too_large_is_refused(item):
    with pytest.raises(DoesNotFit) as refused:
        n_up(A4, *item, orientation="portrait")
    assert (refused.value.item, refused.value.paper) == (item, A4)


def test_margins_that_leave_no_room_are_refused():
    with pytest.raises(DoesNotFit):
        n_up(A4, 90, 130, margins=Margins(top=200, left=200))


@example(width=21.0, height=20.0, gap=0.0, other=0.0, margin=6e-8)  # a hair too wide
@given(lengths, lengths, st.floats(0, 10), st.floats(0, 10), st.floats(0, 5))
def test_items_lie_on_the_paper_apart_and_marks_outside_of_them(width, height, gap, other, margin):
    margins = Margins(margin, margin, margin, margin)
    sheet = n_up(A4, width, height, gap=(gap, other), margins=margins)
    places = sheet.places()
    assert len(set(places)) == sheet.per_page
    for x, y in places:
        assert margin - 1e-6 <= x <= sheet.width - width - margin + 1e-6
        assert margin - 1e-6 <= y <= sheet.height - height - margin + 1e-6
    for x1, y1, x2, y2 in sheet.marks():
        assert 0 <= min(x1, x2) <= max(x1, x2) <= sheet.width
        assert 0 <= min(y1, y2) <= max(y1, y2) <= sheet.height
        for x, y in places:
            across = min(x1, x2) < x + width - 1e-6 and max(x1, x2) > x + 1e-6
            along = min(y1, y2) < y + height - 1e-6 and max(y1, y2) > y + 1e-6
            assert not (across and along)


def test_marks_stand_at_every_edge():
    sheet = n_up(A4, 90, 130)
    marks = sheet.marks()
    assert {x1 for x1, _, x2, _ in marks if x1 == x2} == {13, 103, 107, 197}
    assert {y1 for _, y1, _, y2 in marks if y1 == y2} == {16.5, 146.5, 150.5, 280.5}
    assert len(marks) == 2 * 4 + 2 * 4


def test_fold_marks_stand_at_the_middles_and_at_the_edge_where_there_is_no_margin():
    sheet = n_up(A4, 180, 130)
    assert {x1 for x1, *_ in sheet.folds("x")} == {105}
    assert {y1 for _, y1, *_ in sheet.folds("y")} == {81.5, 215.5}
    assert single(180, 130).folds("x") == ((90, 0, 90, 2), (90, 130, 90, 128))
