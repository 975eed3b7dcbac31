"""What the control room says of buses."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from eventapp.checkin.control import Party, Phase, Step, Totals, Unit
from eventapp.checkin.flow import DeviceRow
from eventapp.checkin.models import Leg
from eventapp.web.language import short_day


def words() -> dict[str, str]:
    """Texts by the names that static/checkin/board/control.js uses; ``{}`` is filled in there."""
    return {
        "current": _("Current at {}"),
        "stale": _("Not current since {}. Trying again …"),
    }


def name(unit: Unit, party: Party) -> str:
    """What a bus is called; a group without buses is its own."""
    if unit.bus is not None:
        return " · ".join(filter(None, (unit.bus.label, unit.bus.plate)))
    return str(_("In no bus")) if party.way.buses else str(_("The whole group"))


def step(it: Step, language: str) -> str:
    """What a leg is called."""
    if it.stop is not None:
        return it.stop.name_in(language)
    return str(_("Departure") if it.leg is Leg.DEPARTURE else _("Return"))


def state(unit: Unit, language: str, zone: ZoneInfo, today: datetime) -> str:
    """Where a bus is in its plan, in a few words."""
    here = unit.here
    numbers = {"present": unit.present, "expected": unit.expected}
    closed = when(here.closed_at, zone, today)
    if unit.phase is Phase.WAITING:
        planned = when(here.planned_at, zone, today)
        if not planned:
            return str(_("Waiting"))
        return str(_("Waiting, departs at %(time)s", time=planned))
    if here.stop is not None:
        place = here.stop.name_in(language)
        if unit.phase is Phase.BOARDING:
            return str(
                _("At %(place)s, on board %(present)s of %(expected)s", place=place, **numbers)
            )
        return str(_("Left %(place)s at %(time)s", place=place, time=closed))
    if here.leg is Leg.RETURN:
        if unit.phase is Phase.BOARDING:
            return str(_("Returning, on board %(present)s of %(expected)s", **numbers))
        return str(_("Back at %(time)s", time=closed))
    if unit.phase is Phase.BOARDING:
        return str(_("Boarding, %(present)s of %(expected)s", **numbers))
    return str(_("Departed at %(time)s", time=closed))


def missing(unit: Unit) -> str:
    """How many are missing; all there, where that is known; nothing while it waits."""
    if unit.missing:
        return str(_("%(number)s missing", number=len(unit.missing)))
    if unit.phase in (Phase.GONE, Phase.BACK):
        return str(_("nobody is missing"))
    return ""


def overdue(unit: Unit, zone: ZoneInfo, today: datetime) -> str:
    """That the next roll should have been closed long ago; empty where it should not."""
    if unit.overdue_since is None:
        return ""
    minutes = int((today - unit.overdue_since).total_seconds() // 60)
    planned = when(unit.overdue_since, zone, today)
    return str(
        _(
            "Overdue: by the plan at %(time)s, %(minutes)s minutes ago, and not closed.",
            time=planned,
            minutes=minutes,
        )
    )


def in_all(it: Totals) -> str:
    """The sum of all buses, in a sentence."""
    if not it.missing:
        return str(_("Nobody is missing on the buses that have called their roll."))
    if it.buses_missing == 1:
        return str(_("In all: %(missing)s missing on one bus.", missing=it.missing))
    return str(
        _(
            "In all: %(missing)s missing on %(buses)s buses.",
            missing=it.missing,
            buses=it.buses_missing,
        )
    )


def heard(device: DeviceRow, zone: ZoneInfo, today: datetime) -> str:
    """When a leader's phone was last heard of."""
    if device.seen_at is None:
        return str(_("its link was not opened yet"))
    return str(_("last heard of at %(time)s", time=when(device.seen_at, zone, today)))


def when(at: datetime | None, zone: ZoneInfo, today: datetime) -> str:
    """``07:42``, with the day if it is another one; empty for none."""
    if at is None:
        return ""
    local = at.astimezone(zone)
    if local.date() == today.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{local:%H:%M} {short_day(local.date())}"
