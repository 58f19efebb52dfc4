"""Settings by forms alone: wishes, appearance, keys."""

from __future__ import annotations

import re

from tests.integration.web.conftest import Shelf
from tests.integration.web.pages import HTML, PART, Tab, words

WISHES = {
    "location_types": ["remote", "hybrid"],
    "countries": "us, CA us",
    "minimum_pay": "150,000",
    "currency": "USD",
    "needs_visa": "yes",
    "max_travel_share": "12.5 %",
}


async def test_wishes_are_kept_and_checked_against_a_job(tab: Tab, shelf: Shelf) -> None:
    assert await tab.sent("/settings/wishes", WISHES) == "/settings?did=wishes#wishes"
    page = await tab.get("/settings?did=wishes")
    assert page.css_first("#w-countries").attributes["value"] == "US, CA"
    assert page.css_first("#w-minimum_pay").attributes["value"] == "150000"
    assert page.css_first("#w-max_travel_share").attributes["value"] == "12.5"
    assert len(page.css("input[name='location_types'][checked]")) == 2
    assert "Your wishes are saved." in words(page, "#toasts")
    assert "Visa help" in words(await tab.get(shelf.job), "main")


async def test_wrong_wishes_keep_the_words_and_change_nothing(tab: Tab) -> None:
    await tab.sent("/settings/wishes", WISHES)
    for wrong, said in (({"minimum_pay": "lots"}, "not a number"), ({"countries": "USA"}, "two-letter")):
        answer = await tab.send("/settings/wishes", {**WISHES, **wrong})
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{next(iter(wrong.values()))}"' in answer.text
    assert (await tab.get("/settings")).css_first("#w-minimum_pay").attributes["value"] == "150000"


async def test_numbers_that_are_none_are_refused(tab: Tab) -> None:
    for odd in ("nan", "inf", "1e400", "-5"):
        assert (await tab.send("/settings/wishes", {**WISHES, "minimum_pay": odd})).status_code == 422
        assert (await tab.send("/settings/wishes", {**WISHES, "max_travel_share": odd})).status_code == 422


async def test_htmx_gets_the_form_and_a_toast(tab: Tab) -> None:
    headers = {**HTML, **PART, "X-CSRF-Token": tab.token}
    answer = await tab.client.post("/settings/wishes", data=WISHES, headers=headers)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'value="US, CA"' in answer.text
    assert 'hx-swap-oob="beforeend:#toasts"' in answer.text
    answer = await tab.client.post("/settings/wishes", data={**WISHES, "minimum_pay": "x"}, headers=headers)
    assert answer.status_code == 422
    assert answer.text.strip().startswith("<section")


async def test_appearance_is_kept(tab: Tab) -> None:
    await tab.sent("/settings/appearance", {"theme": "dark"})
    page = await tab.get("/settings")
    assert page.css_first("html").attributes["data-theme"] == "dark"
    assert page.css_first("body").attributes["data-single-keys"] == "off"
    await tab.sent("/settings/appearance", {"theme": "", "single_keys": "1"})
    page = await tab.get("/settings")
    assert "data-theme" not in page.css_first("html").attributes
    assert (await tab.send("/settings/appearance", {"theme": "pink"})).status_code == 422


async def test_a_key_is_shown_once_works_and_ends(tab: Tab) -> None:
    made = await tab.send("/settings/keys", {"name": "<b>script</b>"})
    assert made.status_code == 200
    assert "<b>script</b>" not in made.text
    secret = re.search(r'class="args"[^>]*>([^<]+)<', made.text)
    assert secret is not None
    bearer = {"Authorization": f"Bearer {secret[1]}"}
    session = dict(tab.client.cookies)
    tab.client.cookies.clear()
    assert (await tab.client.get("/api/v1/keys", headers=bearer)).status_code == 200
    tab.client.cookies.update(session)
    page = await tab.get("/settings")
    assert secret[1] not in (page.html or "")
    await tab.sent(str(page.css_first("#api-keys table form").attributes["action"]))
    tab.client.cookies.clear()
    assert (await tab.client.get("/api/v1/keys", headers=bearer)).status_code == 401
    tab.client.cookies.update(session)
    assert (await tab.send("/settings/keys", {"name": " "})).status_code == 422
