"""`verivita identity` in a process of its own, and an API that asks it who calls."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request

import httpx2
import pytest

from tests.integration.identity.opened import open_settings
from tests.rigs.valkey import free_port
from verivita.bootstrap.container import build
from verivita.entrypoints import asgi
from verivita.entrypoints.http.auth import csrf_token
from verivita.features.identity import NOBODY

PAPER = {"title": "Notes", "content": "I kept the books of a bakery."}


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/live", timeout=1) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture
def alone(product_url, tmp_path):
    """The address of an identity process over the same database and key."""
    port = free_port()
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "DATABASE_URL": product_url,
        "VERIVITA_DATA_DIR": str(tmp_path),
        "VERIVITA_EMBEDDER": "hashing",
        "VERIVITA_SIGN_IN": "open",
        "VERIVITA_IDENTITY__MAIL": "memory",
        "VERIVITA_IDENTITY__PORT": str(port),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    process = subprocess.Popen([sys.executable, "-m", "verivita", "identity"], env=env, cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None
            if answers(url):
                break
            time.sleep(0.1)
        yield url, process
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.acceptance("ID-03")
async def test_the_api_asks_the_identity_process(product_url, tmp_path, alone):
    url, process = alone
    container = build(open_settings(tmp_path, url=url), product_url)
    transport = httpx2.ASGITransport(asgi.build(container), raise_app_exceptions=False)

    def client(**options):
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080", **options)

    try:
        owner = await container.identity.owner(NOBODY)
        async with httpx2.AsyncClient(base_url=url) as identity:
            assert (await identity.get("/api/v1/jobs")).status_code == 404
            guest = (await identity.post("/auth/guest")).json()
            cookie = identity.cookies["identity_id"]
        async with client(cookies={"identity_id": cookie}) as browser:
            assert (await browser.get("/auth/state")).json()["id"] == guest["id"]
            assert (await browser.post("/api/v1/documents", json=PAPER)).status_code == 201
            assert (await browser.post("/api/v1/documents", json=PAPER)).json()["code"] == "email_required"
            foreign = {"Origin": "https://evil.example"}
            assert (await browser.post("/api/v1/documents", json=PAPER, headers=foreign)).json()["code"] == "csrf"
        session = await container.identity.open_session(owner)
        async with client(cookies={"verivita_session": session.secret}) as browser:
            assert (await browser.get("/auth/me")).json()["role"] == "owner"
            assert (await browser.post("/api/v1/documents", json=PAPER)).json()["code"] == "csrf"
            form = {"X-CSRF-Token": csrf_token(session.secret)}
            assert (await browser.post("/api/v1/documents", json=PAPER, headers=form)).status_code == 201
        token = (await container.sign_in.access.issue(owner)).access_token
        key = (await container.identity.create_key(owner, "reader", ("read",))).secret
        async with client() as program:
            for secret, status in ((token, 200), (key, 200), (token[:-3] + "AAA", 401), ("x.y.z", 401)):
                head = {"Authorization": f"Bearer {secret}"}
                assert (await program.get("/auth/me", headers=head)).status_code == status
            read_only = {"Authorization": f"Bearer {key}"}
            assert (await program.post("/api/v1/documents", json=PAPER, headers=read_only)).status_code == 403
            process.terminate()
            process.wait(30)
            fresh = (await container.sign_in.access.issue(owner)).access_token
            gone = await program.get("/auth/me", headers={"Authorization": f"Bearer {fresh}"})
            assert gone.status_code == 503
    finally:
        await container.aclose()
