"""Language models: keys, routes, usage, budgets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UTC_TIME = pg.TIMESTAMP(timezone=True)
MONEY = sa.Numeric(precision=20, scale=10)


def _of_tenant(name: str, *columns: sa.schema.SchemaItem, unique: tuple[str, ...]) -> None:
    op.create_table(
        name,
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{name}_tenant_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(*unique, name=op.f(f"uq_{name}_{'_'.join(unique)}")),
        info={"secured": "tenant"},
    )


def _settings() -> None:
    _of_tenant(
        "model_settings",
        sa.Column("routes", pg.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("limits", pg.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("updated_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        unique=("tenant_id",),
    )


def _keys() -> None:
    _of_tenant(
        "model_keys",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        unique=("tenant_id", "provider"),
    )


def _spending() -> None:
    _of_tenant(
        "model_spending",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.UUID(), nullable=False),
        sa.Column("held_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("held_cost", MONEY, server_default="0", nullable=False),
        sa.Column("used_tokens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("used_cost", MONEY, server_default="0", nullable=False),
        sa.Column("calls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unpriced_calls", sa.Integer(), server_default="0", nullable=False),
        unique=("tenant_id", "day", "subject"),
    )


def _calls() -> None:
    op.create_table(
        "model_calls",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), server_default="", nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("cached", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("input_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("output_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cached_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("cost", MONEY, nullable=True),
        sa.Column("first_ms", sa.Integer(), nullable=True),
        sa.Column("total_ms", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", pg.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_model_calls_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_model_calls_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_calls")),
        info={"secured": "person"},
    )
    op.create_index("ix_model_calls_owner", "model_calls", ["tenant_id", "person_id"], unique=False)


TENANT_TABLES = {"model_settings": _settings, "model_keys": _keys, "model_spending": _spending}


def upgrade() -> None:
    for name, make in TENANT_TABLES.items():
        make()
        for statement in security.tenant_rows(name):
            op.execute(statement)
    _calls()
    for statement in security.personal_rows("model_calls"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("model_calls")
    for name in reversed(TENANT_TABLES):
        op.drop_table(name)
