"""Dates as papers and pages write them."""

from collections.abc import Sequence
from datetime import date


def date_range(dates: Sequence[date]) -> str:
    """``16–17/11/2012``: from the first to the last, what they share said once; empty for none."""
    if not dates:
        return ""
    first, last = min(dates), max(dates)
    if first == last:
        return f"{last:%d/%m/%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{last:%d/%m/%Y}"
    return f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
