"""What is so now, for any number of screens: kept by each process, and read when it has changed.

Who asks gets what the process holds (`current`). At most every `FRESH_FOR` seconds one of those who
ask first looks whether anything has changed: one statement that counts in indexes. Only then is
anything read: what scans have changed by one query, people and the rest when the change log has
grown. The others never wait for it. What is made of it for a kind of page (`answer`) is made once,
packed once, and given to all who show the same.

So the database does the same work for one screen as for fifty, and none while nobody looks.
"""

import logging
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import Connection

from eventapp.checkin import arrival_rows, way_rows
from eventapp.checkin.arrivals import Facts, PassedAt, digest
from eventapp.checkin.flow import DeviceRow, Served
from eventapp.checkin.way_facts import Roll
from eventapp.database import db, now
from eventapp.extensions import signing_key

log = logging.getLogger(__name__)

FRESH_FOR = 0.4
"""Seconds. With a question each second a screen is 1.4 s behind at most, and what the way takes."""
_SHARE = 10
"""Reading people anew takes at most one in so many parts of the time."""
_ANEW_AFTER = 60.0
"""So often (s) everything is read anew, whatever the marks say."""
_MOST_KEPT = 200
_HELD_FOR = 600.0
"""Seconds for which what nobody asks for is held, once somebody asks for something else."""
_WORTH_PACKING = 600  # bytes: what fits into one packet is not worth it

_encoder = msgspec.json.Encoder()


class NoToken(Exception):
    """The token is not ours, or its time is over."""


class Ended(Exception):
    """What the token shows is no more: the event, or the link of the screen."""


@dataclass(frozen=True)
class Snapshot:
    """How things are: never changed, only replaced."""

    number: int
    facts: Facts
    passed: PassedAt
    served: Sequence[Served]
    """The last hour's entries of the log."""
    last: Mapping[tuple[int, int], datetime]
    """When a device last scanned at a checkpoint."""
    devices: Sequence[DeviceRow]
    rolls: Sequence[Roll]
    """The roll calls that count, in the order in which they were called."""


@dataclass(frozen=True, slots=True)
class View:
    """What a token shows: a kind of page, with what that kind wants to know."""

    event_id: int
    slug: str
    kind: str
    language: str
    about: tuple[str, ...] = ()
    screen: int = 0
    """The screen in the hall whose link this came by; none."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a screen is told."""

    body: bytes
    packed: bytes | None
    """The same by gzip, where that is worth it."""
    tag: str
    at: float
    """When the database was last asked, in seconds since 1970."""
    age: float
    """How long ago that was (s)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of page: what it is told, as JSON takes it, and for how long that holds (s)."""

    content: Callable[[Snapshot, View], Any]
    longest: int
    """For how many seconds a token is good."""
    period: float | None = None
    """None where it changes with the snapshot alone."""


kinds: dict[str, Kind] = {}
"""Filled by the features that have such pages."""


@dataclass(frozen=True, slots=True)
class _Now:
    snapshot: Snapshot
    at: float
    """When it was last known to be right, in seconds since 1970 …"""
    checked: float
    """… and by the clock that nobody sets."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer, and of which snapshot and step of time."""

    number: int
    step: int
    answer: Answer


