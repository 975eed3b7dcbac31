"""What a door did where the server would have said otherwise, in words."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.checkin import walk_in_words
from eventapp.checkin.discrepancies import Found, Moment
from eventapp.checkin.models import DiscrepancyKind, Reason
from eventapp.pdf import qr

KINDS = {
    DiscrepancyKind.DOUBLE: _l("Let in twice"),
    DiscrepancyKind.REFUSED: _l("Let in, but to be refused"),
    DiscrepancyKind.UNKNOWN: _l("Let in with an unknown code"),
    DiscrepancyKind.AFTER_CLOSE: _l("Arrived after the checkpoint was closed out"),
    DiscrepancyKind.WALK_IN: _l("Unregistered, to be looked at"),
    DiscrepancyKind.OVERRIDE: _l("Let in by a supervisor against the rules"),
    DiscrepancyKind.GUEST: _l("On another group’s bus without a seat there"),
}
_REASONS = {
    Reason.UNKNOWN: _l("nobody has this code"),
    Reason.CANCELLED: _l("registration cancelled"),
    Reason.NOT_APPROVED: _l("not approved yet"),
    Reason.WRONG_CHECKPOINT: _l("not at this checkpoint"),
    Reason.NOT_OPEN: _l("the checkpoint was not open"),
    Reason.NOT_ALLOWED: _l("this device may not take anything back"),
}


def title(found: Found) -> str:
    """Whom it is about: a name; or the code that nobody has."""
    if found.delegate and found.delegate["name"]:
        return str(found.delegate["name"])
    row = found.row
    if row.walk_in is not None and row.walk_in.data:
        return str(row.walk_in.data.get("name") or _("Somebody unregistered"))
    if row.walk_in is not None:
        return str(_("Somebody unregistered"))
    if row.scan is not None and row.scan.code:
        return str(_("Code %(code)s", code=qr.grouped(row.scan.code)))
    return str(_("Somebody"))


def happened(found: Found, zone: ZoneInfo) -> str:
    """What happened, in a sentence or two: at which desks, and when by the server's clock."""
    row = found.row
    if row.kind == DiscrepancyKind.WALK_IN:
        return _walk_in(found)
    where = _at(found.then, zone)
    match row.kind:
        case DiscrepancyKind.DOUBLE if found.first is not None:
            return str(
                _(
                    "Let in at %(first)s, and again at %(again)s. One of the two desks did not "
                    "know of the other yet.",
                    first=_at(found.first, zone),
                    again=where,
                )
            )
        case DiscrepancyKind.DOUBLE:
            return str(
                _("Let in at %(where)s, though recorded as present before that.", where=where)
            )
        case DiscrepancyKind.UNKNOWN:
            return str(
                _("Let in “to be confirmed” at %(where)s. Nobody has this code.", where=where)
            )
        case DiscrepancyKind.AFTER_CLOSE:
            return str(
                _(
                    "Scanned at %(where)s; it arrived only at %(arrived)s, after the checkpoint "
                    "had been closed out. It is kept, and counts.",
                    where=where,
                    arrived=_time(row.found_at, zone),
                )
            )
        case DiscrepancyKind.OVERRIDE:
            return str(
                _(
                    "Let in at %(where)s by a supervisor against the rules. Reason given: "
                    "%(reason)s.",
                    where=where,
                    reason=(row.scan.note if row.scan else "").rstrip(".") or "–",
                )
            )
        case DiscrepancyKind.GUEST:
            return str(
                _(
                    "Taken along as a guest at %(where)s. Their seat was not moved: the group "
                    "was full, or somebody has changed the seat since.",
                    where=where,
                )
            )
    reason = row.scan.reason if row.scan else None
    return str(
        _(
            "Let in at %(where)s, though to be refused: %(reason)s.",
            where=where,
            reason=_REASONS.get(Reason(reason), "") if reason else "–",
        )
    )


def _walk_in(found: Found) -> str:
    walk_in = found.row.walk_in
    if walk_in is None:
        return ""
    data: dict[str, Any] = walk_in.data or {}
    parts = [str(data[it]) for it in ("position", "organisation", "phone", "email") if data.get(it)]
    said = [f"{', '.join(parts)}."] if parts else []
    return " ".join((*said, walk_in_words.why(walk_in.why)))


def _at(moment: Moment | None, zone: ZoneInfo) -> str:
    if moment is None:
        return "–"
    return str(
        _(
            "“%(device)s” at %(time)s",
            device=moment.device,
            time=_time(moment.happened_at, zone),
        )
    )


def _time(moment: datetime, zone: ZoneInfo) -> str:
    """``07:52:08 16/11/2012``: two desks may be seconds apart."""
    return f"{moment.astimezone(zone):%H:%M:%S %d/%m/%Y}"
