"""Rows of three people (two of one tenant, one of another) in every table that the services fill."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import psycopg

from verivita.bootstrap.container import Container
from verivita.core.ids import new_id
from verivita.core.principal import Principal
from verivita.features.library import DocumentKind
from verivita.features.postings import RawPosting

PAPER = """# {name}
{mail}

## Experience
Backend Engineer, {name} Works, 2019-03 to 2022-08
- Built Python services on PostgreSQL for {name}.

## Skills
Python, PostgreSQL, Docker
"""


ROLES = (
    ("Backend Engineer", "Join {name}.\nRequirements:\n- Python and PostgreSQL\n- 3 years of experience\n"),
    ("Night Nurse", "The ward of {name} looks for a nurse who gives medicine, keeps charts and likes quiet hours."),
)


def posting(name: str, number: int = 0) -> RawPosting:
    title, text = ROLES[number]
    return RawPosting(
        source="test",
        source_id=f"{name}-{number}",
        title=title,
        company=f"{name} Works",
        url=f"https://jobs.example/{name}/{number}",
        location="Lisbon, Portugal",
        description=text.format(name=name),
        raw=f"the record of {name} {number}",
    )


async def fill(container: Container, person: Principal, name: str) -> None:
    """A paper that was read, two postings that were indexed and scored, a key, a sign-in, runs and events, as them."""
    data = PAPER.format(name=name, mail=f"{name.lower()}@mail.example").encode()
    await container.library.add(person, f"{name}.md", data, DocumentKind.RESUME)
    await container.postings.add_many(person, [posting(name, 0), posting(name, 1)])
    csv = f"title,company,url,description\nClerk,{name} Ltd,https://x.example/{name},Filing for {name}\n"
    await container.postings.import_file(person, f"{name}.csv", csv.encode(), quiet)
    await container.identity.create_key(person, name)
    await container.identity.open_session(person)
    await container.worker().run(wait=False)


def fill_the_rest(url: str, people: Sequence[Principal]) -> None:
    """A row of each person in the tables that no service fills yet, written with the owner's rights."""
    with psycopg.connect(url, autocommit=True) as connection:
        for person in people:
            tenant, mine = person.tenant_id, (person.tenant_id, person.person_id)
            chat, application = new_id(), new_id()
            job = connection.execute("SELECT id FROM jobs WHERE tenant_id = %s LIMIT 1", [tenant]).fetchone()
            assert job is not None
            for statement, values in (
                ("INSERT INTO chat_sessions (tenant_id, person_id, id) VALUES (%s, %s, %s)", (*mine, chat)),
                (
                    "INSERT INTO chat_messages (tenant_id, person_id, id, session_id, role, content) "
                    "VALUES (%s, %s, %s, %s, 'user', 'x')",
                    (*mine, new_id(), chat),
                ),
                (
                    "INSERT INTO applications (tenant_id, person_id, id, job_id) VALUES (%s, %s, %s, %s)",
                    (*mine, application, job[0]),
                ),
                (
                    "INSERT INTO application_timeline (tenant_id, person_id, id, application_id, new_status) "
                    "VALUES (%s, %s, %s, %s, 'saved')",
                    (*mine, new_id(), application),
                ),
                (
                    "INSERT INTO saved_searches (tenant_id, person_id, id, name, query) VALUES (%s, %s, %s, 'x', '')",
                    (*mine, new_id()),
                ),
                (
                    "INSERT INTO search_cache (tenant_id, id, query_hash, result_job_ids, total_results, expires_at) "
                    "VALUES (%s, %s, %s, '{}', 0, now())",
                    (tenant, new_id(), str(new_id())),
                ),
                (
                    "INSERT INTO codes (tenant_id, person_id, id, email, email_blind, code_hash, expires_at) "
                    "VALUES (%s, %s, %s, '', 'x', 'x', now())",
                    (*mine, new_id()),
                ),
                (
                    "INSERT INTO authenticators (tenant_id, person_id, id, seed) VALUES (%s, %s, %s, '')",
                    (*mine, new_id()),
                ),
                (
                    "INSERT INTO consents (tenant_id, person_id, id, given_to, thing) "
                    "VALUES (%s, %s, %s, %s, 'papers')",
                    (*mine, new_id(), person.person_id),
                ),
                (
                    "INSERT INTO idempotency_keys (tenant_id, person_id, id, key_hash, request_hash, lease_until) "
                    "VALUES (%s, %s, %s, 'x', 'x', now())",
                    (*mine, new_id()),
                ),
                ("INSERT INTO attempts (tenant_id, id, key, at) VALUES (%s, %s, 'x', now())", (tenant, new_id())),
                (
                    "INSERT INTO vouchers (tenant_id, id, secret_hash) VALUES (%s, %s, %s)",
                    (tenant, new_id(), str(new_id())),
                ),
                (
                    "INSERT INTO invitations (tenant_id, id, role, email, email_blind, secret_hash, expires_at) "
                    "VALUES (%s, %s, 'student', '', 'x', %s, now())",
                    (tenant, new_id(), str(new_id())),
                ),
                (
                    "INSERT INTO error_groups (tenant_id, id, fingerprint, kind, place, during) "
                    "VALUES (%s, %s, %s, 'x', 'x', 'x')",
                    (tenant, new_id(), str(new_id())),
                ),
                (
                    "INSERT INTO model_settings (tenant_id, id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    (tenant, new_id()),
                ),
                (
                    "INSERT INTO model_keys (tenant_id, id, provider, sealed) VALUES (%s, %s, %s, '')",
                    (tenant, new_id(), str(new_id())),
                ),
                (
                    "INSERT INTO model_spending (tenant_id, id, day, subject) VALUES (%s, %s, now(), %s)",
                    (tenant, new_id(), person.person_id),
                ),
                (
                    "INSERT INTO model_calls (tenant_id, person_id, id, purpose, model, outcome) "
                    "VALUES (%s, %s, %s, 'chat', 'x', 'x')",
                    (*mine, new_id()),
                ),
                (
                    "INSERT INTO vector_homes (tenant_id, collection, engine) VALUES (%s, %s, 'pgvector')",
                    (tenant, str(new_id())),
                ),
                (
                    "INSERT INTO vector_tuning (tenant_id, collection, kind, effort, recall, size) "
                    "VALUES (%s, %s, 'hnsw', 40, 1, 1)",
                    (tenant, str(new_id())),
                ),
                (
                    "INSERT INTO lexical_entries (tenant_id, id, title_terms, terms, tags, numbers) "
                    "VALUES (%s, %s, 'x', 'x', '{}', '{}')",
                    (tenant, new_id()),
                ),
            ):
                connection.execute(statement, values)  # type: ignore[arg-type]


def tables(url: str) -> list[str]:
    """Every table of the product."""
    query = (
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
        "AND relname <> 'alembic_version' AND relname NOT LIKE 'procrastinate%%' ORDER BY relname"
    )
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(query, [])]


async def quiet(_done: int, _stage: str) -> None:
    await asyncio.sleep(0)


def enter(connection: psycopg.Connection, person: Principal | None, **more: str) -> None:
    """Become the application role in this transaction, as the kit does, without the kit."""
    connection.execute("SET LOCAL ROLE verivita_app")
    if person is not None:
        more |= {"tenant": str(person.tenant_id), "person": str(person.person_id)}
    for name, value in more.items():
        connection.execute("SELECT set_config(%s, %s, true)", [f"app.{name}", value])
