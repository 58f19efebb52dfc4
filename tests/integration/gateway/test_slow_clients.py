"""Slow and oversized clients over a raw socket: they are cut, and nobody else waits for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from tests.rigs.servers import served
from verivita.entrypoints.http import errors
from verivita.entrypoints.http.bodies import BodyLimits
from verivita.entrypoints.http.middleware import GuardMiddleware, RequestMiddleware
from verivita.kit.limits import Limiter, MemoryCounter, Rate
from verivita.kit.metrics import Metrics

pytestmark = [pytest.mark.acceptance("API-07"), pytest.mark.security]
PATIENCE = 0.3


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """The product's outer layers around two small routes, with little patience."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/long")
    async def long() -> list[str]:
        return ["x" * 1000] * 60_000

    limiter = Limiter(MemoryCounter(), {"address": Rate(10_000, 60, 10_000)}, metrics=Metrics())
    app.add_middleware(GuardMiddleware, limiter=limiter, bodies=BodyLimits(2**20, 2**16, PATIENCE))
    app.add_middleware(RequestMiddleware, metrics=Metrics())
    errors.install(app)
    async with served(app, PATIENCE) as number:
        yield number


@contextlib.asynccontextmanager
async def line(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def rest(reader: asyncio.StreamReader) -> bytes:
    """Everything until the server ends the connection."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            got += piece
    return got


async def drip(writer: asyncio.StreamWriter, text: bytes) -> None:
    """One byte now and then, for as long as the other side takes them."""
    with contextlib.suppress(ConnectionError, RuntimeError):
        for byte in text:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(PATIENCE / 5)


async def test_headers_that_drip(port: int) -> None:
    async with line(port) as (reader, writer):
        dripping = asyncio.create_task(drip(writer, b"GET /long HTTP/1.1\r\nhost: x\r\nx-slow: " + b"a" * 10_000))
        assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
        dripping.cancel()


async def test_a_client_that_says_nothing(port: int) -> None:
    async with line(port) as (reader, _):
        assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")


async def test_a_second_request_on_the_same_line_that_drips(port: int) -> None:
    async with line(port) as (reader, writer):
        whole = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc"
        writer.write(whole)
        first = await reader.readuntil(b"\r\n\r\n3")
        assert first.startswith(b"HTTP/1.1 200 ")
        dripping = asyncio.create_task(drip(writer, b"POST /echo HTTP/1.1\r\nx-slow: " + b"a" * 10_000))
        assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")
        dripping.cancel()


async def test_a_body_that_drips(port: int) -> None:
    async with line(port) as (reader, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 20000\r\n\r\n")
        dripping = asyncio.create_task(drip(writer, b"a" * 20_000))
        answer = await rest(reader)
        dripping.cancel()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b'"code":"too_slow"' in answer


async def test_a_body_that_stops(port: int) -> None:
    async with line(port) as (reader, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n\r\nabc")
        assert (await rest(reader)).startswith(b"HTTP/1.1 408 ")


async def test_an_answer_that_nobody_takes(port: int) -> None:
    async with line(port) as (reader, writer):
        writer.write(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(PATIENCE * 6)
        got = await rest(reader)
        assert len(got) < 60_000_000


async def test_headers_without_end(port: int) -> None:
    async with line(port) as (reader, writer):
        writer.write(b"GET /long HTTP/1.1\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"a" * 1000) for n in range(200)))
        assert (await rest(reader)).startswith(b"HTTP/1.1 431 ")


async def test_others_are_served_meanwhile(port: int) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(50):
            _, writer = await stack.enter_async_context(line(port))
            writer.write(b"POST /echo HTTP/1.1\r\nhost: x\r\n")
        reader, writer = await stack.enter_async_context(line(port))
        writer.write(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc")
        assert (await rest(reader)).startswith(b"HTTP/1.1 200 ")
