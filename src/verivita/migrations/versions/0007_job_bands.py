"""Keys of near-duplicates in a table of their own, where row security lets an index serve them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

from verivita.migrations import security

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOVE = (
    "INSERT INTO job_bands (tenant_id, band, job_id) "
    "SELECT tenant_id, unnest(bands), id FROM jobs ON CONFLICT DO NOTHING"
)
BACK = "UPDATE jobs SET bands = (SELECT coalesce(array_agg(band), '{}') FROM job_bands WHERE job_id = jobs.id)"


def upgrade() -> None:
    op.create_table(
        "job_bands",
        sa.Column("tenant_id", sa.UUID(), nullable=False),
        sa.Column("band", sa.String(20), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_job_bands_tenant_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_bands_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "band", "job_id", name=op.f("pk_job_bands")),
    )
    # Forced row security would hide every row from an owner that is no superuser.
    op.execute("ALTER TABLE jobs NO FORCE ROW LEVEL SECURITY")
    op.execute(MOVE)
    op.execute("ALTER TABLE jobs FORCE ROW LEVEL SECURITY")
    op.create_index("ix_job_bands_job", "job_bands", ["job_id"])
    for statement in security.tenant_rows("job_bands"):
        op.execute(statement)
    op.drop_index("idx_jobs_bands", "jobs")
    op.drop_column("jobs", "bands")


def downgrade() -> None:
    op.add_column("jobs", sa.Column("bands", pg.ARRAY(sa.Text()), server_default="{}", nullable=False))
    for table in ("jobs", "job_bands"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(BACK)
    op.execute("ALTER TABLE jobs FORCE ROW LEVEL SECURITY")
    op.create_index("idx_jobs_bands", "jobs", ["bands"], postgresql_using="gin")
    op.drop_table("job_bands")
