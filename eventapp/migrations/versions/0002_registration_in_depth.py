"""Registration in depth: delegations, quotas, letters, questions, erasure

Revision: 0002, after 0001
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from eventapp import text


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


_NAMED_BY_QUOTAS = ("delegation", "organisation", "category", "day", "session")


def _replace_check(batch_op: Any, table: str, condition: str) -> None:
    """Say anew what a status may be; copying a table on SQLite leaves such conditions behind."""
    name = op.f(f"ck_{table}_status")
    if op.get_bind().dialect.name == "postgresql":
        batch_op.drop_constraint(name, type_="check")
    batch_op.create_check_constraint(name, condition)


def _fold_names() -> None:
    bind = op.get_bind()
    rows = bind.execute(sa.text("select id, name from delegate")).all()
    if rows:
        bind.execute(
            sa.text("update delegate set name_folded = :folded where id = :id"),
            [{"id": row.id, "folded": text.fold(row.name)[:300]} for row in rows],
        )


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "letter_template",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_letter_template_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", "language", name=op.f("pk_letter_template")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("label_en", sa.String(length=200), nullable=False),
        sa.Column("help", sa.String(length=500), nullable=False),
        sa.Column("help_en", sa.String(length=500), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("on_badge", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind in ('text', 'choice', 'choices', 'number', 'date', 'file')",
            name=op.f("ck_question_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_question_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_event_id"), ["event_id"], unique=False)

    op.create_table(
        "question_category",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"],
            ["category.id"],
            name=op.f("fk_question_category_category_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_question_category_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "category_id", name=op.f("pk_question_category")),
    )
    with op.batch_alter_table("question_category", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_category_category_id"), ["category_id"], unique=False
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=True),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_upload_delegation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_upload_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_event_id"), ["event_id"], unique=False)

    op.create_table(
        "held_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk_held_place_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_held_place_delegation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_held_place_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_held_place_organisation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_place")),
    )
    with op.batch_alter_table("held_place", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_held_place_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_held_place_event_id"), ["event_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["delegate.id"], name=op.f("fk_answer_delegate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_answer_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("delegate_id", "question_id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_question_id"), ["question_id"], unique=False)

    op.create_table(
        "answer_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_answer_file_delegate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_answer_file_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["question.id"],
            name=op.f("fk_answer_file_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_file")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_answer_file_token_hash")),
    )
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.create_index("ix_answer_file_delegate_id", ["delegate_id"], unique=False)

    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("held_place_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("consent_version", sa.String(length=20), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=254), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "decision in ('waiting', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_change_request_decision"),
        ),
        sa.CheckConstraint(
            "kind in ('add', 'edit', 'cancel', 'substitute', 'fill', 'hold')",
            name=op.f("ck_change_request_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_change_request_delegate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["delegation_id"],
            ["delegation.id"],
            name=op.f("fk_change_request_delegation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_change_request_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["held_place_id"],
            ["held_place.id"],
            name=op.f("fk_change_request_held_place_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_request_delegate_id"), ["delegate_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_change_request_delegation_id"), ["delegation_id"], unique=False
        )
        batch_op.create_index(
            "ix_change_request_event_id_decision", ["event_id", "decision"], unique=False
        )

    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("delegate_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=254), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_erasure_delegate_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_erasure_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_event_id"), ["event_id"], unique=False)

    op.create_table(
        "not_the_same",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["delegate.id"], name=op.f("fk_not_the_same_first_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["second_id"],
            ["delegate.id"],
            name=op.f("fk_not_the_same_second_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_not_the_same")),
    )
    with op.batch_alter_table("not_the_same", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_not_the_same_second_id"), ["second_id"], unique=False)

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        _replace_check(
            batch_op,
            "delegate",
            "status in ('pending', 'approved', 'waitlisted', 'offered', 'refused', 'cancelled')",
        )
        batch_op.add_column(sa.Column("link_seed", sa.String(length=64), nullable=True))
        batch_op.add_column(
            sa.Column("consent_by", sa.String(length=20), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("waitlisted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("offer_expires_at", sa.DateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column("substitutes_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("reprint_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("anonymised_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("name_folded", sa.String(length=300), nullable=False, server_default="")
        )
        batch_op.create_index(
            "ix_delegate_event_id_name_folded", ["event_id", "name_folded"], unique=False
        )
        batch_op.create_index("ix_delegate_event_id_status", ["event_id", "status"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_delegate_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_delegate_substitutes_id"), ["substitutes_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegate_merged_into_id"),
            "delegate",
            ["merged_into_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delegate_substitutes_id"),
            "delegate",
            ["substitutes_id"],
            ["id"],
            ondelete="SET NULL",
        )

    _fold_names()
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lead_name", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("lead_email", sa.String(length=254), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("lead_phone", sa.String(length=20), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("deadline", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("secret_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("link_seed", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_delegation_secret_hash"), ["secret_hash"])

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("has_waitlist", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="48")
        )
        batch_op.add_column(sa.Column("self_edit_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("self_edit_parts", sa.JSON(), nullable=True))

    with op.batch_alter_table("message", schema=None) as batch_op:
        _replace_check(batch_op, "message", "status in ('queued', 'sent', 'failed', 'dropped')")
        batch_op.add_column(
            sa.Column("kind", sa.String(length=40), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("delegate_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("delegation_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("language", sa.String(length=2), nullable=False, server_default="vi")
        )
        batch_op.add_column(sa.Column("details", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_index(batch_op.f("ix_message_delegate_id"), ["delegate_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_message_delegation_id"),
            "delegation",
            ["delegation_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_message_delegate_id"),
            "delegate",
            ["delegate_id"],
            ["id"],
            ondelete="SET NULL",
        )

    kept = op.get_bind().execute(sa.text("select event_id, places, taken from quota")).all()
    op.drop_table("quota")
    op.create_table(
        "quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        *(sa.Column(f"{it}_id", sa.Integer(), nullable=True) for it in _NAMED_BY_QUOTAS),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_quota_places")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_quota_taken")),
        *(
            sa.ForeignKeyConstraint(
                [f"{it}_id"], [f"{it}.id"], name=op.f(f"fk_quota_{it}_id"), ondelete="CASCADE"
            )
            for it in ("event", *_NAMED_BY_QUOTAS)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("event_id", "scope", name=op.f("uq_quota_event_id_scope")),
    )
    op.create_index(op.f("ix_quota_delegation_id"), "quota", ["delegation_id"], unique=False)
    for row in kept:
        op.get_bind().execute(
            sa.text(
                "insert into quota (event_id, scope, places, taken) "
                "values (:event_id, '', :places, :taken)"
            ),
            dict(row._mapping),
        )


def downgrade() -> None:
    """Take back; people who wait, were refused or were offered a place count as cancelled."""
    op.execute(
        "update delegate set status = 'cancelled' "
        "where status in ('waitlisted', 'offered', 'refused')"
    )
    op.execute("delete from message where status = 'dropped'")
    kept = (
        op.get_bind()
        .execute(sa.text("select event_id, places, taken from quota where scope = ''"))
        .all()
    )
    op.drop_table("quota")
    op.create_table(
        "quota",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 0", name=op.f("ck_quota_places")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_quota_taken")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_quota_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_quota")),
    )
    for row in kept:
        op.get_bind().execute(
            sa.text(
                "insert into quota (event_id, places, taken) values (:event_id, :places, :taken)"
            ),
            dict(row._mapping),
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        _replace_check(batch_op, "message", "status in ('queued', 'sent', 'failed')")
        batch_op.drop_constraint(batch_op.f("fk_message_delegate_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_message_delegation_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_message_delegate_id"))
        batch_op.drop_column("details")
        batch_op.drop_column("language")
        batch_op.drop_column("delegation_id")
        batch_op.drop_column("delegate_id")
        batch_op.drop_column("kind")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("self_edit_parts")
        batch_op.drop_column("self_edit_until")
        batch_op.drop_column("offer_hours")
        batch_op.drop_column("has_waitlist")

    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_delegation_secret_hash"), type_="unique")
        batch_op.drop_column("opened_at")
        batch_op.drop_column("invited_at")
        batch_op.drop_column("link_seed")
        batch_op.drop_column("secret_hash")
        batch_op.drop_column("submitted_at")
        batch_op.drop_column("deadline")
        batch_op.drop_column("lead_phone")
        batch_op.drop_column("lead_email")
        batch_op.drop_column("lead_name")

    with op.batch_alter_table("delegate", schema=None) as batch_op:
        _replace_check(batch_op, "delegate", "status in ('pending', 'approved', 'cancelled')")
        batch_op.drop_constraint(batch_op.f("fk_delegate_substitutes_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delegate_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_delegate_substitutes_id"))
        batch_op.drop_index(batch_op.f("ix_delegate_merged_into_id"))
        batch_op.drop_index("ix_delegate_event_id_name_folded")
        batch_op.drop_column("name_folded")
        batch_op.drop_index("ix_delegate_event_id_status")
        batch_op.drop_column("anonymised_at")
        batch_op.drop_column("reprint_since")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("substitutes_id")
        batch_op.drop_column("offer_expires_at")
        batch_op.drop_column("waitlisted_at")
        batch_op.drop_column("consent_by")
        batch_op.drop_column("link_seed")

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_column("needs_approval")

    with op.batch_alter_table("not_the_same", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_not_the_same_second_id"))

    op.drop_table("not_the_same")
    with op.batch_alter_table("erasure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_erasure_event_id"))

    op.drop_table("erasure")
    with op.batch_alter_table("change_request", schema=None) as batch_op:
        batch_op.drop_index("ix_change_request_event_id_decision")
        batch_op.drop_index(batch_op.f("ix_change_request_delegation_id"))
        batch_op.drop_index(batch_op.f("ix_change_request_delegate_id"))

    op.drop_table("change_request")
    with op.batch_alter_table("answer_file", schema=None) as batch_op:
        batch_op.drop_index("ix_answer_file_delegate_id")

    op.drop_table("answer_file")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_question_id"))

    op.drop_table("answer")
    with op.batch_alter_table("held_place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_held_place_event_id"))
        batch_op.drop_index(batch_op.f("ix_held_place_delegation_id"))

    op.drop_table("held_place")
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_event_id"))

    op.drop_table("upload")
    with op.batch_alter_table("question_category", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_category_category_id"))

    op.drop_table("question_category")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_event_id"))

    op.drop_table("question")
    op.drop_table("letter_template")
