"""Numbers of a chart."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventapp.reports import figures


def test_days_without_anybody_are_there() -> None:
    counts = {date(2026, 11, 3): 2, date(2026, 11, 6): 1}
    assert figures.daily(counts) == [
        (date(2026, 11, 3), 2),
        (date(2026, 11, 4), 0),
        (date(2026, 11, 5), 0),
        (date(2026, 11, 6), 1),
    ]
    assert figures.daily({}) == []


def test_a_late_one_does_not_squeeze_the_others():
    counts = {date(2012, 11, 1): 80, date(2012, 11, 3): 90, date(2026, 11, 3): 1}
    assert figures.daily(counts) == sorted(counts.items())
    many = {date(2012, 1, 1) + timedelta(days=2 * i): 1 for i in range(300)}
    assert figures.daily(many) == sorted(many.items())[-figures.MOST_DAYS :]


def test_steps_without_anybody_are_there() -> None:
    start = datetime(2026, 11, 26, 0, 30, tzinfo=UTC)
    step = timedelta(minutes=5)
    series = figures.in_steps({start: 4, start + 2 * step: 1}, step)
    assert [value for _, value in series] == [4, 0, 1]
    assert figures.in_steps({}, step) == []


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (7, [0, 2, 4, 6, 8]),
        (23, [0, 5, 10, 15, 20, 25]),
        (600, [0, 200, 400, 600]),
    ],
)
def test_scales_are_round(highest: int, expected: list[int]) -> None:
    assert figures.scale(highest) == expected


@given(st.integers(0, 10**7))
def test_scales_reach_the_highest_value_with_few_lines(highest: int) -> None:
    marks = figures.scale(highest)
    assert marks[0] == 0
    assert marks[-1] >= highest
    assert 2 <= len(marks) <= 6


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=300))
def test_bars_stay_on_the_drawing(values: list[int]) -> None:
    chart = figures.time_chart(list(enumerate(values)), str)
    assert chart.total == sum(values)
    assert len(chart.labels) <= 7
    for bar in chart.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= chart.width + 0.2
        assert 0 <= bar.y <= bar.y + bar.height <= chart.height
    assert chart.highest is not None
    assert chart.highest.value == max(values)


def test_everybody_is_a_hundred_percent_and_nobody_less_is() -> None:
    assert figures.percent(199, 200) == 99
    assert figures.percent(200, 200) == 100
    assert figures.percent(0, 0) == 0
