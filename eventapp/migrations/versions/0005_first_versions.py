"""What the public sees of each programme becomes its version 1

Revision: 0005, after 0004
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_event = sa.table("event", sa.column("id"))
_day = sa.table("day", sa.column("id"), sa.column("date", sa.Date()))
_room = sa.table("room", sa.column("id"), sa.column("name"))
_session = sa.table(
    "session",
    sa.column("id"),
    sa.column("event_id"),
    sa.column("day_id"),
    sa.column("room_id"),
    sa.column("kind"),
    sa.column("title"),
    sa.column("title_en"),
    sa.column("chair"),
    sa.column("starts_at", sa.DateTime(timezone=True)),
    sa.column("ends_at", sa.DateTime(timezone=True)),
    sa.column("takes_enrolment", sa.Boolean()),
    sa.column("uid"),
    sa.column("revision"),
    sa.column("updated_at", sa.DateTime(timezone=True)),
)
_speaker = sa.table(
    "speaker",
    sa.column("id"),
    sa.column("session_id"),
    sa.column("name"),
    sa.column("position"),
    sa.column("organisation"),
    sa.column("order"),
)
_version = sa.table(
    "programme_version",
    sa.column("event_id"),
    sa.column("number"),
    sa.column("published_at", sa.DateTime(timezone=True)),
    sa.column("published_by"),
    sa.column("note"),
    sa.column("content", sa.JSON()),
)


def upgrade() -> None:
    """Apply: until now every change was public at once."""
    connection = op.get_bind()
    published = sa.select(_version.c.event_id)
    events = connection.scalars(sa.select(_event.c.id).where(_event.c.id.not_in(published))).all()
    for event_id in events:
        content = _sessions(connection, event_id)
        if content:
            connection.execute(
                _version.insert(),
                {
                    "event_id": event_id,
                    "number": 1,
                    "published_at": datetime.now(UTC),
                    "published_by": "system",
                    "note": "",
                    "content": content,
                },
            )


def downgrade() -> None:
    """Take back: nothing, for versions are kept since 0004."""


def _sessions(connection: sa.Connection, event_id: int) -> list[dict[str, object]]:
    rows = connection.execute(
        sa.select(_session, _day.c.date, _room.c.name.label("room_name"))
        .select_from(
            _session.join(_day, _day.c.id == _session.c.day_id).outerjoin(
                _room, _room.c.id == _session.c.room_id
            )
        )
        .where(_session.c.event_id == event_id)
        .order_by(_session.c.starts_at, _session.c.ends_at, _session.c.id)
    ).all()
    speakers: dict[int, list[dict[str, str]]] = {}
    for it in connection.execute(
        sa.select(_speaker)
        .join(_session, _session.c.id == _speaker.c.session_id)
        .where(_session.c.event_id == event_id)
        .order_by(_speaker.c.order, _speaker.c.id)
    ):
        speakers.setdefault(it.session_id, []).append(
            {"name": it.name, "position": it.position, "organisation": it.organisation}
        )
    return [
        {
            "uid": it.uid,
            "day": it.date.isoformat(),
            "starts_at": _utc(it.starts_at),
            "ends_at": _utc(it.ends_at),
            "kind": it.kind,
            "title": it.title,
            "title_en": it.title_en,
            "chair": it.chair,
            "room": {"id": it.room_id, "name": it.room_name} if it.room_id else None,
            "speakers": speakers.get(it.id, []),
            "takes_enrolment": it.takes_enrolment,
            "revision": it.revision,
            "changed_at": _utc(it.updated_at),
        }
        for it in rows
    ]


def _utc(instant: datetime) -> str:
    """SQLite keeps instants in UTC, without saying so."""
    aware = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat()
