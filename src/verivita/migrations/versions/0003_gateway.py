"""Idempotency keys, the audit log, groups of errors."""

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


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("actor_id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", sa.UUID(), nullable=True),
        sa.Column("result", sa.Text(), server_default="done", nullable=False),
        sa.Column("request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_audit_log_tenant_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_tenant", "audit_log", ["tenant_id", "id"])
    for statement in [*security.tenant_rows("audit_log"), *security.append_only("audit_log")]:
        op.execute(statement)


def _error_groups() -> None:
    op.create_table(
        "error_groups",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("during", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("last_request_id", sa.Text(), server_default="", nullable=False),
        sa.Column("first_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("last_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name="fk_error_groups_tenant_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_error_groups"),
    )
    op.create_index("uq_error_groups_fingerprint", "error_groups", ["tenant_id", "fingerprint"], unique=True)
    for statement in security.tenant_rows("error_groups"):
        op.execute(statement)


def upgrade() -> None:
    _idempotency_keys()
    _audit_log()
    _error_groups()


def downgrade() -> None:
    op.drop_table("error_groups")
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION refuse_change")
    op.drop_table("idempotency_keys")
