from datetime import date

import pytest

from eventapp.events.dates import date_range

FIRST = date(2012, 11, 16)


@pytest.mark.parametrize(
    ("last", "vietnamese", "english"),
    [
        (FIRST, "16/11/2012", "16 November 2012"),
        (date(2012, 11, 17), "16–17/11/2012", "16–17 November 2012"),
        (date(2012, 12, 1), "16/11/2012 – 01/12/2012", "16 November – 1 December 2012"),
        (date(2013, 1, 2), "16/11/2012 – 02/01/2013", "16 November 2012 – 2 January 2013"),
    ],
)
def test_from_the_first_day_to_the_last(last, vietnamese, english):
    assert date_range([last, FIRST]) == vietnamese
    assert date_range([last, FIRST], "en") == english


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_days(language):
    assert date_range([], language) == ""
