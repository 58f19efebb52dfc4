"""The pages in a real Chromium, under the real security policy: keys, focus, drop, and no accessibility violation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.rigs.browser import PREVIEW, axe_violations, browser, serve
from tests.unit.web.sample_pages import states
from tests.unit.web.samples import SHELL
from verivita.entrypoints.web import render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = pytest.mark.browser
PAGES = {name: render.render(template, context) for name, (template, context) in states().items()}
PART = render.render_block("jobs.html", "results", states()["jobs-nothing"][1])


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    parts = {"jobs/00000000-0000-0000-0000-000000000065/preview": '<h2 id="swapped">Next job</h2>', "jobs part": PART}
    serve(context, {**PAGES, **parts})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert [text for text in complaints if "404" not in text] == []


def test_list_keys_move_choose_and_show_the_preview(page: Page) -> None:
    page.goto(f"{PREVIEW}/jobs")
    page.keyboard.press("j")
    rows = page.locator(".row")
    assert rows.nth(1).get_attribute("aria-current") == "true"
    assert rows.nth(0).get_attribute("aria-current") is None
    page.wait_for_selector("#preview #swapped")
    page.keyboard.press("k")
    assert rows.nth(0).get_attribute("aria-current") == "true"


def test_slash_goes_to_the_search_and_keys_stay_quiet_while_typing(page: Page) -> None:
    page.goto(f"{PREVIEW}/jobs")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("jk?")
    assert page.locator("#q").input_value() == "jk?"
    assert not page.locator("#keys-dialog").is_visible()
    page.wait_for_selector("#results .empty")
    assert "q=jk%3F" in page.url
    assert page.locator("#results").count() == 1
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "q"


def test_a_filter_searches_at_once(page: Page) -> None:
    page.goto(f"{PREVIEW}/jobs")
    page.locator("#sort").select_option("relevance")
    page.wait_for_selector("#results .empty")
    assert "sort=relevance" in page.url


def test_question_mark_shows_the_keys_and_escape_gives_the_focus_back(page: Page) -> None:
    page.goto(f"{PREVIEW}/jobs")
    link = page.locator(".row-link").nth(2)
    link.focus()
    page.keyboard.press("?")
    assert page.locator("#keys-dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys-dialog").is_visible()
    assert link.evaluate("node => node === document.activeElement")


def test_g_then_a_letter_goes_to_a_page(page: Page) -> None:
    page.goto(f"{PREVIEW}/library")
    page.keyboard.press("g")
    page.keyboard.press("j")
    page.wait_for_url(f"{PREVIEW}/jobs")


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.goto(f"{PREVIEW}/jobs")
    page.evaluate("document.body.dataset.singleKeys = 'off'")
    page.keyboard.press("j")
    assert page.locator(".row").nth(0).get_attribute("aria-current") == "true"


def test_a_drop_puts_the_file_into_the_form_and_sends_it(page: Page) -> None:
    page.goto(f"{PREVIEW}/start-empty")
    page.evaluate(
        """document.querySelector('form.drop').addEventListener('submit', event => {
        event.preventDefault(); window.sent = event.target.file.files[0].name; })"""
    )
    page.evaluate(
        """() => { const data = new DataTransfer(); data.items.add(new File(['x'], 'mine.txt'));
        const zone = document.querySelector('form.drop');
        zone.dispatchEvent(new DragEvent('dragover', {dataTransfer: data, bubbles: true, cancelable: true}));
        window.over = zone.dataset.state;
        zone.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"""
    )
    assert page.evaluate("[window.over, window.sent]") == ["over", "mine.txt"]


def test_the_place_of_a_field_is_lit_without_javascript(browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    serve(context, PAGES)
    page = context.new_page()
    page.goto(f"{PREVIEW}/start-read")
    page.locator(".read-at").first.click()
    assert page.url.endswith("#p1")
    assert page.locator("#p1:target").count() == 1
    context.close()


def test_the_policy_stops_a_script_that_got_in(browser: Browser) -> None:
    context = browser.new_context()
    serve(context, PAGES)
    page = context.new_page()
    page.goto(f"{PREVIEW}/job-hostile")
    stopped = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'window.ran = 1';
            document.body.append(script); })"""
    )
    assert stopped == "script-src-elem"
    assert page.evaluate("window.ran") is None
    context.close()


LOOKED_AT = [
    *((name, (1440, 900)) for name in ("start-empty", "start-read", "library", "jobs", "job", "job-posting")),
    *((name, (1440, 900)) for name in ("add-errors", "settings-errors", "error", "signin")),
    *((name, (390, 844)) for name in ("start-read", "jobs", "job")),
    *((name, (320, 640)) for name in ("settings-errors", "start-empty")),
]


@pytest.mark.parametrize(("name", "size"), LOOKED_AT)
def test_no_accessibility_violation_and_no_sideways_scroll(browser: Browser, name: str, size: tuple[int, int]) -> None:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if size[0] > 400 else "light"
    )
    serve(context, PAGES)
    page = context.new_page()
    page.goto(f"{PREVIEW}/{name}")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


def test_the_shell_of_the_samples_names_pages_that_exist() -> None:
    assert [item.href for item in SHELL.nav] == ["/", "/jobs", "/settings"]
