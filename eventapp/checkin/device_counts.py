"""What devices say that they have made at checkpoints, kept for closing these out.

A device may have been several phones, one after the other. What the earlier ones have made counts
on, and so does what they had not sent: nobody else has it.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

from eventapp.checkin.models import Checkpoint, Device, DeviceCount, EndedToken, Scan
from eventapp.checkin.reporting import Report
from eventapp.database import db


class Counted(NamedTuple):
    """What has been made and is unsent, by this phone and by those that were the device before."""

    made: int
    unsent: int
    made_before: int
    unsent_before: int

    def with_own(self, made: int, unsent: int) -> "Counted":
        """The same with what this phone says of itself."""
        before = self.made_before, self.unsent_before
        return Counted(before[0] + made, before[1] + unsent, *before)

    def left_behind(self, arrived: int) -> "Counted":
        """The same when another phone takes over, and so many have arrived from those before: they
        may have sent more than they have said, and made more."""
        made = max(self.made, arrived)
        unsent = min(self.unsent, made - arrived)
        return Counted(made, unsent, made, unsent)


_COLUMNS: tuple[Any, ...] = (
    DeviceCount.checkpoint_id,
    DeviceCount.made,
    DeviceCount.unsent,
    DeviceCount.made_before,
    DeviceCount.unsent_before,
)


def with_report(
    device: Device, report: Report
) -> tuple[dict[int, Counted], dict[int, Counted], set[int]]:
    """What is known of the device's counts, what they are with its report, and which of the
    checkpoints that it speaks of are there.

    Whoever has lost what it had stored is another phone, or one that was wiped: what the one before
    has made, and not sent, is missing still. The same one set up anew goes on counting.
    """
    nothing = Counted(0, 0, 0, 0)
    before = {
        it.checkpoint_id: Counted(it.made, it.unsent, it.made_before, it.unsent_before)
        for it in db.session.execute(select(*_COLUMNS).where(DeviceCount.device_id == device.id))
    }
    told, kept = dict(report.counts), before
    if device.is_log_new:
        arrived = _arrived(device)
        left = {
            id_: before.get(id_, nothing).left_behind(arrived.get(id_, 0))
            for id_ in before.keys() | arrived.keys()
        }
        if any(
            told.get(id_, (0, 0))[0] < it.made - before.get(id_, nothing).made_before
            for id_, it in left.items()
        ):
            kept = left
            told = {**dict.fromkeys(left, (0, 0)), **told}
    # Where only phones before this one have made any, it has none: that is heard of each time.
    idle = (id_ for id_, it in kept.items() if it[:2] == it[2:])
    told = {**dict.fromkeys(idle, (0, 0)), **told}
    totals = {id_: kept.get(id_, nothing).with_own(*pair) for id_, pair in told.items()}
    known = _known(device.event_id, totals.keys() - before.keys()) | before.keys()
    return before, totals, known


def _arrived(device: Device) -> dict[int, int]:
    """How many entries came, by checkpoint, from the phones that were the device before."""
    ended = select(func.max(EndedToken.ended_at)).where(EndedToken.device_id == device.id)
    rows = db.session.execute(
        select(Scan.checkpoint_id, func.count())
        .where(
            Scan.event_id == device.event_id,
            Scan.device_id == device.id,
            Scan.checkpoint_id.is_not(None),
            Scan.received_at <= ended.scalar_subquery(),
        )
        .group_by(Scan.checkpoint_id)
    )
    return {int(id_ or 0): number for id_, number in rows}


def _known(event_id: int, ids: Collection[int]) -> set[int]:
    """Those that are checkpoints of the event."""
    if not ids:
        return set()
    mine = Checkpoint.event_id == event_id, Checkpoint.id.in_(ids)
    return set(db.session.scalars(select(Checkpoint.id).where(*mine)))


def write(event_id: int, device_id: int, counts: Mapping[int, Counted], moment: Any) -> None:
    """Keep what a device says, as of that moment. In the transaction in progress."""
    known = sorted(_known(event_id, counts.keys()))
    if not known:
        return
    table = cast(Table, DeviceCount.__table__)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=["device_id", "checkpoint_id"],
        set_={it: statement.excluded[it] for it in (*Counted._fields, "reported_at")},
    )
    db.session.connection().execute(
        statement,
        [
            {
                "device_id": device_id,
                "checkpoint_id": id_,
                **counts[id_]._asdict(),
                "reported_at": moment,
            }
            for id_ in known
        ],
    )
