"""Numbers, dates and times as the text that a reader of the sheet sees, days first."""

import re
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

_EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001  a sheet's days have no zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_465
"""31/12/9999 in days of the 1900 system."""


def number_text(text: str) -> str:
    """A number without exponent, and without a fraction that is zero: ``9.12E8`` → ``912000000``.

    To 15 digits, as spreadsheet programs show numbers; never with three decimals, which could be
    read as thousands (``12.3450``), but after a zero. What is no finite number stays.
    """
    if text.isdecimal() and text.isascii():
        return text
    try:
        value = Decimal(format(float(text), ".15g"))
    except (ValueError, InvalidOperation):
        return text
    if not value.is_finite():
        return text
    shown = format(value, "f")
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
        whole, _, fraction = shown.partition(".")
        if len(fraction) == 3 and whole not in ("0", "-0"):
            shown += "0"
    return "0" if shown in ("-0", "") else shown


def moment_text(moment: datetime) -> str:
    """``05/11/2026``, or ``05/11/2026 07:52`` when it is not midnight; to the minute."""
    day = f"{moment.day:02}/{moment.month:02}/{moment.year:04}"
    at_midnight = (moment.hour, moment.minute) == (0, 0)
    return day if at_midnight else f"{day} {moment.hour:02}:{moment.minute:02}"


def serial_text(text: str, *, date: bool, from_1904: bool = False) -> str:
    """A day number of a spreadsheet (ECMA-376 part 1, 18.17.4) as a date, a time or both.

    ``date`` says whether its format shows a date. A number that is no day stays a number.
    """
    try:
        days = float(text)
    except ValueError:
        return text
    if not 0 <= days <= _LAST_DAY:
        return number_text(text)
    seconds = timedelta(seconds=round(days * 86_400))
    if not date:
        minutes = int(seconds.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if from_1904:
        return moment_text(_EPOCH_1904 + seconds)
    # The 1900 system counts a 29 February that there was not.
    if days < 60:
        seconds += timedelta(days=1)
    return moment_text(_EPOCH_1900 + seconds)


def iso_text(text: str) -> str:
    """An ISO 8601 date, with or without a time, as `moment_text`; anything else stays."""
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return text
    return moment_text(moment)


_DURATION = re.compile(
    r"P(?:(\d{1,6})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,]\d+)?S)?"
)


def duration_text(text: str) -> str:
    """An XML Schema duration such as ODS has for a time, ``PT07H30M00S`` → ``07:30``."""
    found = _DURATION.fullmatch(text)
    if found is None:
        return text
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = days * 1440 + hours * 60 + minutes + seconds // 60
    return f"{total // 60:02}:{total % 60:02}"


_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[(?!h|m|s)[^\]]*\]', re.IGNORECASE)


def format_kind(code: str) -> str:
    """What a number format (ECMA-376 part 1, 18.8.31) makes of a number.

    ``"date"`` (a date, with or without a time), ``"time"``, ``"zeros"`` (whole numbers filled up
    with zeros, as for telephones), or ``""``.
    """
    shown = _QUOTED.sub("", code.partition(";")[0]).lower()
    if "general" in shown:
        return ""
    if re.search("[dy]", shown) or ("m" in shown and not re.search("[hs]", shown)):
        return "date"
    if re.search("[hs]", shown):
        return "time"
    return "zeros" if re.fullmatch("0[0 .-]*0", shown) and "." not in shown else ""
