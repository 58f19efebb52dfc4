"""`verivita up`: everything on one machine, started, entered, drained and stopped."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Program, free_port
from tests.rigs.zygote import Zygote
from verivita.entrypoints.cli.output import EXIT

READY_WITHIN_S = 120


@pytest.fixture(scope="module")
def program(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program with a data directory and ports of its own."""
    ports = {"VERIVITA_PORT": str(free_port()), "VERIVITA_ML_PORT": str(free_port()), "VERIVITA_DEMO": "false"}
    made = Program(zygote, tmp_path_factory.mktemp("up") / "data", ports)
    made.data_dir.mkdir(mode=0o700)
    yield made
    made("down")


def start(program: Program, log: Path) -> subprocess.Popen[bytes]:
    """`verivita up` in the background; its output goes to a file."""
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "verivita", "up"], env=program.env, stdout=out, stderr=subprocess.STDOUT
        )


def until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    """The one-time link that it prints when it is ready."""
    for _ in range(READY_WITHIN_S * 10):
        found = re.search(r"http://\S+/enter\?token=\S+", log.read_text())
        if found:
            return found.group()
        assert process.poll() is None, log.read_text()[-3000:]
        time.sleep(0.1)
    raise AssertionError(f"not ready: {log.read_text()[-3000:]}")


def test_start_enter_drain_stop(program: Program, tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    process = start(program, log)
    try:
        link = until_ready(process, log)
        base = link.split("/enter")[0]
        assert base.endswith(program.more["VERIVITA_PORT"])
        with urllib.request.urlopen(f"{base}/health", timeout=30) as answer:
            assert b'"status":"ok"' in answer.read()

        # A second one says that it runs already, and leaves the first alone.
        second = program("up")
        assert (second.code, second.out) == (EXIT["unavailable"], "")
        assert second.err.startswith("verivita: Verivita runs already for ")

        # Commands work beside it, on the same database.
        assert program("jobs").code == 0
        # So does one that hands the running worker a paper: it waits until that one has read it.
        paper = tmp_path / "me.md"
        paper.write_text(
            "# Ada Example\n\n## Experience\n\n### Engineer, Example Ltd\n\n2019 - 2023\n\n- Built it in Python\n"
        )
        read = program("import", "resume", str(paper))
        assert read.code == 0, read.err
        assert re.search(r"\b[1-9]\d* of \d+ lines understood", read.out), read.out

        # The link signs in once.
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        door, _, token = link.partition("?token=")
        with browser.open(link, timeout=30) as page:  # looking at it uses nothing up
            assert page.status == 200
        with browser.open(door, data=f"token={token}".encode(), timeout=30) as page:
            assert page.url == f"{base}/"
            assert page.status == 200
        other = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        with pytest.raises(urllib.error.HTTPError) as refused:
            other.open(door, data=f"token={token}".encode(), timeout=30)
        assert refused.value.code == 401
        refused.value.close()

        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, log.read_text()[-3000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert "Traceback" not in log.read_text()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(f"{base}/live", timeout=5)


def test_down_stops_it(program: Program, tmp_path: Path) -> None:
    log = tmp_path / "up.log"
    process = start(program, log)
    try:
        until_ready(process, log)
        down = program("down")
        assert down.code == 0
        assert down.out.startswith("Stopped the processes of ")
        assert process.wait(60) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert program("down").out == "Nothing was running.\n"


@pytest.mark.parametrize("variable", ["VERIVITA_PORT", "VERIVITA_ML_PORT"])
def test_a_port_that_is_taken(program: Program, variable: str) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(program.more[variable])))
        taken.listen()
        ran = program("up")
    assert (ran.code, ran.out) == (EXIT["unavailable"], "")
    assert "is in use by another program" in ran.err
    assert variable in ran.err
