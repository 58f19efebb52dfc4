"""The tables that the seed gives, column by column and index by index, against the catalogue.

Our additions are allowed. What differs on purpose stands here with its reason (DESIGN.md, section 10): rows belong to
a tenant and mostly to a person, so uniqueness does too; moments have a time zone; a hash is SHA-256; a person's words
are sealed, so they are bytes; a score keeps one decimal.
"""

from __future__ import annotations

import psycopg
import pytest

TIME, TEXT, SEALED = "timestamp with time zone", "text", "bytea"


def chars(length: int) -> str:
    return f"character varying({length})"


COMPANIES = {
    "id": "uuid", "name": chars(255), "normalized_name": chars(255), "logo_url": TEXT, "website": TEXT,
    "industry": chars(100), "size": chars(20), "rating": "numeric(3,2)", "created_at": TIME,
}  # fmt: skip
JOBS = {
    "id": "uuid", "url": TEXT, "title": chars(500), "company_id": "uuid", "location": chars(255),
    "location_type": chars(20), "salary_min": "integer", "salary_max": "integer", "salary_currency": chars(10),
    "salary_text": chars(200), "description": TEXT, "requirements": "jsonb", "posted_date": "date", "scraped_at": TIME,
    "source": chars(50), "is_active": "boolean", "embedding_id": "uuid", "content_hash": chars(64),
    "created_at": TIME, "updated_at": TIME,
}  # fmt: skip
REST = {
    "applications": {
        "id": "uuid", "job_id": "uuid", "status": chars(20), "applied_date": "date", "notes": SEALED,
        "resume_version": chars(100), "cover_letter": SEALED, "reminder_date": "date", "created_at": TIME,
        "updated_at": TIME,
    },
    "application_timeline": {
        "id": "uuid", "application_id": "uuid", "old_status": chars(20), "new_status": chars(20), "changed_at": TIME,
        "notes": SEALED,
    },
    "saved_searches": {
        "id": "uuid", "name": chars(255), "query": SEALED, "filters": "jsonb", "notification_enabled": "boolean",
        "last_run_at": TIME, "result_count": "integer", "created_at": TIME,
    },
    "search_cache": {
        "id": "uuid", "query_hash": chars(64), "filters": "jsonb", "result_job_ids": "uuid[]",
        "total_results": "integer", "created_at": TIME, "expires_at": TIME,
    },
    "job_match_scores": {
        "id": "uuid", "job_id": "uuid", "resume_hash": chars(64), "overall_score": "numeric(4,1)",
        "skills_score": "numeric(4,1)", "experience_score": "numeric(4,1)", "education_score": "numeric(4,1)",
        "matched_skills": "jsonb", "missing_skills": "jsonb", "calculated_at": TIME,
    },
    "chat_sessions": {"id": "uuid", "mode": chars(20), "created_at": TIME, "updated_at": TIME},
    "chat_messages": {
        "id": "uuid", "session_id": "uuid", "role": chars(20), "content": SEALED, "citations": SEALED,
        "grounding_score": "numeric(3,2)", "created_at": TIME,
    },
}  # fmt: skip
JOB_INDEXES = {
    "idx_jobs_company": "(company_id)",
    "idx_jobs_location_type": "(location_type)",
    "idx_jobs_salary": "(salary_min, salary_max)",
    "idx_jobs_posted": "(posted_date DESC)",
    "idx_jobs_source": "(source)",
    "idx_jobs_active": "(is_active)",
    "idx_jobs_content_hash": "(content_hash)",
}
OTHER_INDEXES = {
    "idx_companies_normalized": "(normalized_name)",
    "idx_applications_status": "(status)",
    "idx_applications_reminder": "(reminder_date)",
    "idx_timeline_app": "(application_id)",
    "idx_cache_hash": "(query_hash)",
    "idx_cache_expires": "(expires_at)",
    "idx_match_job": "(job_id)",
    "idx_match_score": "(overall_score DESC)",
    "idx_messages_session": "(session_id)",
}
UNIQUE = {
    "companies": "UNIQUE (tenant_id, normalized_name)",
    "jobs": "UNIQUE (tenant_id, url)",
    "applications": "UNIQUE (tenant_id, person_id, job_id)",
    "search_cache": "UNIQUE (tenant_id, query_hash)",
    "job_match_scores": "UNIQUE (tenant_id, person_id, job_id)",
}
CASCADES = {"application_timeline": "applications", "job_match_scores": "jobs", "chat_messages": "chat_sessions"}


