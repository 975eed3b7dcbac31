"""Site visits in depth: places and their groups, buses and stops, rules, and runs of the allocation

Revision: 0013, after 0012
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SITE = ("map_url", "languages", "safety", "capacity", "is_step_free")
_GROUP = ("colour", "guide_name", "guide_phone", "reserved", "minimum", "is_step_free")


def upgrade() -> None:
    """Apply."""
    _add_columns()
    _add_tables_of_groups()
    _add_tables_of_the_allocation()


def downgrade() -> None:
    """Take back. Of several buses of a group, the first stays."""
    with op.batch_alter_table("visit_group") as batch:
        batch.add_column(_text("bus", 80))
    op.execute(
        "update visit_group set bus = coalesce((select label from visit_bus"
        " where visit_bus.group_id = visit_group.id order by position, id limit 1), '')"
    )
    with op.batch_alter_table("visit_group") as batch:
        batch.alter_column("bus", server_default=None)
    with op.batch_alter_table("allocation") as batch:
        batch.drop_constraint(op.f("fk_allocation_bus_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_allocation_bus_id"))
        for column in ("bus_id", "reason", "source"):
            batch.drop_column(column)
    for table in (
        "allocation_run",
        "visit_rule_member",
        "visit_rule",
        "visit_settings",
        "visit_stop",
        "visit_bus",
        "site_picture",
    ):
        op.drop_table(table)
    with op.batch_alter_table("delegate") as batch:
        batch.drop_column("needs_step_free")
    with op.batch_alter_table("visit_group") as batch:
        for name in ("colour", "reserved", "minimum"):
            batch.drop_constraint(op.f(f"ck_visit_group_{name}"), type_="check")
        for column in _GROUP:
            batch.drop_column(column)
    with op.batch_alter_table("site") as batch:
        batch.drop_constraint(op.f("ck_site_capacity"), type_="check")
        for column in _SITE:
            batch.drop_column(column)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    kind = sa.String(length=length) if length else sa.Text()
    return sa.Column(name, kind, nullable=False, server_default="")


def _id(name: str, *, empty: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=empty)


def _moment(name: str, *, empty: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty)


def _to(
    table: str, column: str, target: str, ondelete: str | None = "CASCADE"
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _add_columns() -> None:
    with op.batch_alter_table("delegate") as batch:
        batch.add_column(
            sa.Column("needs_step_free", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("site") as batch:
        batch.add_column(_text("map_url", 500))
        batch.add_column(_text("languages", 200))
        batch.add_column(_text("safety"))
        batch.add_column(_id("capacity", empty=True))
        batch.add_column(
            sa.Column("is_step_free", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_check_constraint(op.f("ck_site_capacity"), "capacity >= 0")
    with op.batch_alter_table("visit_group") as batch:
        batch.add_column(_text("colour", 7))
        batch.add_column(_text("guide_name", 200))
        batch.add_column(_text("guide_phone", 20))
        batch.add_column(sa.Column("reserved", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(_id("minimum", empty=True))
        batch.add_column(
            sa.Column("is_step_free", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_check_constraint(op.f("ck_visit_group_colour"), "length(colour) in (0, 7)")
        batch.create_check_constraint(
            op.f("ck_visit_group_reserved"), "reserved >= 0 and reserved <= capacity"
        )
        batch.create_check_constraint(
            op.f("ck_visit_group_minimum"), "minimum >= 0 and minimum <= capacity"
        )
    with op.batch_alter_table("delegate") as batch:
        batch.alter_column("needs_step_free", server_default=None)
    with op.batch_alter_table("site") as batch:
        for column in ("map_url", "languages", "safety", "is_step_free"):
            batch.alter_column(column, server_default=None)
    with op.batch_alter_table("visit_group") as batch:
        for column in ("colour", "guide_name", "guide_phone", "reserved", "is_step_free"):
            batch.alter_column(column, server_default=None)


def _add_tables_of_groups() -> None:
    op.create_table(
        "site_picture",
        _id("site_id"),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _to("site_picture", "site_id", "site"),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_site_picture")),
    )
    op.create_table(
        "visit_bus",
        _id("id"),
        _id("group_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("plate", sa.String(length=40), nullable=False),
        _id("seats", empty=True),
        sa.Column("driver_name", sa.String(length=200), nullable=False),
        sa.Column("driver_phone", sa.String(length=20), nullable=False),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_visit_bus_seats")),
        _to("visit_bus", "group_id", "visit_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_bus")),
        sa.UniqueConstraint("group_id", "label", name=op.f("uq_visit_bus_group_id_label")),
    )
    op.create_table(
        "visit_stop",
        _id("id"),
        _id("group_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        _moment("arrives_at"),
        _moment("leaves_at"),
        _to("visit_stop", "group_id", "visit_group"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_stop")),
    )
    op.create_index(op.f("ix_visit_stop_group_id"), "visit_stop", ["group_id"])
    with op.batch_alter_table("allocation") as batch:
        batch.add_column(_id("bus_id", empty=True))
        batch.add_column(sa.Column("reason", sa.JSON(none_as_null=True), nullable=True))
        batch.add_column(
            sa.Column("source", sa.String(length=20), nullable=False, server_default="organiser")
        )
        batch.create_foreign_key(
            op.f("fk_allocation_bus_id"), "visit_bus", ["bus_id"], ["id"], ondelete="SET NULL"
        )
        batch.create_index(op.f("ix_allocation_bus_id"), ["bus_id"])
    with op.batch_alter_table("allocation") as batch:
        batch.alter_column("source", server_default=None)
    # What was typed as the bus of a group is its first one, in which all of it sit.
    op.execute(
        "insert into visit_bus (group_id, position, label, plate, driver_name, driver_phone)"
        " select id, 0, bus, '', '', '' from visit_group where bus <> ''"
    )
    op.execute(
        "update allocation set bus_id ="
        " (select id from visit_bus where visit_bus.group_id = allocation.group_id)"
    )
    with op.batch_alter_table("visit_group") as batch:
        batch.drop_column("bus")


def _add_tables_of_the_allocation() -> None:
    op.create_table(
        "visit_settings",
        _id("event_id"),
        _moment("wishes_until"),
        sa.Column("wishes_asked", sa.Integer(), nullable=False),
        sa.Column("objectives", sa.JSON(), nullable=False),
        _id("worst_wish", empty=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("may_swap", sa.Boolean(), nullable=False),
        sa.CheckConstraint("wishes_asked >= 0", name=op.f("ck_visit_settings_wishes_asked")),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_visit_settings_seconds")),
        _to("visit_settings", "event_id", "event"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_visit_settings")),
    )
    op.create_table(
        "visit_rule",
        _id("id"),
        _id("event_id"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        _id("group_id", empty=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        _id("made_by_id", empty=True),
        _moment("made_at", empty=False),
        sa.CheckConstraint(
            "kind in ('pin', 'never', 'together', 'apart')", name=op.f("ck_visit_rule_kind")
        ),
        sa.CheckConstraint(
            "(kind in ('pin', 'never')) = (group_id is not null)", name=op.f("ck_visit_rule_group")
        ),
        _to("visit_rule", "event_id", "event"),
        _to("visit_rule", "group_id", "visit_group"),
        _to("visit_rule", "made_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_rule")),
    )
    op.create_index(op.f("ix_visit_rule_event_id"), "visit_rule", ["event_id"])
    op.create_table(
        "visit_rule_member",
        _id("rule_id"),
        _id("delegate_id"),
        _to("visit_rule_member", "rule_id", "visit_rule"),
        _to("visit_rule_member", "delegate_id", "delegate"),
        sa.PrimaryKeyConstraint("rule_id", "delegate_id", name=op.f("pk_visit_rule_member")),
    )
    op.create_index(op.f("ix_visit_rule_member_delegate_id"), "visit_rule_member", ["delegate_id"])
    op.create_table(
        "allocation_run",
        _id("id"),
        _id("event_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("progress", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("result", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_to_stop", sa.Boolean(), nullable=False),
        _id("asked_by_id", empty=True),
        _moment("asked_at", empty=False),
        _moment("heard_at"),
        _moment("ended_at"),
        _moment("accepted_at"),
        _id("accepted_by_id", empty=True),
        sa.CheckConstraint(
            "state in ('waiting', 'solving', 'done', 'impossible', 'failed', 'accepted',"
            " 'dropped')",
            name=op.f("ck_allocation_run_state"),
        ),
        _to("allocation_run", "event_id", "event"),
        _to("allocation_run", "asked_by_id", "user_account", "SET NULL"),
        _to("allocation_run", "accepted_by_id", "user_account", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_run")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_allocation_run_event_id_number")),
    )
