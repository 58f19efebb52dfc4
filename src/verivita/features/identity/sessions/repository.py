"""Sign-ins in SQL: a session or guest cookie is one credential, tokens are one family of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_

from verivita.core.principal import Principal
from verivita.features.identity.model import CredentialKind
from verivita.features.identity.repository import IdentityRepository
from verivita.features.identity.sessions.model import Session, SessionKind
from verivita.features.identity.tables import credentials
from verivita.kit.db import Tx

_KINDS = {
    CredentialKind.SESSION.value: SessionKind.BROWSER,
    CredentialKind.GUEST.value: SessionKind.GUEST,
    CredentialKind.REFRESH.value: SessionKind.TOKENS,
}


class SessionRepository(IdentityRepository):
    """The caller's own sign-ins."""

    async def sessions(self, tx: Tx, principal: Principal, now: datetime) -> list[Session]:
        """Every sign-in that stands, used last first. Of a family only the token that is not used up stands."""
        used = func.coalesce(credentials.c.last_used_at, credentials.c.created_at)
        mine = self._credentials.select(principal).where(
            credentials.c.kind.in_(_KINDS), credentials.c.used_at.is_(None)
        )
        stands = mine.where(or_(credentials.c.expires_at.is_(None), credentials.c.expires_at > now))
        return [_session(row) for row in await tx.run(stands.order_by(used.desc(), credentials.c.id.desc()))]

    async def end_session(self, tx: Tx, principal: Principal, session_id: UUID) -> bool:
        """End one sign-in; False when there is none with this id."""
        mine = self._credentials.delete(principal).where(credentials.c.kind.in_(_KINDS))
        named = mine.where(or_(credentials.c.family == session_id, credentials.c.id == session_id))
        return (await tx.run(named)).rowcount > 0


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.family or row.id,
        kind=_KINDS[row.kind],
        began_at=row.began_at or row.created_at,
        last_used_at=row.last_used_at or row.created_at,
        expires_at=row.expires_at,
        browser=row.browser,
        network=row.network,
    )
