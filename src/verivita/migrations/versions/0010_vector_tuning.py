"""What the vector index has learned about itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vector_tuning",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("effort", sa.SmallInteger(), nullable=False),
        sa.Column("recall", sa.REAL(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("measured_at", pg.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_vector_tuning_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant_id", "collection", name=op.f("pk_vector_tuning")),
        info={"secured": "tenant"},
    )
    for statement in security.tenant_rows("vector_tuning"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("vector_tuning")
