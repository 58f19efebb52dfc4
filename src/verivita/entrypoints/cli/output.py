"""How commands speak: JSON or plain lines on standard output, progress and refusals on standard error, exit codes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol

import typer

from verivita.core.errors import (
    Denied,
    FieldError,
    Invalid,
    LimitReached,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
    VerivitaError,
)

EXIT = {
    "ok": 0,
    "failed": 1,
    "usage": 2,
    "invalid": 3,
    "not_found": 4,
    "denied": 5,
    "unavailable": 6,
    "partly": 7,
    "interrupted": 130,
    "pipe": 141,
}
"""What an exit code means; `partly`: done, but some records were refused."""

_KINDS: tuple[tuple[type[VerivitaError] | tuple[type[VerivitaError], ...], str], ...] = (
    (NotFound, "not_found"),
    ((Denied, Unauthenticated), "denied"),
    (Invalid, "invalid"),
    ((Unavailable, LimitReached), "unavailable"),
)


def fail(error: VerivitaError) -> NoReturn:
    """Say what went wrong and what to do, and end with the code of its kind."""
    refuse(error)
    sys.exit(EXIT[next((name for kind, name in _KINDS if isinstance(error, kind)), "failed")])


def refuse(error: VerivitaError) -> None:
    """Say what went wrong and what to do."""
    typer.echo(f"verivita: {error.message}", err=True)
    for item in error.errors:
        typer.echo(f"  {item.field}: {item.message}", err=True)
    if error.next:
        typer.echo(f"  {error.next}", err=True)


def refusal_of(error: Exception) -> VerivitaError:
    """What nobody refused on purpose, as a refusal: a wrong setting, a file in the way, or our own fault."""
    if type(error).__name__ == "ValidationError" and getattr(error, "title", "") == "Settings":
        found = error.errors()  # type: ignore[attr-defined] # pydantic is not imported for this
        wrong = [FieldError(_variable(item["loc"]), str(item["msg"])) for item in found]
        return Invalid("settings", "A setting is not valid.", errors=wrong, next="See docs/reference/settings.md.")
    if isinstance(error, OSError) and error.filename:
        return VerivitaError("file", f"{error.filename}: {(error.strerror or 'cannot be used').lower()}.")
    said = " ".join(str(error).split())[:200]
    return VerivitaError(
        "internal",
        f"Something went wrong on our side: {type(error).__name__}: {said}",
        next="Run it again with VERIVITA_LOG_LEVEL=DEBUG to see where.",
    )


def _variable(location: Sequence[object]) -> str:
    name = str(location[0]).upper() if location else ""
    return name if name.startswith(("VERIVITA_", "DATABASE_URL")) else f"VERIVITA_{name}"


def read_file(path: Path, limit_mb: int) -> bytes:
    """The bytes of a file that a person named. Raises `Invalid`, before reading what is too large."""
    try:
        if path.is_dir():
            raise Invalid("no_file", f"{path} is a folder.", next="Name the files in it.")
        if path.stat().st_size > limit_mb * 2**20:
            raise TooLarge(message=f"{path} is larger than {limit_mb} MB.", next="Split it, or save a smaller copy.")
        return path.read_bytes()
    except FileNotFoundError:
        raise Invalid("no_file", f"{path}: there is no such file.") from None
    except OSError as error:
        raise Invalid("no_file", f"{path}: {(error.strerror or 'it cannot be read').lower()}.") from None


def say(text: str = "") -> None:
    """One line of the answer."""
    typer.echo(text)


def note(text: str) -> None:
    """One line beside the answer."""
    typer.echo(text, err=True)


def show_json(body: Any) -> None:
    """A reply body of the API, or plain data, as indented JSON."""
    import json

    if hasattr(body, "model_dump_json"):
        typer.echo(body.model_dump_json(indent=2))
    else:
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False, default=str))


def table(rows: Sequence[tuple[str, ...]], head: tuple[str, ...]) -> None:
    """Rows in columns, cut to the width of the terminal; all of it when the output is no terminal."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        return
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        made.add_column(
            name, no_wrap=sys.stdout.isatty(), overflow="ellipsis", justify="right" if name == "match" else "left"
        )
    for row in rows:
        made.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(made)


def is_narrow() -> bool:
    """True on a terminal where a table of postings would be cut."""
    return sys.stdout.isatty() and shutil.get_terminal_size().columns < 140


class Told(Protocol):
    """Takes news of how far the work is."""

    async def __call__(self, done: int, stage: str) -> None:
        """`done` records are through `stage`."""
        ...


@contextmanager
def progress(total: int | None = None) -> Iterator[Told]:
    """A progress bar on standard error, on a terminal only."""
    if not sys.stderr.isatty():

        async def silent(done: int, stage: str) -> None:
            """Say nothing."""

        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        async def told(done: int, stage: str) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done)

        yield told
