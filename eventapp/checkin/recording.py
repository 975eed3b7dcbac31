"""Writing entries to the log, within the transaction in progress; docs/architecture.md has the
whole way. The number of queries does not grow with the number of entries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from eventapp.checkin import late_badges, people, recorded
from eventapp.checkin.bearers import Bearer
from eventapp.checkin.combining import Overtaken
from eventapp.checkin.guests import Guests, Seat
from eventapp.checkin.models import (
    Discrepancy,
    DiscrepancyKind,
    EntryKind,
    Passage,
    Reason,
    Scan,
    Verdict,
)
from eventapp.checkin.people import Found
from eventapp.checkin.readings import LET_IN, Reading
from eventapp.checkin.recorded import Held, Logged, Pair, Place, Stored
from eventapp.checkin.verdicts import pass_through, refusal
from eventapp.database import db, now


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that arrived: what was read, by whom, and how far that device's clock was off."""

    bearer: Bearer
    reading: Reading
    offset: timedelta
    """For a reading that does not say so itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an entry; ``delegate`` is what a device shows of the person."""

    stored: Stored
    delegate: dict[str, Any] | None
    first_read_at: datetime | None


class Recorder:
    """The entries of one event that are written together."""

    def __init__(self, event_id: int) -> None:
        self._event_id = event_id
        self._received_at = now()
        self._places: dict[int, Place] = {}
        self._by_code: dict[str, Found] = {}
        self._by_id: dict[int, Found] = {}
        self._stored: dict[str, Stored] = {}
        self._early: set[str] = set()
        self._before: dict[Pair, Held] = {}
        self._held: dict[Pair, Held | None] = {}
        self._undone: dict[Pair, datetime] = {}  # all that happened up to then
        self._logs: dict[Pair, list[Logged]] = {}  # of the pairs of what is taken back by name
        self._guests = Guests(event_id)
        self._rows: list[dict[str, Any]] = []

    def record(self, entries: Iterable[Entry]) -> None:
        """Write what is new, in this order, and learn what became of everything.

        An entry that is in the log already stays what it is. Raises Overtaken when another
        transaction has written one of them at the same moment; this one is then to be given up.
        """
        by_id: dict[str, Entry] = {}
        for it in entries:
            by_id.setdefault(it.reading.id, it)
        self._learn([it.reading for it in by_id.values()])
        self._learn_seats(by_id.values())
        # Now that nobody is waited for any more: it is soon seen by those who ask what came since.
        self._received_at = now()
        fresh = [it for id_, it in by_id.items() if id_ not in self._stored]
        for it in fresh:
            self._judge(it)
        self._write()
        self._guests.write()
        self._report(by_id.values(), {it.reading.id for it in fresh})
        self._place([it.reading for it in fresh])

    def outcome(self, id_: str) -> Outcome | None:
        """What became of an entry; None when its id is that of an entry of another event."""
        stored = self._stored[id_]
        if stored.event_id != self._event_id:
            return None
        pair = self._pair(stored)
        held = self._held.get(pair) if pair is not None else None
        found = self._by_id.get(stored.delegate_id) if stored.delegate_id is not None else None
        return Outcome(
            stored=stored,
            delegate=self._guests.shown(found) if found else None,
            first_read_at=held.passed.first_at if held else None,
        )

    # --- What is known ----------------------------------------------------------------------

    def _learn(self, readings: Sequence[Reading]) -> None:
        """Read, and lock, what the entries are about. People first: whoever writes about the same
        ones waits here, and then finds in the log what the other has written."""
        self._places = recorded.places(
            self._event_id, {it.checkpoint for it in readings if it.checkpoint is not None}
        )
        self._learn_people({it.code for it in readings if it.code}, set())
        undone = {it.undoes for it in readings if it.undoes is not None}
        ids = {it.id for it in readings} | undone
        self._stored, self._early = recorded.entries(self._event_id, ids)
        mine = [it for it in self._stored.values() if it.event_id == self._event_id]
        self._learn_people(
            set(), {it.delegate_id for it in mine if it.delegate_id is not None} - set(self._by_id)
        )
        elsewhere = {it.checkpoint_id for it in mine if it.checkpoint_id is not None}
        if elsewhere := elsewhere - set(self._places):
            self._places |= recorded.places(self._event_id, elsewhere)
        pairs = {pair for it in mine if (pair := self._pair(it)) is not None}
        for it in readings:
            found = self._by_code.get(it.code)
            if found is not None and it.checkpoint is not None and it.checkpoint in self._places:
                pairs.add((it.checkpoint, found.id))
        self._learn_attendance(pairs)
        if undone:
            self._logs = recorded.log_of(pairs)

    def _learn_people(self, codes: set[str], ids: set[int]) -> None:
        if codes or ids:
            by_code, by_id = people.read(self._event_id, codes, ids)
            self._by_code |= by_code
            self._by_id |= by_id

    def _learn_seats(self, entries: Iterable[Entry]) -> None:
        """Lock the groups whose seats leaders may move, which are none as a rule."""
        people: set[int] = set()
        groups: set[int] = set()
        for it in entries:
            reading = it.reading
            if not (reading.guest or reading.bus is not None) or not it.bearer.calls_roll:
                continue
            place = self._places.get(reading.checkpoint or 0)
            found = self._by_code.get(reading.code)
            if place and place.gate.group_id and found and reading.id not in self._stored:
                people.add(found.id)
                groups.add(place.gate.group_id)
        if people:
            self._guests.learn(people, groups)

    def _learn_attendance(self, pairs: set[Pair]) -> None:
        self._before, self._undone = recorded.held(pairs)
        both_ways = {
            pair
            for pair in pairs
            if pair not in self._before and self._places[pair[0]].gate.passage is Passage.IN_OUT
        }
        self._held = {**recorded.went_out(both_ways), **self._before}

    def _pair(self, stored: Stored) -> Pair | None:
        """Where and whom; the person as they are now, merged with another registration or not."""
        if stored.checkpoint_id is None or stored.delegate_id is None:
            return None
        found = self._by_id.get(stored.delegate_id)
        return stored.checkpoint_id, found.id if found else stored.delegate_id

    # --- What it comes to -------------------------------------------------------------------

    def _judge(self, entry: Entry) -> None:
        at = entry.reading.happened_at(entry.offset, self._received_at)
        if entry.reading.kind is EntryKind.UNDO:
            self._keep(entry, at, self._take_back(entry, at))
        else:
            self._keep(entry, at, self._let_through(entry, at))

    def _let_through(self, entry: Entry, at: datetime) -> Stored:
        """A scan: may they pass, and are they in already?"""
        reading = entry.reading
        found = self._by_code.get(reading.code)
        place = self._places.get(reading.checkpoint) if reading.checkpoint else None
        own = place if place and self._is_own(entry.bearer, reading.checkpoint) else None
        judged = self._new(
            entry, reading.checkpoint if place else None, found.id if found else None
        )
        is_guest = reading.guest and entry.bearer.calls_roll
        person = self._guests.person(found) if found else None
        reason = refusal(own.gate if own else None, person, at, is_guest=is_guest)
        is_override = bool(reading.override and reading.note and entry.bearer.is_supervisor)
        if own is None or found is None or (reason is not None and not is_override):
            return replace(judged, verdict=Verdict.REFUSED, reason=reason)
        pair = (reading.checkpoint or 0, found.id)
        before = self._held.get(pair)
        is_admitted, after = pass_through(
            own.gate.passage, reading.direction, before.passed if before else None, at
        )
        undone_until = self._undone.get(pair)
        is_early = undone_until is not None and at <= undone_until
        is_undone = reading.id in self._early or is_early
        if not is_undone:
            # The entry that counts is the one at the first time, whichever arrives first.
            is_first = before is None or before.passed.first_at != after.first_at
            self._held[pair] = Held(
                after, reading.id if is_first or before is None else before.scan_id
            )
        if reason is None and entry.bearer.calls_roll and not is_undone:
            # Whoever is on the bus is let in, whether there is a seat or not.
            seat = self._guests.seat(entry.bearer, reading, found, own.gate.group_id, at)
            if seat is Seat.NONE and is_admitted:
                judged = replace(judged, discrepancy=DiscrepancyKind.GUEST)
        if is_admitted and reason is None:
            return judged
        if is_override:
            return replace(judged, discrepancy=DiscrepancyKind.OVERRIDE)
        return replace(judged, verdict=Verdict.DUPLICATE)

    def _take_back(self, entry: Entry, at: datetime) -> Stored:
        """An undo: the person has not been there, as far as the time of the undo."""
        reading = entry.reading
        found = self._by_code.get(reading.code)
        pair = (reading.checkpoint, found.id) if found and reading.checkpoint else None
        target = None
        if reading.undoes is not None:
            target = self._stored.get(reading.undoes)
            is_ours = target is not None and target.event_id == self._event_id
            pair = self._pair(target) if target is not None and is_ours else None
        checkpoint_id = pair[0] if pair and pair[0] in self._places else None
        # Whatever comes of it, it was made there: that is where its device counts it.
        made_at = checkpoint_id or (
            reading.checkpoint if reading.checkpoint in self._places else None
        )
        judged = self._new(entry, made_at, pair[1] if pair else None)
        if not entry.bearer.may_take_back:
            return replace(judged, verdict=Verdict.REFUSED, reason=Reason.NOT_ALLOWED)
        if pair is None:
            if reading.undoes is not None:
                self._early.add(reading.undoes)  # it may come after this one
            return replace(judged, verdict=Verdict.REFUSED, reason=Reason.UNKNOWN)
        if checkpoint_id is None or not self._is_own(entry.bearer, checkpoint_id):
            return replace(judged, verdict=Verdict.REFUSED, reason=Reason.WRONG_CHECKPOINT)
        held = self._held.get(pair)
        if target is not None:
            return self._take_back_one(judged, pair, reading.undoes or "", target, held)
        self._undone[pair] = max(at, self._undone.get(pair, at))
        if held is None or held.passed.first_at is None or held.passed.first_at > at:
            return replace(judged, verdict=Verdict.DUPLICATE)
        self._held[pair] = None
        return judged

    def _take_back_one(
        self, judged: Stored, pair: Pair, id_: str, target: Stored, held: Held | None
    ) -> Stored:
        """An undo of one entry: what the others have done stays. Named, it is taken back even where
        two clocks disagree."""
        log = self._logs.setdefault(pair, [])
        is_vain = not _did_something(target) or held is None or held.passed.first_at is None
        if is_vain or any(it.undoes == id_ for it in log):
            return replace(judged, verdict=Verdict.DUPLICATE)
        passage = self._places[pair[0]].gate.passage
        is_held = held is not None and held.scan_id == id_
        is_move = passage is Passage.IN_OUT and target.verdict is Verdict.ADMITTED
        if is_held or is_move:
            self._held[pair] = recorded.add_up(
                passage, log, self._early | {id_}, self._undone.get(pair)
            )
        return judged

    def _new(self, entry: Entry, checkpoint_id: int | None, delegate_id: int | None) -> Stored:
        return Stored(
            event_id=self._event_id,
            kind=entry.reading.kind,
            direction=entry.reading.direction,
            verdict=Verdict.ADMITTED,
            reason=None,
            checkpoint_id=checkpoint_id,
            delegate_id=delegate_id,
        )

    @staticmethod
    def _is_own(bearer: Bearer, checkpoint_id: int | None) -> bool:
        return checkpoint_id is not None and bearer.may_scan_at(checkpoint_id)

    # --- What is written --------------------------------------------------------------------

    def _keep(self, entry: Entry, at: datetime, stored: Stored) -> None:
        reading, bearer = entry.reading, entry.bearer
        self._stored[reading.id] = stored
        if stored.verdict is Verdict.ADMITTED and (pair := self._pair(stored)) is not None:
            undoes = reading.undoes if stored.kind is EntryKind.UNDO else None
            self._logs.setdefault(pair, []).append(
                Logged(reading.id, stored.kind, stored.direction, at, undoes)
            )
        offset_ms = reading.offset_ms
        if offset_ms is None:
            offset_ms = round(entry.offset / timedelta(milliseconds=1))
        # What somebody asked for who may not is kept, and takes nothing back, now or later.
        undoes = reading.undoes if bearer.may_take_back else None
        self._rows.append(
            {
                "id": reading.id,
                "event_id": self._event_id,
                "device_id": bearer.device_id,
                "checkpoint_id": stored.checkpoint_id,
                "delegate_id": stored.delegate_id,
                "code": reading.code,
                "verdict": stored.verdict,
                "reason": stored.reason,
                "read_at": reading.read_at,
                "clock_offset_ms": offset_ms,
                "happened_at": at,
                "received_at": self._received_at,
                "kind": reading.kind,
                "direction": reading.direction,
                "undoes_id": undoes if reading.kind is EntryKind.UNDO else None,
                "note": reading.note,
                "source": reading.source,
            }
        )

    def _write(self) -> None:
        ordered = sorted(self._rows, key=lambda it: it["id"])
        if insert_new(Scan, ordered) != len(ordered):
            raise Overtaken
        recorded.write_held(self._event_id, self._before, self._held)

    def _report(self, entries: Iterable[Entry], fresh: set[str]) -> None:
        """Keep what a supervisor is to look at; also of entries that come again with more."""
        rows = []
        for it in entries:
            stored = self._stored[it.reading.id]
            if stored.event_id != self._event_id or (
                stored.discrepancy is not None and it.reading.id not in fresh
            ):
                continue
            kind = self._discrepancy(it.reading, stored, is_new=it.reading.id in fresh)
            if kind is None:
                continue
            self._stored[it.reading.id] = replace(stored, discrepancy=kind)
            rows.append(
                {
                    "event_id": self._event_id,
                    "kind": kind,
                    "scan_id": it.reading.id,
                    "checkpoint_id": stored.checkpoint_id,
                    "shown": it.reading.shown,
                    "found_at": self._received_at,
                    "settled_by": "",
                    "note": "",
                }
            )
        insert_new(Discrepancy, rows)

    def _place(self, readings: Sequence[Reading]) -> None:
        """Where they were let in whose badge was written at the door."""
        scanned: dict[str, int] = {}
        for it in readings:
            checkpoint_id = self._stored[it.id].checkpoint_id
            if it.source == "walk_in" and it.kind is EntryKind.SCAN and it.code and checkpoint_id:
                scanned.setdefault(it.code, checkpoint_id)
        late_badges.place(self._event_id, scanned)

    def _discrepancy(
        self, reading: Reading, stored: Stored, *, is_new: bool
    ) -> DiscrepancyKind | None:
        place = self._places.get(stored.checkpoint_id or 0)
        if is_new and place is not None and place.is_closed:
            return DiscrepancyKind.AFTER_CLOSE
        if stored.discrepancy is not None:
            return stored.discrepancy
        is_at_odds = reading.shown in LET_IN and stored.verdict is not Verdict.ADMITTED
        if stored.kind is EntryKind.UNDO or not is_at_odds:
            return None
        if stored.verdict is Verdict.DUPLICATE:
            # Two leaders with one list tick the same person; no badge was used twice.
            return None if reading.source == "roll" else DiscrepancyKind.DOUBLE
        return (
            DiscrepancyKind.UNKNOWN if stored.reason is Reason.UNKNOWN else DiscrepancyKind.REFUSED
        )


def _did_something(target: Stored) -> bool:
    return target.kind is EntryKind.SCAN and target.verdict is not Verdict.REFUSED


def insert_new(table: Any, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose key is new; how many those were."""
    if not rows:
        return 0
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table.__table__).on_conflict_do_nothing()
    # Row by row with one statement, which PostgreSQL takes all at once.
    statement = statement.execution_options(preserve_rowcount=True)
    done: Any = db.session.connection().execute(statement, list(rows))
    return int(done.rowcount)
