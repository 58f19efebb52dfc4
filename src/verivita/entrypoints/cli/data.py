"""Commands that take data in: import, papers, demo, reindex."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import EXIT, is_narrow, note, progress, read_file, refuse, say, show_json, table

if TYPE_CHECKING:
    from uuid import UUID

    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal
    from verivita.features.library import Document
    from verivita.features.postings import ImportRun

MAX_IMPORT_MB = 256
LONGEST_READING_S = 180.0
"""How long a command waits for a paper that the worker of a running installation reads."""
imports = typer.Typer(help="Take in papers and postings.", no_args_is_help=True)
papers = typer.Typer(help="Your papers.", no_args_is_help=True)
demo = typer.Typer(help="The example person and postings.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Files = Annotated[list[Path], typer.Argument(help="One or more files.", metavar="FILE...")]


@imports.command("resume")
def import_resume(
    files: Files,
    kind: Annotated[str, typer.Option(help="resume, notes or portfolio.")] = "resume",
    json: Json = False,
) -> None:
    """Read papers (PDF, DOCX, Markdown, text, HTML, JSON Resume) and keep them, sealed."""
    from verivita.core.errors import FieldError, Invalid, VerivitaError
    from verivita.entrypoints.api.library import document_out
    from verivita.entrypoints.cli.session import run
    from verivita.features.library import DocumentKind, DocumentStatus

    if kind not in set(DocumentKind):
        raise Invalid(
            message="Unknown kind of paper.", errors=[FieldError("--kind", "must be resume, notes or portfolio")]
        )

    async def work(container: Container, owner: Principal) -> list[Document]:
        ids = []
        for path in files:
            try:
                data = read_file(path, container.settings.max_upload_mb)
                added = await container.library.add(owner, path.name, data, DocumentKind(kind))
            except VerivitaError as error:
                refuse(error)
                continue
            if added.duplicate_of:
                note(f"{path}: is here already, as {added.document.title!r}")
            ids.append(added.document.id)
        await container.worker().run(wait=False)
        return [await _settled(container, owner, id) for id in ids]

    documents = run(work)
    if json:
        show_json(
            {"items": [document_out(item).model_dump(mode="json") for item in documents], "total": len(documents)}
        )
    else:
        for item in documents:
            (note if item.error else say)(_told(item))
    failed = len(files) - sum(1 for item in documents if item.status is DocumentStatus.READY)
    if failed:
        sys.exit(EXIT["partly"] if failed < len(files) else EXIT["invalid"])


@imports.command("jobs")
def import_jobs(files: Files, json: Json = False) -> None:
    """Take in postings (CSV, JSON, JSONL, saved HTML, text; also .gz); a killed import goes on where it stopped."""
    from verivita.core.errors import Invalid
    from verivita.entrypoints.api.postings_bodies import run_out
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> list[ImportRun]:
        runs = []
        with progress() as told:
            for path in files:
                try:
                    data = read_file(path, MAX_IMPORT_MB)
                    runs.append(await container.postings.import_file(owner, path.name, data, told))
                except Invalid as error:
                    refuse(
                        error
                        if str(path) in error.message
                        else Invalid(error.code, f"{path}: {error.message}", next=error.next)
                    )
            await container.postings.index(owner, told)
        await container.worker().run(wait=False)
        return runs

    runs = run(work)
    unread = len(files) - len(runs) + sum(1 for item in runs if item.error)
    if json:
        show_json({"items": [run_out(item).model_dump(mode="json") for item in runs], "total": len(runs)})
    else:
        for item in runs:
            _tell_run(item)
    if unread == len(files):
        sys.exit(EXIT["invalid"])
    if unread or any(item.refused_count for item in runs):
        sys.exit(EXIT["partly"])


@papers.command("list")
def list_papers(json: Json = False) -> None:
    """Show your papers and how far each was understood."""
    from verivita.core.page import PageRequest
    from verivita.entrypoints.api.library import document_out
    from verivita.entrypoints.api.schemas import paged
    from verivita.entrypoints.cli.session import run

    page = run(lambda container, owner: container.library.page(owner, PageRequest(1, 100)))
    if json:
        show_json(paged(page, document_out))
        return
    rows = [
        (d.title, d.kind.value, d.status.value, f"{d.understood_lines} of {d.total_lines} lines", str(d.id))
        for d in page.items
    ]
    if is_narrow():
        for title, kind, status, understood, id in rows:
            say(f"{title}\n   {kind}, {status}, {understood}  {id}")
    else:
        table(rows, ("title", "kind", "status", "understood", "id"))
    note(f"{page.total} in all." if page.total else "No papers yet: `verivita import resume FILE`.")


@papers.command("remove")
def remove_paper(id: Annotated[str, typer.Argument(help="Id of the paper.", metavar="ID")]) -> None:
    """Remove a paper with every trace of it."""
    from verivita.core.errors import NotFound
    from verivita.core.ids import parse_id
    from verivita.entrypoints.cli.session import run

    document_id = parse_id(id)
    if document_id is None:
        raise NotFound("paper")
    run(lambda container, owner: container.library.remove(owner, document_id))
    say("Removed.")


@demo.command("add")
def add_demo() -> None:
    """Take in the example person's papers and the example postings."""
    from verivita.bootstrap.demo import add
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> None:
        await add(container, owner)
        await container.worker().run(wait=False)

    run(work)
    say("The example person and postings are here. `verivita demo remove` takes them away.")


@demo.command("remove")
def remove_demo() -> None:
    """Remove the example papers and postings."""
    from verivita.bootstrap.demo import remove
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> None:
        await remove(container, owner)
        await container.worker().run(wait=False)

    run(work)
    say("The example is gone.")


def _told(document: Document) -> str:
    if document.error:
        return f"{document.filename}: not read. {document.error}"
    understood = f"{document.understood_lines} of {document.total_lines} lines understood"
    pages = "1 page" if document.pages <= 1 else f"{document.pages} pages"
    return f"{document.filename}: {pages}, {understood}. id {document.id}"


def _tell_run(run: ImportRun) -> None:
    parts = [f"{run.new} new", f"{run.changed} changed", f"{run.unchanged} unchanged", f"{run.duplicates} duplicates"]
    say(f"{run.source}: {run.fetched} records: {', '.join(parts)}, {run.refused_count} refused.")
    for item in run.refused[:20]:
        note(f"  {item.place}: {item.reason}")
    if run.refused_count > 20:
        note(f"  and {run.refused_count - 20} more")
    if run.error:
        note(f"  the rest could not be read: {run.error}")


async def _settled(container: Container, owner: Principal, id: UUID) -> Document:
    """The paper once it was read; where `verivita up` runs, its worker may have been quicker to begin than ours."""
    import asyncio
    import time

    from verivita.features.library import DocumentStatus

    end = time.monotonic() + LONGEST_READING_S
    while (document := await container.library.get(owner, id)).status not in (
        DocumentStatus.READY,
        DocumentStatus.FAILED,
    ):
        if time.monotonic() > end:
            break
        await asyncio.sleep(0.2)
    return document
