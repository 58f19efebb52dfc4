"""A whole installation in a folder, run by the real command line as real processes, and killed."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.rigs.data import need
from verivita.bootstrap import database
from verivita.bootstrap.settings import Settings
from verivita.kit.db.embedded import EmbeddedPostgres

JOBS = "hn_who_is_hiring"


def real_postings(count: int) -> bytes:
    """The first postings of a real year as JSON lines, with two lines that are none."""
    path = need(f"jobs/{JOBS}/2015.jsonl.gz")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [line.rstrip("\n") for _, line in zip(range(count), file, strict=False)]
    lines[count // 3] = "this is no record"
    lines[count // 2] = json.dumps({"colour": "red"})
    return "\n".join(lines).encode()


@dataclass
class Installation:
    """The data directory `folder`, and how to run and look at it."""

    folder: Path
    port: int
    ml_port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def server(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.data / "postgres")

    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("VERIVITA_", "DATABASE_"))}
        return kept | {
            "VERIVITA_DATA_DIR": str(self.data),
            "VERIVITA_EMBEDDER": "hashing",
            "VERIVITA_DEMO": "false",
            "VERIVITA_LOG_FORMAT": "json",
            "VERIVITA_PORT": str(self.port),
            "VERIVITA_ML_PORT": str(self.ml_port),
        }

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The command `verivita ...` as a process that leads a group of its own; its words go to a file."""
        command = [sys.executable, "-m", "verivita", *arguments]
        with (self.folder / f"said-{time.monotonic_ns()}").open("wb") as said:
            return subprocess.Popen(
                command, env=self.env(), cwd=self.folder, stdout=said, stderr=said, start_new_session=True
            )

    def run(self, *arguments: str, fine: tuple[int, ...] = (0,)) -> None:
        """A command to its end."""
        process = self.start(*arguments)
        code = process.wait(timeout=240)
        assert code in fine, f"verivita {' '.join(arguments)} ended with {code}: {self.said()[-3000:]}"

    def said(self) -> str:
        """All that the commands said, oldest first."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("said-*")))

    def keep_database(self) -> None:
        """Start the private server from here, so that a command neither starts nor stops it."""
        database.locate(Settings(data_dir=self.data, embedder="hashing", demo=False, _env_file=None))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.server.url(database.NAME)) as connection:
            return connection.execute(query).fetchall()  # type: ignore[arg-type]

    def wait(self, query: str, wanted: Callable[[list[tuple[object, ...]]], bool], seconds: float) -> None:
        """Until the rows of a query are as wanted; the database may be away meanwhile."""
        deadline, rows = time.monotonic() + seconds, None
        while time.monotonic() < deadline:
            try:
                rows = self.ask(query)
                if wanted(rows):
                    return
            except Exception:
                rows = None
            time.sleep(0.1)
        raise AssertionError(f"{query}: {rows}; {self.said()[-3000:]}")


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its whole group at once, as a power cut would."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def make(folder: Path) -> Installation:
    folder.mkdir(parents=True, exist_ok=True)
    return Installation(folder, free_port(), free_port())


JOB_ROWS = "SELECT url, title, content_hash, is_active FROM jobs ORDER BY url"
SIGHTINGS = "SELECT source, source_key, raw_hash FROM job_sightings ORDER BY 1, 2"
RUNS = (
    "SELECT source, status, position, new, changed, unchanged, duplicates, refused_count, "
    "(SELECT array_agg(item ->> 0 ORDER BY item ->> 0) FROM jsonb_array_elements(refused) AS item) "
    "FROM import_runs ORDER BY source, id"
)
PLACED = "SELECT s.source_key, j.url FROM job_sightings s JOIN jobs j ON j.id = s.job_id ORDER BY 1"
INDEXED = "SELECT count(*) FILTER (WHERE indexed_version = version), count(*) FROM jobs"
VECTORS = "SELECT count(*) FROM vector_points WHERE collection LIKE 'job_description%'"


def state(installation: Installation) -> dict[str, list[tuple[object, ...]]]:
    """All that an import leaves, without ids and times."""
    queries = {"jobs": JOB_ROWS, "sightings": SIGHTINGS, "runs": RUNS, "placed": PLACED}
    return {name: installation.ask(query) for name, query in queries.items()}


def moments(seed: int, count: int, longest: float) -> list[float]:
    """Seeded moments in seconds, spread over the whole course of a command."""
    source = random.Random(seed)
    return [source.uniform(0.02, 1.0) * longest for _ in range(count)]
