"""Proofs of identity: e-mail, password, codes, tries, vouchers; invitations and consents."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UTC_TIME = pg.TIMESTAMP(timezone=True)
OLD_KINDS = "kind IN ('owner_link','session','api_key')"
KINDS = "kind IN ('owner_link','session','api_key','guest','refresh','external')"
FIRST_PERSONAL = (
    "credentials",
    "task_runs",
    "events",
    "documents",
    "passages",
    "facts",
    "saved_searches",
    "job_match_scores",
    "applications",
    "application_timeline",
    "chat_sessions",
    "chat_messages",
)
"""Personal tables of the first step; those of later steps get the policy of taking over when they are made."""


def _people() -> list[sa.Column[Any]]:
    return [
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("email_blind", sa.Text(), nullable=True),
        sa.Column("email_verified_at", UTC_TIME, nullable=True),
        sa.Column("hashed_password", sa.Text(), nullable=True),
        sa.Column("guest_used", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("ip_address", sa.Text(), nullable=True),
        sa.Column("first_seen", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("suspended_from", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), sa.Computed("state <> 'suspended'::text", persisted=True), nullable=False),
    ]


def _owner(table: str, personal: bool) -> list[sa.schema.SchemaItem]:
    columns: list[sa.schema.SchemaItem] = [sa.Column("tenant_id", sa.UUID(), nullable=False)]
    columns.append(
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=f"fk_{table}_tenant_id", ondelete="CASCADE")
    )
    if personal:
        columns.append(sa.Column("person_id", sa.UUID(), nullable=False))
        columns.append(
            sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=f"fk_{table}_person_id", ondelete="CASCADE")
        )
    return columns


def _codes() -> None:
    op.create_table(
        "codes",
        *_owner("codes", personal=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_blind", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_codes"),
    )
    op.create_index("ix_codes_owner", "codes", ["tenant_id", "person_id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        *_owner("attempts", personal=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index("ix_attempts_key", "attempts", ["tenant_id", "key", "at"])


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        *_owner("vouchers", personal=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_by", sa.UUID(), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=True),
        sa.Column("used_by", sa.UUID(), nullable=True),
        sa.Column("used_at", UTC_TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_vouchers"),
        sa.UniqueConstraint("secret_hash", name="uq_vouchers_secret_hash"),
    )


def _invitations() -> None:
    op.create_table(
        "invitations",
        *_owner("invitations", personal=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("email_blind", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.UUID(), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", UTC_TIME, nullable=False),
        sa.Column("accepted_by", sa.UUID(), nullable=True),
        sa.Column("accepted_at", UTC_TIME, nullable=True),
        sa.CheckConstraint("role IN ('owner','admin','coach','student')", name=op.f("ck_invitations_role")),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("secret_hash", name="uq_invitations_secret_hash"),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        *_owner("consents", personal=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("given_to", sa.UUID(), nullable=False),
        sa.Column("thing", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.UUID(), nullable=True),
        sa.Column("created_at", UTC_TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.ForeignKeyConstraint(["given_to"], ["people.id"], name="fk_consents_given_to", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_owner", "consents", ["tenant_id", "person_id"])


PERSONAL = {"codes": _codes, "consents": _consents}
OF_TENANT = {"attempts": _attempts, "vouchers": _vouchers, "invitations": _invitations}


def upgrade() -> None:
    for column in _people():
        op.add_column("people", column)
    op.create_index("ix_people_email_blind", "people", ["email_blind"])
    op.create_index(
        "uq_people_email",
        "people",
        ["tenant_id", "email_blind"],
        unique=True,
        postgresql_where=sa.text("email_verified_at IS NOT NULL"),
    )
    op.add_column("credentials", sa.Column("family", sa.UUID(), nullable=True))
    op.add_column("credentials", sa.Column("used_at", UTC_TIME, nullable=True))
    op.drop_constraint(op.f("ck_credentials_kind"), "credentials", type_="check")
    op.create_check_constraint(op.f("ck_credentials_kind"), "credentials", KINDS)
    op.execute(security.by_email("people"))
    for table in FIRST_PERSONAL:
        # A database that was made by this release has the policy already, one of an earlier release has not.
        op.execute(f"DROP POLICY IF EXISTS taken_over ON {table}")
        op.execute(security.joining(table))
    for table, make in (PERSONAL | OF_TENANT).items():
        make()
        for statement in security.personal_rows(table) if table in PERSONAL else security.tenant_rows(table):
            op.execute(statement)
    op.execute(security.by_secret("invitations"))
    op.execute(security.given_to("consents"))


def downgrade() -> None:
    for table in PERSONAL | OF_TENANT:
        op.drop_table(table)
    for table in FIRST_PERSONAL:
        op.execute(f"DROP POLICY IF EXISTS taken_over ON {table}")
    op.execute("DROP POLICY by_email ON people")
    op.execute("DELETE FROM credentials WHERE kind IN ('guest','refresh','external')")
    op.drop_constraint(op.f("ck_credentials_kind"), "credentials", type_="check")
    op.create_check_constraint(op.f("ck_credentials_kind"), "credentials", OLD_KINDS)
    op.drop_column("credentials", "used_at")
    op.drop_column("credentials", "family")
    op.drop_index("uq_people_email", "people")
    op.drop_index("ix_people_email_blind", "people")
    for column in reversed(_people()):
        op.drop_column("people", column.name)
