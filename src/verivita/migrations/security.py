"""Row security: the second lock, as SQL for the steps. Every table gets it; a test audits the catalogue.

The application role owns nothing and is no superuser, and FORCE makes the policies hold for the owner too. After a
transaction a local setting reads as '', not NULL, so every policy turns '' into NULL first.
"""

from __future__ import annotations

APP_ROLE = "verivita_app"
_TENANT = "nullif(current_setting('app.tenant', true), '')::uuid"
_PERSON = "nullif(current_setting('app.person', true), '')::uuid"
_JOINED = "nullif(current_setting('app.joined', true), '')::uuid"
_CREDENTIAL = "nullif(current_setting('app.credential', true), '')"
_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"

CREATE_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
    CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
"""
"""Roles belong to the whole server, so two databases may make the same one at the same time."""

JOIN_ROLE = f"GRANT {APP_ROLE} TO CURRENT_USER"
USE_SCHEMA = f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"


def tenant_rows(table: str) -> list[str]:
    """A transaction sees and writes rows of its own tenant only."""
    return _secured(table, f"tenant_id = {_TENANT}")


def personal_rows(table: str) -> list[str]:
    """A transaction sees and writes rows of its own person only; see `joining` for the one exception."""
    return [*_secured(table, f"tenant_id = {_TENANT} AND person_id = {_PERSON}"), joining(table)]


def joining(table: str) -> str:
    """Whoever takes over another person's rows may see and take them, and write none in that person's name."""
    theirs = f"tenant_id = {_TENANT} AND person_id = {_JOINED}"
    return f"CREATE POLICY taken_over ON {table} USING ({theirs}) WITH CHECK (false)"


def tenant_list(table: str) -> list[str]:
    """The list of tenants: its own row, or all of them for reading when the machine itself asks."""
    everywhere = (
        f"CREATE POLICY everywhere ON {table} FOR SELECT USING (current_setting('app.everywhere', true) = 'on')"
    )
    return [*_secured(table, f"id = {_TENANT}"), everywhere]


def by_secret(table: str) -> str:
    """Whoever names the hash of a secret may read its row, before anyone knows whose it is."""
    return f"CREATE POLICY by_secret ON {table} FOR SELECT USING (secret_hash = {_CREDENTIAL})"


def by_email(table: str) -> str:
    """Whoever names the keyed hash of an e-mail address may read its rows, before anyone knows whose they are."""
    return f"CREATE POLICY by_email ON {table} FOR SELECT USING (email_blind = {_CREDENTIAL})"


def given_to(table: str) -> str:
    """Whom a person gave a consent may read it."""
    return f"CREATE POLICY given_to ON {table} FOR SELECT USING (tenant_id = {_TENANT} AND given_to = {_PERSON})"


def out_of_date(table: str) -> list[str]:
    """The machine itself may remove what is older than a day, and sees nothing younger."""
    old = "current_setting('app.everywhere', true) = 'on' AND created_at < now() - interval '24 hours'"
    return [
        f"CREATE POLICY old_to_see ON {table} FOR SELECT USING ({old})",
        f"CREATE POLICY old_to_remove ON {table} FOR DELETE USING ({old})",
    ]


def append_only(table: str) -> list[str]:
    """Rows are added and never changed, not even by the owner; they go only together with their tenant."""
    return [
        f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}",
        f"""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF TG_OP = 'DELETE' AND pg_trigger_depth() > 1 THEN RETURN OLD; END IF;
          RAISE EXCEPTION 'rows of {table} stay as they are' USING ERRCODE = 'insufficient_privilege';
        END $$
        """,
        f"CREATE TRIGGER stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"CREATE TRIGGER stay_all BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
    ]


def queue_tables() -> list[str]:
    """The task queue's own tables, as its package makes them."""
    from procrastinate.schema import SchemaManager

    # The driver takes one statement with parameters or many without; a lone % would be read as a parameter.
    return [SchemaManager.get_schema().replace("%", "%%")]


def queue_rights() -> list[str]:
    """The application may queue jobs, through a function that runs as the owner; it cannot read other jobs."""
    defer = "procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])"
    return [
        f"ALTER FUNCTION {defer} SECURITY DEFINER",
        f"ALTER FUNCTION {defer} SET search_path = public, pg_temp",
        f"GRANT EXECUTE ON FUNCTION {defer} TO {APP_ROLE}",
    ]


def drop_queue() -> list[str]:
    """Remove everything that the queue's package made."""
    return [
        """
        DO $$ DECLARE item record; BEGIN
          FOR item IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
            AND tablename LIKE 'procrastinate\\_%%' LOOP
            EXECUTE format('DROP TABLE %%I CASCADE', item.name);
          END LOOP;
          FOR item IN SELECT p.oid::regprocedure AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = 'public' AND p.proname LIKE 'procrastinate\\_%%' LOOP
            EXECUTE format('DROP FUNCTION %%s CASCADE', item.name);
          END LOOP;
          FOR item IN SELECT t.typname AS name FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = 'public' AND t.typname LIKE 'procrastinate\\_%%' AND t.typtype IN ('e', 'c') LOOP
            EXECUTE format('DROP TYPE IF EXISTS %%I CASCADE', item.name);
          END LOOP;
        END $$
        """
    ]


def _secured(table: str, condition: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own ON {table} USING ({condition}) WITH CHECK ({condition})",
        f"GRANT {_RIGHTS} ON {table} TO {APP_ROLE}",
    ]