class _Event:
    """What this process holds of an event."""

    def __init__(self, event_id: int) -> None:
        self.asked = time.monotonic()
        self._event_id = event_id
        self._looking = threading.Lock()
        self._making = threading.Lock()
        self._now: _Now | None = None
        self._tried = float("-inf")
        # What follows is of who is looking alone.
        self._read = float("-inf")
        self._took = 0.0
        self._scans_from = now()
        self._scanned = 0
        self._known: set[str] = set()
        self._changes_from = self._changed = 0
        self._reported: datetime | None = None
        self._rolled = 0
        self._answers: dict[View, _Made] = {}

    def current(self, *, anew: bool = False) -> _Now:
        """What is so, as of at most `FRESH_FOR` ago; ``anew`` looks in any case. Raises Ended.

        While another thread looks, or the database is not there, what was known before.
        """
        self.asked = time.monotonic()
        if anew or self._now is None:
            with self._looking:
                self._look(anew=anew)
        elif time.monotonic() - self._tried >= FRESH_FOR and self._looking.acquire(blocking=False):
            try:
                self._look(anew=False)
            except Ended:
                raise
            except Exception:
                log.exception("arrivals were not brought up to date")
            finally:
                self._looking.release()
        if (found := self._now) is None:
            raise Ended
        return found

    def _look(self, *, anew: bool) -> None:
        began, at = time.monotonic(), time.time()
        if not anew and began - self._tried < FRESH_FOR and self._now is not None:
            return  # another one has looked while this one waited
        self._tried = began
        held = self._now.snapshot if self._now else None
        with db.engine.connect() as connection:
            try:
                found = self._bring_up_to_date(connection, held, anew=anew)
            except Ended:
                self._now = None
                raise
        self._now = _Now(found, at, began)

    def _bring_up_to_date(
        self, connection: Connection, held: Snapshot | None, *, anew: bool
    ) -> Snapshot:
        if held is None:
            return self._start(connection, 1)
        marks = arrival_rows.marks(connection, self._event_id, self._scans_from, self._changes_from)
        if marks.created_at != held.facts.created_at:  # another event has the number now
            return self._start(connection, held.number + 1)
        found = held
        since = time.monotonic() - self._read
        is_due = marks.changed != self._changed and (anew or since > _SHARE * self._took)
        if is_due or since > _ANEW_AFTER:
            found = self._read_all(connection, found)
        elif marks.scanned != self._scanned:
            found = self._read_scans(connection, found)
        if marks.reported != self._reported or found.facts is not held.facts:
            self._reported = marks.reported
            found = replace(found, devices=arrival_rows.devices(connection, self._event_id))
        if marks.rolled != self._rolled or found.facts is not held.facts:
            rolls, self._rolled = way_rows.rolls(connection, self._event_id)
            found = replace(found, rolls=rolls)
        return held if found is held else replace(found, number=held.number + 1)

    def _start(self, connection: Connection, number: int) -> Snapshot:
        begun = time.monotonic()
        self._scans_from = now() - arrival_rows.REMEMBERED
        served = arrival_rows.recent(connection, self._event_id, self._scans_from)
        self._remember(served)
        last = arrival_rows.last_scans(connection, self._event_id)
        facts, passed = self._people(connection)
        devices = arrival_rows.devices(connection, self._event_id)
        rolls, self._rolled = way_rows.rolls(connection, self._event_id)
        self._reported = None
        self._read, self._took = time.monotonic(), time.monotonic() - begun
        return Snapshot(number, facts, passed, _recent(served), last, devices, rolls)

    def _people(self, connection: Connection) -> tuple[Facts, PassedAt]:
        # The log first: what changes meanwhile is then read once more, and never missed.
        self._changes_from, self._changed = arrival_rows.changes(connection, self._event_id)
        facts = arrival_rows.facts(connection, self._event_id)
        if facts is None:
            raise Ended
        return facts, arrival_rows.passed(connection, self._event_id)

    def _read_all(self, connection: Connection, held: Snapshot) -> Snapshot:
        """People, checkpoints and all attendance anew; and what was scanned meanwhile."""
        begun = time.monotonic()
        held = self._read_scans(connection, held)
        facts, passed = self._people(connection)
        self._read, self._took = time.monotonic(), time.monotonic() - begun
        return replace(held, facts=facts, passed=passed)

    def _read_scans(self, connection: Connection, held: Snapshot) -> Snapshot:
        entries, pairs = arrival_rows.news(connection, self._event_id, self._scans_from)
        fresh = [it for it in entries if it.id not in self._known]
        self._remember(entries)
        passed: dict[int, Mapping[int, Any]] = dict(held.passed)
        copied: dict[int, dict[int, Any]] = {}
        for (checkpoint, delegate), stands in pairs.items():
            if passed.get(checkpoint, {}).get(delegate) == stands:
                continue
            if checkpoint not in copied:  # what others are reading stays as it is
                passed[checkpoint] = copied[checkpoint] = dict(passed.get(checkpoint, {}))
            if stands is None:
                copied[checkpoint].pop(delegate, None)
            else:
                copied[checkpoint][delegate] = stands
        last = dict(held.last)
        for it in fresh:
            if it.is_scan and it.checkpoint_id is not None:
                key = it.device_id, it.checkpoint_id
                last[key] = max(it.at, last.get(key, it.at))
        return replace(held, passed=passed, last=last, served=_recent([*held.served, *fresh]))

    def _remember(self, entries: Sequence[Served]) -> None:
        """From when on there may be unknown entries, and which of those are known."""
        if entries:
            self._scans_from = max(it.received_at for it in entries) - arrival_rows.LATE
        late = [it for it in entries if it.received_at >= self._scans_from]
        self._scanned, self._known = len(late), {it.id for it in late}

    def answer(self, view: View) -> Answer:
        """What a view is told now, made once for all who show it. Raises Ended."""
        state = self.current()
        facts = state.snapshot.facts
        if facts.slug != view.slug or (view.screen and view.screen not in facts.screens):
            raise Ended
        made = self._made(replace(view, screen=0), state)
        if made.number != state.snapshot.number:
            return replace(made.answer, age=time.time() - made.answer.at)
        return replace(made.answer, at=state.at, age=time.monotonic() - state.checked)

    def _made(self, view: View, state: _Now) -> _Made:
        kind, number = kinds[view.kind], state.snapshot.number
        step = 0 if kind.period is None else int(time.time() / kind.period)

        def is_right(made: _Made | None) -> bool:
            return made is not None and made.number >= number and made.step >= step

        known = self._answers.get(view)
        if known is not None and is_right(known):
            return known
        if not self._making.acquire(blocking=known is None) and known is not None:
            return known  # another one is making it
        try:
            known = self._answers.get(view)
            if known is None or not is_right(known):
                body = _encoder.encode(kind.content(state.snapshot, view))
                packed = _pack(body) if len(body) >= _WORTH_PACKING else None
                known = _Made(number, step, Answer(body, packed, digest(body), state.at, 0.0))
                if len(self._answers) >= _MOST_KEPT:
                    self._answers.clear()
                self._answers[view] = known
            return known
        finally:
            self._making.release()


