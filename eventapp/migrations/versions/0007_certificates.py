"""Certificates of training, corrections of attendance, and the rule of an event

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "certificate_rule",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("excluded_category_ids", sa.JSON(), nullable=False),
        sa.Column("door_counts", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "threshold between 1 and 100", name=op.f("ck_certificate_rule_threshold")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
            name=op.f("fk_certificate_rule_event_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_certificate_rule")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("number_text", sa.String(length=150), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("position", sa.String(length=300), nullable=False),
        sa.Column("organisation", sa.String(length=700), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reissues", sa.Integer(), nullable=False),
        sa.Column("reissued_on", sa.Date(), nullable=True),
        sa.Column("reissue_note", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.String(length=300), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_certificate_number")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_certificate_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_certificate_delegate_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("code", name=op.f("uq_certificate_code")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_certificate_event_id_number")),
    )
    op.create_index(op.f("ix_certificate_delegate_id"), "certificate", ["delegate_id"])
    op.create_index(
        "uq_certificate_valid_delegate_id",
        "certificate",
        ["delegate_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at is null"),
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.create_table(
        "attendance_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("day_id", sa.Integer(), nullable=True),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("made_by", sa.String(length=254), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(session_id is null) <> (day_id is null)",
            name=op.f("ck_attendance_correction_one_subject"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{table}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_attendance_correction_{table}_id"),
                ondelete="CASCADE",
            )
            for table in ("event", "delegate", "session", "day")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_correction")),
        sa.UniqueConstraint(
            "delegate_id", "day_id", name=op.f("uq_attendance_correction_delegate_id_day_id")
        ),
        sa.UniqueConstraint(
            "delegate_id",
            "session_id",
            name=op.f("uq_attendance_correction_delegate_id_session_id"),
        ),
    )
    for column in ("event_id", "session_id", "day_id"):
        op.create_index(
            op.f(f"ix_attendance_correction_{column}"), "attendance_correction", [column]
        )


def downgrade() -> None:
    """Take back."""
    op.drop_table("attendance_correction")
    op.drop_table("certificate")
    op.drop_table("certificate_rule")
