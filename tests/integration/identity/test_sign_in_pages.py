"""The pages of coming in, whole without JavaScript: a guest, the prompts, code, password, account."""

from __future__ import annotations

import re

import pytest

from tests.integration.identity.opened import PASSWORD

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAGE = {"Accept": "text/html"}


def browser_of(place, **options):
    return place.browser(headers=PAGE, follow_redirects=True, **options)


def token(page):
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    return found.group(1) if found else ""


def title(page):
    found = re.search(r"<title>(.*?) - Verivita</title>", page.text)
    return found.group(1) if found else ""


async def upload(browser, name, text, page):
    return await browser.post(
        "/papers", files={"file": (name, text.encode(), "text/markdown")}, data={"kind": "notes", "csrf": token(page)}
    )


@pytest.mark.acceptance("ID-12", "ID-13", "ID-14", "UI-02")
async def test_a_first_visit_makes_a_guest_and_leads_by_prompts_to_a_sign_in(place):
    async with browser_of(place) as browser:
        start = await browser.get("/")
        assert start.status_code == 200
        assert "identity_id" in browser.cookies
        assert (await browser.get("/auth/state")).json()["state"] == "guest"
        assert (await upload(browser, "one.md", "# One\n\nI kept bees.\n", start)).status_code == 200
        asked = await upload(browser, "two.md", "# Two\n\nI sold honey.\n", start)
        assert title(asked) == "Sign in by e-mail"
        assert "Your free try is used" in asked.text
        sent = await browser.post("/sign-in", data={"email": "pages@mail.example", "csrf": token(asked)})
        assert title(sent) == "Enter your code"
        assert "pages@mail.example" in sent.text
        again = await upload(browser, "two.md", "# Two\n\nI sold honey.\n", start)
        assert title(again) == "Enter your code"
        wrong = await browser.post("/sign-in/code", data={"email": "pages@mail.example", "code": "1"})
        assert wrong.status_code == 422
        assert "is not the code that was mailed last" in wrong.text
        code = place.code("pages@mail.example")
        done = await browser.post("/sign-in/code", data={"email": "pages@mail.example", "code": code})
        assert "Your address is proved" in done.text
        assert set(browser.cookies) == {"verivita_session"}
        assert (await upload(browser, "two.md", "# Two\n\nI sold honey.\n", done)).status_code == 200
        assert (await browser.get("/api/v1/documents")).json()["total"] == 2


@pytest.mark.acceptance("ID-14")
async def test_an_account_and_its_password(place):
    who = {"email": "form@mail.example", "password": PASSWORD}
    async with browser_of(place) as browser:
        made = await browser.post("/sign-in/account", data=who | {"full_name": "Fora Mull"})
        assert title(made) == "Enter your code"
        code = place.code("form@mail.example")
        await browser.post("/sign-in/code", data={"email": who["email"], "code": code})
        assert (await browser.get("/auth/me")).json()["full_name"] == "Fora Mull"
    async with browser_of(place) as browser:
        wrong = await browser.post("/sign-in/password", data=who | {"password": "wrong wrong"})
        assert wrong.status_code == 401
        assert "do not belong together" in wrong.text
        assert 'value="form@mail.example"' in wrong.text
        await browser.post("/sign-in/password", data=who)
        assert (await browser.get("/auth/me")).json()["state"] == "verified"


async def test_a_browser_without_cookies_does_not_go_round_in_a_circle(place):
    async with place.browser(headers=PAGE) as browser:
        first = await browser.get("/")
        assert (first.status_code, first.headers["location"]) == (303, "/?first=1")
        browser.cookies.clear()
        second = await browser.get("/?first=1")
        assert (second.status_code, second.headers["location"]) == (303, "/sign-in?why=cookies")


async def test_other_pages_lead_a_stranger_to_the_sign_in(place):
    async with place.browser(headers=PAGE) as browser:
        answer = await browser.get("/settings")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        part = await browser.get("/jobs", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in")


@pytest.mark.parametrize("email", ["", "x", "a@b", "a b@mail.example", "a@mail.example\nBcc: b@mail.example"])
async def test_what_is_no_address_is_told_at_its_field(place, email):
    async with browser_of(place) as browser:
        answer = await browser.post("/sign-in", data={"email": email})
        assert answer.status_code == 422
        assert 'id="f-email-error"' in answer.text


@pytest.mark.security
async def test_words_of_a_stranger_are_text(place):
    async with browser_of(place) as browser:
        answer = await browser.post("/sign-in/account", data={"email": '"><script>', "full_name": "<img src=x>"})
        assert "<script>" not in answer.text.split("</head>")[1]
        assert "<img" not in answer.text


async def test_where_only_the_owner_may_come_in_there_is_no_such_page(clients):
    async with clients.nobody() as browser:
        for path in ("/sign-in", "/sign-in/password", "/sign-in/account"):
            answer = await browser.get(path, headers=PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, "/enter")
        start = await browser.get("/", headers=PAGE)
        assert start.status_code == 401
        assert "verivita link" in start.text
