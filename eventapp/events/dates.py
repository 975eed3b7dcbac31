"""Dates as papers and pages write them."""

from collections.abc import Sequence
from datetime import date


def date_range(dates: Sequence[date], language: str = "vi") -> str:
    """From the first to the last, what they share said once; empty for none.

    >>> date_range([date(2012, 11, 16), date(2012, 11, 17)])
    '16–17/11/2012'
    >>> date_range([date(2012, 11, 16), date(2012, 11, 17)], "en")
    '16–17 November 2012'
    """
    if not dates:
        return ""
    first, last = min(dates), max(dates)
    if language == "en":
        return _in_english(first, last)
    if first == last:
        return f"{last:%d/%m/%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{last:%d/%m/%Y}"
    return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"


def _in_english(first: date, last: date) -> str:
    """In words, for figures alone are read the other way round elsewhere."""
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    if first.year == last.year:
        return f"{first.day} {first:%B} – {end}"
    return f"{first.day} {first:%B %Y} – {end}"
