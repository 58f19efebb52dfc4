"""Text that looks like SQL is text: in every field that a person can fill."""

from __future__ import annotations

import psycopg
import pytest

PAYLOADS = (
    "'; DROP TABLE jobs; --",
    '" OR 1=1 --',
    "x' UNION SELECT secret_hash FROM credentials --",
    "%' OR '1'='1",
    "\\'; SELECT pg_sleep(10); --",
    "$$; RESET ROLE; --",
    "{{7*7}} ${7*7} %(tenant)s :tenant",
    "1); SET ROLE postgres; --",
)


@pytest.mark.security
@pytest.mark.acceptance("SEC-03")
@pytest.mark.parametrize("payload", PAYLOADS)
async def test_sql_in_a_field_is_words(clients, owner, product_url, payload):
    async with await clients.with_key(owner) as client:
        number = PAYLOADS.index(payload)
        words = " ".join(f"dish{number}{letter}" for letter in "abcdefghijkl")
        posting = {"text": f"{payload} {words}", "title": f"{payload} {number}", "company": payload}
        paper = {"title": payload, "content": f"# {payload}\n{payload}"}
        filters = {"location": payload, "skills": [payload], "sources": [payload]}
        calls = [
            await client.post("/api/v1/jobs", json=posting),
            await client.post("/api/v1/documents", json=paper),
            await client.post("/api/v1/jobs/search", json={"query": payload}),
            await client.post("/api/v1/jobs/search", json={"query": payload, "sort_by": "match_score"}),
            await client.post("/api/v1/jobs/search", json={"filters": filters}),
            await client.post("/api/v1/search", json={"query": payload, "filters": {"section": [payload]}}),
            await client.post("/api/v1/keys", json={"name": payload[:100]}),
            await client.patch("/api/v1/users/me", json={"name": payload}),
            await client.get("/api/v1/jobs", params={"page": payload}),
            await client.get(f"/api/v1/documents/{payload.replace('/', '')}"),
        ]
        assert [call.status_code for call in calls if call.status_code >= 500] == []
        assert (await client.get("/api/v1/users/me")).json()["name"] == payload
        kept = calls[0].json()["items"][0]["id"]
        assert payload in (await client.get(f"/api/v1/jobs/{kept}")).json()["description"]
        assert (await client.get("/api/v1/documents")).json()["items"][0]["title"] == payload
    with psycopg.connect(product_url) as connection:
        counts = connection.execute("SELECT (SELECT count(*) FROM jobs), (SELECT count(*) FROM people)").fetchone()
    assert counts is not None
    assert all(counts)
