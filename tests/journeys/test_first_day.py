"""The first day in a real browser on a real installation: link, resume, postings, a ranked list with its reasons."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.journeys.installation import installation
from tests.rigs.browser import axe_violations, browser
from tests.rigs.data import ROOT, data_dir, need

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, StorageState

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

LOOKS = ROOT / "artefacts" / "journey"
PATIENCE_MS = 240_000
"""How long a step may take on a busy machine before the test gives up; not a budget."""
COUNT = 60
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Day:
    """The installation after its first hour: signed in, one resume read, postings imported."""

    base: str
    state: StorageState
    paper: str
    job: str
    report: str


@contextmanager
def told(what: str) -> Iterator[None]:
    """Says how long a step took: a figure for people, not a condition."""
    start = time.monotonic()
    yield
    print(f"journey: {what}: {time.monotonic() - start:.1f} s")


def resume() -> Path:
    """A real two-column resume; the invented one where the real data is not here."""
    base = data_dir()
    real = base / "resumes" / "layouts" / "awesomecv_resume.pdf" if base else None
    if real is not None and real.exists():
        return real
    return Path(str(resources.files("verivita.features.library") / "data" / "demo" / "mina-tarrow-resume.pdf"))


def postings(folder: Path) -> tuple[Path, int]:
    """60 real postings; the invented ones, as many, where the real data is not here."""
    base = data_dir()
    real = base / "jobs" / "structured" / "postings.jsonl.gz" if base else None
    if real is None or not real.exists():
        data = resources.files("verivita.features.postings") / "data" / "demo" / "postings.jsonl"
        return Path(str(data)), COUNT
    with gzip.open(real, "rt", encoding="utf-8") as lines:
        kept = [line for _, line in zip(range(COUNT), lines, strict=False)]
    path = folder / "postings.jsonl"
    path.write_text("".join(kept), "utf-8")
    return path, len(kept)


def look(page: Page, name: str) -> None:
    """Keep a picture of the page for people."""
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LOOKS / f"{name}.png")


@pytest.fixture(scope="module")
def day(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("first-day")
    with told("from nothing to the link"):
        running = installation(folder)
        made = running.__enter__()
    try:
        context = browser.new_context(viewport=DESK)
        context.set_default_timeout(PATIENCE_MS)
        yield first_hour(context.new_page(), made.base, made.link, folder)
        context.close()
    finally:
        running.__exit__(None, None, None)


def first_hour(page: Page, base: str, link: str, folder: Path) -> Day:
    page.goto(base)
    assert page.title().startswith("Sign in")
    look(page, "1-door")
    page.goto(link)
    page.get_by_role("button", name="Open Verivita").click()
    page.wait_for_url(f"{base}/")
    look(page, "2-start")
    with told("resume given and read"):
        page.set_input_files("#file", resume())
        page.get_by_role("button", name="Read it").click()
        page.wait_for_selector("#coverage")
    paper = page.url.split("?")[0]
    look(page, "3-read")
    page.goto(f"{base}/jobs")
    page.get_by_role("link", name="Add a posting").first.click()
    file, count = postings(folder)
    with told(f"{count} postings imported"):
        page.set_input_files("#many-file", file)
        page.get_by_role("button", name="Import it").click()
        page.wait_for_selector(".stats")
    look(page, "4-imported")
    report = page.locator(".stats").inner_text()
    with told("every posting scored"):
        settled(page, f"{base}/jobs")
    look(page, "5-ranked")
    job = page.locator(".row-link").first.get_attribute("href")
    return Day(base, page.context.storage_state(), paper.removeprefix(base), str(job), report)


def settled(page: Page, url: str) -> None:
    """Load a list until it no longer says that something is still being computed."""
    for _ in range(PATIENCE_MS // 1000):
        page.goto(url)
        said = page.locator("#results").inner_text()
        if not re.search(r"still being|is running|being read", said) and page.locator(".row").count():
            return
        page.wait_for_timeout(1000)
    pytest.fail(f"the list did not settle: {said[:300]}")


@pytest.fixture
def page(browser: Browser, day: Day) -> Iterator[Page]:
    context = signed_in(browser, day)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def signed_in(browser: Browser, day: Day, **options: object) -> BrowserContext:
    context = browser.new_context(
        **{"viewport": DESK, **options},  # type: ignore[arg-type]
        base_url=day.base,
        storage_state=day.state,
    )
    context.set_default_timeout(PATIENCE_MS)
    return context


def test_the_import_adds_up(day: Day) -> None:
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", day.report)]
    assert numbers[0] == sum(numbers[1:])
    assert numbers[0] == COUNT


def test_the_list_is_ranked_and_explained(page: Page) -> None:
    page.goto("/jobs")
    numbers = [int(text) for text in page.locator(".row .band .num").all_inner_texts()]
    assert len(numbers) == 20
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) > 3
    assert "skill" in page.locator(".row-why").first.inner_text()
    assert page.locator("#preview h2").is_visible()


def test_a_job_shows_evidence_of_both_texts_and_leads_to_its_place(page: Page, day: Day) -> None:
    page.goto(day.job)
    pair = page.locator(".pair:has(figure.yours):has(figure:not(.yours))").first
    asked = pair.locator("figure:not(.yours) blockquote").inner_text()
    shown = pair.locator("figure.yours blockquote").first.inner_text()
    assert asked.strip()
    assert shown.strip()
    look(page, "6-job")
    pair.locator("figure.yours a").first.click()
    lit = page.locator(".pline[data-state='on']").first
    assert lit.is_visible()
    assert page.url.split("?")[0] == day.base + day.paper
    words = re.sub(r"\W+", "", shown)
    assert re.sub(r"\W+", "", lit.locator("h3, p").inner_text())[:12] in words or words[:12] in re.sub(
        r"\W+", "", page.locator(".pline[data-state='on']").all_inner_texts()[0]
    )
    look(page, "7-place")


def test_a_search_in_plain_words_is_understood_and_a_word_can_be_taken_out(page: Page) -> None:
    settled(page, "/jobs")
    page.fill("#q", "remote engineer posted last 60 days")
    page.wait_for_url("**/jobs?q=remote*")
    page.wait_for_selector(".understood:not(.understood-off)")
    before = page.locator(".understood:not(.understood-off)").count()
    look(page, "8-search")
    page.locator(".understood:not(.understood-off) a").first.click()
    page.wait_for_load_state()
    assert page.locator(".understood:not(.understood-off)").count() < before
    assert page.locator("#q").input_value() != "remote engineer posted last 60 days"


def test_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/settings")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url("**/jobs")
    page.wait_for_selector(".row")
    page.keyboard.press("j")
    page.keyboard.press("j")
    focused = page.evaluate("document.activeElement.href")
    page.wait_for_function("href => document.querySelector('#preview a[href]')?.href === href", arg=focused)
    page.keyboard.press("Enter")
    page.wait_for_url(focused)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('figure.yours a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/papers/**lit=**")
    page.keyboard.press("/")
    page.wait_for_url("**/jobs")
    page.keyboard.press("/")
    page.keyboard.type("manager")
    page.keyboard.press("Enter")
    page.wait_for_url("**/jobs?q=manager*")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys-dialog").is_visible()


def test_without_scripts_every_step_is_a_plain_page(browser: Browser, day: Day) -> None:
    context = signed_in(browser, day, java_script_enabled=False)
    page = context.new_page()
    page.goto("/jobs")
    page.fill("#q", "engineer")
    page.get_by_role("button", name="Search").click()
    assert "q=engineer" in page.url
    page.locator(".row-link").first.click()
    assert re.search(r"/jobs/[0-9a-f-]{36}$", page.url)
    page.goto("/settings")
    page.fill("#w-countries", "US, CA")
    page.get_by_role("button", name="Save wishes").click()
    assert page.locator("#w-countries").input_value() == "US, CA"
    assert "Your wishes are saved." in page.locator("#toasts").inner_text()
    context.close()


def places(day: Day) -> list[str]:
    return [
        "/",
        "/papers",
        day.paper,
        "/jobs",
        day.job,
        f"{day.job}/posting",
        "/jobs/add",
        "/settings",
        "/example",
        "/no",
    ]


# Each template is looked at in dark colours by tests/unit/web/test_in_a_browser.py.
@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.nightly)])
def test_no_accessibility_violation_anywhere(browser: Browser, day: Day, scheme: str) -> None:
    context = signed_in(browser, day, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for n, path in enumerate(places(day)):
        page.goto(path)
        look(page, f"page-{n}-{scheme}")
        found[path] = axe_violations(page)
    context.close()
    assert {path: what for path, what in found.items() if what} == {}


def test_a_phone_needs_no_sideways_scroll_and_has_no_violation(browser: Browser, day: Day) -> None:
    context = signed_in(browser, day, viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    wide, found = {}, {}
    for n, path in enumerate(places(day)):
        page.goto(path)
        look(page, f"page-{n}-phone")
        wide[path] = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found[path] = axe_violations(page)
    context.close()
    assert {path: by for path, by in wide.items() if by > 0} == {}
    assert {path: what for path, what in found.items() if what} == {}


@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.nightly)])
def test_papers_of_every_layout_are_read(page: Page, every: int) -> None:
    """Last, because it gives the papers of other people to this person."""
    folder = need("resumes/layouts")
    unread = {}
    for file in sorted(folder.glob("*.pdf"))[::every]:
        with told(f"{file.name} given and read"):
            page.goto("/papers")
            page.set_input_files("#file", file)
            page.get_by_role("button", name="Read it").click()
            page.wait_for_selector("#coverage, .note-bad")
        said = page.locator("#cov").inner_text() if page.locator("#cov").count() else ""
        understood, total = ([int(n.replace(",", "")) for n in re.findall(r"[\d,]+", said)] + [0, 0])[:2]
        print(f"journey: {file.name}: {json.dumps([understood, total])} lines understood")
        if not page.locator(".paper-lines").count() or understood * 2 < total:
            unread[file.name] = said or page.locator(".note-bad").inner_text()
    assert unread == {}
