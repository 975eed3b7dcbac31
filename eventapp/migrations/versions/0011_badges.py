"""Badge templates, their images, photos, print runs; a code for each delegation's envelope

Revision: 0011, after 0010
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    """Apply."""
    _add_delegation_codes()
    op.create_table(
        "badge_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_en", sa.String(length=500), nullable=False),
        sa.Column("latest", sa.Integer(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _to("badge_template", "event", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_template")),
    )
    op.create_index(op.f("ix_badge_template_event_id"), "badge_template", ["event_id"])
    op.create_table(
        "badge_template_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=True),
        _to("badge_template_version", "badge_template", "template_id", ondelete="CASCADE"),
        _to("badge_template_version", "user_account", "saved_by_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_template_version")),
        sa.UniqueConstraint(
            "template_id", "number", name=op.f("uq_badge_template_version_template_id_number")
        ),
    )
    op.create_table(
        "badge_image",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        _to("badge_image", "event", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_badge_image")),
        sa.UniqueConstraint("event_id", "digest", name=op.f("uq_badge_image_event_id_digest")),
    )
    op.create_table(
        "delegate_photo",
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        _to("delegate_photo", "delegate", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_delegate_photo")),
    )
    op.create_index(op.f("ix_delegate_photo_digest"), "delegate_photo", ["digest"])
    _create_runs()


def _create_runs() -> None:
    op.create_table(
        "print_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=200), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("selection", sa.JSON(), nullable=False),
        sa.Column("sheet", sa.JSON(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("badges", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("desk_day", sa.Date(), nullable=True),
        sa.CheckConstraint("done >= 0 and done <= badges", name=op.f("ck_print_run_done")),
        _to("print_run", "event", ondelete="CASCADE"),
        _to("print_run", "user_account", "made_by_id", ondelete="SET NULL"),
        _to("print_run", "badge_template_version", "version_id"),
        _to("print_run", "print_run", "after_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_print_run_event_id_number")),
        sa.UniqueConstraint(
            "event_id",
            "made_by_id",
            "version_id",
            "desk_day",
            name=op.f("uq_print_run_event_id_made_by_id_version_id_desk_day"),
        ),
    )
    op.create_table(
        "printed_badge",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("worst", sa.Integer(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=True),
        _to("printed_badge", "print_run", "run_id", ondelete="CASCADE"),
        _to("printed_badge", "delegate", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("run_id", "place", name=op.f("pk_printed_badge")),
    )
    op.create_index("ix_printed_badge_delegate_id", "printed_badge", ["delegate_id"])


def _to(table: str, other: str, column: str = "", **options: str) -> sa.ForeignKeyConstraint:
    column = column or f"{other}_id"
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"), **options
    )


def _add_delegation_codes() -> None:
    with op.batch_alter_table("delegation") as batch:
        batch.add_column(sa.Column("code", sa.String(length=12), nullable=True))
    delegation = sa.table("delegation", sa.column("id"), sa.column("code"))
    connection = op.get_bind()
    for delegation_id in connection.scalars(sa.select(delegation.c.id)).all():
        code = "".join(secrets.choice(_LETTERS) for _ in range(12))
        connection.execute(
            delegation.update().where(delegation.c.id == delegation_id).values(code=code)
        )
    with op.batch_alter_table("delegation") as batch:
        batch.alter_column("code", existing_type=sa.String(length=12), nullable=False)
        batch.create_unique_constraint(op.f("uq_delegation_code"), ["code"])


def downgrade() -> None:
    """Take back."""
    for table in (
        "printed_badge",
        "print_run",
        "delegate_photo",
        "badge_image",
        "badge_template_version",
        "badge_template",
    ):
        op.drop_table(table)
    with op.batch_alter_table("delegation") as batch:
        batch.drop_constraint(op.f("uq_delegation_code"), type_="unique")
        batch.drop_column("code")
