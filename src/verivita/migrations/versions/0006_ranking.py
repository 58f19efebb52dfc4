"""What matching keeps prepared: the form of a posting that scores are computed from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from verivita.migrations import security

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting_forms",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("job_version", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_posting_forms_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_posting_forms_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_posting_forms")),
        info={"secured": "tenant"},
    )
    # Digests do not shrink, and a list reads thousands of forms: they lie in the row, uncompressed, where they fit.
    op.execute("ALTER TABLE posting_forms ALTER COLUMN form SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE posting_forms SET (toast_tuple_target = 8160)")
    for statement in security.tenant_rows("posting_forms"):
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("posting_forms")
