"""Commands over a person's own data as a whole: export, import archive, erase."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import note, say, show_json

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal
    from verivita.features.privacy import TakenBack

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip to write; it must not exist yet.")],
) -> None:
    """Write everything of the owner into one zip: original papers, what was read from them, talks, postings."""
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> None:
        with file.open("xb") as out:
            await container.privacy.export(owner, out)

    run(work)
    say(f"Everything is in {file} ({file.stat().st_size / 1024:,.0f} kB). It is not sealed: keep it safe.")
    note("`verivita import archive` brings it back, here or elsewhere.")


def take_back(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A zip that `verivita export` wrote.")],
    json: Json = False,
) -> None:
    """Bring an exported zip back; what is here already stays as it is."""
    from verivita.entrypoints.cli.session import run

    async def work(container: Container, owner: Principal) -> TakenBack:
        with file.open("rb") as source:
            taken = await container.privacy.take_back(owner, source)
        await container.worker().run(wait=False)
        return taken

    taken = run(work)
    if json:
        show_json(asdict(taken))
        return
    say(f"{taken.papers} papers, {taken.talks} talks and {taken.postings} postings came back.")
    if taken.papers_known or taken.postings_known:
        note(f"{taken.papers_known} papers and {taken.postings_known} postings were here already.")


def erase(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase the owner with everything that is theirs. It cannot be undone."""
    from verivita.entrypoints.cli.session import run

    if not yes:
        typer.confirm("Erase all papers, talks, postings and settings? This cannot be undone", abort=True)

    async def work(container: Container, owner: Principal) -> None:
        await container.privacy.erase(owner)

    run(work)
    say("Everything is erased. Backups keep what they hold until they are rotated.")
