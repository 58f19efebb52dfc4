"""Use cases of one's own sign-ins: where one is signed in, which of them this is, and ending one."""

from __future__ import annotations

from uuid import UUID

from verivita.core.clock import Clock
from verivita.core.errors import NotFound
from verivita.core.events import Event
from verivita.core.principal import Principal
from verivita.features.identity.access import AccessService
from verivita.features.identity.service import IdentityService
from verivita.features.identity.sessions.model import Session
from verivita.features.identity.sessions.repository import SessionRepository
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog


class SessionService:
    """Where a person is signed in: browsers, and programs that hold tokens. API keys are no sign-ins."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        identity: IdentityService,
        access: AccessService,
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, SessionRepository(keyring), events, clock
        self._identity, self._access = identity, access

    async def all(self, principal: Principal) -> list[Session]:
        """The caller's sign-ins that stand, used last first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.sessions(tx, principal, self.clock.now())

    async def which(self, principal: Principal, token: str, cookie: str) -> UUID | None:
        """The sign-in that a request came by: that of its bearer token, else that of its cookie.

        None for an API key, and for the token of another issuer, whose sign-ins are not kept here.
        """
        if token:
            return self._access.family_of(token) if token.count(".") == 2 else None
        return await self._identity.credential_of(principal, cookie) if cookie else None

    async def end(self, principal: Principal, session_id: UUID) -> None:
        """End one of the caller's sign-ins. Raises `NotFound`.

        A cookie stops working at once, an access token within `STANDING_LASTS` in every process.
        """
        async with self.db.begin(principal) as tx:
            if not await self.repo.end_session(tx, principal, session_id):
                raise NotFound("session")
            await self.events.record(tx, principal, Event("session.ended", {"session_id": str(session_id)}))
        self._access.forget(principal, session_id)
