"""HTTP for providers' own SDKs: the same checked way out as `kit.http`, in the form that such a library wants."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

import httpcore2

from verivita.core.errors import Denied, TooLarge
from verivita.kit.addresses import check_url
from verivita.kit.http import checked_network

MOST_BYTES = 20_000_000
_TELEMETRY = ("x-stainless-", "x-goog-api-client", "openai-organization", "openai-project")


def sdk_transport(library: str, allow: Iterable[str] = ()) -> Any:
    """An async transport for `httpx` or `httpx2` (the name of the library that the SDK uses).

    It connects to public addresses and to those of `allow` (`host:port`) alone, obeys no proxy variable, follows
    nothing, drops the headers in which SDKs tell about this machine, and reads 20 MB of an answer at most.
    """
    module, allowed = importlib.import_module(library), frozenset(entry.lower() for entry in allow)
    pool = httpcore2.AsyncConnectionPool(
        max_connections=40,
        max_keepalive_connections=10,
        keepalive_expiry=15.0,
        network_backend=checked_network(allowed),
    )

    class Transport(module.AsyncBaseTransport):  # type: ignore[misc, name-defined]
        async def handle_async_request(self, request: Any) -> Any:
            try:
                check_url(str(request.url), allowed)
                answer = await pool.handle_async_request(_core_request(request))
            except Denied as error:
                raise module.ConnectError(error.message, request=request) from error
            except _BELOW as error:
                raise _same_error(module, error, request) from error
            stream = _body_type(module)(answer, module, request)
            return module.Response(answer.status, headers=answer.headers, stream=stream)

        async def aclose(self) -> None:
            await pool.aclose()

    return Transport()


def sdk_client(library: str, transport: Any, timeout: float = 180.0) -> Any:
    """An async client of `httpx` or `httpx2` over such a transport, for SDKs that take a client."""
    module = importlib.import_module(library)
    return module.AsyncClient(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)


_BELOW = (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError)


def _core_request(request: Any) -> httpcore2.Request:
    headers = [pair for pair in request.headers.raw if not pair[0].lower().decode("latin-1").startswith(_TELEMETRY)]
    url = request.url
    return httpcore2.Request(
        method=request.method,
        url=httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=headers,
        content=request.stream,
        extensions={"timeout": request.extensions.get("timeout", {})},
    )


def _same_error(module: Any, error: Exception, request: Any) -> Exception:
    """The library's error of the same name, which the SDK knows how to read."""
    kind = getattr(module, type(error).__name__, module.NetworkError)
    made: Exception = kind(str(error), request=request)
    return made


def _body_type(module: Any) -> Any:
    class Body(module.AsyncByteStream):  # type: ignore[misc]
        def __init__(self, answer: httpcore2.Response, library: Any, request: Any) -> None:
            self._answer, self._library, self._request = answer, library, request

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            try:
                assert isinstance(self._answer.stream, AsyncIterable)
                async for piece in self._answer.stream:
                    size += len(piece)
                    if size > MOST_BYTES:
                        raise TooLarge(message=f"The answer is larger than {MOST_BYTES} bytes.")
                    yield piece
            except _BELOW as error:
                raise _same_error(self._library, error, self._request) from error

        async def aclose(self) -> None:
            await self._answer.aclose()

    return Body
