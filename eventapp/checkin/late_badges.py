"""Badges that were written at the door, and where they were scanned.

Without a network one may be scanned before its holder is known.
Such a scan was kept as one of an unknown code, and the door let them in. Once the code has a holder
they have been there, if the rules allow it, and nobody has to look at it. The log's rows stay.
"""

from collections.abc import Mapping

from sqlalchemy import select, update

from eventapp.accounts import audit
from eventapp.checkin import people, recorded
from eventapp.checkin.models import Discrepancy, DiscrepancyKind, EntryKind, Scan, WalkIn
from eventapp.checkin.recorded import Held
from eventapp.checkin.verdicts import pass_through, refusal
from eventapp.database import db, now


def admit(event_id: int, code: str, note: str) -> int:
    """Let whoever has a code now have been where it was scanned; how many scans that settles.

    ``note`` is what they are settled with. In the transaction that has given the code a holder.
    """
    rows = db.session.execute(
        select(Scan, Discrepancy)
        .join(Discrepancy, Discrepancy.scan_id == Scan.id)
        .where(
            Scan.event_id == event_id,
            Scan.code == code,
            Scan.delegate_id.is_(None),
            Scan.kind == EntryKind.SCAN,
            Discrepancy.kind == DiscrepancyKind.UNKNOWN,
            Discrepancy.settled_at.is_(None),
        )
        .order_by(Scan.happened_at, Scan.id)
    ).all()
    if not rows:
        return 0
    places = recorded.places(event_id, {it.checkpoint_id for it, _ in rows if it.checkpoint_id})
    found = people.read(event_id, {code}, ())[0].get(code)
    if found is None:
        return 0
    before, undone = recorded.held({(id_, found.id) for id_ in places})
    held: dict[recorded.Pair, Held | None] = {**before}
    taken_back = _taken_back([it.id for it, _ in rows])
    settled = 0
    for scan, discrepancy in rows:
        place = places.get(scan.checkpoint_id or 0)
        if place is None or refusal(place.gate, found.person, scan.happened_at) is not None:
            continue
        pair = scan.checkpoint_id or 0, found.id
        is_over = pair in undone and scan.happened_at <= undone[pair]
        if scan.id not in taken_back and not is_over:
            held[pair] = _after(held.get(pair), place, scan)
        discrepancy.settled_at, discrepancy.note = now(), note
        audit.record("settle", "discrepancy", discrepancy.id, event_id=event_id, note=note)
        settled += 1
    db.session.flush()
    recorded.write_held(event_id, before, held)
    return settled


def where_scanned(event_id: int, code: str) -> int | None:
    """The checkpoint at which whoever has a badge with this code was let in first."""
    if not code:
        return None
    return db.session.scalar(
        select(Scan.checkpoint_id)
        .where(
            Scan.event_id == event_id,
            Scan.code == code,
            Scan.kind == EntryKind.SCAN,
            Scan.checkpoint_id.is_not(None),
        )
        .order_by(Scan.happened_at, Scan.id)
        .limit(1)
    )


def place(event_id: int, scanned: Mapping[str, int]) -> None:
    """Note of people who could not simply be registered at which checkpoint they were let in, by
    the codes of their badges: they are sent before their scans. In the transaction in progress."""
    for code, checkpoint_id in sorted(scanned.items()):
        theirs = select(WalkIn.id).where(
            WalkIn.event_id == event_id, WalkIn.data["code"].as_string() == code
        )
        db.session.execute(
            update(Discrepancy)
            .where(Discrepancy.walk_in_id.in_(theirs), Discrepancy.checkpoint_id.is_(None))
            .values(checkpoint_id=checkpoint_id)
            .execution_options(synchronize_session=False)
        )


def _after(before: Held | None, place: recorded.Place, scan: Scan) -> Held:
    _, after = pass_through(
        place.gate.passage, scan.direction, before.passed if before else None, scan.happened_at
    )
    is_first = before is None or before.passed.first_at != after.first_at
    return Held(after, scan.id if is_first or before is None else before.scan_id)


def _taken_back(ids: list[str]) -> set[str]:
    """Those that somebody who may has taken back, before they or the person were known."""
    undoes = select(Scan.undoes_id).where(Scan.undoes_id.in_(ids), Scan.kind == EntryKind.UNDO)
    return {str(it) for it in db.session.scalars(undoes)}
