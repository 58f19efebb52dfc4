"""A process that has imported the product once and forks a child for every command: the real program, begun quickly.

As a program it reads one JSON line for each command (`argv`, `env`, `cwd`, and the files for its output) and answers
with a line that holds the exit code.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

_LOADED = (
    "verivita.entrypoints.cli",
    "verivita.bootstrap.container",
    "verivita.bootstrap.owner",
    "verivita.kit.db.embedded",
    "procrastinate",
    "psycopg",
    "rich.table",
)
"""What nearly every command imports; none of it starts a thread or reads the environment."""


class Zygote:
    """Runs commands of the product, one after another."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.rigs.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(
        self, words: Sequence[str], env: Mapping[str, str], cwd: Path, within: float = 240.0
    ) -> tuple[int, str, str]:
        """The exit code, standard output and standard error of `verivita WORDS` with exactly this environment."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            order = {"argv": ["verivita", *words], "env": dict(env), "cwd": str(cwd), "out": str(out), "err": str(err)}
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            ready, _, _ = select.select([self._process.stdout], [], [], within)
            assert ready, f"verivita {words} did not end within {within:.0f} seconds"
            return int(self._process.stdout.readline()), out.read_text(), err.read_text()

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=10)


def main() -> None:
    """Import, then fork for every line."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in _LOADED:
        __import__(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(order)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(order: dict) -> None:
    from verivita.entrypoints.cli import main as command

    code: object = 1
    try:
        os.environ.clear()
        os.environ.update(order["env"])
        os.chdir(order["cwd"])
        sys.argv = order["argv"]
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115, PLW1514
        command()
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    main()
