"""How commands speak: JSON or plain lines on standard output, progress and refusals on standard error, exit codes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

import typer

from verivita.core.errors import (
    Denied,
    Invalid,
    LimitReached,
    NotFound,
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
    typer.echo(f"verivita: {error.message}", err=True)
    for item in error.errors:
        typer.echo(f"  {item.field}: {item.message}", err=True)
    if error.next:
        typer.echo(f"  {error.next}", err=True)
    sys.exit(EXIT[next((name for kind, name in _KINDS if isinstance(error, kind)), "failed")])


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

    made = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(head):
        made.add_column(
            name, no_wrap=sys.stdout.isatty(), overflow="ellipsis", justify="right" if index == 0 else "left"
        )
    for row in rows:
        made.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 200, highlight=False, markup=False).print(made)


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
