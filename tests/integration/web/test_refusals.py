"""What every address refuses: people without a session, forged forms, things that are not there.

Nothing is changed by a request that is refused, so that one product serves the whole module.
"""

from __future__ import annotations

import pytest
import pytest_asyncio

from tests.contract.api.conftest import clients, container, owner, product_url, settings
from tests.integration.web.pages import HTML, Tab, words
from tests.rigs.product import Clients
from verivita.core.principal import Principal
from verivita.entrypoints.http.auth import csrf_token

__all__ = ["clients", "container", "owner", "product_url", "settings"]
pytestmark = pytest.mark.asyncio(loop_scope="module")
ID = "01890000-0000-7000-8000-000000000000"
READS = [
    "/", "/example", "/papers", f"/papers/{ID}", f"/papers/{ID}/events", f"/papers/{ID}/status", "/jobs", "/jobs/add",
    f"/jobs/{ID}", f"/jobs/{ID}/posting", f"/jobs/{ID}/preview", f"/jobs/import/{ID}", f"/jobs/import/{ID}/events",
    f"/jobs/import/{ID}/status", "/settings", "/settings/second-step",
]  # fmt: skip
WRITES = [
    "/leave", "/example", "/example/remove", "/papers", f"/papers/{ID}/use", f"/papers/{ID}/read",
    f"/papers/{ID}/remove", "/jobs/add", "/jobs/import", "/settings/wishes", "/settings/appearance", "/settings/keys",
    f"/settings/keys/{ID}/drop", "/settings/second-step/begin", "/settings/second-step/confirm",
    "/settings/second-step/off",
]  # fmt: skip
OF_ONE_THING = [path for path in READS if ID in path]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(clients: Clients, owner: Principal) -> Tab:
    """The owner's browser."""
    client, secret = await clients.with_session(owner)
    return Tab(client, csrf_token(secret))


@pytest.fixture
def nobody(clients: Clients, owner: Principal) -> Tab:
    """A browser without a session."""
    return Tab(clients.nobody())


@pytest.mark.parametrize("path", READS)
async def test_without_a_session_a_page_is_the_door(nobody: Tab, path: str) -> None:
    page = await nobody.get(path, 401)
    assert "verivita link" in words(page)
    assert page.css_first("nav") is None


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.security
async def test_without_a_session_nothing_is_taken(nobody: Tab, path: str) -> None:
    assert (await nobody.send(path)).status_code == 401


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.security
async def test_a_forged_form_is_refused(tab: Tab, path: str) -> None:
    for data in ({}, {"csrf": "0" * 64}):
        answer = await tab.client.post(path, data=data, headers=HTML)
        assert answer.status_code == 403
        assert "token is missing or old" in answer.text
    foreign = await tab.client.post(path, data={"csrf": tab.token}, headers={**HTML, "Origin": "https://evil.example"})
    assert foreign.status_code == 403


@pytest.mark.parametrize("path", OF_ONE_THING)
@pytest.mark.security
async def test_an_unknown_id_and_a_broken_one_are_the_same_page(tab: Tab, path: str) -> None:
    unknown = await tab.get(path, 404)
    assert words(unknown, "h1") == "There is nothing here"
    assert words(await tab.get(path.replace(ID, "not-an-id"), 404), "h1") == "There is nothing here"
    assert unknown.css_first("nav") is not None


@pytest.mark.parametrize("path", [path for path in WRITES if ID in path])
@pytest.mark.security
async def test_writing_to_an_unknown_thing_is_404(tab: Tab, path: str) -> None:
    assert (await tab.send(path)).status_code == 404
