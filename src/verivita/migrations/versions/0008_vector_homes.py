"""Which vector engine answers for a tenant's collection."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vector_homes",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=True),
        sa.Column("position", sa.UUID(), nullable=True),
        sa.Column("updated_at", pg.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_vector_homes_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "collection", name=op.f("pk_vector_homes")),
        info={"secured": "tenant"},
    )
    for statement in security.tenant_rows("vector_homes"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("vector_homes")
