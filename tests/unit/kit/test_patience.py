"""A server is given up for its own silence, not because this process stood still."""

from __future__ import annotations

import asyncio
import time

from verivita.kit.db.patience import Patience


async def test_a_silent_server_is_given_up():
    patience, cut = Patience(0.05), asyncio.Event()
    with patience.then(lambda event: event.set(), cut):
        async with asyncio.timeout(10):
            await cut.wait()
    assert patience.lost


async def test_an_answer_in_time_ends_the_wait():
    patience, cut = Patience(0.05), []
    with patience.then(cut.append, "connection"):
        pass
    await asyncio.sleep(0.2)
    assert not cut
    assert not patience.lost


async def test_an_answer_that_came_while_this_process_stood_still_is_read():
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"here\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    patience = Patience(0.5)
    with patience.then(lambda other: other.transport.abort(), writer):
        asyncio.get_running_loop().call_soon(time.sleep, 1.0)
        assert await reader.readline() == b"here\n"
    assert not patience.lost
    writer.close()
    server.close()
    await server.wait_closed()


async def test_a_server_that_is_silent_after_we_stood_still_is_given_up_all_the_same():
    patience, cut = Patience(0.05), asyncio.Event()
    with patience.then(lambda event: event.set(), cut):
        asyncio.get_running_loop().call_soon(time.sleep, 0.4)
        async with asyncio.timeout(10):
            await cut.wait()
    assert patience.lost
