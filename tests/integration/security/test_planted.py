"""What proves who somebody is, and what they say, lies nowhere in clear: data, WAL, logs, metrics, dumps, traces."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.identity.opened import Opened, open_settings
from tests.integration.library.test_sealing import found_in, spellings
from tests.rigs.collector import Collector, collector
from verivita.bootstrap import backup as backups
from verivita.bootstrap import database, process
from verivita.bootstrap.container import build
from verivita.bootstrap.settings import Settings
from verivita.bootstrap.tracing import TraceSettings
from verivita.core.clock import SteppedClock, SystemClock
from verivita.features.identity import NOBODY
from verivita.kit import traces
from verivita.kit.metrics import METRICS

MAIL, OTHER_MAIL = "ottilie.brandwag@planted-mail.example", "second.brandwag@planted-mail.example"
NAME, PASSWORD = "Ottilie Brandwag", "planted battery staple 97"
SENTENCE = "Which of my nineteen lighthouse ledgers should I mention"
MODEL_KEY = "-".join(("sk", "proj", "Pl4ntedKeyOfAProvider0123456789"))


@pytest.fixture
def told() -> Iterator[Collector]:
    """Where traces go; and the logging of this process is put back."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    with collector() as made:
        yield made
        traces.close()
    root.handlers[:], level = before
    root.setLevel(level)


async def live(settings: Settings, url: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Come in by code and by password, stay, ask, keep keys, fail: every secret that was seen, by what it is."""
    container = build(settings, url, wait=30)
    try:
        owner = await container.identity.owner(NOBODY)
        place = Opened(container, SteppedClock(SystemClock().now()))
        secrets = {"e-mail": MAIL, "other e-mail": OTHER_MAIL, "name": NAME, "password": PASSWORD}
        secrets |= {"sentence": SENTENCE, "key of a provider": MODEL_KEY, "wrong password": f"{PASSWORD}!"}
        secrets["link"] = (await container.identity.owner_link(owner)).secret
        async with place.browser() as browser:
            assert (await browser.post("/auth/guest")).is_success
            assert (await browser.post("/auth/email", json={"email": MAIL})).is_success
            secrets["code"] = place.code(MAIL)
            wrong = f"{(int(secrets['code']) + 1) % 10**6:06d}"
            assert (await browser.post("/auth/verify", json={"email": MAIL, "code": wrong})).is_client_error
            entered = await browser.post("/auth/verify", json={"email": MAIL, "code": secrets["code"]})
            assert entered.is_success, entered.text
            secrets |= {name: entered.json()[name] for name in ("access_token", "refresh_token")}
            secrets |= {f"cookie {name}": value for name, value in browser.cookies.items()}
        async with place.browser() as browser:
            new = {"email": OTHER_MAIL, "password": PASSWORD, "full_name": NAME}
            assert (await browser.post("/auth/signup", json=new)).is_success
            for password in (f"{PASSWORD}!", PASSWORD):
                await browser.post("/auth/login", json={"email": OTHER_MAIL, "password": password})
        key = await container.identity.create_key(owner, "planted")
        secrets["key"] = key.secret
        async with place.browser(headers={"Authorization": f"Bearer {key.secret}"}) as browser:
            assert (await browser.put("/api/v1/settings", json={"keys": {"openai": MODEL_KEY}})).is_success
            assert (await browser.put("/api/v1/settings", json={"keys": {"openai": None}})).is_success
            assert (await browser.post("/api/v1/chat", json={"message": SENTENCE})).is_success
            assert (await browser.post("/api/v1/search", json={"query": SENTENCE})).is_success

            async def fail(*_: object) -> None:
                raise ValueError(" ".join(secrets.values()))

            with monkeypatch.context() as broken:
                broken.setattr(type(container.tasks), "recent", fail)
                assert (await browser.get("/api/v1/tasks")).status_code == 500
        await container.worker().run(wait=False)
        return secrets
    finally:
        await container.aclose()


def looked_through(folder: Path, secrets: dict[str, str]) -> dict[str, str]:
    """File -> which secret is in it. A code has six digits: they count where no more digits stand beside them."""
    long = {needle: name for name, text in secrets.items() if name != "code" for needle in spellings(text)}
    code = re.compile(rb"(?<![0-9a-fA-F.:-])" + secrets["code"].encode() + rb"(?![0-9a-fA-F.-])")
    files = [path for path in folder.rglob("*") if path.is_file()]
    codes = {str(path.relative_to(folder)): "code" for path in files if code.search(path.read_bytes())}
    return found_in(folder, long) | codes


@pytest.mark.security
@pytest.mark.timeout(900)
@pytest.mark.acceptance("SEC-02", "AN-05")
def test_no_secret_of_a_person_is_anywhere(
    tmp_path: Path, told: Collector, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = open_settings(tmp_path / "data").model_copy(update={"traces": TraceSettings(url=told.url)})
    process.begin(settings.model_copy(update={"log_format": "json"}), "api")
    found = database.locate(settings)
    assert found.server is not None
    try:
        secrets = asyncio.run(live(settings, found.url, monkeypatch))
        backups.back_up(settings, found, settings.data_dir / "kept", tmp_path / "kept.keys.json")
        (settings.data_dir / "metrics.txt").write_bytes(METRICS.render())
        traces.close()
        (settings.data_dir / "traces.txt").write_bytes(b"\n".join(told.raw))
        with psycopg.connect(found.url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
        running = looked_through(settings.data_dir, secrets)
    finally:
        found.server.stop()
    assert running == {}
    assert looked_through(settings.data_dir, secrets) == {}
    said = capfd.readouterr()
    assert [name for name, text in secrets.items() if text in said.out + said.err] == []
    # There was something to look through: lines of the requests, the failed one too, and spans.
    lines = (settings.logs_dir / "api.jsonl").read_text()
    assert '"request.failed"' in lines
    assert "ValueError" in lines
    assert {"POST /auth/verify", "POST /auth/login"} <= {span.name for span in told.spans}
    assert len(secrets) >= 12
