"""Giving a held place back can be asked for

Revision: 0010, after 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BEFORE = "'add', 'edit', 'cancel', 'substitute', 'fill', 'hold'"


def upgrade() -> None:
    """Apply."""
    _set_kinds(f"{_BEFORE}, 'give_back'")


def downgrade() -> None:
    """Take back."""
    op.execute("delete from change_request where kind = 'give_back'")
    _set_kinds(_BEFORE)


def _set_kinds(kinds: str) -> None:
    name = op.f("ck_change_request_kind")
    with op.batch_alter_table("change_request") as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind in ({kinds})")
