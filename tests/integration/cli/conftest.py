"""The real program in a child process, with one data directory for each module."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.rigs.zygote import Zygote
from verivita.kit.db.embedded import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Program:
    """Runs `verivita` with its own data directory and nothing else from the surroundings."""

    zygote: Zygote
    data_dir: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        """The whole environment of the child."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERIVITA", "DATABASE"))}
        ours = {
            "VERIVITA_DATA_DIR": str(self.data_dir),
            "VERIVITA_EMBEDDER": "hashing",
            "VERIVITA_LOG_FORMAT": "json",
            "COLUMNS": "80",
        }
        return kept | ours | self.more

    def __call__(self, *words: str | Path, cwd: Path | None = None) -> Ran:
        """Run one command to its end, in a process of its own."""
        code, out, err = self.zygote.run([str(word) for word in words], self.env, cwd or self.data_dir.parent)
        assert "Traceback" not in err + out, err
        return Ran(code, out, err)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """What the commands are forked from."""
    made = Zygote()
    yield made
    made.close()


@pytest.fixture(scope="module")
def verivita(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """The program over a data directory whose database runs already, so that each command is quick."""
    program = Program(zygote, tmp_path_factory.mktemp("cli") / "data")
    program.data_dir.mkdir(mode=0o700)
    server = EmbeddedPostgres(program.data_dir / "postgres", options={"fsync": "off"}, ready_within=120)
    server.start()
    yield program
    server.stop("immediate")
