import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.pdf.sheet import A3, A4, DoesNotFit, n_up, single


def test_one_a_page():
    sheet = single(90, 130)
    assert (sheet.width, sheet.height, sheet.per_page) == (90, 130, 1)
    assert sheet.places() == ((0, 0),)
    assert sheet.marks() == ()


def test_four_badges_on_a4_with_gaps_in_the_middle():
    sheet = n_up(A4, 90, 130)
    assert (sheet.columns, sheet.rows, sheet.gap) == (2, 2, 4)
    assert sheet.places() == ((13, 16.5), (107, 16.5), (13, 150.5), (107, 150.5))


def test_four_a6_fill_an_a4_without_a_gap():
    sheet = n_up(A4, 105, 148)
    assert (sheet.per_page, sheet.gap) == (4, 0)


def test_the_paper_is_turned_when_more_fit():
    sheet = n_up(A4, 140, 90, gap=0)
    assert sheet.per_page == 4
    assert (sheet.width, sheet.height) == (297, 210)


def test_a3_holds_twice_as_many():
    assert n_up(A3, 90, 130).per_page == 9


def test_too_large_is_refused():
    with pytest.raises(DoesNotFit):
        n_up(A4, 300, 300)


@given(st.floats(20, 200), st.floats(20, 200), st.floats(0, 10), st.floats(0, 5))
def test_items_lie_on_the_paper_apart_and_marks_outside_of_them(width, height, gap, margin):
    sheet = n_up(A4, width, height, gap=gap, margin=margin)
    places = sheet.places()
    assert len(set(places)) == sheet.per_page
    for x, y in places:
        assert margin - 1e-6 <= x <= sheet.width - width - margin + 1e-6
        assert margin - 1e-6 <= y <= sheet.height - height - margin + 1e-6
    for x1, y1, x2, y2 in sheet.marks():
        assert 0 <= min(x1, x2) <= max(x1, x2) <= sheet.width
        for x, y in places:
            across = min(x1, x2) < x + width - 1e-6 and max(x1, x2) > x + 1e-6
            along = min(y1, y2) < y + height - 1e-6 and max(y1, y2) > y + 1e-6
            assert not (across and along)
