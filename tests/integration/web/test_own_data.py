"""Privacy and people by forms alone: download, bring back, erase; ask in, come in, let somebody read."""

from __future__ import annotations

import io
import re
import zipfile

from tests.integration.web.conftest import Shelf
from tests.integration.web.pages import HTML, Tab, words
from tests.rigs.product import Clients
from verivita.entrypoints.http.auth import csrf_token


async def test_what_is_kept_comes_as_a_zip_and_goes_back(tab: Tab, shelf: Shelf) -> None:
    assert "1, with their original files" in words(await tab.get("/privacy"), "main")
    zipped = await tab.client.get("/privacy/export", headers=HTML)
    assert "papers/0001/original/ada.txt" in zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()
    back = await tab.send("/privacy/import", {}, files={"file": ("a.zip", zipped.content, "application/zip")})
    assert back.status_code == 200
    assert "1 papers and 1 postings were here already" in back.text
    wrong = await tab.send("/privacy/import", {}, files={"file": ("a.zip", b"hello", "application/zip")})
    assert wrong.status_code == 422
    assert "This is no archive of Verivita" in wrong.text


async def test_erasing_needs_the_word_and_then_leaves_nobody(tab: Tab, shelf: Shelf) -> None:
    wrong = await tab.send("/privacy/erase", {"word": "yes"})
    assert wrong.status_code == 422
    assert "nothing was erased" in wrong.text
    assert words(await tab.get(shelf.paper), "main")
    assert (await tab.sent("/privacy/erase", {"word": "erase"})).startswith("/enter")
    assert (await tab.client.get("/papers", headers=HTML)).status_code in (303, 401)


async def test_asking_in_coming_in_and_letting_somebody_read(tab: Tab, nobody: Tab, clients: Clients) -> None:
    made = await tab.send("/people/invite", {"email": "coach@school.example", "role": "coach"})
    token = re.search(r"/join\?token=([\w-]+)", made.text)
    assert token is not None
    page = await nobody.client.get(f"/join?token={token[1]}", headers=HTML)
    assert "You were asked in" in page.text
    entered = await nobody.client.post("/join", data={"token": token[1], "full_name": "Carla Coach"}, headers=HTML)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    coach = Tab(nobody.client, csrf_token(nobody.client.cookies["verivita_session"]))
    assert "Members" not in words(await coach.get("/people"), "main")
    again = await clients.nobody().post("/join", data={"token": token[1]}, headers=HTML)
    assert again.status_code == 422
    listed = await tab.get("/people")
    assert "Carla Coach" in words(listed, "main")
    to = listed.css_first("#to option").attributes["value"]
    assert await tab.sent("/people/consents", {"to": to, "shared": "papers"}) == "/people?did=shared#consents"
    assert "let me see Owner" in words(await coach.get("/people"), "main")
    end = (await tab.get("/people")).css_first("#consents form[action$='/end']").attributes["action"]
    await tab.sent(end, {})
    assert "let me see" not in words(await coach.get("/people"), "main")
    assert await tab.sent(f"/people/{to}/role", {"role": "admin"}) == "/people?did=role"
    assert await tab.sent(f"/people/{to}/standing", {"wanted": "out"}) == "/people?did=standing"
    assert (await coach.client.get("/people", headers=HTML)).status_code in (303, 401)
