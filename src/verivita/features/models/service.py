"""Use cases of language models: ask one for a purpose, within the budget, by the tenant's route."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

from pydantic import BaseModel

from verivita.core.errors import Unavailable
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, Chunk, Completion
from verivita.features.models.model import Purpose

Shape = TypeVar("Shape", bound=BaseModel)


class ModelsService:
    """The language models that a tenant has chosen."""

    async def available(self, principal: Principal, purpose: Purpose) -> bool:
        """Whether some model can be asked for this purpose."""
        return False

    async def complete(self, principal: Principal, purpose: Purpose, request: ChatRequest) -> Completion:
        """The whole answer.

        Raises `Unavailable` (`no_model`), `LimitReached` (`budget_used_up`) and `ModelFault` when the route failed.
        """
        raise no_model()

    async def stream(self, principal: Principal, purpose: Purpose, request: ChatRequest) -> AsyncIterator[Chunk]:
        """The answer piece by piece; the last chunk carries the completion. Errors as `complete`, before and between.

        Closing the iterator cancels the call.
        """
        raise no_model()
        yield Chunk()

    async def ask(self, principal: Principal, purpose: Purpose, request: ChatRequest, of: type[Shape]) -> Shape:
        """The answer as a checked object of this type. Errors as `complete`; a wrong shape is `model_malformed`."""
        raise no_model()


def no_model() -> Unavailable:
    """The refusal where no model is configured for a purpose."""
    return Unavailable(
        "no_model", "No language model is connected.", next="Connect one in the model settings, or go on without."
    )