def held(url: str, table: str) -> dict[str, str]:
    query = (
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    )
    with psycopg.connect(url) as connection:
        return dict(connection.execute(query, [table]).fetchall())


def indexes(url: str) -> dict[str, str]:
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"))


def constraints(url: str, table: str) -> list[str]:
    query = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query, [table])]


@pytest.mark.acceptance("DB-01")
def test_companies(product_url):
    assert COMPANIES.items() <= held(product_url, "companies").items()
    assert UNIQUE["companies"] in constraints(product_url, "companies")


@pytest.mark.acceptance("DB-01")
def test_a_company_has_one_of_five_sizes_and_is_there_once(product_url):
    make = (
        "INSERT INTO companies (id, tenant_id, name, normalized_name, size) VALUES (gen_random_uuid(), %s, 'A', %s, %s)"
    )
    with psycopg.connect(product_url, autocommit=True) as connection:
        tenants = [
            connection.execute(
                "INSERT INTO tenants (id, name, key_check) VALUES (gen_random_uuid(), 'x', '') RETURNING id"
            ).fetchone()[0]
            for _ in range(2)
        ]
        for size in ("startup", "small", "medium", "large", "enterprise", None):
            connection.execute(make, [tenants[0], f"a {size}", size])
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(make, [tenants[0], "b", "huge"])
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute(make, [tenants[0], "a small", None])
        connection.execute(make, [tenants[1], "a small", None])


@pytest.mark.acceptance("DB-02")
def test_jobs_with_the_seven_indexes(product_url):
    assert JOBS.items() <= held(product_url, "jobs").items()
    assert UNIQUE["jobs"] in constraints(product_url, "jobs")
    found = indexes(product_url)
    assert {name: found[name][found[name].index("(") :] for name in JOB_INDEXES} == JOB_INDEXES


@pytest.mark.acceptance("DB-03")
@pytest.mark.parametrize("table", sorted(REST))
def test_the_other_tables(product_url, table):
    assert REST[table].items() <= held(product_url, table).items()
    if table in UNIQUE:
        assert UNIQUE[table] in constraints(product_url, table)
    if table in CASCADES:
        assert any(f"REFERENCES {CASCADES[table]}(id) ON DELETE CASCADE" in c for c in constraints(product_url, table))


@pytest.mark.acceptance("DB-03")
def test_the_other_indexes(product_url):
    found = indexes(product_url)
    assert {name: found[name][found[name].index("(") :] for name in OTHER_INDEXES} == OTHER_INDEXES


@pytest.mark.acceptance("DB-12")
def test_json_columns_are_queried(product_url, filled):
    """Requirements by a skill that is asked for, stored filters by a field, refused records by their reason."""
    with psycopg.connect(filled.url) as connection:
        wanted = connection.execute(
            "SELECT title FROM jobs WHERE requirements @> %s AND tenant_id = %s",
            ['{"skills": [{"name": "Python"}]}', filled.owner.tenant_id],
        ).fetchall()
        years = connection.execute(
            "SELECT title, requirements -> 'min_years_quote' ->> 'text' FROM jobs "
            "WHERE (requirements ->> 'min_years')::float8 >= 3 AND tenant_id = %s",
            [filled.stranger.tenant_id],
        ).fetchall()
        connection.execute('UPDATE saved_searches SET filters = \'{"location_type": ["remote"]}\'')
        remote = connection.execute(
            "SELECT count(*) FROM saved_searches WHERE filters -> 'location_type' ? 'remote'"
        ).fetchone()
        connection.rollback()
    assert {row[0] for row in wanted} == {"Backend Engineer"}
    assert [row[0] for row in years] == ["Backend Engineer"]
    assert "3 years" in years[0][1]
    assert remote == (3,)
