"""/admin: use, errors, log lines and who did what, for owners and admins; a page for nobody else."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.integration.web.pages import HTML, PART, Tab, words
from tests.rigs.product import Clients
from verivita.bootstrap import process
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import Settings
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token


@pytest.fixture(autouse=True)
def kept(settings: Settings) -> Iterator[None]:
    """This process keeps its lines."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    process.begin(settings.model_copy(update={"log_format": "json"}), "api")
    yield
    root.handlers[:], level = before
    root.setLevel(level)


@pytest.mark.acceptance("AN-01", "AN-03", "AN-08")
async def test_an_error_of_a_page_is_grouped_and_leads_to_its_lines(
    container: Container, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise KeyError("words of a person: anna@mail.example")

    with monkeypatch.context() as broken:
        broken.setattr(type(container.matching), "shortlist", fail)
        for number in range(3):
            answer = await tab.client.get("/jobs", headers={**HTML, "X-Request-ID": f"request-page-{number}"})
            assert answer.status_code == 500
    page = await tab.get("/admin")
    table = words(page, "#errors")
    assert "KeyError" in table
    assert "GET /jobs" in table
    assert "3" in words(page, "#errors td:nth-child(3)")
    way = page.css_first("#errors a").attributes["href"]
    assert way == "/admin?level=debug&request_id=request-page-2#lines"
    lines = words(await tab.get(way), "#lines")
    assert "page.failed" in lines
    assert "KeyError" in lines
    assert "request-page-1" not in lines
    assert "anna" not in (await tab.client.get("/admin?level=debug", headers=HTML)).text


@pytest.mark.acceptance("AN-03")
async def test_use_and_who_did_what(container: Container, tab: Tab, owner: Principal) -> None:
    await container.identity.create_key(owner, "one")
    page = await tab.get("/admin?level=error&role=ml&words=%3Cb%3E")
    assert "People" in words(page, "main")
    assert "key.made" in words(page, "#done")
    assert "None found" in words(page, "#lines")
    assert page.css_first("#words").attributes["value"] == "<b>"
    assert page.css_first("#level option[selected]").attributes["value"] == "error"
    assert page.css_first("nav [aria-current]").attributes["href"] == "/settings"
    assert "/admin" in {link.attributes["href"] for link in (await tab.get("/settings")).css("main a")}


async def test_lines_have_pages(tab: Tab) -> None:
    for number in range(120):
        logging.getLogger("verivita.x").warning("line number %d", number)
    page = await tab.get("/admin?level=warning&words=line")
    assert len(page.css("#lines tbody tr")) == 50
    older = [link.attributes["href"] for link in page.css("#lines p a")]
    page = await tab.get(older[0])
    assert "line number 69" in words(page, "#lines tbody tr")
    part = await tab.client.get("/admin?page=3&level=warning&words=line", headers={**HTML, **PART})
    assert "<html" not in part.text
    assert part.text.count("<tr>") == 21


@pytest.mark.security
@pytest.mark.acceptance("AN-03")
async def test_nobody_else_sees_it(clients: Clients, neighbour: Principal, nobody: Tab) -> None:
    client, secret = await clients.with_session(neighbour)
    theirs = Tab(client, csrf_token(secret))
    await theirs.get("/admin", status=403)
    assert "/admin" not in {link.attributes["href"] for link in (await theirs.get("/settings")).css("main a")}
    await nobody.get("/admin", status=401)
