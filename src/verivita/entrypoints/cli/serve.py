"""Commands that run the installation and look after it: up, down, single roles, migrate, doctor, link, config, keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import EXIT, note, say, show_json, table

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal

keys = typer.Typer(help="API keys for scripts.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def up() -> None:
    """Run everything on this machine: database, ml, worker, pages and API; Ctrl+C stops it."""
    from verivita.bootstrap.settings import Settings
    from verivita.entrypoints import up as everything

    sys.exit(everything.run(Settings()))


def down() -> None:
    """Stop what `up`, or a private database of this data directory, left running."""
    from verivita.bootstrap.settings import Settings
    from verivita.entrypoints import up as everything

    for line in everything.stop(Settings()):
        say(line)


def link() -> None:
    """Print a new one-time link that signs the owner in."""
    from verivita.entrypoints.cli.session import run
    from verivita.entrypoints.up import enter_url

    async def work(container: Container, owner: Principal) -> str:
        issued = await container.identity.owner_link(owner)
        return enter_url(container.settings.host, container.settings.port, issued.secret)

    say(run(work))


def api() -> None:
    """Run the pages and the API alone."""
    import gc

    gc.disable()  # what is imported stays; looking through it again and again delays the start
    from verivita.bootstrap.resolved import require_safe
    from verivita.bootstrap.settings import Settings
    from verivita.entrypoints.asgi import serve
    from verivita.entrypoints.up import require_free

    settings = Settings()
    require_safe(settings)
    require_free(settings.host, settings.port, "VERIVITA_PORT")
    serve(_remote_container("api"))


def worker() -> None:
    """Run queued tasks alone."""
    from verivita.entrypoints.cli.session import PATIENCE_S, loop
    from verivita.entrypoints.worker import serve

    loop(serve(_remote_container("worker", PATIENCE_S)))


def ml() -> None:
    """Run the engines alone, as the gRPC service `ml.MLService`."""
    import asyncio
    import contextlib

    from verivita.bootstrap import process, providers
    from verivita.bootstrap.providers import Process
    from verivita.bootstrap.settings import Settings
    from verivita.engines.skills import extract, load_taxonomy
    from verivita.entrypoints.cli.session import loop
    from verivita.entrypoints.ml import serve

    settings = Settings()
    process.begin(settings, "ml")
    embedder = providers.embedder(settings, Process.LOCAL)
    store = providers.collections(settings, embedder.model)
    with contextlib.suppress(asyncio.CancelledError):  # a signal ended it
        loop(
            serve(
                embedder,
                providers.reranker(settings, Process.LOCAL),
                lambda text: extract(text, load_taxonomy()),
                store,
                providers.nearness(settings, Process.LOCAL, embedder),
                host=settings.ml_host,
                port=settings.ml_port,
            )
        )


def migrate() -> None:
    """Bring the database up to date."""
    from verivita.bootstrap.database import located
    from verivita.bootstrap.settings import Settings
    from verivita.kit.db.admin import migration_of

    with located(Settings()) as found:
        say(f"The database is at migration {migration_of(found.url)}.")


def doctor(json: Json = False) -> None:
    """Check this installation part by part, and say what to do about what is wrong."""
    from verivita.bootstrap.doctor import examine
    from verivita.bootstrap.settings import Settings

    findings = examine(Settings())
    if json:
        checks = [{"check": f.check, "ok": f.ok, "detail": f.detail, "next": f.next} for f in findings]
        show_json({"items": checks, "total": len(checks)})
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.ok else 'BAD '} {finding.check}: {finding.detail}")
            if not finding.ok and finding.next:
                say(f"     {finding.next}")
    if not all(finding.ok for finding in findings):
        sys.exit(EXIT["failed"])


def config(json: Json = False) -> None:
    """Print every setting as it stands, with where it comes from; secrets hidden."""
    from dataclasses import asdict

    from verivita.bootstrap import resolved
    from verivita.bootstrap.settings import Settings

    found, idle = resolved.resolved(Settings()), resolved.idle()
    if json:
        show_json({"items": [asdict(one) for one in found], "total": len(found), "without_effect": idle})
        return
    for one in found:
        say(f"{one.variable} = {one.value}" + ("" if one.origin == "default" else f"   ({one.origin})"))
    if idle:
        note(f"Known and without effect in this release: {', '.join(idle)}")


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the key is for.")],
    scope: Annotated[list[str] | None, typer.Option(help="read or write; both without it.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Days until it ends.")] = None,
) -> None:
    """Make an API key and print it, this once."""
    from datetime import timedelta

    from verivita.entrypoints.cli.session import run

    lasts = timedelta(days=days) if days else None
    made = run(lambda c, owner: c.identity.create_key(owner, name, tuple(scope or ()), lasts))
    say(made.secret)
    note(f"id {made.id}. This key is shown once; send it as `Authorization: Bearer ...`.")


@keys.command("list")
def list_keys(json: Json = False) -> None:
    """Show your API keys, without their secrets."""
    from verivita.core.page import PageRequest, page_of
    from verivita.entrypoints.api.people import KeyOut
    from verivita.entrypoints.api.schemas import paged
    from verivita.entrypoints.cli.session import run

    found = run(lambda c, owner: c.identity.keys(owner))
    if json:
        show_json(paged(page_of(found, PageRequest(1, 100)), KeyOut.model_validate))
        return
    rows = [(str(k.id), k.name, ", ".join(k.scopes) or "all", str(k.expires_at or "never")) for k in found]
    table(rows, ("id", "name", "scopes", "ends"))
    note("" if rows else "No keys yet: `verivita keys create NAME`.")


@keys.command("drop")
def drop_key(id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key.")]) -> None:
    """Remove an API key; it stops working at once."""
    from verivita.core.errors import NotFound
    from verivita.core.ids import parse_id
    from verivita.entrypoints.cli.session import run

    key_id = parse_id(id)
    if key_id is None:
        raise NotFound("key")
    run(lambda c, owner: c.identity.drop_key(owner, key_id))
    say("Removed.")


def _remote_container(role: str, wait: float | None = None) -> Container:
    """The services of a single role, which asks the ML service for vectors."""
    from verivita.bootstrap import process
    from verivita.bootstrap.container import build
    from verivita.bootstrap.database import locate
    from verivita.bootstrap.providers import Process
    from verivita.bootstrap.settings import Settings

    settings = Settings()
    process.begin(settings, role)
    return build(settings, locate(settings).url, Process.REMOTE, wait=wait)
