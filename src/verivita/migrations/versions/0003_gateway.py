"""Idempotency keys and the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


UTC_TIME = pg.TIMESTAMP(timezone=True)


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("has_effect", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", UTC_TIME, nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name="fk_idempotency_keys_tenant_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_idempotency_keys_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_owner", "idempotency_keys", ["tenant_id", "person_id"])
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_index("uq_idempotency_keys_key", "idempotency_keys", ["tenant_id", "person_id", "key_hash"], unique=True)
    for statement in [*security.personal_rows("idempotency_keys"), *security.out_of_date("idempotency_keys")]:
        op.execute(statement)


def upgrade() -> None:
    _idempotency_keys()


def downgrade() -> None:
    op.drop_table("idempotency_keys")
