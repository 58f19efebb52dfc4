"""Where somebody is signed in: the browser and the network of each sign-in, and when a chain of tokens began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credentials", sa.Column("browser", sa.Text(), nullable=True))
    op.add_column("credentials", sa.Column("network", sa.Text(), nullable=True))
    op.add_column("credentials", sa.Column("began_at", pg.TIMESTAMP(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ("began_at", "network", "browser"):
        op.drop_column("credentials", column)
