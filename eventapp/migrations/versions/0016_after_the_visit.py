"""After the visit: visits on certificates, corrections of who went, and the survey of visitors

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ONE_SUBJECT = (
    "(case when session_id is null then 0 else 1 end)"
    " + (case when day_id is null then 0 else 1 end)"
    " + (case when group_id is null then 0 else 1 end) = 1"
)


def upgrade() -> None:
    """Apply. Certificates that were issued go on to say what they say."""
    with op.batch_alter_table("certificate") as batch:
        batch.add_column(sa.Column("visited", sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("certificate_rule") as batch:
        for name in ("names_visits", "visits_count"):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
    with op.batch_alter_table("certificate") as batch:
        batch.alter_column("visited", server_default=None)
    with op.batch_alter_table("certificate_rule") as batch:
        for name in ("names_visits", "visits_count"):
            batch.alter_column(name, server_default=None)
    with op.batch_alter_table("attendance_correction") as batch:
        batch.add_column(sa.Column("group_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_attendance_correction_group_id"),
            "visit_group",
            ["group_id"],
            ["id"],
            ondelete="CASCADE",
        )
        batch.create_index(op.f("ix_attendance_correction_group_id"), ["group_id"])
        batch.create_unique_constraint(
            op.f("uq_attendance_correction_delegate_id_group_id"), ["delegate_id", "group_id"]
        )
        batch.drop_constraint(op.f("ck_attendance_correction_one_subject"), type_="check")
        batch.create_check_constraint(op.f("ck_attendance_correction_one_subject"), _ONE_SUBJECT)
    _add_survey()


def _add_survey() -> None:
    op.create_table(
        "visit_survey",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("closes_at > opened_at", name=op.f("ck_visit_survey_closes_at")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_visit_survey_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_visit_survey")),
    )
    op.create_table(
        "visit_feedback",
        sa.Column("delegate_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=1000), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("site between 1 and 5", name=op.f("ck_visit_feedback_site")),
        sa.CheckConstraint(
            "organisation between 1 and 5", name=op.f("ck_visit_feedback_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["delegate_id"],
            ["delegate.id"],
            name=op.f("fk_visit_feedback_delegate_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["visit_group.id"],
            name=op.f("fk_visit_feedback_group_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("delegate_id", name=op.f("pk_visit_feedback")),
    )
    op.create_index(op.f("ix_visit_feedback_group_id"), "visit_feedback", ["group_id"])


def downgrade() -> None:
    """Take back. What visitors answered, and corrections of visits, are forgotten."""
    op.drop_table("visit_feedback")
    op.drop_table("visit_survey")
    op.execute("delete from attendance_correction where group_id is not null")
    with op.batch_alter_table("attendance_correction") as batch:
        batch.drop_constraint(op.f("ck_attendance_correction_one_subject"), type_="check")
        batch.create_check_constraint(
            op.f("ck_attendance_correction_one_subject"),
            "(session_id is null) <> (day_id is null)",
        )
        batch.drop_constraint(op.f("uq_attendance_correction_delegate_id_group_id"), type_="unique")
        batch.drop_index(op.f("ix_attendance_correction_group_id"))
        batch.drop_constraint(op.f("fk_attendance_correction_group_id"), type_="foreignkey")
        batch.drop_column("group_id")
    with op.batch_alter_table("certificate_rule") as batch:
        batch.drop_column("visits_count")
        batch.drop_column("names_visits")
    with op.batch_alter_table("certificate") as batch:
        batch.drop_column("visited")
