"""PostgreSQL tells at once what changed: postings, and who may come in."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TOLD = {
    "jobs": ("postings", ""),
    "companies": ("postings", ""),
    "credentials": ("people", "OF scopes, expires_at, used_at, family, kind, secret_hash, person_id"),
    "people": ("people", "OF role, state"),
}
"""Table -> the subject that it belongs to, and the columns whose change counts; without any, all do."""


def upgrade() -> None:
    # The same words twice in a transaction are told once, at its commit.
    op.execute(
        """
        CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            PERFORM pg_notify('verivita_changes', TG_ARGV[0] || ' ' || coalesce(NEW.tenant_id, OLD.tenant_id)::text
                || ' ' || pg_current_xact_id()::text);
            RETURN NULL;
        END $$
        """
    )
    for table, (subject, columns) in _TOLD.items():
        op.execute(
            f"CREATE TRIGGER tell AFTER INSERT OR DELETE OR UPDATE {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION tell_change('{subject}')"
        )


def downgrade() -> None:
    for table in _TOLD:
        op.execute(f"DROP TRIGGER tell ON {table}")
    op.execute("DROP FUNCTION tell_change")
