"""Postings over HTTP: given in any way, found, filtered, matched; what was understood of a query is shown."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contract.api.parts import lame_client
from verivita.bootstrap import demo
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.features.postings import CompanySize, Employment, Level, LocationType

pytestmark = pytest.mark.asyncio(loop_scope="module")

Work = Callable[[], Awaitable[None]]
POSTING = """Backend Engineer
Larkspur Ltd, remote (EU)
70,000 - 85,000 EUR a year

You will build booking services in Python and PostgreSQL.
Requirements:
- 3+ years of Python
- PostgreSQL, Docker
Nice to have: Kubernetes
"""
PAGE = """<!doctype html><html><head><title>Data Engineer</title><script type="application/ld+json">
{"@context": "https://schema.org", "@type": "JobPosting", "title": "Data Engineer", "datePosted": "2026-11-02",
 "description": "<p>You build pipelines.</p><h3>Requirements</h3><ul><li>SQL, Python and Airflow</li></ul>",
 "hiringOrganization": {"@type": "Organization", "name": "Quillmark"},
 "jobLocation": {"@type": "Place", "address": {"addressLocality": "Berlin", "addressCountry": "DE"}},
 "baseSalary": {"@type": "MonetaryAmount", "currency": "EUR",
  "value": {"@type": "QuantitativeValue", "minValue": 65000, "maxValue": 80000, "unitText": "YEAR"}}}
