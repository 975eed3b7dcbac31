"""Roll calls: legs of checkpoints, leaders' devices, guests, and rolls that were closed

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_RIGHTS = "rights in ('steward', 'supervisor', 'kiosk'{})"
_KIND = "kind in ('double', 'refused', 'unknown', 'after_close', 'walk_in', 'override'{})"


def upgrade() -> None:
    """Apply. What was a bus's checkpoint is that of its departure."""
    with op.batch_alter_table("checkpoint") as batch:
        batch.add_column(sa.Column("leg", sa.String(length=10), nullable=False, server_default=""))
        batch.add_column(sa.Column("stop_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_checkpoint_stop_id"), "visit_stop", ["stop_id"], ["id"], ondelete="CASCADE"
        )
        batch.create_index(op.f("ix_checkpoint_stop_id"), ["stop_id"])
    op.execute("update checkpoint set leg = 'departure' where kind = 'bus'")
    with op.batch_alter_table("checkpoint") as batch:
        batch.alter_column("leg", server_default=None)
        batch.create_check_constraint(
            op.f("ck_checkpoint_leg"), "leg in ('', 'departure', 'stop', 'return')"
        )
        batch.create_check_constraint(
            op.f("ck_checkpoint_leg_of_bus"), "(leg = '') = (kind <> 'bus')"
        )
        batch.create_check_constraint(
            op.f("ck_checkpoint_stop"), "(leg = 'stop') = (stop_id is not null)"
        )
    _replace_check("device", "rights", _RIGHTS.format(", 'leader'"))
    _replace_check("discrepancy", "kind", _KIND.format(", 'guest'"))
    _add_tables()


def downgrade() -> None:
    """Take back. Leaders' devices may scan nowhere any more; stops are departures."""
    op.drop_table("roll_call")
    op.drop_table("device_group")
    op.execute("delete from discrepancy where kind = 'guest'")
    op.execute("update device set rights = 'steward', is_restricted = true where rights = 'leader'")
    op.execute("update allocation set source = 'organiser' where source = 'guest'")
    _replace_check("discrepancy", "kind", _KIND.format(""))
    _replace_check("device", "rights", _RIGHTS.format(""))
    with op.batch_alter_table("checkpoint") as batch:
        for name in ("leg", "leg_of_bus", "stop"):
            batch.drop_constraint(op.f(f"ck_checkpoint_{name}"), type_="check")
        batch.drop_constraint(op.f("fk_checkpoint_stop_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_checkpoint_stop_id"))
        batch.drop_column("stop_id")
        batch.drop_column("leg")


def _replace_check(table: str, name: str, condition: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), condition)


def _add_tables() -> None:
    op.create_table(
        "device_group",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        _to("device_group", "device_id", "device"),
        _to("device_group", "group_id", "visit_group"),
        sa.PrimaryKeyConstraint("device_id", "group_id", name=op.f("pk_device_group")),
    )
    op.create_index(op.f("ix_device_group_group_id"), "device_group", ["group_id"])
    op.create_table(
        "roll_call",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("bus_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("guests", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('closed', 'reopened')", name=op.f("ck_roll_call_kind")),
        sa.CheckConstraint("present >= 0", name=op.f("ck_roll_call_present")),
        sa.CheckConstraint("guests >= 0", name=op.f("ck_roll_call_guests")),
        _to("roll_call", "event_id", "event"),
        _to("roll_call", "checkpoint_id", "checkpoint"),
        _to("roll_call", "bus_id", "visit_bus"),
        _to("roll_call", "device_id", "device", None),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_call")),
    )
    op.create_index(op.f("ix_roll_call_checkpoint_id"), "roll_call", ["checkpoint_id"])
    op.create_index(
        op.f("ix_roll_call_event_id_received_at"), "roll_call", ["event_id", "received_at"]
    )


def _to(
    table: str, column: str, target: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )
