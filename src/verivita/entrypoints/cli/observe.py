"""`verivita logs` and `verivita errors`: what the processes of this machine said lately, and what nobody foresaw."""

from __future__ import annotations

from typing import Annotated

import typer

from verivita.entrypoints.cli.output import note, say, show_json, table

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def logs(
    level: Annotated[str, typer.Option(help="debug, info, warning, error or critical, or graver.")] = "info",
    process: Annotated[str, typer.Option(help="api, worker, ml or identity alone.")] = "",
    person: Annotated[str, typer.Option(metavar="ID", help="Lines about this person.")] = "",
    request: Annotated[str, typer.Option(metavar="ID", help="Lines of this request.")] = "",
    task: Annotated[str, typer.Option(metavar="ID", help="Lines of this task.")] = "",
    trace: Annotated[str, typer.Option(metavar="ID", help="Lines of this trace.")] = "",
    words: Annotated[str, typer.Option(help="Lines that say this.")] = "",
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many lines.")] = 50,
    json: Json = False,
) -> None:
    """Show the last log lines of this machine's processes, the oldest first; works without a database."""
    from dataclasses import asdict
    from itertools import islice

    from verivita.bootstrap.settings import Settings
    from verivita.core.errors import Invalid
    from verivita.kit.journal import LEVELS, WantedLines, search

    if level not in LEVELS:
        raise Invalid("level", f"The level is one of {', '.join(LEVELS)}.")
    wanted = WantedLines(level, process, person, request, task, trace, words)
    found = list(islice(search(Settings().logs_dir, wanted), last))[::-1]
    if json:
        show_json({"items": [{**asdict(line), "at": line.at.isoformat()} for line in found], "total": len(found)})
        return
    for line in found:
        about = " ".join(f"{name}={value}" for name, value in line.about.items() if name != "exception")
        of = f" request={line.request_id}" if line.request_id else ""
        say(f"{line.at:%Y-%m-%d %H:%M:%S} {line.level:8} {line.role:8} {line.event} {about}{of}")
        if "exception" in line.about:
            say(str(line.about["exception"]))
    note("" if found else "No such lines. Which are written at all is said by VERIVITA_LOG_LEVEL.")


def errors(
    page: Annotated[int, typer.Option(min=1, help="Page, from 1.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Kinds on a page.")] = 20,
    json: Json = False,
) -> None:
    """Show errors that nobody foresaw, each kind once with its count, the latest first."""
    from verivita.core.page import PageRequest
    from verivita.entrypoints.api.admin import ErrorOut
    from verivita.entrypoints.api.schemas import paged
    from verivita.entrypoints.cli.session import run

    found = run(lambda c, owner: c.faults.page(owner, PageRequest(page, limit)))
    if json:
        show_json(paged(found, ErrorOut.model_validate))
        return
    rows = [
        (str(g.count), g.kind, g.during, g.place, f"{g.first_at:%Y-%m-%d %H:%M}", f"{g.last_at:%Y-%m-%d %H:%M}")
        for g in found.items
    ]
    table(rows, ("times", "kind", "during", "where", "first", "last"))
    note(f"{found.total} kinds in all." if found.pages > 1 else ("" if rows else "None."))
