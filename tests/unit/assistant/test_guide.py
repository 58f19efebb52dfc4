"""Which way a message goes while the encoder is silent, gone, or another one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from verivita.core.errors import Unavailable
from verivita.core.ids import PersonId, TenantId
from verivita.core.principal import Principal
from verivita.engines.retrieval.ports import ModelInfo
from verivita.features.assistant import Route, Saying
from verivita.features.assistant.guide import Guide

WHO = Principal(TenantId(UUID(int=1)), PersonId(UUID(int=2)))


class Encoder:
    """Stands where the search's encoder stands: gone, silent for ever, or one whose vectors mean nothing here."""

    def __init__(self, state: str) -> None:
        self._state = state

    async def embed(self, principal: Principal, texts: Sequence[str]) -> tuple[list[list[float]], ModelInfo]:
        if self._state == "gone":
            raise Unavailable("ml_unavailable", "The ML service does not answer.")
        if self._state == "silent":
            await asyncio.Event().wait()
        return [[1.0] * 8 for _ in texts], ModelInfo("another", "fp32", 8)


@pytest.mark.parametrize("state", ["gone", "silent", "another"])
@pytest.mark.parametrize(
    ("said", "way"),
    [
        ("Write a cover letter for this job", Route.DRAFT),
        ("Which of my jobs are remote?", Route.CAREER),
        ("What is photosynthesis?", Route.STUDY),
    ],
)
async def test_without_the_shipped_encoder_the_words_decide(state: str, said: str, way: Route) -> None:
    guide = Guide(None, Encoder(state))  # type: ignore[arg-type]
    assert await guide.way(WHO, Saying(said)) is way
