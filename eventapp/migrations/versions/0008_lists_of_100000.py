"""Lists of 100,000 delegates: what they are searched, narrowed and ordered by, in three indexes

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_index("ix_delegate_search")
        batch_op.create_index(
            "ix_delegate_search",
            [
                "event_id",
                "name_key",
                "id",
                "status",
                "category_id",
                "organisation_id",
                "protocol_rank",
                "search_text",
            ],
            unique=False,
        )
        batch_op.create_index(
            "ix_delegate_counted",
            ["event_id", "organisation_id", "protocol_rank", "status", "category_id"],
            unique=False,
            sqlite_where=sa.text("id > 0"),
            postgresql_where=sa.text("id > 0"),
        )
        batch_op.create_index(
            "ix_delegate_registered", ["event_id", "created_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_delegate_reprint",
            ["event_id"],
            unique=False,
            sqlite_where=sa.text("reprint_since IS NOT NULL"),
            postgresql_where=sa.text("reprint_since IS NOT NULL"),
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("delegate", schema=None) as batch_op:
        batch_op.drop_index("ix_delegate_reprint")
        batch_op.drop_index("ix_delegate_counted")
        batch_op.drop_index("ix_delegate_registered")
        batch_op.drop_index("ix_delegate_search")
        batch_op.create_index(
            "ix_delegate_search",
            ["event_id", "name_key", "status", "search_text"],
            unique=False,
        )
