"""Async PostgreSQL engine: `begin(scope)` gives one short transaction in which row security knows who asks.

The message that begins a transaction also gives up the owner's rights (`SET LOCAL ROLE`) and names the tenant and the
person. All three end with the transaction, so a pooled connection carries nothing over to the next caller.
"""

from __future__ import annotations

import asyncio
import builtins
import os
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
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
from verivita.kit.db.patience import Patience

APP_ROLE = "verivita_app"

_ENTER = text(
    "SELECT set_config('role', :role, true), set_config('app.tenant', :tenant, true), "
    "set_config('app.person', :person, true), set_config('app.credential', :credential, true), "
    "set_config('app.everywhere', :everywhere, true), set_config('app.joined', :joined, true)"
)


_BEGIN: Question = ("BEGIN", {})
_ENTER_RAW = re.sub(r":(\w+)", r"%(\1)s", _ENTER.text)


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

    async def become(self, scope: Scope) -> None:
        """Go on as `scope` in the same transaction: a secret has told who asks."""
        await self._connection.execute(_ENTER, _context(scope))

    async def driver(self) -> psycopg.AsyncConnection[Any]:
        """The driver's own connection inside this transaction, for the task queue."""
        raw = await self._connection.get_raw_connection()
        connection = raw.driver_connection
        assert isinstance(connection, psycopg.AsyncConnection)
        return connection


_AT_WORK = 10
"""How many times its patience a question waits for its answer."""

Question = tuple[str, Mapping[str, Any]]
"""A statement in the driver's own words, and its values."""
Witness = Callable[[Tx], Awaitable[None]]
_WITNESS: ContextVar[Witness | None] = ContextVar("witness", default=None)


@contextmanager
def witnessed(witness: Witness) -> Iterator[None]:
    """Inside, every transaction of this context ends with `witness`, and commits together with what it writes."""
    token = _WITNESS.set(witness)
    try:
        yield
    finally:
        _WITNESS.reset(token)


class Database:
    """A pool of connections to one PostgreSQL database.

    A server that does not answer costs a caller `patience` seconds (a new connection: `connect_timeout`); for a second
    after that whoever needs a new connection hears at once that it is gone.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 10,
        pool_timeout: float = 5.0,
        patience: float = 1.0,
        connect_timeout: float = 2.0,
        statement_timeout: float = 60.0,
        pooled: bool = False,
    ) -> None:
        """`url` is any PostgreSQL address; the pool opens at most `pool_size` connections, on demand.

        With `pooled`, or a host that calls itself a pooler, a pooler stands between that gives each transaction another
        connection: it takes no options, and statements must not count on being prepared.
        """
        parsed = make_url(url).set(drivername="postgresql+psycopg")
        options: dict[str, Any] = {"options": f"-c statement_timeout={round(statement_timeout * 1000)}"}
        if "options" in parsed.query:
            options = {}  # the address says it itself
        if pooled or "pooler" in (parsed.host or ""):
            options = {"prepare_threshold": None}
        self._connect_timeout, self._patience, self._asleep_until = connect_timeout, patience, 0.0
        # No ping before use: the first statement of a transaction is the ping.
        self._engine: AsyncEngine = create_async_engine(
            parsed,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout,
            connect_args={**options, "async_creator_fn": self._connect},
        )

    @asynccontextmanager
    async def begin(self, scope: Scope) -> AsyncIterator[Tx]:
        """One transaction as `scope`: committed at the end of the block, rolled back when the block raises.

        Raises `Unavailable` when the database does not answer or no connection is free within the pool's timeout.
        """
        async with self._connection() as connection:
            await self._send(connection, self._patience, [_BEGIN, _who(scope)])
            tx = Tx(connection)
            yield tx
            witness = _WITNESS.get()
            if witness is not None:
                await witness(tx)
            # Not SQLAlchemy's commit, which does nothing where all statements went to the driver itself.
            await (await tx.driver()).commit()

    async def ask(self, scope: Scope, *questions: Question) -> list[Any]:
        """The rows of the last question as `scope`, in a transaction that is one message to the server and one back.

        It is for reading alone: nothing is witnessed. Values go as text inside the message, quoted by the driver; a
        message is a transaction of its own, and needs no words to begin and end it. Raises what `begin` raises.
        """
        async with self._connection() as connection:
            # Nothing comes back before the last answer: a server at work cannot be told from a silent one.
            answer = await self._send(connection, _AT_WORK * self._patience, [_who(scope), *questions])
            return await answer.fetchall()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.connect() as connection:
                yield connection
        except TimeoutError as error:
            raise Unavailable("database_busy", "All database connections are in use.", retry_after=1) from error
        except DBAPIError as error:
            raise _translated(error) from error
        except psycopg.Error as error:
            raise _of_driver(error) from error

    async def _send(
        self, connection: AsyncConnection, patience: float, questions: Sequence[Question]
    ) -> psycopg.AsyncClientCursor[Any]:
        """These statements sent as one message, all of them done when this returns.

        Over a connection that was closed while it lay in the pool they are sent once more, over a fresh one.
        """
        waiting = Patience(patience)
        for _ in range(2):
            driver = await Tx(connection).driver()
            cursor = psycopg.AsyncClientCursor(driver)
            message = ";".join([cursor.mogrify(statement, values) for statement, values in questions])
            try:
                # Not a cancellation: the driver would first ask the silent server to cancel, and wait for that.
                with waiting.then(_cut, driver):
                    await cursor.execute(message)
                while cursor.nextset():
                    pass
                return cursor
            except psycopg.OperationalError:
                if not driver.closed:
                    raise
                await connection.invalidate()
                if waiting.lost:
                    self._asleep_until = time.monotonic() + 1.0
                    raise
        raise _gone()

    async def _connect(self, *given: Any, **options: Any) -> psycopg.AsyncConnection[Any]:
        if time.monotonic() < self._asleep_until:
            raise psycopg.OperationalError("the database did not answer a moment ago")
        try:
            async with asyncio.timeout(None) as limit:
                with Patience(self._connect_timeout).then(limit.reschedule, 0.0):
                    # `begin` and `ask` say themselves where a transaction begins, in the same message as who asks.
                    return await psycopg.AsyncConnection.connect(*given, **options, autocommit=True)
        except builtins.TimeoutError:
            self._asleep_until = time.monotonic() + 1.0
            raise psycopg.OperationalError("the database does not answer") from None

    async def ping(self) -> bool:
        """True when the database answers."""
        try:
            async with self.begin(Everywhere()):
                return True
        except (Unavailable, DBAPIError):
            return False

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _cut(connection: psycopg.AsyncConnection[Any]) -> None:
    """End the connection under whoever waits for it: they hear at once that the server is gone."""
    with suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as twin:
        twin.shutdown(socket.SHUT_RDWR)


def _who(scope: Scope) -> Question:
    return _ENTER_RAW, _context(scope)


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


def _gone() -> Unavailable:
    return Unavailable("database_unavailable", "The database does not answer.", retry_after=1)


def _of_driver(error: psycopg.Error) -> Exception:
    """What the driver itself raises when nothing stands between."""
    if isinstance(error, psycopg.errors.DiskFull):
        return StorageFull(message="The disk that holds the database is full.")
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return _gone()
    return error


def _translated(error: DBAPIError) -> Exception:
    cause = error.orig
    if isinstance(cause, psycopg.errors.DiskFull):
        return StorageFull(message="The disk that holds the database is full.", next="Free some space and try again.")
    if error.connection_invalidated or isinstance(cause, psycopg.OperationalError):
        return _gone()
    return error
