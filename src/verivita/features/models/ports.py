"""What this room needs from outside: connections to language models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from verivita.engines.llm.catalogue import Listed
from verivita.engines.llm.ports import ChatModel


@dataclass(frozen=True, slots=True)
class Connection:
    """A model and the key to reach it with. The address belongs to the provider and is no part of it."""

    listed: Listed
    key: str = field(default="", repr=False)


class ModelMaker(Protocol):
    """Makes chat models. None of its methods asks a provider."""

    def make(self, connection: Connection) -> ChatModel:
        """The model; imports the provider's package. Raises `Unavailable` (`extra_missing`) with its install line."""
        ...

    def needs_key(self, provider: str) -> bool:
        """Whether this provider answers only with a key."""
        ...

    def reachable(self, provider: str) -> bool:
        """Whether an address of this provider is known here."""
        ...

    async def local_models(self) -> Sequence[str]:
        """Names of the models that a local Ollama has; empty when none answers. Remembered for a while."""
        ...
