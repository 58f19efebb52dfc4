"""`ml.MLService` over gRPC: parse, one call of the engines, shape the reply; with nearness, health and reflection."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from typing import Any, cast

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from verivita.core.errors import Invalid, Unavailable
from verivita.engines.grounding import Nearness
from verivita.engines.retrieval.collections import CollectionStore, Stored
from verivita.engines.retrieval.ports import Embedder, Reranker
from verivita.entrypoints.ml import nearness as near
from verivita.entrypoints.ml.guard import guarded
from verivita.entrypoints.ml.service import Engines, Extract
from verivita.kit import traces
from verivita.kit.ml_proto import ml_pb2, ml_pb2_grpc, nearness_pb2_grpc

log = logging.getLogger(__name__)
SERVICE = "ml.MLService"
MAX_MESSAGE = 16 * 1024 * 1024
GRACE_SECONDS = 5.0
TENANT_HEADER = "x-tenant"
LOCAL_TENANT = "local"


class Servicer:
    """The contract's methods, named as it names them. The tenant comes from the call's metadata `x-tenant`."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    async def Embed(self, request: Any, context: Any) -> Any:
        """One text to its vector."""
        found = await guarded(context, lambda: self._engines.embed([request.text]))
        return ml_pb2.EmbedResponse(embedding=found[0].tolist())

    async def EmbedBatch(self, request: Any, context: Any) -> Any:
        """Texts to vectors, in order."""
        found = await guarded(context, lambda: self._engines.embed(list(request.texts)))
        return ml_pb2.EmbedBatchResponse(embeddings=[ml_pb2.Embedding(vector=row.tolist()) for row in found])

    async def Rerank(self, request: Any, context: Any) -> Any:
        """Documents in a better order; ranks count from 1."""
        given = [(document.id, document.content, document.score) for document in request.documents]
        order = await guarded(context, lambda: self._engines.rerank(request.query, given, request.top_k))
        return ml_pb2.RerankResponse(
            documents=[
                ml_pb2.RankedDocument(id=given[i][0], content=given[i][1], score=score, rank=rank)
                for rank, (i, score) in enumerate(order, start=1)
            ]
        )

    async def Search(self, request: Any, context: Any) -> Any:
        """Hybrid search in one of the tenant's collections."""
        found, mode = await guarded(
            context,
            lambda: self._engines.search(
                _tenant(context),
                request.collection,
                request.query,
                request.top_k,
                dict(request.filters),
                request.use_hybrid,
                request.vector_weight,
            ),
        )
        results = [
            ml_pb2.SearchResult(
                id=one.document.id, content=one.document.content, score=one.score, metadata=dict(one.document.metadata)
            )
            for one in found
        ]
        return ml_pb2.SearchResponse(results=results, search_mode=mode.value)

    async def ExtractSkills(self, request: Any, context: Any) -> Any:
        """Skills that a text shows."""
        found = await guarded(context, lambda: self._engines.extract_skills(request.text))
        return ml_pb2.ExtractSkillsResponse(technical_skills=found.technical, soft_skills=found.soft, tools=found.tools)

    async def IndexDocuments(self, request: Any, context: Any) -> Any:
        """Add or replace documents of a collection."""
        documents = [Stored(one.id, one.content, dict(one.metadata)) for one in request.documents]
        count = await guarded(context, lambda: self._engines.index(_tenant(context), request.collection, documents))
        return ml_pb2.IndexResponse(indexed_count=count)

    async def ClearIndex(self, request: Any, context: Any) -> Any:
        """Remove a collection."""
        await guarded(context, lambda: self._engines.clear(_tenant(context), request.collection))
        return ml_pb2.ClearIndexResponse(success=True)


class _Traced(grpc.aio.ServerInterceptor):  # type: ignore[misc]
    """Lets each call of the contract be a step of its caller's trace."""

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        """The call's own handler, within a span."""
        handler = await continuation(details)
        if not details.method.startswith((f"/{SERVICE}/", f"/{near.SERVICE}/")):
            return handler
        above = dict(details.invocation_metadata or ()).get(traces.HEADER)

        async def within(request: Any, context: Any) -> Any:
            with traces.span(details.method[1:], traces.Kind.SERVER, above, rpc__system="grpc") as span:
                answer = await handler.unary_unary(request, context)
                span.say(rpc__grpc__status_code=context.code() or 0)
                return answer

        return handler._replace(unary_unary=within)


def _tenant(context: Any) -> str:
    """The tenant that the caller names; `local` when it names none. The service trusts its callers: it is loopback."""
    named = dict(context.invocation_metadata() or ()).get(TENANT_HEADER, LOCAL_TENANT)
    if not named or len(named) > 100:
        raise Invalid(message="The tenant's name must have 1 to 100 characters.")
    return str(named)


async def serve(
    embedder: Embedder,
    reranker: Reranker | None,
    extract: Extract,
    store: CollectionStore,
    nearness: Nearness | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 50051,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Answer until SIGTERM, SIGINT or cancellation; running calls get five seconds to end.

    `store` keeps the collections; `port` 0 takes any, and `ready` is told which. Raises
    `Unavailable` when the address is taken.
    """
    limits = [("grpc.max_receive_message_length", MAX_MESSAGE), ("grpc.max_send_message_length", MAX_MESSAGE)]
    server = grpc.aio.server(options=[*limits, ("grpc.so_reuseport", 0)], interceptors=[_Traced()])
    engines = Engines(embedder, reranker, extract, store)
    checks = _register(server, Servicer(engines), near.NearnessServicer(nearness))
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError as error:
        engines.close()
        raise Unavailable("address_taken", f"The ML service cannot listen on {host}:{port}.") from error
    await server.start()
    await _warm(embedder, checks)
    log.info("ml ready on %s:%d (%s)", host, bound, SERVICE)
    if ready:
        ready(bound)
    try:
        await _until_told(server)
    finally:
        await checks.enter_graceful_shutdown()
        await server.stop(GRACE_SECONDS)
        engines.close()
        await asyncio.to_thread(traces.close)


def _register(server: Any, servicer: Servicer, nearness: near.NearnessServicer) -> Any:
    stubs, others = cast(Any, ml_pb2_grpc), cast(Any, nearness_pb2_grpc)
    stubs.add_MLServiceServicer_to_server(servicer, server)
    others.add_NearnessServiceServicer_to_server(nearness, server)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    names = (SERVICE, near.SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, server)
    return checks


async def _warm(embedder: Embedder, checks: Any) -> None:
    """Load the encoder before the first caller waits for it; without one the other calls still work."""
    try:
        await embedder.embed(["ready"])
        state = health_pb2.HealthCheckResponse.SERVING
    except Unavailable as error:
        log.warning("the encoder is not available: %s", error.message)
        state = health_pb2.HealthCheckResponse.NOT_SERVING
    await checks.set(SERVICE, state)
    await checks.set("", health_pb2.HealthCheckResponse.SERVING)


async def _until_told(server: Any) -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, told.set)
    try:
        # The wait for its end is not cancelled: that would end the server at once, with the calls that are running.
        waits = (asyncio.ensure_future(told.wait()), asyncio.ensure_future(server.wait_for_termination()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        waits[0].cancel()
    finally:
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)
