"""Async PostgreSQL engine: `begin(scope)` gives one short transaction in which row security knows who asks.

The first statement of every transaction gives up the owner's rights (`SET LOCAL ROLE`) and names the tenant and the
person. All three end with the transaction, so a pooled connection carries nothing over to the next caller.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Executable, text
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from verivita.core.errors import StorageFull, Unavailable
from verivita.core.ids import PersonId
from verivita.core.principal import Principal

APP_ROLE = "verivita_app"

_ENTER = text(
    "SELECT set_config('role', :role, true), set_config('app.tenant', :tenant, true), "
    "set_config('app.person', :person, true), set_config('app.credential', :credential, true), "
    "set_config('app.everywhere', :everywhere, true), set_config('app.joined', :joined, true)"
)


@dataclass(frozen=True, slots=True)
class Credential:
    """Scope of a sign-in: only rows with this keyed hash, of a secret or of an e-mail address, can be seen.

    It is the scope before anyone knows whose they are.
    """

    secret_hash: str


@dataclass(frozen=True, slots=True)
class Everywhere:
    """Scope of the machine itself: sees the list of tenants and nothing inside them."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Scope of a person who takes over what another person of the same tenant made, such as the guest they were."""

    into: Principal
    joined: PersonId


Scope = Principal | Credential | Everywhere | Joining


class Tx:
    """One open transaction. It lives as long as its `begin` block and is used by repositories only."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def run(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Execute a statement; with a list of parameters, once for each."""
        return await self._connection.execute(statement, parameters)

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """The driver's own connection inside this transaction, for the task queue."""
        raw = await self._connection.get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, psycopg.AsyncConnection)
        return connection


class Database:
    """A pool of connections to one PostgreSQL database."""

    def __init__(self, url: str, *, pool_size: int = 10, pool_timeout: float = 5.0) -> None:
        """`url` is any PostgreSQL address; the pool opens at most `pool_size` connections, on demand."""
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        self._engine: AsyncEngine = create_async_engine(
            parsed, pool_size=pool_size, max_overflow=0, pool_timeout=pool_timeout, pool_pre_ping=True
        )

    @asynccontextmanager
    async def begin(self, scope: Scope) -> AsyncIterator[Tx]:
        """One transaction as `scope`: committed at the end of the block, rolled back when the block raises.

        Raises `Unavailable` when the database does not answer or no connection is free within the pool's timeout.
        """
        try:
            async with self._engine.begin() as connection:
                await connection.execute(_ENTER, _context(scope))
                yield Tx(connection)
        except TimeoutError as error:
            raise Unavailable("database_busy", "All database connections are in use.", retry_after=1) from error
        except DBAPIError as error:
            raise _translated(error) from error

    async def ping(self) -> bool:
        """True when the database answers."""
        try:
            async with self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (DBAPIError, TimeoutError, OSError):
            return False
        return True

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _context(scope: Scope) -> dict[str, str]:
    context = {"role": APP_ROLE, "tenant": "", "person": "", "credential": "", "everywhere": "", "joined": ""}
    match scope:
        case Principal():
            context |= {"tenant": str(scope.tenant_id), "person": str(scope.person_id)}
        case Credential():
            context |= {"credential": scope.secret_hash}
        case Everywhere():
            context |= {"everywhere": "on"}
        case Joining():
            context |= _context(scope.into) | {"joined": str(scope.joined)}
    return context


def _translated(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, psycopg.errors.DiskFull):
        return StorageFull(message="The disk that holds the database is full.", next="Free some space and try again.")
    if error.connection_invalidated or isinstance(cause, psycopg.OperationalError):
        return Unavailable("database_unavailable", "The database does not answer.", retry_after=1)
    return error
