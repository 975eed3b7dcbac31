"""What differs between two versions of a programme: session by session, known by their UIDs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from eventapp.programme.records import Record


class Change(StrEnum):
    """What became of a session, in the order in which it is told."""

    ADDED = "added"
    CANCELLED = "cancelled"
    MOVED = "moved"  # to another time, day or room
    RETITLED = "retitled"
    PEOPLE = "people"  # another chair, other speakers
    KIND = "kind"  # what it is, and whether people choose it


@dataclass(frozen=True, slots=True)
class Difference:
    """A session that is not the same in two versions; ``before`` or ``after`` None: not there."""

    before: Record | None
    after: Record | None

    @property
    def record(self) -> Record:
        """The session as it is now, or was last."""
        record = self.after or self.before
        assert record is not None  # noqa: S101 - one of them is there
        return record

    @property
    def uid(self) -> str:
        """Which session it is."""
        return self.record.uid

    @property
    def days(self) -> frozenset[date]:
        """The days that it concerns."""
        return frozenset(it.day for it in (self.before, self.after) if it)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What became of it; at least one."""
        before, after = self.before, self.after
        if before is None:
            return (Change.ADDED,)
        if after is None:
            return (Change.CANCELLED,)
        pairs = (
            (Change.MOVED, _where_and_when(before), _where_and_when(after)),
            (Change.RETITLED, (before.title, before.title_en), (after.title, after.title_en)),
            (Change.PEOPLE, (before.chair, before.speakers), (after.chair, after.speakers)),
            (
                Change.KIND,
                (before.kind, before.takes_enrolment),
                (after.kind, after.takes_enrolment),
            ),
        )
        return tuple(change for change, was, now in pairs if was != now)


def differences(before: Iterable[Record], after: Iterable[Record]) -> list[Difference]:
    """The sessions that were added, changed or cancelled, in the order of the programme.

    A room of another name is another room; one that was only renumbered is the same.
    """
    old = {it.uid: it for it in before}
    new = {it.uid: it for it in after}
    found = [
        Difference(old.get(uid), new.get(uid))
        for uid in {**old, **new}
        if uid not in old or uid not in new or old[uid].shown != new[uid].shown
    ]
    return sorted(found, key=lambda it: (it.record.starts_at, it.record.ends_at, it.uid))


def concerns_all(it: Difference) -> bool:
    """Whether it concerns whoever comes on its day.

    A class that people choose concerns those who have chosen it; only that there is a new one, or
    one no longer, concerns all. Of other sessions all must know what takes place when and where;
    not who speaks, nor what kind it is.
    """
    is_chosen = all(record.takes_enrolment for record in (it.before, it.after) if record)
    return not _FOR_ALL[is_chosen].isdisjoint(it.changes)


def concerning(
    found: Sequence[Difference], days: Iterable[date], enrolled_in: Iterable[str]
) -> list[Difference]:
    """Those of the differences that somebody must know.

    They come on these days and have chosen the classes of these UIDs, in which anything concerns
    them.
    """
    coming, enrolled = frozenset(days), frozenset(enrolled_in)
    return [
        it
        for it in found
        if it.uid in enrolled or (not coming.isdisjoint(it.days) and concerns_all(it))
    ]


_FOR_ALL = {
    False: frozenset({Change.ADDED, Change.CANCELLED, Change.MOVED, Change.RETITLED}),
    True: frozenset({Change.ADDED, Change.CANCELLED}),
}


def _where_and_when(record: Record) -> tuple[object, ...]:
    return (record.day, record.starts_at, record.ends_at, record.room_name)
