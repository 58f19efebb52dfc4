"""verivita reindex: the search indexes anew from the database, in place or into another engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from verivita.entrypoints.cli.output import progress, say

if TYPE_CHECKING:
    from verivita.bootstrap.container import Container
    from verivita.core.principal import Principal


def reindex(
    to: Annotated[
        str | None,
        typer.Option(help="Move the vectors to pgvector, qdrant, milvus or chroma; VECTOR_URL says where that is."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only compare the indexes with the database, and heal what is wrong.")
    ] = False,
) -> None:
    """Build the search indexes anew from the database; what is there answers until the new one is whole."""
    from verivita.bootstrap import reindex as upkeep
    from verivita.entrypoints.cli.session import run

    async def rebuilt(container: Container, owner: Principal) -> int:
        with progress() as told:
            done = await upkeep.rebuild(container, owner, to, told)
        await container.worker().run(wait=False)
        return done

    async def checked(container: Container, owner: Principal) -> str:
        found = await upkeep.check(container)
        await container.worker().run(wait=False)
        mine = next((one for one in found if one.principal.tenant_id == owner.tenant_id), None)
        recall = mine.recall if mine else None
        state = await container.upkeep.state(owner)
        said = f"{state.expected} postings; {state.words} in the word index, {state.vectors} in the vector index"
        measured = "" if recall is None else f"; of the nearest vectors the index finds {recall:.0%}"
        return f"{said}{measured}." + (" What was missing was put back." if mine and mine.healed else "")

    if check:
        say(run(checked))
    else:
        say(f"{run(rebuilt)} postings indexed." if to is None else f"{run(rebuilt)} postings are in {to} now.")