</script></head><body><script>alert(1)</script></body></html>"""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def example(container: Container, owner: Principal) -> None:
    """The example person and postings, read and indexed."""
    await demo.add(container, owner)
    await container.worker().run(wait=False)


async def found(client: httpx2.AsyncClient, **wish: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/jobs/search", json=wish)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


class TestGiving:
    @pytest.mark.acceptance("JOB-19")
    async def test_pasted_text(self, client: httpx2.AsyncClient) -> None:
        answer = await client.post("/api/v1/jobs", json={"text": POSTING})
        assert answer.status_code == 201, answer.text
        (job,) = answer.json()["items"]
        assert answer.json()["new"] == [job["id"]]
        assert job["title"] == "Backend Engineer"
        assert job["location_type"] == "remote"
        assert (job["salary"]["yearly_minimum"], job["salary"]["yearly_maximum"]) == (70_000, 85_000)
        assert job["salary"]["currency"] == "EUR"
        named = {wish["name"]: wish for wish in job["requirements"]["skills"]}
        assert {"Python", "PostgreSQL", "Docker", "Kubernetes"} <= set(named)
        assert (named["Python"]["required"], named["Kubernetes"]["required"]) == (True, False)
        assert job["requirements"]["min_years"] == 3
        for wish in job["requirements"]["skills"]:
            quote = wish["quote"]
            assert job["description"][quote["start"] : quote["end"]] == quote["text"]
        again = await client.post("/api/v1/jobs", json={"text": POSTING})
        assert (again.json()["items"][0]["id"], again.json()["new"]) == (job["id"], [])

    @pytest.mark.acceptance("JOB-19")
    async def test_a_saved_page(self, client: httpx2.AsyncClient) -> None:
        address = "https://jobs.example/quillmark/7"
        answer = await client.post("/api/v1/jobs", json={"html": PAGE, "url": address})
        assert answer.status_code == 201, answer.text
        (job,) = answer.json()["items"]
        assert (job["title"], job["company"], job["posted_date"]) == ("Data Engineer", "Quillmark", "2026-11-02")
        assert (job["country"], job["salary"]["yearly_maximum"]) == ("DE", 80_000)
        assert "<" not in job["description"]
        assert {"Airflow", "SQL", "Python"} <= {
            wish["name"].removeprefix("Apache ") for wish in job["requirements"]["skills"]
        }
        said = (await client.get(f"/api/v1/jobs/{job['id']}/snapshot")).json()
        assert said["total"] == 1
        assert "JobPosting" in said["items"][0]["raw"] or "datePosted" in said["items"][0]["raw"]

    @pytest.mark.acceptance("JOB-19")
    @pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
    async def test_a_file(self, client: httpx2.AsyncClient, work: Work, kind: str) -> None:
        nouns = {
            "csv": ("bread", "salt", "rye"),
            "json": ("roofs", "tiles", "slate"),
            "jsonl": ("wool", "yarn", "silk"),
        }
        rows = [{"title": f"Trader of {n}", "company": f"{n} & Co", "description": f"Sell {n}."} for n in nouns[kind]]
        text = {
            "csv": "title,company,description\n" + "\n".join(",".join(row.values()) for row in rows),
            "json": json.dumps([*rows, 7]),
            "jsonl": "\n".join(json.dumps(row) for row in rows) + "\n{broken\n",
        }[kind]
        answer = await client.post("/api/v1/jobs", files={"file": (f"wares.{kind}", text.encode())})
        assert answer.status_code == 202, answer.text
        body = answer.json()
        assert answer.headers["location"] == body["status_url"]
        await work()
        assert (await client.get(body["status_url"])).json()["status"] == "succeeded"
        run = (await client.get(body["run_url"])).json()
        broken = 0 if kind == "csv" else 1
        assert (run["status"], run["new"], run["refused_count"], run["fetched"]) == ("succeeded", 3, broken, 3 + broken)
        assert len(run["refused"]) == broken
        assert all(item["place"] and item["reason"] for item in run["refused"])
        runs = (await client.get("/api/v1/ingest")).json()
        assert body["run_id"] in {item["id"] for item in runs["items"]}
        titles = {job["title"] for job in (await client.get("/api/v1/jobs?limit=100")).json()["items"]}
        assert {row["title"] for row in rows} <= titles

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("a.csv", b"colour,shape\nred,round\n", "no_title_column"),
            ("a.pdf", b"%PDF-1.7 ...", "unsupported_type"),
            ("a.json", b" \n ", "empty"),
        ],
    )
    async def test_a_file_that_is_none(
        self, client: httpx2.AsyncClient, work: Work, name: str, data: bytes, code: str
    ) -> None:
        before = (await client.get("/api/v1/jobs")).json()["total"]
        answer = await client.post("/api/v1/jobs", files={"file": (name, data)})
        if answer.status_code == 202:
            await work()
            run = (await client.get(answer.json()["run_url"])).json()
            assert (run["status"], run["fetched"]) == ("failed", 0)
            assert run["error"]
            task = (await client.get(answer.json()["status_url"])).json()
            assert (task["status"], task["error"]) == ("failed", run["error"])
        else:
            assert answer.json()["code"] == code
        assert (await client.get("/api/v1/jobs")).json()["total"] == before


class TestListing:
    @pytest.mark.acceptance("APP-08")
    async def test_list_and_one(self, client: httpx2.AsyncClient) -> None:
        for base in ("/api/v1/jobs", "/api/job-list/jobs"):
            body = (await client.get(f"{base}?limit=3")).json()
            assert set(body) == {"items", "total", "page", "pages", "limit"}
            assert (len(body["items"]), body["page"], body["limit"]) == (3, 1, 3)
            assert body["pages"] == -(-body["total"] // 3)
            pages = [(await client.get(f"{base}?limit=3&page={n + 1}")).json()["items"] for n in range(body["pages"])]
            ids = [job["id"] for page in pages for job in page]
            assert len(ids) == len(set(ids)) == body["total"]
            one = await client.get(f"{base}/{ids[0]}")
            assert one.json()["id"] == ids[0]
            assert {"description", "requirements"} <= set(one.json())
            missing = await client.get(f"{base}/{UUID(int=7)}")
            assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        assert (await client.get(f"/api/v1/jobs/{ids[0]}")).headers["etag"] == f'"{one.json()["version"]}"'

    async def test_a_closed_posting_leaves_the_lists_and_stays_readable(
        self, client: httpx2.AsyncClient, work: Work
    ) -> None:
        wish = {"title": "Xylophonist", "company": "Band", "text": "Play the xylophone, every night."}
        id = (await client.post("/api/v1/jobs", json=wish)).json()["items"][0]["id"]
        await work()
        assert id in {job["id"] for job in (await found(client, query="xylophone"))["jobs"]}
        closed = await client.post(f"/api/v1/jobs/{id}/close")
        assert (closed.status_code, closed.json()["is_active"]) == (200, False)
        await work()
        assert id not in {job["id"] for job in (await found(client, query="xylophone"))["jobs"]}
        assert id not in {job["id"] for job in (await client.get("/api/v1/jobs?limit=100")).json()["items"]}
        assert (await client.get(f"/api/v1/jobs/{id}")).json()["is_active"] is False


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "location_type": st.lists(st.sampled_from([v.value for v in LocationType]), max_size=2, unique=True),
        "company_size": st.lists(st.sampled_from([v.value for v in CompanySize]), max_size=2, unique=True),
        "level": st.lists(st.sampled_from([v.value for v in Level]), max_size=3, unique=True),
        "employment": st.lists(st.sampled_from([v.value for v in Employment]), max_size=2, unique=True),
        "sources": st.lists(st.sampled_from(["example", "paste", "elsewhere"]), max_size=2, unique=True),
        "salary_min": st.integers(0, 250_000),
        "skills": st.lists(st.sampled_from(["Python", "SQL", "Kubernetes", "nothing such"]), max_size=2, unique=True),
        "posted_after_days": st.integers(0, 40),
    },
)
QUERIES = ["", "engineer", "python data", "remote senior engineer $150k+", "nurse in berlin", '(("*:~^', "x" * 600]


def meets(job: dict[str, Any], filters: dict[str, Any], skills: set[str], today: str) -> bool:
    from datetime import date, timedelta

    held = {
        "location_type": job["location_type"], "company_size": job["company_size"], "level": job["level"],
        "employment": job["employment"], "sources": job["source"],
    }  # fmt: skip
    if any(filters.get(name) and value not in filters[name] for name, value in held.items()):
        return False
    if "salary_min" in filters:
        pay = job["salary"] or {}
        top = pay.get("yearly_maximum") or pay.get("yearly_minimum")
        if top is None or top < filters["salary_min"]:
            return False
    if "posted_after_days" in filters:
        oldest = date.fromisoformat(today) - timedelta(days=filters["posted_after_days"])
        if job["posted_date"] is None or date.fromisoformat(job["posted_date"]) < oldest:
            return False
    return set(filters.get("skills", [])) <= skills


async def _skills(container: Container, owner: Principal) -> dict[str, set[str]]:
    postings = await container.postings.after(owner, None, 1000)
    return {str(p.id): {wish.name for wish in p.understood.requirements.skills} for p in postings}


class TestSearch:
    @pytest.mark.acceptance("APP-09")
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        query=st.sampled_from(QUERIES), filters=FILTERS, sort=st.sampled_from(["relevance", "posted_date", "salary"])
    )
    async def test_filters_are_never_violated(
        self, client: httpx2.AsyncClient, container: Container, owner: Principal, query: str, filters: Any, sort: str
    ) -> None:
        wish = {"query": query, "filters": filters, "without": _ALL, "sort_by": sort, "limit": 100}
        body = await found(client, **wish)
        today, held = container.clock.now().date().isoformat(), await _skills(container, owner)
        ids = [job["id"] for job in body["jobs"]]
        assert len(ids) == len(set(ids)) == min(body["total"], 100)
        assert all(meets(job, filters, held[job["id"]], today) for job in body["jobs"]), filters
        if not query:  # then nothing that meets them may be missing
            everything = (await client.get("/api/v1/jobs?limit=100")).json()["items"]
            assert set(ids) == {job["id"] for job in everything if meets(job, filters, held[job["id"]], today)}

    @pytest.mark.acceptance("APP-09")
    async def test_the_shape_and_the_pages(self, client: httpx2.AsyncClient) -> None:
        for path in ("/api/v1/jobs/search", "/api/job-list/search"):
            wish = {"query": "engineer", "limit": 4, "page": 1, "sort_by": "relevance", "sort_order": "desc"}
            body = (await client.post(path, json=wish)).json()
            assert {"jobs", "total", "page", "pages", "cached", "scrape_status", "understood"} <= set(body)
            assert (body["page"], body["limit"], body["pages"]) == (1, 4, -(-body["total"] // 4))
            pages = [
                (await client.post(path, json=wish | {"page": n + 1})).json()["jobs"] for n in range(body["pages"])
            ]
            ids = [job["id"] for page in pages for job in page]
            assert len(ids) == len(set(ids)) == body["total"] > 8

    @pytest.mark.acceptance("APP-09")
    @pytest.mark.parametrize("order", ["asc", "desc"])
    @pytest.mark.parametrize("query", ["", "engineer"])
    async def test_sorted(self, client: httpx2.AsyncClient, query: str, order: str) -> None:
        body = await found(client, query=query, sort_by="posted_date", sort_order=order, limit=100)
        dates = [job["posted_date"] for job in body["jobs"]]
        known = [day for day in dates if day]
        assert len(set(known)) > 3
        assert known == sorted(known, reverse=order == "desc")
        assert dates == known + [None] * (len(dates) - len(known))

    @pytest.mark.acceptance("APP-10")
    async def test_what_was_understood_is_shown_and_can_be_switched_off(self, client: httpx2.AsyncClient) -> None:
        query = "remote ML engineer $150k+ startups"
        understood = (await found(client, query=query))["understood"]
        assert understood["filters"]["location_type"] == ["remote"]
        assert understood["filters"]["salary_min"] == 150_000
        assert "startup" in understood["filters"]["company_size"]
        assert all(reading["said"] in query and reading["reading"] for reading in understood["readings"])
        for reading in understood["readings"]:
            for name in (reading["field"], f"{reading['field']}:{reading['said']}"):
                off = (await found(client, query=query, without=[name]))["understood"]
                assert reading["field"] not in {item["field"] for item in off["readings"]}
                assert reading["field"] not in off["filters"]
                # Its words are searched for again, but for those that say nothing.
                assert len(off["text"]) >= len(understood["text"])
        # A given filter wins over what the words say.
        body = await found(client, query=query, filters={"location_type": ["onsite"]}, without=["company_size"])
        assert {job["location_type"] for job in body["jobs"]} <= {"onsite"}

    @pytest.mark.acceptance("RET-20")
    async def test_vectors_and_encoder_are_down(
        self, client: httpx2.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = await found(client, query="machine learning engineer")
        assert (whole["search_mode"], whole["degraded"]) == ("hybrid", [])
        async with lame_client(container, client, monkeypatch) as lame:
            body = await found(lame, query="machine learning engineer", include_match_scores=True)
        assert body["search_mode"] == "lexical"
        assert any(said.startswith("dense: ") for said in body["degraded"])
        assert body["jobs"][0]["match"]["overall"] is not None
        assert {job["id"] for job in body["jobs"][:3]} & {job["id"] for job in whole["jobs"][:5]}

    async def test_skills_by_name_or_id(self, client: httpx2.AsyncClient) -> None:
        named = await found(client, filters={"skills": ["python"]}, limit=100)
        assert named["total"] > 2
        detail = (await client.get(f"/api/v1/jobs/{named['jobs'][0]['id']}")).json()
        id = next(wish["skill_id"] for wish in detail["requirements"]["skills"] if wish["name"] == "Python")
        by_id = await found(client, filters={"skills": [id]}, limit=100)
        assert [job["id"] for job in by_id["jobs"]] == [job["id"] for job in named["jobs"]]

    async def test_posted_after(self, client: httpx2.AsyncClient) -> None:
        dates = sorted({job["posted_date"] for job in (await found(client, limit=100))["jobs"] if job["posted_date"]})
        body = await found(client, filters={"posted_after": dates[-3]}, limit=100)
        assert {job["posted_date"] for job in body["jobs"]} == set(dates[-3:])
        both = {"posted_after": dates[0], "posted_after_days": 3}
        assert (await client.post("/api/v1/jobs/search", json={"filters": both})).status_code == 422


class TestMatching:
    @pytest.mark.acceptance("MAT-10")
    @pytest.mark.parametrize("query", ["", "engineer"])
    async def test_sorted_by_match(self, client: httpx2.AsyncClient, query: str) -> None:
        wish = {"query": query, "sort_by": "match_score", "include_match_scores": True, "limit": 4}
        first = await found(client, **wish)
        pages = [(await found(client, **wish, page=n + 1))["jobs"] for n in range(first["pages"])]
        jobs = [job for page in pages for job in page]
        ids = [job["id"] for job in jobs]
        assert len(ids) == len(set(ids)) == first["total"] > 8
        scores = [job["match"]["overall"] for job in jobs]
        known = [score for score in scores if score is not None]
        assert known == sorted(known, reverse=True)
        assert scores == known + [None] * (len(scores) - len(known))
        assert len(set(known)) > 3
        again = [(await found(client, **wish, page=n + 1))["jobs"] for n in range(first["pages"])]
        assert [job["id"] for page in again for job in page] == ids
        up = await found(client, **wish | {"limit": 100, "sort_order": "asc"})
        rising = [job["match"]["overall"] for job in up["jobs"] if job["match"]["overall"] is not None]
        assert rising == sorted(rising)

    @pytest.mark.acceptance("MAT-10")
    async def test_scores_come_when_wanted(self, client: httpx2.AsyncClient) -> None:
        plain = await found(client, query="engineer")
        assert all(job["match"] is None for job in plain["jobs"])
        scored = await found(client, query="engineer", include_match_scores=True)
        assert [job["id"] for job in scored["jobs"]] == [job["id"] for job in plain["jobs"]]
        for job in scored["jobs"][:3]:
            match = (await client.get(f"/api/v1/jobs/{job['id']}/match")).json()
            assert match["overall"] == job["match"]["overall"]

    async def test_evidence_stands_where_it_says(self, client: httpx2.AsyncClient) -> None:
        best = (await client.get("/api/v1/jobs/recommendations?limit=1")).json()["items"][0]
        match = (await client.get(f"/api/v1/jobs/{best['id']}/match")).json()
        description = (await client.get(f"/api/v1/jobs/{best['id']}")).json()["description"]
        shown = [item for pair in match["evidence"] for item in pair["shown"]]
        assert shown
        for pair in match["evidence"]:
            if pair["asked"]:
                asked = pair["asked"]
                assert description[asked["start"] : asked["end"]] == asked["text"]
        for item in shown:
            facts = (await client.get(f"/api/v1/documents/{item['document_id']}/facts")).json()["items"]
            assert item["fact_id"] is None or item["fact_id"] in {fact["id"] for fact in facts}

    async def test_recommendations(self, client: httpx2.AsyncClient) -> None:
        for path in ("/api/v1/jobs/recommendations", "/api/job-list/recommendations"):
            body = (await client.get(f"{path}?limit=5")).json()
            assert len(body["items"]) == 5
            scores = [job["match"]["overall"] for job in body["items"]]
            assert scores == sorted(scores, reverse=True)
            assert all(job["match"]["sentence"] and job["match"]["evidence"] for job in body["items"])
            assert (await client.get(f"{path}?limit=5")).json() | {"items": []} == body | {"items": []}
            second = (await client.get(f"{path}?limit=5&page=2")).json()["items"]
            assert not {job["id"] for job in second} & {job["id"] for job in body["items"]}
            assert (await client.get(f"{path}?limit=0")).status_code == 422


_ALL = ["location_type", "company_size", "level", "employment", "sources", "salary_min", "skills", "location",
        "posted_after_days"]  # fmt: skip
