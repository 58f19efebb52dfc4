"""Which way a message goes: the caller's choice, then the mode, then the words, and a model where no word tells."""

from __future__ import annotations

from pydantic import BaseModel

from verivita.core.errors import LimitReached, Unavailable
from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest, system, user
from verivita.engines.llm.prompts import FENCE_RULE, fence
from verivita.features.assistant.model import Mode, Route, Saying
from verivita.features.assistant.prompting import template
from verivita.features.assistant.routing import known_route
from verivita.features.models import ModelsService, Purpose

_LONGEST = 1_000


class _Way(BaseModel):
    """What a model may answer."""

    route: Route


class Guide:
    """Chooses the way; a model that is not there, fails or answers nonsense leaves it to the rules."""

    def __init__(self, models: ModelsService | None) -> None:
        self._models = models

    async def way(self, principal: Principal, saying: Saying) -> Route:
        """The way of this message."""
        if saying.route is not None:
            return saying.route
        if saying.mode is not Mode.CHAT:
            return Route.DRAFT
        return known_route(saying.text) or await self._asked(principal, saying)

    async def _asked(self, principal: Principal, saying: Saying) -> Route:
        if self._models is None or not saying.use_model:
            return Route.STUDY
        try:
            if not await self._models.available(principal, Purpose.CHAT):
                return Route.STUDY
            rules = template("route")
            messages = (system(rules.fill(fence_rule=FENCE_RULE)), user(fence(saying.text[:_LONGEST])))
            asked = ChatRequest(messages, max_tokens=60, temperature=0.0, prompt=rules.key)
            return (await self._models.ask(principal, Purpose.CHAT, asked, _Way)).route
        except (Unavailable, LimitReached):
            return Route.STUDY
