"""Check-in: rights of devices, rules of checkpoints, a log that can be taken back, what differs

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    _add_columns()
    _add_tables_of_devices()
    _add_tables_of_the_log()


def downgrade() -> None:
    """Take back. Undoing is forgotten, and meals are no checkpoints any more."""
    for table in (
        "discrepancy",
        "walk_in",
        "explanation",
        "closing",
        "device_count",
        "ended_token",
        "device_checkpoint",
        "checkpoint_category",
        "screen",
        "roster_state",
        "roster_line",
    ):
        op.drop_table(table)
    op.execute("delete from scan where kind = 'undo'")
    for index in ("ix_scan_undoes_id", "ix_scan_undo_delegate_id", "ix_scan_event_id_code"):
        op.drop_index(index, "scan")
    with op.batch_alter_table("scan") as batch:
        batch.drop_constraint(op.f("ck_scan_kind"), type_="check")
        batch.drop_constraint(op.f("ck_scan_direction"), type_="check")
        for column in _SCAN:
            batch.drop_column(column)
    with op.batch_alter_table("device") as batch:
        batch.drop_constraint(op.f("ck_device_rights"), type_="check")
        batch.drop_constraint(op.f("ck_device_battery"), type_="check")
        for column in _DEVICE:
            batch.drop_column(column)
    op.execute(
        "delete from attendance where checkpoint_id in (select id from checkpoint where kind = 'meal')"
    )
    op.execute(
        "update scan set checkpoint_id = null where checkpoint_id in (select id from checkpoint where kind = 'meal')"
    )
    op.execute("delete from checkpoint where kind = 'meal'")
    with op.batch_alter_table("checkpoint") as batch:
        batch.drop_constraint(op.f("ck_checkpoint_passage"), type_="check")
        batch.drop_column("passage")
        batch.drop_column("is_for_some")
    _set_kinds("'door', 'training', 'bus'")
    with op.batch_alter_table("attendance") as batch:
        batch.drop_column("left_at")
        batch.drop_column("moved_at")


_DEVICE = (
    "rights",
    "is_restricted",
    "is_log_new",
    "link_expires_at",
    "battery",
    "unsent",
    "reported_at",
)
_SCAN = ("clock_offset_ms", "happened_at", "kind", "direction", "undoes_id", "note", "source")


def _set_kinds(kinds: str) -> None:
    name = op.f("ck_checkpoint_kind")
    with op.batch_alter_table("checkpoint") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind in ({kinds})")


def _add_columns() -> None:
    op.add_column("attendance", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attendance", sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True))
    _set_kinds("'door', 'training', 'meal', 'bus'")
    with op.batch_alter_table("checkpoint") as batch:
        batch.add_column(_text("passage", 10, "once"))
        batch.add_column(_no("is_for_some"))
        batch.create_check_constraint(
            op.f("ck_checkpoint_passage"), "passage in ('once', 'many', 'in_out')"
        )
    with op.batch_alter_table("device") as batch:
        # Until now every device could find people by name.
        batch.add_column(_text("rights", 20, "supervisor"))
        batch.add_column(_no("is_restricted"))
        batch.add_column(_no("is_log_new"))
        batch.add_column(sa.Column("link_expires_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("battery", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("unsent", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(
            op.f("ck_device_rights"), "rights in ('steward', 'supervisor', 'kiosk')"
        )
        batch.create_check_constraint(op.f("ck_device_battery"), "battery >= 0 and battery <= 100")
    with op.batch_alter_table("scan") as batch:
        batch.add_column(
            sa.Column("clock_offset_ms", sa.BigInteger(), nullable=False, server_default="0")
        )
        batch.add_column(sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(_text("kind", 10, "scan"))
        batch.add_column(_text("direction", 3, "in"))
        batch.add_column(sa.Column("undoes_id", sa.String(length=36), nullable=True))
        batch.add_column(_text("note", 300, ""))
        batch.add_column(_text("source", 20, ""))
        batch.create_check_constraint(op.f("ck_scan_kind"), "kind in ('scan', 'undo')")
        batch.create_check_constraint(op.f("ck_scan_direction"), "direction in ('in', 'out')")
    op.execute("update scan set happened_at = read_at")
    with op.batch_alter_table("scan") as batch:
        batch.alter_column("happened_at", nullable=False)
        for column in ("clock_offset_ms", "kind", "direction", "note", "source"):
            batch.alter_column(column, server_default=None)
    op.create_index(
        "ix_scan_undoes_id",
        "scan",
        ["undoes_id"],
        sqlite_where=sa.text("undoes_id IS NOT NULL"),
        postgresql_where=sa.text("undoes_id IS NOT NULL"),
    )
    op.create_index(
        "ix_scan_undo_delegate_id",
        "scan",
        ["delegate_id"],
        sqlite_where=sa.text("kind = 'undo'"),
        postgresql_where=sa.text("kind = 'undo'"),
    )
    op.create_index("ix_scan_event_id_code", "scan", ["event_id", "code"])
    with op.batch_alter_table("checkpoint") as batch:
        for column in ("passage", "is_for_some"):
            batch.alter_column(column, server_default=None)
    with op.batch_alter_table("device") as batch:
        for column in ("rights", "is_restricted", "is_log_new"):
            batch.alter_column(column, server_default=None)


def _text(name: str, length: int, value: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default=value)


def _no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _add_tables_of_devices() -> None:
    op.create_table(
        "roster_line",
        sa.Column("delegate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_roster_line_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_roster_line")),
    )
    op.create_index("ix_roster_line_event_id_number", "roster_line", ["event_id", "number"])
    op.create_table(
        "roster_state",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_roster_state_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_roster_state")),
    )
    op.create_table(
        "screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_screen_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screen")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_screen_event_id_name")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_screen_secret_hash")),
    )
    op.create_table(
        "checkpoint_category",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_checkpoint_category_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_checkpoint_category_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "checkpoint_id", "category_id", name=op.f("pk_checkpoint_category")
        ),
    )
    op.create_index(
        op.f("ix_checkpoint_category_category_id"), "checkpoint_category", ["category_id"]
    )
    op.create_table(
        "device_checkpoint",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_device_checkpoint_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["device.id"],
            name=op.f("fk_device_checkpoint_device_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_id", "checkpoint_id", name=op.f("pk_device_checkpoint")),
    )
    op.create_index(
        op.f("ix_device_checkpoint_checkpoint_id"), "device_checkpoint", ["checkpoint_id"]
    )
    op.create_table(
        "device_count",
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("unsent", sa.Integer(), nullable=False),
        sa.Column("made_before", sa.Integer(), nullable=False),
        sa.Column("unsent_before", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_device_count_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_device_count_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("device_id", "checkpoint_id", name=op.f("pk_device_count")),
    )
    op.create_index(op.f("ix_device_count_checkpoint_id"), "device_count", ["checkpoint_id"])
    op.create_table(
        "ended_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_ended_token_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ended_token")),
    )
    op.create_index(op.f("ix_ended_token_device_id"), "ended_token", ["device_id"])


def _add_tables_of_the_log() -> None:
    op.create_table(
        "closing",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_closing_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", name=op.f("pk_closing")),
    )
    op.create_table(
        "explanation",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_explanation_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["device.id"], name=op.f("fk_explanation_device_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("checkpoint_id", "device_id", name=op.f("pk_explanation")),
    )
    op.create_index(op.f("ix_explanation_device_id"), "explanation", ["device_id"])
    op.create_table(
        "walk_in",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_walk_in_delegate_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_walk_in_device_id")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_walk_in_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in")),
    )
    op.create_index(op.f("ix_walk_in_code"), "walk_in", ["code"])
    op.create_index(op.f("ix_walk_in_delegate_id"), "walk_in", ["delegate_id"])
    op.create_index(op.f("ix_walk_in_event_id"), "walk_in", ["event_id"])
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("scan_id", sa.String(length=36), nullable=True),
        sa.Column("walk_in_id", sa.String(length=36), nullable=True),
        sa.Column("checkpoint_id", sa.Integer(), nullable=True),
        sa.Column("shown", sa.String(length=20), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "kind in ('double', 'refused', 'unknown', 'after_close', 'walk_in', 'override')",
            name=op.f("ck_discrepancy_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["checkpoint_id"],
            ["checkpoint.id"],
            name=op.f("fk_discrepancy_checkpoint_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_discrepancy_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scan.id"], name=op.f("fk_discrepancy_scan_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["walk_in_id"],
            ["walk_in.id"],
            name=op.f("fk_discrepancy_walk_in_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("scan_id", name=op.f("uq_discrepancy_scan_id")),
        sa.UniqueConstraint("walk_in_id", name=op.f("uq_discrepancy_walk_in_id")),
    )
    op.create_index(op.f("ix_discrepancy_checkpoint_id"), "discrepancy", ["checkpoint_id"])
    op.create_index("ix_discrepancy_event_id_settled_at", "discrepancy", ["event_id", "settled_at"])
