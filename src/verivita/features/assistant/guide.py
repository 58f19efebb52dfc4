"""Which way a message goes: what the caller says, the mode, words and their meaning, a model where these are unsure."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from verivita.core.errors import LimitReached, Unavailable
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, system, user
from verivita.engines.llm.prompts import FENCE_RULE, fence
from verivita.features.assistant.model import Mode, Route, Saying
from verivita.features.assistant.prompting import template
from verivita.features.assistant.routing import LONGEST, chances, known_route, load_weights
from verivita.features.models import ModelsService, Purpose
from verivita.features.search import SearchService

_LONGEST = 1_000
_PATIENCE_S = 1.0
"""How long the encoder is waited for; then the words decide, for the search behind this waits for it again."""
_SURE = 0.9
"""Where no word tells, a way less likely than this is a guess: a model is asked, if there is one."""


class _Way(BaseModel):
    """What a model may answer."""

    route: Route


class Guide:
    """Chooses the way; a model that is not there, fails or answers nonsense leaves it to the rules."""

    def __init__(self, models: ModelsService | None, search: SearchService) -> None:
        self._models, self._search = models, search

    async def way(self, principal: Principal, saying: Saying) -> Route:
        """The way of this message."""
        if saying.route is not None:
            return saying.route
        if saying.mode is not Mode.CHAT:
            return Route.DRAFT
        known, guess = await self._known(principal, saying.text)
        return known or await self._asked(principal, saying, guess)

    async def _known(self, principal: Principal, text: str) -> tuple[Route | None, Route]:
        """The way, where words or meaning tell it, and the best guess; by words alone where no encoder answers."""
        told = known_route(text)
        try:
            async with asyncio.timeout(_PATIENCE_S):
                vectors, model = await self._search.embed(principal, [text[:LONGEST]])
        except (Unavailable, TimeoutError):
            return told, Route.STUDY
        if model.key != load_weights().model:
            return told, Route.STUDY
        found = chances(text, vectors[0])
        best = max(found, key=lambda way: found[way])
        return best if told or found[best] >= _SURE else None, best

    async def _asked(self, principal: Principal, saying: Saying, guess: Route) -> Route:
        if self._models is None or not saying.use_model:
            return guess
        try:
            if not await self._models.available(principal, Purpose.CHAT):
                return guess
            rules = template("route")
            messages = (system(rules.fill(fence_rule=FENCE_RULE)), user(fence(saying.text[:_LONGEST])))
            asked = ChatRequest(messages, max_tokens=60, temperature=0.0, prompt=rules.key)
            return (await self._models.ask(principal, Purpose.CHAT, asked, _Way)).route
        except (Unavailable, LimitReached):
            return guess
