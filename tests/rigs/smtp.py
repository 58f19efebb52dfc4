"""A mail server on loopback that keeps what it is given."""

from __future__ import annotations

import asyncio
import email
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP


@dataclass
class Sink:
    """The mails that came, newest last; `refusal` is answered to every mail where it is set."""

    url: str = ""
    mails: list[Message] = field(default_factory=list)
    refusal: str = ""

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Take one mail."""
        if self.refusal:
            return self.refusal
        self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@asynccontextmanager
async def running() -> AsyncIterator[Sink]:
    """A sink that listens in the loop of the test."""
    sink = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink.example"), "127.0.0.1", 0)
    sink.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?tls=never"
    try:
        yield sink
    finally:
        server.close()
