"""Reads the product's own source for the architecture tests: files, syntax trees, tracked texts."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "verivita"
GENERATED = ("_pb2.py", "_pb2_grpc.py")


def modules(*folders: str) -> Iterator[Path]:
    """Python files of the package (of some folders of it), without generated ones."""
    for folder in folders or (".",):
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            if not path.name.endswith(GENERATED) and "__pycache__" not in path.parts:
                yield path


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, read once."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name(path: Path) -> str:
    """The path below the package, with forward slashes: `kit/db/engine.py`."""
    return path.relative_to(PACKAGE).as_posix()


@cache
def tracked() -> tuple[Path, ...]:
    """Files under version control; without git (an unpacked archive), every file outside hidden and built folders."""
    try:
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        names = [part.decode() for part in done.stdout.split(b"\0") if part]
        paths = [ROOT / part for part in names]
    except (OSError, subprocess.CalledProcessError):
        built = {"build", "dist", "artefacts", "__pycache__"}
        paths = [
            path
            for path in ROOT.rglob("*")
            if not any(part.startswith(".") or part in built for part in path.relative_to(ROOT).parts[:-1])
        ]
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


def text(path: Path) -> str | None:
    """The text of a file; None when it is not text."""
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
