"""A real `verivita up` of its own: fresh data directory, free ports, started and stopped as a person would."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY_WITHIN_S = 240
LINK = re.compile(r"(http://\S+)/enter\?token=(\S+)")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the pages are, and the one-time link of the owner."""

    base: str
    link: str


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    """`verivita up` in this folder without the example; `RuntimeError` with its words when it does not come up."""
    settings = {
        "VERIVITA_DATA_DIR": str(folder / "data"),
        "VERIVITA_PORT": str(free_port()),
        "VERIVITA_ML_PORT": str(free_port()),
        "VERIVITA_DEMO": "false",
        # The machine that runs tests is busy with them; a slow answer of the engines is no failure here.
        "VERIVITA_ML_TIMEOUT_S": "120",
    }
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | settings
    command = [sys.executable, "-m", "verivita"]
    said = folder / "up.log"
    with said.open("wb") as log:
        process = subprocess.Popen([*command, "up"], env=env, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield _ready(process, said)
        finally:
            subprocess.run([*command, "down"], env=env, cwd=folder, timeout=120, check=False, stdout=log, stderr=log)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _ready(process: subprocess.Popen[bytes], said: Path) -> Installation:
    start = time.monotonic()
    while time.monotonic() - start < READY_WITHIN_S and process.poll() is None:
        found = LINK.search(said.read_text("utf-8", "replace"))
        if found:
            return Installation(found[1], found[0])
        time.sleep(0.2)
    raise RuntimeError("verivita up did not come up:\n" + said.read_text("utf-8", "replace")[-3000:])
