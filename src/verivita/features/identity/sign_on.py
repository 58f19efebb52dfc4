"""Use cases of signing in at another issuer: send the browser there, and take in whom it sends back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from verivita.core.clock import Clock
from verivita.core.errors import NotFound, Unauthenticated, VerivitaError
from verivita.core.events import Event
from verivita.core.principal import Principal
from verivita.features.identity.entry import EntryService
from verivita.features.identity.external import ExternalPeople
from verivita.features.identity.ports import Asked, IssuerDoor, Redeemed
from verivita.features.identity.proofs.repository import INSTALLATION
from verivita.features.identity.repository import IdentityRepository
from verivita.features.identity.states import PROVED
from verivita.features.identity.visits import NOWHERE, Visit
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog

SIGN_ON_LASTS = timedelta(minutes=10)
_PLACE = "sign-on"
# Browsers read a backslash as a slash, and leave tabs and line ends out: "/\t/evil.example" is another host.
_NOT_IN_A_PATH = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class Offer:
    """An issuer that people may sign in at."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Started:
    """Where to send the browser, and what that browser keeps until it comes back: sealed, for a cookie."""

    url: str
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    """What the issuer's answer says in the address."""

    state: str = ""
    code: str = field(default="", repr=False)
    issuer: str | None = None
    error: str | None = None


class SignOnService:
    """Authorization code flow with PKCE (RFC 6749, RFC 7636). State and nonce are bound to the browser by a cookie."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        events: EventLog,
        clock: Clock,
        entry: EntryService,
        external: ExternalPeople,
        doors: Sequence[IssuerDoor],
    ) -> None:
        self.db, self.repo, self.events, self.clock = db, IdentityRepository(keyring), events, clock
        self._keys, self._entry, self._external = keyring, entry, external
        self._doors = {door.key: door for door in doors}

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every issuer that people may sign in at, in the order of the settings."""
        return tuple(Offer(door.key, door.name) for door in self._doors.values())

    async def begin(self, principal: Principal, key: str, back_to: str, onward: str = "/") -> Started:  # noqa: ARG002
        """Send a browser to an issuer, which will send it back to the address `back_to`; then it goes on to `onward`.

        `principal` is `NOBODY`. Raises `NotFound`, `Unavailable` (code `issuer_unavailable`).
        """
        door, verifier = self._door(key), secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), challenge, back_to)
        said = {
            "key": key,
            "state": asked.state,
            "nonce": asked.nonce,
            "verifier": verifier,
            "back_to": back_to,
            "onward": local_path(onward),
            "until": (self.clock.now() + SIGN_ON_LASTS).timestamp(),
        }
        sealed = self._keys.seal(INSTALLATION, _PLACE, INSTALLATION, json.dumps(said))
        return Started(await door.begin(asked), base64.urlsafe_b64encode(sealed).decode())

    async def finish(
        self, principal: Principal, key: str, kept: str, returned: Returned, visit: Visit = NOWHERE
    ) -> Principal:
        """Who came back from the issuer; what they made as a guest goes over to them.

        `kept` is what `begin` gave this browser. Raises `NotFound`, `Unauthenticated` (codes `sign_in_lost`,
        `issuer_refused`, `suspended`), `Unavailable` (code `issuer_unavailable`), `SecondStepNeeded`.
        """
        door, said = self._door(key), self._opened(kept)
        same = hmac.compare_digest(said.get("state", "").encode(), returned.state.encode(errors="replace"))
        if not same or not returned.state or said["key"] != key:
            raise _lost()
        if returned.error is not None or not returned.code:
            raise Unauthenticated("issuer_refused", f"{door.name} did not sign you in.", next="Try again.")
        redeemed = Redeemed(returned.code, returned.issuer, said["verifier"], said["nonce"], said["back_to"])
        found = await self._external.person(principal, await door.redeem(redeemed), visit)
        async with self.db.begin(found) as tx:
            known = await self.repo.known(tx, found)
        if known is None:
            raise Unauthenticated("suspended", "This account is suspended.", next="Ask who runs this installation.")
        guest = principal if principal.state not in PROVED and principal.tenant_id == known.tenant_id else None
        await self._entry.second.ask(known, guest)
        async with self.db.begin(known) as tx:
            await self.events.record(tx, known, Event("account.signed_on"))
        if guest is not None:
            await self._entry.join(known, guest)
        return known

    def onward(self, kept: str) -> str:
        """The page that a browser wanted to go on to; the first one where that is not known."""
        try:
            return local_path(self._opened(kept)["onward"])
        except Unauthenticated:
            return "/"

    def _door(self, key: str) -> IssuerDoor:
        door = self._doors.get(key)
        if door is None:
            raise NotFound("sign-in service")
        return door

    def _opened(self, kept: str) -> dict[str, Any]:
        try:
            sealed = base64.urlsafe_b64decode(kept.encode())
            said: dict[str, Any] = json.loads(self._keys.open_text(INSTALLATION, _PLACE, INSTALLATION, sealed))
        except (ValueError, VerivitaError) as error:
            raise _lost() from error
        if said["until"] <= self.clock.now().timestamp():
            raise _lost()
        return said


def local_path(text: str) -> str:
    """The path if it is one of this installation's pages, else the first page: no address leads elsewhere."""
    if not text.startswith("/") or text.startswith(("//", "/auth/")) or len(text) > 500 or _NOT_IN_A_PATH.search(text):
        return "/"
    return text


def _lost() -> Unauthenticated:
    return Unauthenticated(
        "sign_in_lost",
        "This sign-in was not begun in this browser, was finished already, or took too long.",
        next="Begin it again.",
    )
