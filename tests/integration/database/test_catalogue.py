"""The catalogue itself: every table has its owner's columns, forced row security and only the policies meant."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.integration.database.rows import tables
from verivita.bootstrap import schema
from verivita.migrations.security import APP_ROLE

TENANT_WIDE = {
    "audit_log",
    "error_groups",
    "people",
    "companies",
    "jobs",
    "job_bands",
    "job_sightings",
    "import_runs",
    "search_cache",
    "vector_homes",
    "vector_points",
    "vector_tuning",
} | {
    "lexical_entries",
    "attempts",
    "vouchers",
    "invitations",
    "posting_forms",
    "model_keys",
    "model_settings",
    "model_spending",
}
"""Tables whose rows a whole tenant shares; every other one is personal."""
MEANT_BESIDES_OWN = {
    ("tenants", "everywhere", "SELECT"),
    ("credentials", "by_secret", "SELECT"),
    ("invitations", "by_secret", "SELECT"),
    ("people", "by_email", "SELECT"),
    ("consents", "given_to", "SELECT"),
    ("idempotency_keys", "old_to_see", "SELECT"),
    ("idempotency_keys", "old_to_remove", "DELETE"),
}
"""Beside these every personal table has `taken_over`, by which a person takes over what they made as a guest."""


def rows(url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()  # type: ignore[arg-type]


def columns(url: str, table: str) -> set[str]:
    found = rows(url, "SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
    return {row[0] for row in found}


def test_the_list_of_tables_is_that_of_the_code(product_url):
    assert set(tables(product_url)) == {table.name for table in schema.secured_tables()}
    assert len(tables(product_url)) >= 21


@pytest.mark.acceptance("DB-13", "FUT-04")
@pytest.mark.security
def test_every_table_says_whose_a_row_is(product_url):
    for table in tables(product_url):
        held = columns(product_url, table)
        if table == "tenants":
            assert "id" in held
        elif table in TENANT_WIDE:
            assert "tenant_id" in held, table
        else:
            assert {"tenant_id", "person_id"} <= held, table


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
def test_row_security_is_on_and_forced_everywhere(product_url):
    query = "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE relname = %s AND relkind = 'r'"
    open_ = [table for table in tables(product_url) if rows(product_url, query, table) != [(True, True)]]
    assert open_ == []


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
def test_the_policies_are_those_that_are_meant(product_url):
    found = rows(product_url, "SELECT tablename, policyname, cmd, permissive, qual, with_check FROM pg_policies")
    own = {row[0]: row for row in found if row[1] == "own"}
    assert set(own) == set(tables(product_url))
    for table, (_, _, command, permissive, qual, check) in own.items():
        assert (command, permissive) == ("ALL", "PERMISSIVE")
        assert qual == check, table
        assert "app.tenant" in qual
        assert ("app.person" in qual) == (table not in TENANT_WIDE | {"tenants"}), table
    personal = set(tables(product_url)) - TENANT_WIDE - {"tenants"}
    taken = {row[0]: row for row in found if row[1] == "taken_over"}
    assert set(taken) == personal
    for table, (_, _, command, permissive, qual, check) in taken.items():
        assert (command, permissive, check) == ("ALL", "PERMISSIVE", "false"), table
        assert "app.joined" in qual
        assert "app.tenant" in qual
    assert {tuple(row[:3]) for row in found if row[1] not in ("own", "taken_over")} == MEANT_BESIDES_OWN


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
def test_the_application_role_has_no_way_around(product_url):
    role = rows(
        product_url,
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolcanlogin, rolreplication FROM pg_roles "
        "WHERE rolname = %s",
        APP_ROLE,
    )
    assert role == [(False,) * 6]
    owns = "SELECT relname FROM pg_class WHERE relowner = %s::regrole UNION SELECT proname FROM pg_proc "
    assert rows(product_url, owns + "WHERE proowner = %s::regrole", APP_ROLE, APP_ROLE) == []
    member_of = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole"
    assert rows(product_url, member_of, APP_ROLE) == []


@pytest.mark.acceptance("DB-13")
@pytest.mark.security
def test_the_role_may_do_four_things_on_our_tables_and_nothing_on_others(product_url):
    granted = rows(
        product_url,
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = %s",
        APP_ROLE,
    )
    rights: dict[str, set[str]] = {}
    for table, right in granted:
        rights.setdefault(table, set()).add(right)
    assert set(rights) == set(tables(product_url))
    # What was done stays written down.
    assert rights.pop("audit_log") == {"SELECT", "INSERT"}
    assert set(map(frozenset, rights.values())) == {frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})}


@pytest.mark.security
def test_functions_that_run_as_the_owner_are_one_and_have_a_fixed_path(product_url):
    found = rows(product_url, "SELECT proname, proconfig FROM pg_proc WHERE prosecdef")
    assert found == [("procrastinate_defer_jobs_v1", ["search_path=public, pg_temp"])]
