"""A token of a real Better Auth server on Node, taken by the same door as any other issuer's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.identity.opened import open_settings, opened

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.nightly, pytest.mark.timeout(1800)]
PACKAGE = "better-auth@1.7.6"
SCRIPT = Path(__file__).parents[2] / "rigs" / "better_auth.mjs"


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Better Auth with its JWT plugin: where it answers, and the token of a session."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("Node and npm are not here: Better Auth was not tried")
    folder = tmp_path_factory.mktemp("better-auth")
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    made = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=900, check=False)
    if made.returncode:
        pytest.skip(f"{PACKAGE} cannot be installed here: {made.stderr.strip()[-200:]}")
    shutil.copy(SCRIPT, folder)
    env = os.environ | {"BETTER_AUTH_SECRET": "J9x2mQ7vT4pL8sK1wZ6bN3cR5yH0gF-d", "BETTER_AUTH_TELEMETRY": "0"}
    process = subprocess.Popen([node, SCRIPT.name], cwd=folder, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


@pytest.mark.acceptance("ID-23")
async def test_a_session_of_better_auth_is_a_person_here(peer, open_url, tmp_path_factory):
    issuer = {"issuer": peer["url"], "algorithm": "EdDSA", "audience": peer["url"], "jwks_url": peer["jwks"]}
    settings = open_settings(tmp_path_factory.mktemp("peer"), issuers=[issuer])
    allow = [peer["url"].removeprefix("http://")]
    async for place in opened(settings.model_copy(update={"egress_allow": allow}), open_url):
        async with place.browser(headers={"Authorization": f"Bearer {peer['token']}"}) as program:
            said = (await program.get("/auth/me")).json()
            assert (said["full_name"], said["state"]) == ("Noda Peer", "verified")
            assert said["email"] is None  # Better Auth says itself that nobody has proved it
            assert (await program.get("/auth/me")).json() == said
        head, body, mark = peer["token"].split(".")
        other = ("A" if mark[0] != "A" else "B") + mark[1:]
        async with place.browser(headers={"Authorization": f"Bearer {head}.{body}.{other}"}) as forger:
            assert (await forger.get("/auth/me")).status_code == 401
