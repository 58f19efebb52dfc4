"""Jobs by forms alone: add, import, search, look at one; with a paper and without."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256

import pytest

from tests.integration.web.conftest import Shelf
from tests.integration.web.pages import PART, POSTING, RESUME, Tab, words
from verivita.bootstrap.container import Container
from verivita.core.errors import Unavailable

Work = Callable[[], Awaitable[None]]
HOSTILE = "<script>alert(1)</script>\"'&"


def record(n: int, **changes: object) -> dict[str, object]:
    # Words that no other record has: texts that are nearly alike would be taken for the same job.
    strange = " ".join(sha256(f"{n} {i}".encode()).hexdigest()[:7] for i in range(40))
    return {
        "id": f"r{n}",
        "title": f"Data Engineer {n}",
        "company": "Copper Lantern",
        "description": f"About us: {strange}.\nRequirements:\n- Python\n- Apache Kafka",
        "location": "Remote, US",
        "url": f"https://jobs.example/{n}",
        **changes,
    }


async def bring(tab: Tab, work: Work, *records: dict[str, object]) -> str:
    lines = "\n".join(json.dumps(item) for item in records).encode()
    place = await tab.sent("/jobs/import", files={"file": ("many.jsonl", lines, "application/jsonl")})
    await work()
    return place


async def test_an_empty_installation_names_the_first_step(tab: Tab) -> None:
    page = await tab.get("/jobs")
    assert "No jobs yet" in words(page)
    assert page.css_first("a[href='/jobs/add']") is not None
    assert page.css_first("a[href='/example']") is not None


async def test_a_pasted_posting_is_kept_once(tab: Tab) -> None:
    place = await tab.sent("/jobs/add", {"text": POSTING})
    assert place.endswith("?did=added")
    page = await tab.get(place)
    assert "Senior Data Engineer" in words(page, "h1")
    assert "The posting is kept here." in words(page, "#toasts")
    again = await tab.sent("/jobs/add", {"text": POSTING})
    assert again == place.replace("added", "known")


async def test_a_title_given_apart_is_taken(tab: Tab) -> None:
    place = await tab.sent("/jobs/add", {"text": "Requirements:\n- Python", "title": "Lamp Keeper", "company": "Wick"})
    assert "Lamp Keeper" in words(await tab.get(place), "h1")


async def test_nothing_pasted_keeps_the_words_and_names_the_field(tab: Tab) -> None:
    answer = await tab.send("/jobs/add", {"text": "  ", "company": HOSTILE})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert" not in answer.text
    assert "A file of many" in words(await tab.get("/jobs/add"))


async def test_an_import_is_watched_and_reported(tab: Tab, work: Work) -> None:
    lines = "\n".join([json.dumps(record(1)), json.dumps(record(2)), "{broken"]).encode()
    place = await tab.sent("/jobs/import", files={"file": ("many.jsonl", lines, "application/jsonl")})
    block = (await tab.get(place)).css_first("#import-block")
    assert (await tab.client.get(block.attributes["data-status"])).json()["status"] == "running"
    assert "An import is running" in words(await tab.get("/jobs"))
    await work()
    stream = (await tab.client.get(block.attributes["data-events"])).text
    assert '"status": "succeeded"' in stream
    page = await tab.get(block.attributes["data-next"])
    assert "read 3 new 2 refused 1" in words(page, ".stats")
    assert "line 3" in words(page, "table")
    part = (await tab.client.get(place, headers=PART)).text
    assert "<html" not in part


async def test_a_file_that_holds_nothing_is_refused_at_its_place(tab: Tab) -> None:
    answer = await tab.send("/jobs/import", files={"file": ("empty.csv", b"", "text/csv")})
    assert answer.status_code == 422
    assert "This file is empty" in answer.text
    assert (await tab.send("/jobs/import")).status_code == 422


async def test_without_a_paper_the_list_asks_for_one(tab: Tab, work: Work) -> None:
    await bring(tab, work, record(1))
    page = await tab.get("/jobs")
    assert "Drop a resume to see how you stand" in words(page)
    assert "by posted" in words(page)
    assert "Drop a resume to see how you stand" in words(await tab.get(job_of(page)))


def job_of(page: object, n: int = 0) -> str:
    return page.css(".row-link")[n].attributes["href"]  # type: ignore[attr-defined, no-any-return]


async def test_with_a_paper_the_list_is_ranked_and_explained(tab: Tab, shelf: Shelf, work: Work) -> None:
    far = record(3, title="Florist", description="Arrange flowers.\nRequirements:\n- Floristry\n- Driving licence")
    await bring(tab, work, far)
    page = await tab.get("/jobs")
    assert "by match" in words(page)
    numbers = [int(node.text()) for node in page.css(".row .band .num")]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 2
    first = words(page, ".row")
    assert "Senior Data Engineer" in first
    assert "skill" in first or "must-have" in first
    assert "Must-haves" in words(page, "#preview")


async def test_a_job_shows_both_texts_and_their_places(tab: Tab, shelf: Shelf) -> None:
    page = await tab.get(shelf.job)
    pairs = {words(node, "h3"): node for node in page.css(".pair")}
    pair = pairs["Kafka"]
    assert "PostgreSQL and Apache Kafka are required" in pair.text()
    assert "Moved nightly loads to Apache Kafka" in pair.text()
    link = pair.css_first("figure.yours a")
    assert "ada, line" in link.text()
    lit = await tab.get(str(link.attributes["href"]).split("#")[0])
    assert "Apache Kafka" in words(lit, ".pline[data-state='on']")
    kept = await tab.get(f"{shelf.job}/posting")
    assert "Nice to have" in words(kept, ".posting")
    assert kept.css_first(".posting a.lit") is not None
    assert "Collaboration" in words(kept, "#self + dl")
    assert "A close-knit team" in words(kept, "#self + dl")


async def test_the_preview_is_a_part(tab: Tab, shelf: Shelf) -> None:
    part = (await tab.client.get(f"{shelf.job}/preview", headers=PART)).text
    assert "<html" not in part
    assert "How you stand, in full" in part


async def test_the_way_back_is_the_very_list(tab: Tab, shelf: Shelf) -> None:
    came = {"referer": "http://localhost:8080/jobs?q=data&page=2"}
    page = await tab.get(shelf.job, **came)
    assert page.css_first(".crumb a").attributes["href"] == "/jobs?q=data&page=2"
    page = await tab.get(shelf.job, referer="https://evil.example/jobs?q=data")
    assert page.css_first(".crumb a").attributes["href"] == "/jobs"


async def test_a_search_says_what_it_understood_and_each_word_can_be_taken_out(tab: Tab, shelf: Shelf) -> None:
    page = await tab.get("/jobs?q=remote+kafka&level=senior")
    understood = {node.css_first(".said").text(): node for node in page.css(".understood")}
    away = str(understood["remote"].css_first("a").attributes["href"])
    assert away == "/jobs?q=kafka&level=senior"
    left = await tab.get(away)
    assert left.css_first("#q").attributes["value"] == "kafka"
    assert "by relevance" in words(page)


async def test_nothing_found_says_which_condition_stands_in_the_way(tab: Tab, shelf: Shelf) -> None:
    page = await tab.get("/jobs?level=intern&q=remote")
    assert "Nothing found" in words(page)
    assert "Without “Level: intern” there is 1 job." in words(page)
    assert page.css_first(".empty .btn-primary").attributes["href"] == "/jobs?q=remote"
    page = await tab.get("/jobs?level=intern&q=hybrid+kafka")
    assert "“kafka” alone finds 1 job." in words(page)
    assert "past the end" in words(await tab.get("/jobs?page=99"))


async def test_htmx_gets_the_list_alone(tab: Tab, shelf: Shelf) -> None:
    part = (await tab.client.get("/jobs?q=kafka", headers=PART)).text
    assert "<html" not in part
    assert part.strip().startswith('<div class="stack" id="results">')


async def test_odd_addresses_are_searches_too(tab: Tab, shelf: Shelf) -> None:
    odd = "/jobs?q=%3Cscript%3Ealert(1)%3C/script%3E&level=boss&sort=luck&page=-1&posted=9&company_size=&sources=x"
    answer = await tab.client.get(odd, headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


async def test_sources_are_a_filter_where_there_are_several(tab: Tab, shelf: Shelf, work: Work) -> None:
    await bring(tab, work, record(1))
    page = await tab.get("/jobs")
    values = [node.attributes["value"] for node in page.css("input[name='sources']")]
    assert len(values) == 2
    one = await tab.get(f"/jobs?sources={values[0]}")
    assert len(one.css(".row")) == 1


async def test_long_lists_have_pages_that_keep_the_search(tab: Tab, work: Work) -> None:
    await bring(tab, work, *(record(n) for n in range(1, 24)))
    page = await tab.get("/jobs?sort=posted_date")
    total = int(words(page, "#results [role=status] b").split()[0])
    assert total > 20
    following = page.css_first("a[rel='next']").attributes["href"]
    assert following == "/jobs?sort=posted_date&page=2"
    assert len((await tab.get(following)).css(".row")) == total - 20


async def test_hostile_postings_are_only_text(tab: Tab, work: Work) -> None:
    await bring(tab, work, record(1, title=HOSTILE, company=HOSTILE, url="javascript:alert(1)", location=HOSTILE))
    page = await tab.get("/jobs")
    for path in ("/jobs", job_of(page), f"{job_of(page)}/posting", f"{job_of(page)}/preview"):
        answer = await tab.client.get(path, headers={"Accept": "text/html"})
        assert "<script>alert" not in answer.text
        assert 'href="javascript:' not in answer.text


async def test_a_leg_that_is_down_is_named(
    tab: Tab, shelf: Shelf, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object, **__: object) -> None:
        raise Unavailable("ml_down", "The ML service does not answer.")

    monkeypatch.setattr(type(container.embedder), "embed", down)
    page = await tab.get("/jobs?q=kafka+engineer")
    assert "Search by meaning is down" in words(page, ".note-weak")
    assert page.css(".row")


async def test_scores_that_are_still_being_computed_are_said(tab: Tab, work: Work, container: Container) -> None:
    await bring(tab, work, record(1))
    await tab.sent("/papers", {"kind": "resume"}, files={"file": ("ada.txt", RESUME.encode(), "text/plain")})
    assert words(await tab.get("/jobs"), "#results").startswith("A paper is being read")
    await work()
    assert "being" not in words(await tab.get("/jobs"), "#results")
