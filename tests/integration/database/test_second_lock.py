"""The second lock alone: raw SQL without any condition, as the application role."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.integration.database.rows import enter, tables
from tests.integration.database.test_catalogue import TENANT_WIDE

pytestmark = [pytest.mark.security]


def seen(connection, table):
    """(tenant, person or None) of every row that a bare SELECT gives."""
    if table == "tenants":
        return [(row[0], None) for row in connection.execute("SELECT id FROM tenants")]
    person = "NULL" if table in TENANT_WIDE else "person_id"
    query = sql.SQL(f"SELECT tenant_id, {person} FROM {{}}").format(sql.Identifier(table))
    return connection.execute(query).fetchall()


@pytest.mark.acceptance("DB-13", "SEC-04")
def test_a_bare_select_gives_only_own_rows_and_gives_them(filled):
    with psycopg.connect(filled.url) as connection:
        for person in filled.people:
            for table in tables(filled.url):
                with connection.transaction():
                    enter(connection, person)
                    found = seen(connection, table)
                personal = table not in TENANT_WIDE | {"tenants"}
                whose = (person.tenant_id, person.person_id if personal else None)
                assert set(found) == {whose}, table


@pytest.mark.acceptance("DB-13")
def test_nobody_sees_nothing(filled):
    with psycopg.connect(filled.url) as connection:
        for table in tables(filled.url):
            with connection.transaction():
                enter(connection, None)
                assert seen(connection, table) == [], table


@pytest.mark.acceptance("DB-13", "SEC-04")
def test_a_bare_update_or_delete_touches_nothing_foreign(filled):
    def totals(connection):
        count = "SELECT count(*) FROM {} WHERE {} <> %s"
        found = {}
        for table in tables(filled.url):
            column = sql.Identifier("id" if table == "tenants" else "tenant_id")
            query = sql.SQL(count).format(sql.Identifier(table), column)
            found[table] = connection.execute(query, [filled.stranger.tenant_id]).fetchone()
        return found

    with psycopg.connect(filled.url) as connection:
        before = totals(connection)
        with connection.transaction(force_rollback=True):
            with connection.transaction():
                enter(connection, filled.stranger)
                for table in reversed(tables(filled.url)):
                    try:
                        with connection.transaction():
                            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
                    except (psycopg.errors.ForeignKeyViolation, psycopg.errors.InsufficientPrivilege):
                        continue
            connection.execute("RESET ROLE")
            assert totals(connection) == before
    assert all(count != (0,) for count in before.values())


@pytest.mark.acceptance("DB-13", "SEC-04")
@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("companies", "id, name, normalized_name", "gen_random_uuid(), 'x', 'x'"),
        (
            "search_cache",
            "id, query_hash, result_job_ids, total_results, expires_at",
            "gen_random_uuid(), 'h', '{}', 0, now()",
        ),
        (
            "job_sightings",
            "id, job_id, source, source_key, raw_hash, raw",
            "gen_random_uuid(), (SELECT id FROM jobs LIMIT 1), 's', 'k', 'h', ''",
        ),
    ],
)
def test_nobody_can_write_into_another_tenant(filled, table, columns, values):
    statement = f"INSERT INTO {table} (tenant_id, {columns}) VALUES (%s, {values})"
    with psycopg.connect(filled.url) as connection:
        with connection.transaction(force_rollback=True):
            enter(connection, filled.stranger)
            connection.execute(statement, [filled.stranger.tenant_id])
        with connection.transaction(force_rollback=True), pytest.raises(psycopg.errors.InsufficientPrivilege):
            enter(connection, filled.stranger)
            connection.execute(statement, [filled.owner.tenant_id])


@pytest.mark.acceptance("DB-13", "SEC-04")
def test_nobody_can_write_for_another_person_or_give_a_row_away(filled):
    event = "INSERT INTO events (tenant_id, person_id, id, name, payload) VALUES (%s, %s, gen_random_uuid(), 'x', '{}')"
    away = "UPDATE events SET person_id = %s"
    with psycopg.connect(filled.url) as connection:
        with connection.transaction(force_rollback=True):
            enter(connection, filled.neighbour)
            connection.execute(event, [filled.neighbour.tenant_id, filled.neighbour.person_id])
        with connection.transaction(force_rollback=True), pytest.raises(psycopg.errors.InsufficientPrivilege):
            enter(connection, filled.neighbour)
            connection.execute(event, [filled.owner.tenant_id, filled.owner.person_id])
        with connection.transaction(force_rollback=True), pytest.raises(psycopg.errors.InsufficientPrivilege):
            enter(connection, filled.neighbour)
            connection.execute(away, [filled.owner.person_id])


@pytest.mark.acceptance("DB-13", "SEC-04")
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM procrastinate_jobs",
        "DELETE FROM procrastinate_jobs",
        "SELECT * FROM procrastinate_workers",
        "SELECT * FROM alembic_version",
        "CREATE TABLE mine (n int)",
        "ALTER TABLE documents DISABLE ROW LEVEL SECURITY",
        "DROP POLICY own ON documents",
        "TRUNCATE documents",
        "COPY documents TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_what_the_application_role_is_refused(filled, statement):
    with psycopg.connect(filled.url) as connection, connection.transaction(force_rollback=True):
        enter(connection, filled.owner)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_a_secret_shows_its_own_row_for_reading_and_no_other(filled):
    with psycopg.connect(filled.url) as connection:
        hashes = [row[0] for row in connection.execute("SELECT secret_hash FROM credentials ORDER BY id")]
        assert len(hashes) == 6
        with connection.transaction(force_rollback=True):
            enter(connection, None, credential=hashes[1])
            assert connection.execute("SELECT secret_hash FROM credentials").fetchall() == [(hashes[1],)]
            assert connection.execute("UPDATE credentials SET name = 'taken'").rowcount == 0
            assert connection.execute("DELETE FROM credentials").rowcount == 0
            others = [table for table in tables(filled.url) if table != "credentials" and seen(connection, table)]
            assert others == []


def test_the_machine_itself_sees_the_list_of_tenants_and_nothing_in_them(filled):
    with psycopg.connect(filled.url) as connection, connection.transaction(force_rollback=True):
        enter(connection, None, everywhere="on")
        everyone = {filled.owner.tenant_id, filled.stranger.tenant_id}
        assert {tenant for tenant, _ in seen(connection, "tenants")} == everyone
        assert [table for table in tables(filled.url) if table != "tenants" and seen(connection, table)] == []
        assert connection.execute("UPDATE tenants SET name = 'mine'").rowcount == 0