_events: dict[int, _Event] = {}
_opening = threading.Lock()


def current(event_id: int, *, anew: bool = True) -> Snapshot:
    """How things are at an event; ``anew`` is as of now, and not of up to `FRESH_FOR` ago.

    Raises Ended.
    """
    return _of(event_id).current(anew=anew).snapshot


def answer(view: View) -> Answer:
    """What a view is told. No query but those that look whether something has changed.

    Raises Ended.
    """
    return _of(view.event_id).answer(view)


def forget() -> None:
    """Hold nothing: after a test has put another database in the place of this one."""
    with _opening:
        _events.clear()


def _of(event_id: int) -> _Event:
    found = _events.get(event_id)
    if found is None:
        with _opening:
            for id_, it in list(_events.items()):
                # Names are held no longer than somebody looks, or has looked just now.
                if time.monotonic() - it.asked > _HELD_FOR:
                    del _events[id_]
            found = _events.setdefault(event_id, _Event(event_id))
    return found


def token(view: View) -> str:
    """The view, signed: whoever has it is told what it shows, without any further question."""
    what = [view.event_id, view.slug, view.kind, view.language, view.screen, *view.about]
    return _signer().dumps(what)


def view_of(token: str) -> View:
    """The view that a token is for. Raises NoToken."""
    try:
        what, signed_at = _signer().loads(token, return_timestamp=True)
        event_id, slug, kind, language, screen, *about = what
        is_over = now() - signed_at > timedelta(seconds=kinds[kind].longest)
    except (BadSignature, ValueError, TypeError, KeyError):
        raise NoToken from None
    if is_over:
        raise NoToken
    return View(event_id, slug, kind, language, tuple(about), screen)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signing_key() or "", salt="live")


def _recent(served: Sequence[Served]) -> tuple[Served, ...]:
    oldest = now() - arrival_rows.REMEMBERED
    return tuple(it for it in served if it.is_scan and it.at > oldest)


def _pack(body: bytes) -> bytes:
    packer = zlib.compressobj(6, wbits=31)
    return packer.compress(body) + packer.flush()
