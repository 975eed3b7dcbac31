"""The version of what an event offers

Revision: 0009, after 0008
"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("event") as batch:
        batch.add_column(
            sa.Column("offer_version", sa.String(length=32), nullable=False, server_default="")
        )
    event = sa.table("event", sa.column("id"), sa.column("offer_version"))
    connection = op.get_bind()
    for event_id in connection.scalars(sa.select(event.c.id)).all():
        connection.execute(
            event.update().where(event.c.id == event_id).values(offer_version=uuid.uuid4().hex)
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("event") as batch:
        batch.drop_column("offer_version")
