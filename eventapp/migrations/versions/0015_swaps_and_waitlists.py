"""Swaps of seats, waitlists of visit groups, and the last move of the board

Revision: 0015, after 0014
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PENDING = sa.text("state in ('open', 'offered')")


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("visit_settings") as batch:
        batch.add_column(
            sa.Column("may_wait", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(
            sa.Column("change_hours", sa.Integer(), nullable=True, server_default="12")
        )
        batch.create_check_constraint(op.f("ck_visit_settings_change_hours"), "change_hours >= 0")
    with op.batch_alter_table("visit_settings") as batch:
        for column in ("may_wait", "change_hours"):
            batch.alter_column(column, server_default=None)
    _add_swaps()
    op.create_table(
        "group_wait",
        _id("delegate_id"),
        _id("group_id"),
        _id("place"),
        _moment("since", empty=False),
        _to("group_wait", "delegate_id", "delegate"),
        _to("group_wait", "group_id", "visit_group"),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_group_wait")),
    )
    op.create_index("ix_group_wait_group_id_place", "group_wait", ["group_id", "place"])
    op.create_table(
        "last_move",
        _id("event_id"),
        _moment("made_at", empty=False),
        _id("made_by_id", empty=True),
        sa.Column("moves", sa.JSON(), nullable=False),
        _to("last_move", "event_id", "event"),
        _to("last_move", "made_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_last_move")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("last_move", "group_wait", "seat_swap"):
        op.drop_table(table)
    with op.batch_alter_table("visit_settings") as batch:
        batch.drop_constraint(op.f("ck_visit_settings_change_hours"), type_="check")
        batch.drop_column("change_hours")
        batch.drop_column("may_wait")


def _add_swaps() -> None:
    op.create_table(
        "seat_swap",
        _id("id"),
        _id("event_id"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        _id("asker_id"),
        _id("other_id", empty=True),
        _id("asker_group_id"),
        _id("other_group_id"),
        _moment("asked_at", empty=False),
        *(
            _moment(name)
            for name in (
                *("other_asked_at", "asker_agreed_at", "other_agreed_at"),
                *("expires_at", "ended_at"),
            )
        ),
        _id("ended_by_id", empty=True),
        sa.Column("is_followed_up", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'offered', 'done', 'declined', 'withdrawn', 'expired', 'void')",
            name=op.f("ck_seat_swap_state"),
        ),
        sa.CheckConstraint(
            "state <> 'offered' or other_id is not null", name=op.f("ck_seat_swap_other")
        ),
        sa.CheckConstraint("asker_id <> other_id", name=op.f("ck_seat_swap_two")),
        _to("seat_swap", "event_id", "event"),
        _to("seat_swap", "asker_id", "delegate"),
        _to("seat_swap", "other_id", "delegate"),
        _to("seat_swap", "asker_group_id", "visit_group"),
        _to("seat_swap", "other_group_id", "visit_group"),
        _to("seat_swap", "ended_by_id", "delegate", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_swap")),
    )
    for side in ("asker", "other"):
        op.create_index(op.f(f"ix_seat_swap_{side}_id"), "seat_swap", [f"{side}_id"])
        op.create_index(
            f"uq_seat_swap_{side}",
            "seat_swap",
            [f"{side}_id"],
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        )
    op.create_index("ix_seat_swap_event_id_state", "seat_swap", ["event_id", "state"])


def _id(name: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=empty)


def _moment(name: str, *, empty: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def _to(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
