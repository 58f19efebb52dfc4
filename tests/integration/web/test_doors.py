"""Who comes in, and who does not: the link, the session, other people's things; what is refused is in test_refusals."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.integration.web.conftest import Shelf
from tests.integration.web.pages import HTML, Tab, words
from tests.rigs.product import Clients
from verivita.bootstrap.container import Container
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token


@pytest.mark.security
async def test_the_token_of_another_session_is_refused(tab: Tab) -> None:
    answer = await tab.client.post("/settings/appearance", data={"csrf": csrf_token("other")}, headers=HTML)
    assert answer.status_code == 403


async def test_a_look_at_the_link_does_not_use_it_up_and_the_button_does(
    nobody: Tab, container: Container, owner: Principal
) -> None:
    secret = (await container.identity.owner_link(owner)).secret
    for _ in range(3):
        page = await nobody.get(f"/enter?token={secret}")
        assert page.css_first("form[action='/enter'][method='post'] input[name='token']").attributes["value"] == secret
    answer = await nobody.send("/enter", {"token": secret})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Start with your resume" in words(await nobody.get("/"))
    again = await nobody.client.get(f"/enter?token={secret}", headers=HTML)
    assert (again.status_code, again.headers["location"]) == (303, "/")


async def test_a_used_or_unknown_link_says_so(nobody: Tab, container: Container, owner: Principal) -> None:
    secret = (await container.identity.owner_link(owner)).secret
    await nobody.sent("/enter", {"token": secret})
    nobody.client.cookies.clear()
    for token in (secret, "unknown", ""):
        answer = await nobody.send("/enter", {"token": token})
        assert answer.status_code == 401
        assert "does not open anything" in answer.text
        assert "verivita link" in answer.text
    assert "verivita link" in words(await nobody.get("/enter"))


async def test_leaving_ends_the_session_for_good(tab: Tab) -> None:
    kept = dict(tab.client.cookies)
    assert await tab.sent("/leave") == "/enter"
    tab.client.cookies.update(kept)
    await tab.get("/", 401)


@pytest.mark.security
async def test_anothers_things_look_exactly_like_unknown_ones(
    clients: Clients, stranger: Principal, shelf: Shelf
) -> None:
    client, secret = await clients.with_session(stranger)
    other = Tab(client, csrf_token(secret))
    for mine in (shelf.paper, shelf.job):
        unknown = f"{mine.rsplit('/', 1)[0]}/{uuid4()}"
        pages = [(await other.get(path, 404)).html or "" for path in (mine, unknown)]
        ids = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
        assert ids.sub("", pages[0]) == ids.sub("", pages[1])
    assert (await other.send(f"{shelf.paper}/remove", {"sure": "1"})).status_code == 404
    assert (await other.send(f"{shelf.paper}/use", {"active": "0"})).status_code == 404


async def test_an_address_that_nothing_has_is_a_page_for_a_browser_and_a_problem_for_a_program(tab: Tab) -> None:
    assert words(await tab.get("/no/such/page", 404), "h1") == "There is nothing here"
    answer = await tab.client.get("/no/such/page", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    answer = await tab.client.get(f"/api/v1/jobs/{uuid4()}", headers=HTML)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_verb_is_a_page(tab: Tab) -> None:
    answer = await tab.client.put("/papers", headers={**HTML, "X-CSRF-Token": tab.token})
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith("text/html")


async def test_code_that_breaks_is_a_page_without_its_insides(
    tab: Tab, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(container.postings, "facets", broken)
    answer = await tab.client.get("/jobs", headers=HTML)
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret inside" not in answer.text


async def test_static_files_are_kept_by_the_browser(nobody: Tab) -> None:
    page = await nobody.get("/enter")
    sheet = page.css_first("link[rel='stylesheet']").attributes["href"] or ""
    answer = await nobody.client.get(sheet)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await nobody.client.get(sheet.split("?")[0])).headers["cache-control"] == "no-cache"
    assert (await nobody.client.get("/static/../app.py")).status_code == 404


async def test_pages_are_not_part_of_the_apis_description(tab: Tab) -> None:
    paths = (await tab.client.get("/openapi.json")).json()["paths"]
    assert not [path for path in paths if path.startswith(("/papers", "/jobs", "/settings", "/enter", "/example"))]


async def test_every_page_forbids_foreign_scripts_and_caches(tab: Tab, shelf: Shelf) -> None:
    for path in ("/", "/jobs", shelf.job, "/enter?token=x"):
        answer = await tab.client.get(path, headers=HTML)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
