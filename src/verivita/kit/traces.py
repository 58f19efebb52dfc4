"""Traces: which step of which process a request went through and how long each took; nothing unless one is installed.

A span carries names of routes, tasks and models, counts and times. Never a body, a query, an address or a person: what
is traced may leave the machine, to the collector that the owner named.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import Protocol

from verivita.kit import logs

Value = str | int | float | bool
HEADER = "traceparent"
_PARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Kind(StrEnum):
    """Which side of a call a span is."""

    SERVER = "server"
    CLIENT = "client"
    CONSUMER = "consumer"


class Span(Protocol):
    """A step that is under way."""

    def say(self, **about: Value) -> None:
        """Add what became known of it; two underscores stand for a dot (`http__route`)."""
        ...

    def rename(self, name: str) -> None:
        """Give it the name that became known."""
        ...

    def fail(self, kind: str) -> None:
        """Mark it as failed; `kind` is the class of the error, never its words."""
        ...


class Tracer(Protocol):
    """Makes spans and carries them away. It never raises and never waits."""

    def span(
        self, name: str, kind: Kind, parent: str | None, about: Mapping[str, Value]
    ) -> AbstractContextManager[Span]:
        """A span over a `with` block: below `parent` (a W3C traceparent), else below the one under way."""
        ...

    def tell(self, name: str, kind: Kind, seconds: float, failed: str, about: Mapping[str, Value]) -> None:
        """A span of a step that has just ended after `seconds`; `failed` is the class of its error, or empty."""
        ...

    def parent(self) -> str | None:
        """The W3C traceparent of the span under way, to be handed on; None where none is."""
        ...

    def close(self) -> None:
        """Send what waits; takes a few seconds at most."""
        ...


class _Nothing:
    def say(self, **_: Value) -> None:
        """Nothing to add to."""

    def rename(self, *_: object, **__: object) -> None:
        """Nothing to name."""

    def fail(self, *_: object, **__: object) -> None:
        """Nothing to mark."""


_SILENCE: AbstractContextManager[Span] = contextlib.nullcontext(_Nothing())


class Silent:
    """Traces nothing, at no cost."""

    def span(self, *_: object, **__: object) -> AbstractContextManager[Span]:
        """A block like any other."""
        return _SILENCE

    def tell(self, *_: object, **__: object) -> None:
        """Tell nobody."""

    def parent(self) -> str | None:
        """None is under way."""
        return None

    def close(self) -> None:
        """Nothing waits."""


_installed: Tracer = Silent()


def install(tracer: Tracer) -> Tracer:
    """Let this process be traced by `tracer` from now on; the one before it, which is not closed."""
    global _installed
    before, _installed = _installed, tracer
    return before


def close() -> None:
    """Send what waits and trace no more."""
    install(Silent()).close()


def span(name: str, kind: Kind, parent: str | None = None, **about: Value) -> AbstractContextManager[Span]:
    """A step: a `with` block whose log lines carry the id of the trace. An error that leaves the block marks it."""
    return _SILENCE if isinstance(_installed, Silent) else _spanning(name, kind, parent, about)


@contextlib.contextmanager
def _spanning(name: str, kind: Kind, parent: str | None, about: Mapping[str, Value]) -> Iterator[Span]:
    with _installed.span(name, kind, sound(parent), _dotted(about)) as made:
        try:
            with logs.about(trace=trace_of(_installed.parent())):
                yield made
        except Exception as error:
            made.fail(type(error).__name__)
            raise


def tell(name: str, kind: Kind, seconds: float, failed: str = "", **about: Value) -> None:
    """A step that has just ended."""
    _installed.tell(name, kind, seconds, failed, _dotted(about))


def parent() -> str | None:
    """The W3C traceparent to be handed on to another process; None where nothing is traced."""
    return _installed.parent()


def metadata() -> Sequence[tuple[str, str]] | None:
    """The same as metadata of a gRPC call."""
    found = _installed.parent()
    return ((HEADER, found),) if found else None


def sound(parent: str | None) -> str | None:
    """`parent` where it has the form of a traceparent of version 00 (W3C Trace Context, section 3.2), else None."""
    return parent if parent and _PARENT.fullmatch(parent) else None


def trace_of(parent: str | None) -> str | None:
    """The id of the trace in a traceparent."""
    found = _PARENT.fullmatch(parent or "")
    return found[1] if found else None


def _dotted(about: Mapping[str, Value]) -> dict[str, Value]:
    return {name.replace("__", "."): value for name, value in about.items()}
