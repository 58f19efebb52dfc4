"""Papers by forms alone: give, watch, look, choose, erase; and the example person."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from tests.integration.web.conftest import Shelf
from tests.integration.web.pages import PART, RESUME, Tab, words

Work = Callable[[], Awaitable[None]]
HOSTILE = "<script>alert(1)</script>\"'&"


async def give(tab: Tab, name: str, data: bytes, kind: str = "resume") -> str:
    return await tab.sent("/papers", {"kind": kind}, files={"file": (name, data, "text/plain")})


async def test_first_visit_asks_for_a_resume(tab: Tab) -> None:
    page = await tab.get("/")
    form = page.css_first("form.drop")
    assert form.attributes["action"] == "/papers"
    assert form.attributes["enctype"] == "multipart/form-data"
    assert page.css_first("form[action='/example']") is not None
    assert "No papers yet" in words(await tab.get("/papers"))


async def test_a_paper_is_given_watched_and_shown(tab: Tab, work: Work) -> None:
    place = await give(tab, "ada.txt", RESUME.encode())
    page = await tab.get(place)
    block = page.css_first("#reading-block")
    assert "being read" in words(page)
    before = await tab.client.get(block.attributes["data-status"])
    assert before.json()["status"] == "running"
    await work()
    stream = await tab.client.get(block.attributes["data-events"])
    assert stream.headers["content-type"].startswith("text/event-stream")
    last = stream.text.strip().split("\n\n")[-1].splitlines()
    assert last[0] == "event: progress"
    assert json.loads(last[1].removeprefix("data: "))["status"] == "succeeded"
    page = await tab.get(place)
    assert "lines understood" in words(page)
    assert "Built Python services over PostgreSQL" in words(page, ".paper-lines")
    assert page.css_first("#reading-block") is None
    assert "Your resume, as we read it" in words(await tab.get("/"))


async def test_a_place_is_lit(tab: Tab, shelf: Shelf) -> None:
    start = RESUME.index("Moved nightly")
    page = await tab.get(f"{shelf.paper}?page=1&lit={start}-{start + 5}")
    assert "Moved nightly loads" in words(page, ".pline[data-state='on']")
    for broken in ("x", "5", "-", "9-x", "9" * 40 + "-1"):
        page = await tab.get(f"{shelf.paper}?page=zz&lit={broken}")
        assert page.css_first(".pline[data-state='on']") is None


async def test_the_same_file_again_is_the_paper_that_is_there(tab: Tab, shelf: Shelf) -> None:
    place = await give(tab, "copy.txt", RESUME.encode())
    assert place == f"{shelf.paper}?did=twin"
    assert "You gave this very file before" in words(await tab.get(place), "#toasts")


async def test_files_that_cannot_be_taken_say_why(tab: Tab) -> None:
    answer = await tab.send("/papers", {"kind": "resume"}, files={"file": ("empty.txt", b"", "text/plain")})
    assert answer.status_code == 422
    assert "This file is empty" in answer.text
    answer = await tab.send("/papers", {"kind": "resume"})
    assert answer.status_code == 422
    assert "No file was chosen" in answer.text
    big = b"x" * (25 * 2**20 + 1)
    answer = await tab.send("/papers", {"kind": "resume"}, files={"file": ("big.txt", big, "text/plain")})
    assert answer.status_code == 413
    assert "larger than 25 MB" in answer.text


async def test_a_file_that_cannot_be_read_says_why_and_may_be_erased(tab: Tab, work: Work) -> None:
    place = (await give(tab, "broken.pdf", b"%PDF-1.7 broken")).split("?")[0]
    await work()
    page = await tab.get(place)
    assert page.css_first(".note-bad") is not None
    assert page.css_first(f"form[action='{place}/remove']") is not None
    status = await tab.client.get(f"{place}/status")
    assert status.json()["status"] == "failed"


async def test_hostile_names_and_texts_are_only_text(tab: Tab, work: Work) -> None:
    place = await give(tab, f"{HOSTILE}.txt", f"{HOSTILE}\n{RESUME}".encode(), "no such kind")
    await work()
    for path in (place, "/", "/papers"):
        answer = await tab.client.get(path, headers={"Accept": "text/html"})
        assert "<script>alert" not in answer.text
    assert "alert(1)" in words(await tab.get(place), ".paper-lines")


async def test_htmx_gets_the_paper_alone(tab: Tab, shelf: Shelf) -> None:
    part = (await tab.client.get(shelf.paper, headers=PART)).text
    assert "<html" not in part
    assert 'id="paper"' in part
    assert "<html" in (await tab.client.get(shelf.paper, headers={**PART, "HX-Boosted": "true"})).text


async def test_a_paper_stops_counting_and_counts_again(tab: Tab, shelf: Shelf) -> None:
    assert "counts" in words(await tab.get("/papers"), "table")
    place = await tab.sent(f"{shelf.paper}/use", {"active": "0"})
    assert "no longer counts" in words(await tab.get(place), "#toasts")
    assert "Drop a resume to see how you stand" in words(await tab.get(shelf.job))
    await tab.sent(f"{shelf.paper}/use", {"active": "1"})
    assert "What they ask" in words(await tab.get(shelf.job))


async def test_a_paper_is_read_again(tab: Tab, shelf: Shelf, work: Work) -> None:
    place = await tab.sent(f"{shelf.paper}/read")
    assert "being read again" in words(await tab.get(place), "#toasts")
    await work()


async def test_erasing_asks_once_and_leaves_nothing(tab: Tab, shelf: Shelf) -> None:
    asked = await tab.send(f"{shelf.paper}/remove")
    assert asked.status_code == 200
    assert "This cannot be undone" in asked.text
    await tab.get(shelf.paper)
    assert await tab.sent(f"{shelf.paper}/remove", {"sure": "1"}) == "/papers?did=removed"
    await tab.get(shelf.paper, 404)


async def test_the_example_comes_says_what_it_is_stops_counting_and_goes(tab: Tab, work: Work) -> None:
    assert "Try with the example" in words(await tab.get("/example"))
    await tab.sent("/example")
    await work()
    for path in ("/", "/papers", "/jobs"):
        assert "This is an example person." in words(await tab.get(path), ".example")
    assert "Start with your resume" in words(await tab.get("/"))
    await give(tab, "ada.txt", RESUME.encode())
    await work()
    page = await tab.get("/papers")
    assert page.css_first(".example") is None
    assert words(page, "table").count("does not count") == 1
    assert page.css_first("form[action='/example/remove']") is not None
    assert await tab.sent("/example/remove") == "/?did=no-example"
    assert "example" not in words(await tab.get("/papers"), "table")
    assert "No jobs yet" in words(await tab.get("/jobs"))
