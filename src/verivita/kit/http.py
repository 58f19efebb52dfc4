"""The only way out: resolve, check, connect to that very address; every hop again; pace, retry, size and time caps."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore2
import httpx2

from verivita.core.errors import Invalid, TooLarge, Unavailable
from verivita.kit.addresses import PORTS, check_url, is_public, literal, origin, refused
from verivita.kit.pace import LONGEST_WAIT, Pacer, retry_after

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({429, 502, 503, 504})
_MOST_HOPS = 5
_MOST_ADDRESSES = 4
# Sent to the host that was asked for, and to no other to which it may point.
_FOR_ONE_HOST = frozenset({"authorization", "cookie", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: header names in lower case, `body` decompressed, `url` after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str
    not_modified: bool = False

    @property
    def etag(self) -> str | None:
        """What to send as `etag` next time."""
        return self.headers.get("etag")


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer that is still coming: `pieces` gives the decompressed bytes once, as they arrive."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes] = field(repr=False)


class Egress:
    """Fetches over HTTP from public addresses alone, politely. It keeps no cookies and obeys no proxy variables.

    `allow` lists exceptions as `host:port` (tests, a local model). `pace` gives the seconds between two requests to a
    domain and all below it. `resolve`, `network`, `now` and `sleep` are for tests.
    """

    def __init__(
        self,
        allow: Iterable[str] = (),
        user_agent: str = "verivita",
        *,
        pace: Mapping[str, float] | None = None,
        tries: int = 3,
        tls: ssl.SSLContext | None = None,
        resolve: Resolver | None = None,
        network: httpcore2.AsyncNetworkBackend | None = None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._allow = frozenset(entry.lower() for entry in allow)
        self._user_agent = user_agent
        self._tries = tries
        self._now, self._sleep = now, sleep
        self._pacer = Pacer(pace or {}, now)
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=40,
            max_keepalive_connections=10,
            keepalive_expiry=15.0,
            network_backend=_CheckedNetwork(self._allow, resolve or _resolve, network or httpcore2.AnyIOBackend()),
        )

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 5_000_000,
        within: float = 30.0,
        etag: str | None = None,
    ) -> Fetched:
        """GET a page of at most `max_bytes` (after decompression), each try `within` seconds from connect to end.

        With `etag` the answer may be `not_modified`. Raises `Denied` (code `address_refused`), `TooLarge`, `Invalid`,
        and `Unavailable` when the host does not answer or is busy after all tries. Other statuses are the caller's.
        """
        conditional = {"if-none-match": etag} if etag else {}
        return await self._retried("GET", url, {**(headers or {}), **conditional}, b"", max_bytes, within)

    async def post(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 5_000_000,
        within: float = 60.0,
    ) -> Fetched:
        """POST `content`; otherwise like `get`, but tried again only when it cannot have arrived."""
        return await self._retried("POST", url, headers or {}, content, max_bytes, within)

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = 20_000_000,
        idle: float = 60.0,
    ) -> AsyncIterator[Streamed]:
        """POST `content` and read the answer while it comes, `idle` seconds at most between two pieces.

        Follows no redirect and tries once. Errors as `get`; they may come while reading, too.
        """
        target = check_url(url, self._allow)
        await self._sleep_if(self._pacer.wait(target))
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            with _named_errors(target.host):
                response = await self._send("POST", target, lower, content, idle)
            try:
                async with aclosing(_pieces(response, max_bytes, target.host)) as pieces:
                    yield Streamed(response.status_code, _names(response), pieces)
            finally:
                await response.aclose()
        except _NotReached as error:
            raise Unavailable("fetch_failed", str(error), retry_after=1) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def _retried(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, max_bytes: int, within: float
    ) -> Fetched:
        for attempt in range(1, self._tries + 1):
            last = attempt == self._tries
            pause = min(LONGEST_WAIT, 0.5 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 (only spreads load)
            try:
                got = await self._followed(method, url, headers, content, max_bytes, within)
            except _NotReached as error:
                if last or not (error.unsent or method == "GET"):
                    raise Unavailable("fetch_failed", str(error), retry_after=pause) from error.__cause__
            else:
                if got.status not in _BUSY:
                    return got
                asked = retry_after(got.headers.get("retry-after"))
                pause = pause if asked is None else asked
                self._pacer.hold(httpx2.URL(got.url), pause)
                if last or pause > LONGEST_WAIT or method != "GET":
                    host = httpx2.URL(got.url).host
                    message = f"{host} answers that it is busy ({got.status})."
                    raise Unavailable("fetch_failed", message, retry_after=pause, extra={"status": got.status})
            await self._sleep(pause)
        raise AssertionError("unreachable")

    async def _followed(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes, max_bytes: int, within: float
    ) -> Fetched:
        target = check_url(url, self._allow)
        sent = {name.lower(): value for name, value in headers.items()}
        for _ in range(_MOST_HOPS + 1):
            await self._sleep_if(self._pacer.wait(target))
            got = await self._timed(method, target, sent, content, max_bytes, within)
            place = got.headers.get("location")
            if got.status not in _REDIRECTS or not place:
                return got
            onward = check_url(_joined(target, place), self._allow)
            if target.scheme == "https" and onward.scheme == "http":
                raise refused("it leads from https to http")
            if origin(onward) != origin(target):
                sent = {name: value for name, value in sent.items() if name not in _FOR_ONE_HOST}
            if got.status == 303 or (got.status in (301, 302) and method == "POST"):
                method, content = "GET", b""
                sent = {name: value for name, value in sent.items() if not name.startswith("content-")}
            target = onward
        raise Unavailable("fetch_failed", f"{target.host} leads round in a circle.")

    async def _timed(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes, max_bytes: int, within: float
    ) -> Fetched:
        try:
            async with asyncio.timeout(within):
                with _named_errors(url.host):
                    response = await self._send(method, url, headers, content, idle=30.0)
                try:
                    body = await _read(response, max_bytes, url.host)
                finally:
                    await response.aclose()
        except TimeoutError as error:
            raise _NotReached(f"{url.host} took longer than {within:g} seconds.") from error
        return Fetched(response.status_code, _names(response), body, str(url), response.status_code == 304)

    async def _send(
        self, method: str, url: httpx2.URL, headers: Mapping[str, str], content: bytes, idle: float
    ) -> httpx2.Response:
        ours = {"user-agent": self._user_agent, "accept-encoding": "gzip, deflate", **headers}
        ours.pop("host", None)
        request = httpx2.Request(method, url, headers=ours, content=content if method == "POST" else None)
        answer = await self._pool.handle_async_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path.split(b"#")[0]
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"connect": 10.0, "read": idle, "write": idle, "pool": idle}},
            )
        )
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Stream(answer), request=request)

    async def _sleep_if(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)


def checked_network(allow: Iterable[str] = ()) -> httpcore2.AsyncNetworkBackend:
    """Opens connections to public addresses, and to those of `allow` (`host:port`), alone; for `kit.sdk_http`."""
    return _CheckedNetwork(frozenset(allow), _resolve, httpcore2.AnyIOBackend())


class _NotReached(Exception):
    """No whole answer came; `unsent` when the request cannot have arrived."""

    def __init__(self, message: str, *, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent


class _CheckedNetwork(httpcore2.AsyncNetworkBackend):
    """Opens connections: resolves the host once, checks every address, and connects to a checked address itself.

    The name is used for the Host header and the certificate by the layers above; nobody resolves it a second time.
    """

    def __init__(self, allow: frozenset[str], resolve: Resolver, network: httpcore2.AsyncNetworkBackend) -> None:
        self._allow, self._resolve, self._network = allow, resolve, network

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        allowed = f"{host.lower()}:{port}" in self._allow
        if not allowed and port not in PORTS.values():
            raise refused(f"port {port} is unusual")
        failure: Exception | None = None
        for address in await self._checked(host, port, allowed):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    async def _checked(self, host: str, port: int, allowed: bool) -> Sequence[str]:
        given = literal(host)
        if given is not None:
            found: Sequence[str] = [str(given)]
        else:
            try:
                found = await self._resolve(host, port)
            except OSError as error:
                raise httpcore2.ConnectError(f"{host} is not known") from error
        for address in found:
            parsed = literal(address)
            if not allowed and (parsed is None or not is_public(parsed)):
                raise refused("it is not on the public internet")
        return found[:_MOST_ADDRESSES]

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert isinstance(self._answer.stream, AsyncIterable)
        async for piece in self._answer.stream:
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


@contextmanager
def _named_errors(host: str) -> Iterator[None]:
    """Turn the errors of the layers below into ours, with the host's name."""
    try:
        yield
    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
        raise _NotReached(f"{host} cannot be reached ({error}).", unsent=True) from error
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.RemoteProtocolError) as error:
        raise _NotReached(f"{host} broke off.") from error
    except httpcore2.LocalProtocolError as error:
        raise Invalid("bad_header", f"A header cannot be sent: {error}.") from error
    except httpx2.DecodingError as error:
        raise Unavailable("fetch_failed", f"{host} sent something that cannot be unpacked.") from error


async def _pieces(response: httpx2.Response, max_bytes: int, host: str) -> AsyncGenerator[bytes, None]:
    """The body unpacked piece by piece, up to the first byte too many, however small it was before unpacking."""
    size = 0
    with _named_errors(host):
        async for piece in response.aiter_bytes():
            size += len(piece)
            if size > max_bytes:
                raise TooLarge(message=f"The answer of {host} is larger than {max_bytes} bytes.")
            yield piece


async def _read(response: httpx2.Response, max_bytes: int, host: str) -> bytes:
    said = response.headers.get("content-length", "")
    if said.isdigit() and int(said) > max_bytes:
        raise TooLarge(message=f"The answer of {host} is larger than {max_bytes} bytes.")
    return b"".join([piece async for piece in _pieces(response, max_bytes, host)])


def _names(response: httpx2.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _joined(base: httpx2.URL, place: str) -> str:
    try:
        return str(base.join(place))
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise Invalid("bad_url", f"{base.host} leads to something that is no address.") from error


async def _resolve(host: str, port: int) -> Sequence[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
