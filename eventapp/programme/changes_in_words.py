"""Differences between versions as people read them, on pages and in letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.programme.differences import Change, Difference
from eventapp.programme.forms import KINDS
from eventapp.programme.models import SessionKind
from eventapp.programme.records import Person, Record
from eventapp.web.language import short_day

LABELS = {
    Change.ADDED: _l("New"),
    Change.CANCELLED: _l("Taken out"),
    Change.MOVED: _l("Moved"),
    Change.RETITLED: _l("Renamed"),
    Change.PEOPLE: _l("Chair or speakers"),
    Change.KIND: _l("Kind"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one session: its title, the changes by name, and a line about each."""

    uid: str
    title: str
    kind: str
    changes: Sequence[Change]
    labels: Sequence[str]
    lines: Sequence[str]

    @property
    def in_one_line(self) -> str:
        """For a letter: ``Moved: Opening. 26/11/2026, 08:00–08:20 → 08:30–08:50``."""
        # A label may hold a comma, and is a sentence's beginning where it stands alone.
        first, *others = self.labels
        labels = "; ".join([first, *(it[:1].lower() + it[1:] for it in others)])
        return f"{labels}: {self.title}. {'; '.join(self.lines)}"


def told(differences: Sequence[Difference], language: str, zone: ZoneInfo) -> list[Told]:
    """The differences in ``vi`` or ``en``, which must be the language in force; times in the zone.

    Titles are in one line each.
    """
    return [
        Told(
            uid=it.uid,
            title=_title(it.record, language),
            kind=it.record.kind,
            changes=it.changes,
            labels=[str(LABELS[change]) for change in it.changes],
            lines=_lines(it, language, zone),
        )
        for it in differences
    ]


def _title(record: Record, language: str) -> str:
    return " ".join(record.title_in(language).split())


def _lines(it: Difference, language: str, zone: ZoneInfo) -> list[str]:
    if it.before is None or it.after is None:
        return [_comma(_when(it.record, zone), it.record.room_name)]
    lines = []
    for change in it.changes:
        if change == Change.MOVED:
            lines.append(_moved(it.before, it.after, zone))
        elif change == Change.RETITLED:
            lines.append(_retitled(it.before, it.after, language))
        elif change == Change.PEOPLE:
            lines += _people(it.before, it.after)
        else:
            lines += _kind(it.before, it.after)
    return lines


def _moved(before: Record, after: Record, zone: ZoneInfo) -> str:
    was, now = _when(before, zone), _when(after, zone)
    rooms = _arrow(before.room_name or _("no room"), after.room_name or _("no room"))
    if was == now:
        return f"{now}: {rooms}"
    if before.room_name == after.room_name:
        return _comma(_arrow(was, now), after.room_name)
    return _arrow(_comma(was, before.room_name), _comma(now, after.room_name))


def _retitled(before: Record, after: Record, language: str) -> str:
    was, now = _title(before, language), _title(after, language)
    if was == now:  # in the other language only
        other = "vi" if language == "en" else "en"
        was, now = _title(before, other), _title(after, other)
    return _arrow(f"“{was}”", f"“{now}”")


def _people(before: Record, after: Record) -> list[str]:
    lines = []
    nobody = _("nobody")
    if before.chair != after.chair:
        pair = _arrow(before.chair or nobody, after.chair or nobody)
        lines.append(_("Chair: %(name)s", name=pair))
    if before.speakers != after.speakers:
        pair = _arrow(_names(before.speakers) or nobody, _names(after.speakers) or nobody)
        lines.append(_("Speakers: %(names)s", names=pair))
    return lines


def _kind(before: Record, after: Record) -> list[str]:
    lines = []
    if before.kind != after.kind:
        kinds = [str(KINDS[SessionKind(it.kind)]) for it in (before, after)]
        lines.append(_arrow(*kinds))
    if before.takes_enrolment != after.takes_enrolment:
        lines.append(
            _("Delegates choose it when they register.")
            if after.takes_enrolment
            else _("Delegates no longer choose it when they register.")
        )
    return lines


def _names(people: Sequence[Person]) -> str:
    return "; ".join(
        ", ".join(filter(None, (it.name, it.position, it.organisation))) for it in people
    )


def _when(record: Record, zone: ZoneInfo) -> str:
    starts, ends = (it.astimezone(zone) for it in (record.starts_at, record.ends_at))
    return f"{short_day(record.day)}, {starts:%H:%M}–{ends:%H:%M}"


def _arrow(was: str, now: str) -> str:
    return f"{was} → {now}"


def _comma(*parts: str) -> str:
    return ", ".join(filter(None, parts))
