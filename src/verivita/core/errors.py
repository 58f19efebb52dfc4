"""The one error tree: a kind, a stable code and a sentence for a person; nothing of HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input; `field` is a dotted path."""

    field: str
    message: str


class VerivitaError(Exception):
    """Base of everything that a use case refuses or cannot do.

    `code` is stable and documented, `message` says what happened, `next` the one next step.
    """

    default_code = "error"

    def __init__(
        self,
        code: str | None = None,
        message: str = "",
        *,
        next: str | None = None,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, object] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message or code or self.default_code)
        self.code = code or self.default_code
        self.message = message or self.code.replace("_", " ")
        self.next = next
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        self.retry_after = retry_after


class Unauthenticated(VerivitaError):
    """Nobody known asks."""

    default_code = "unauthenticated"


class Denied(VerivitaError):
    """The caller's state or role is too low."""

    default_code = "forbidden"


class NotFound(VerivitaError):
    """No such thing, or somebody else's: the caller cannot tell which."""

    default_code = "not_found"

    def __init__(self, thing: str = "thing") -> None:
        super().__init__("not_found", f"There is no such {thing}.")


class Conflict(VerivitaError):
    """The wish collides with what is stored."""

    default_code = "conflict"


class VersionMismatch(VerivitaError):
    """Somebody changed it since it was read."""

    default_code = "version_mismatch"


class Invalid(VerivitaError):
    """The input is wrong; `errors` says where."""

    default_code = "invalid"


class TooLarge(Invalid):
    """The input passes a limit on size."""

    default_code = "too_large"


class TooSlow(Invalid):
    """The input came too slowly to wait for it."""

    default_code = "too_slow"


class UnsupportedType(Invalid):
    """The input is of a kind that we cannot read."""

    default_code = "unsupported_type"


class LimitReached(VerivitaError):
    """Too many requests, or a quota is used up; `retry_after` is in seconds."""

    default_code = "limit_reached"


class Unavailable(VerivitaError):
    """A dependency does not answer now; `retry_after` is in seconds."""

    default_code = "unavailable"


class StorageFull(VerivitaError):
    """The disk is full."""

    default_code = "storage_full"
