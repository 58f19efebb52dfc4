"""A real Chromium for journeys: found on this machine, a new profile each time, a visible skip when absent."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
AXE = Path(__file__).parent / "axe" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def find_chromium() -> str | None:
    """The browser's path: VERIVITA_CHROMIUM, else the first known name on the path; None when there is none."""
    given = os.environ.get("VERIVITA_CHROMIUM")
    if given:
        return given if Path(given).exists() else None
    return next((path for name in NAMES if (path := shutil.which(name))), None)


PREVIEW = "http://preview.invalid"
"""Where `serve` answers; the name never resolves, so that nothing else can."""


def serve(context: BrowserContext, pages: Mapping[str, str]) -> None:
    """Answer `PREVIEW`/NAME from rendered pages and /static/ from the package, with the real security policy.

    A page "NAME part" is what htmx gets when it asks for NAME.
    """
    from verivita.entrypoints.web.render import CSP, STATIC

    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = STATIC / path.removeprefix("/static/")
        name = path.strip("/")
        if "hx-request" in route.request.headers and f"{name} part" in pages:
            name += " part"
        if name in pages:
            headers = {"Content-Security-Policy": CSP, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=pages[name], headers=headers)
        elif path.startswith("/static/") and file.is_file():
            route.fulfill(body=file.read_bytes(), headers={"Content-Type": kinds.get(file.suffix, "text/plain")})
        else:
            route.fulfill(status=404, body="")

    context.route(f"{PREVIEW}/**", answer)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A started browser; each context in it is a new profile. `RuntimeError` when none is found."""
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    if path is None:
        raise RuntimeError("no Chromium found: install one, or set VERIVITA_CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The module's browser, or a skip that says why.

    Not the session's: as long as it is open, the driver's event loop runs in this thread, and no async test can.
    """
    if find_chromium() is None:
        pytest.skip("no Chromium here: install one, or set VERIVITA_CHROMIUM to its path")
    with chromium() as started:
        yield started


# Only what is violated comes back: the driver reads each answer value by value in Python.
AXE_RUN = """async tags => {
  const told = await axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']});
  return told.violations.map(rule => `${rule.id} (${rule.impact}): `
    + rule.nodes.slice(0, 4).map(node => node.html.slice(0, 160)).join(' | '));
}"""


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds on the open page, a line each: rule, impact, and the elements. The page's CSP stays on:
    the script runs in the page by the debugger, not as a tag."""
    page.evaluate(AXE.read_text("utf-8") + ";0")
    return list(page.evaluate(AXE_RUN, TAGS))
