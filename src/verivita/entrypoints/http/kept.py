"""Hot reads: the finished JSON of an answer about the tenant's postings, kept until one of them changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from verivita.core.principal import Principal
from verivita.kit.db.changes import POSTINGS


class _Partial(Exception):
    """Carries an answer that lacks something which comes back by itself, and so is not kept."""

    def __init__(self, body: BaseModel) -> None:
        super().__init__()
        self.body = body


async def kept(
    request: Request, principal: Principal, words: Sequence[str], make: Callable[[], Awaitable[BaseModel]]
) -> Response:
    """The answer to a question that has the same answer for all people of the tenant; `words` name the question.

    A body with `cached` says by it whether it was made before, one with `version` gives the `ETag`, and one with
    something in `degraded` is not kept.
    """
    request.state.only_reads = True
    fresh: BaseModel | None = None

    async def made() -> bytes:
        nonlocal fresh
        fresh = await make()
        if getattr(fresh, "degraded", None):
            raise _Partial(fresh)
        return _packed(fresh.model_copy(update={"cached": True}) if hasattr(fresh, "cached") else fresh)

    try:
        answer = await request.app.state.container.gateway.kept.answer(principal, POSTINGS, words, made)
    except _Partial as partial:
        fresh = partial.body
    tag, _, body = (answer if fresh is None else _packed(fresh)).partition(b"\n")
    return Response(body, media_type="application/json", headers={"ETag": tag.decode()} if tag else None)


def _packed(body: BaseModel) -> bytes:
    """The tag of a body, if it has a version, and the body as JSON, which has no line end of its own."""
    version = getattr(body, "version", None)
    return (b"" if version is None else b'"%d"' % version) + b"\n" + body.model_dump_json().encode()
