"""What the board and the screens say; their scripts have no words of their own."""

from datetime import datetime, timedelta

from flask_babel import format_decimal
from flask_babel import gettext as _

from eventapp.checkin.arrivals import Facts, Place, State, Tile
from eventapp.checkin.pace import Minutes, Rate
from eventapp.web.language import short_day

_MANY = 20


def label(place: Place, language: str) -> str:
    """What a place is called."""
    if place.day is not None:
        return str(_("All doors, %(day)s", day=short_day(place.day)))
    point = place.points[0]
    return point.name_in(language) or point.name


def words() -> dict[str, str]:
    """Texts by the names that static/checkin/board/*.js use; ``{}`` is filled in there."""
    return {
        State.NOBODY: _("Nobody is expected"),
        State.NONE: _("Nobody yet"),
        State.SOME: _("Missing: {}"),
        State.ALL: _("All are here"),
        "extra": _("and {} not on the list"),
        "here": _("Head is here"),
        "away": _("Head is not here yet"),
        "current": _("Current at {}"),
        "stale": _("Not current since {}. Trying again …"),
        "page": _("Page {} of {}"),
        "pause": _("Stop turning pages"),
        "go_on": _("Turn pages again"),
    }


def state_of(tile: Tile) -> str:
    """What a tile says at a glance."""
    return words()[tile.state].replace("{}", str(tile.missing))


def clock(facts: Facts, moment: datetime) -> str:
    """``07:52``, in the event's zone."""
    return f"{moment.astimezone(facts.zone):%H:%M}"


def when(facts: Facts, moment: datetime, today: datetime) -> str:
    """``07:52``, with the day if it is another one."""
    local, now = moment.astimezone(facts.zone), today.astimezone(facts.zone)
    if local.date() == now.date():
        return f"{local:%H:%M:%S}"
    return f"{local:%H:%M} {short_day(local.date())}"


def number(value: float) -> str:
    """With one decimal where that says something."""
    return str(format_decimal(value, "#,##0.#" if value < _MANY else "#,##0"))


def pace_in_words(
    lately: Rate | None, until_all: Minutes | None, facts: Facts, now: datetime
) -> str:
    """How fast people come, and when all would be in."""
    if lately is None or until_all is None:
        return str(_("Too few came in the last five minutes to say when everybody will be in."))
    rate = _("%(rate)s people a minute in the last five minutes.", rate=number(lately.per_minute))
    if not until_all.likely:
        return str(rate)
    at = [clock(facts, now + timedelta(minutes=it)) for it in _in_order(until_all)]
    end = _(
        "If it stays so, everybody is in at about %(likely)s, between %(low)s and %(high)s.",
        low=at[0],
        likely=at[1],
        high=at[2],
    )
    return f"{rate} {end}"


def wait_in_words(capacity: Rate | None, wait: Minutes | None, missing: int, desks: int) -> str:
    """How long those who are missing would wait at most."""
    if not missing:
        return str(_("Nobody is missing."))
    if capacity is None or wait is None:
        return str(_("Too few were scanned lately to estimate how long people would wait."))
    low, likely, high = (number(it) for it in _in_order(wait))
    return str(
        _(
            "If all %(missing)s who are missing came now, the last one would wait about %(likely)s "
            "minutes (%(low)s to %(high)s) at the %(desks)s desks at work, which serve %(rate)s "
            "people a minute. Queues are not seen; whoever comes later waits less.",
            missing=missing,
            likely=likely,
            low=low,
            high=high,
            desks=desks,
            rate=number(capacity.per_minute),
        )
    )


def _in_order(minutes: Minutes) -> tuple[float, float, float]:
    return minutes.low, minutes.likely, minutes.high
