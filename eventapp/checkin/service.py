"""Recording scans: one transaction for a batch, or for the batches of several devices at once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.exc import OperationalError

from eventapp import tokens
from eventapp.checkin import bearers
from eventapp.checkin.bearers import Bearer
from eventapp.checkin.combining import Combiner, Overtaken
from eventapp.checkin.devices import TokenRevoked, TokenUnknown
from eventapp.checkin.models import (
    Device,
    Direction,
    DiscrepancyKind,
    EntryKind,
    Reason,
    Verdict,
)
from eventapp.checkin.readings import Reading, Unreadable, clock_offset, parse
from eventapp.checkin.recording import Entry, Recorder
from eventapp.database import db, now, transaction

MAX_BATCH = 500
_TOGETHER = MAX_BATCH + 100  # entries in one transaction
_GAVE_UP = {"40001", "40P01"}  # PostgreSQL: not serializable, deadlock
_BLOCKED = "55P03"  # PostgreSQL: somebody else holds a row for too long
# For so long everybody waits for a row that one call is about; and then that call by itself.
_PATIENCE, _PATIENCE_ALONE = "2s", "250ms"


class BatchTooLarge(Exception):
    """More than MAX_BATCH entries at once."""


class _Blocked(Exception):
    """Somebody else holds what one of the calls is about: that one is to come again later."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one entry; ``delegate`` is what a device shows of the person."""

    id: object
    verdict: Verdict
    reason: Reason | None = None
    delegate: dict[str, Any] | None = None
    first_read_at: datetime | None = None
    kind: EntryKind = EntryKind.SCAN
    direction: Direction = Direction.IN
    discrepancy: DiscrepancyKind | None = None
    detail: str | None = None
    """Why an unreadable entry was not kept, in English, for whoever made the device."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one device sends at once, read but not yet judged."""

    parts: tuple[Reading | Result, ...]
    sent_at: object
    """By the device's clock, RFC 3339; for readings that do not say how far it is off."""
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """The results of a batch, in its order, and in which zone they are to be told."""

    results: list[Result]
    timezone: str


@dataclass(frozen=True, slots=True)
class _Sent:
    """A batch with the token that it came with."""

    slug: str
    token_hash: str
    batch: Batch


def read(raw: Sequence[object], sent_at: object = None) -> Batch:
    """A batch as JSON gives it. Raises BatchTooLarge.

    An entry that cannot be read is refused by itself and not kept.
    """
    if len(raw) > MAX_BATCH:
        raise BatchTooLarge
    return Batch(tuple(_read(it) for it in raw), sent_at, now())


def record(device: Device, raw: Sequence[object], sent_at: object = None) -> list[Result]:
    """Write a batch to the log and say what each entry is worth, in the same order.

    An entry whose id is in the log already gets the verdict that it got then. Of several scans of
    one person at one checkpoint that admits once, the first to arrive is admitted and the others
    are duplicates. Raises BatchTooLarge.
    """
    batch = read(raw, sent_at)
    device_id = device.id
    while True:
        try:
            with _transaction():
                return _record_all([(bearers.by_id(device_id), batch)])[0]
        except Overtaken:
            continue  # what the other one has written is found now


def record_for(slug: str, token: str, batch: Batch) -> Recorded:
    """As `record`, for whoever holds the token, together with what others send at this moment.

    Raises TokenUnknown, TokenRevoked; OperationalError where somebody holds a row that this is
    about for too long, and nobody else is to wait for it: the device sends it again.
    """
    token_hash = tokens.hash_secret(token)
    bearers.check(token, token_hash)
    try:
        answer = _combined(_Sent(slug, token_hash, batch))
    except _Blocked as error:
        raise error.__cause__ or error from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _record_sent(sent: Sequence[_Sent]) -> list[Recorded | TokenUnknown | TokenRevoked]:
    known = bearers.by_token({it.token_hash for it in sent})
    ended = bearers.ended({it.token_hash for it in sent} - known.keys())
    answers: list[Recorded | TokenUnknown | TokenRevoked] = []
    valid: list[tuple[Bearer, Batch]] = []
    for it in sent:
        bearer = known.get(it.token_hash)
        if (bearer.slug if bearer else ended.get(it.token_hash)) != it.slug:
            answers.append(TokenUnknown())
        elif bearer is None or not bearer.is_live:
            answers.append(TokenRevoked())
        else:
            answers.append(Recorded([], bearer.timezone))
            valid.append((bearer, it.batch))
    for answer, results in zip(
        (it for it in answers if isinstance(it, Recorded)), _record_all(valid), strict=True
    ):
        answer.results.extend(results)
    return answers


def _record_all(batches: Sequence[tuple[Bearer, Batch]]) -> list[list[Result]]:
    """Write batches, those of an event together, in the transaction in progress."""
    bearers.mark_seen([bearer for bearer, _ in batches], now())
    recorders: dict[int, Recorder] = {}
    for event_id in sorted({bearer.event_id for bearer, _ in batches}):
        recorders[event_id] = Recorder(event_id)
        entries = [
            Entry(bearer, part, clock_offset(batch.sent_at, batch.arrived_at))
            for bearer, batch in batches
            if bearer.event_id == event_id
            for part in batch.parts
            if isinstance(part, Reading)
        ]
        if entries:
            recorders[event_id].record(entries)
    return [
        [_result(recorders[bearer.event_id], part) for part in batch.parts]
        for bearer, batch in batches
    ]


def _read(raw: object) -> Reading | Result:
    try:
        return parse(raw)
    except Unreadable as error:
        given = raw.get("id") if isinstance(raw, Mapping) else None
        shown = given if isinstance(given, str) and len(given) <= 64 and given.isascii() else None
        return Result(shown, Verdict.REFUSED, Reason.UNKNOWN, detail=str(error))


def _result(recorder: Recorder, part: Reading | Result) -> Result:
    if isinstance(part, Result):
        return part
    outcome = recorder.outcome(part.id)
    if outcome is None:
        return Result(part.id, Verdict.REFUSED, Reason.UNKNOWN, detail="id is in use elsewhere")
    stored = outcome.stored
    return Result(
        id=part.id,
        verdict=stored.verdict,
        reason=stored.reason,
        delegate=outcome.delegate,
        first_read_at=outcome.first_read_at,
        kind=stored.kind,
        direction=stored.direction,
        discrepancy=stored.discrepancy,
    )


@contextmanager
def _transaction(patience: str = "") -> Iterator[None]:
    """A transaction that says so when it was given up for another's sake, or did not get a row."""
    try:
        with transaction():
            if patience and db.engine.dialect.name == "postgresql":
                db.session.connection().exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}'")
            yield
    except OperationalError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state in _GAVE_UP:
            raise Overtaken from error
        if state == _BLOCKED:
            raise _Blocked from error
        raise


_combined: Combiner[_Sent, Recorded | TokenUnknown | TokenRevoked] = Combiner(
    lambda: _transaction(_PATIENCE),
    _record_sent,
    most=_TOGETHER,
    weight=lambda it: len(it.batch.parts),
    # The database is not there: each by itself would only make everybody wait longer.
    shared=(OperationalError,),
    opening_alone=lambda: _transaction(_PATIENCE_ALONE),
)
