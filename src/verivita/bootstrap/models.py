"""The language models of an installation, put together: connections, budget, router, settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from verivita.bootstrap import providers
from verivita.bootstrap.settings import Settings
from verivita.core.clock import Clock, SystemClock
from verivita.core.errors import Invalid
from verivita.engines.llm.catalogue import warnings
from verivita.engines.llm.lanes import LaneRules, Lanes
from verivita.engines.llm.prompts import share_fences
from verivita.engines.llm.router import Patience
from verivita.features.models import (
    Installed,
    Limits,
    ModelSettingsService,
    ModelsRepository,
    ModelsService,
    Till,
    parse,
)
from verivita.kit.cache import Cache
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database
from verivita.kit.event_log import EventLog


@dataclass(frozen=True, slots=True)
class Models:
    """Asking models, saying which, and how to close what is open."""

    asking: ModelsService
    settings: ModelSettingsService
    close: Callable[[], Awaitable[None]]


def build(settings: Settings, db: Database, keyring: Keyring, events: EventLog, clock: Clock, cache: Cache) -> Models:
    """Raises `Invalid` for a route or an address in the settings that is none."""
    share_fences(keyring.blind(UUID(int=0), "llm", "fence").encode())
    connections, repo = providers.chat_models(settings), ModelsRepository(keyring)
    asking = ModelsService(
        db,
        keyring,
        repo,
        Till(db, repo, clock),
        connections,
        Lanes(LaneRules(at_once=settings.llm.at_once)),
        installed(settings),
        cache,
        Patience(whole=settings.llm.timeout_s),
    )
    return Models(asking, ModelSettingsService(asking, connections, events), connections.aclose)


def installed(settings: Settings) -> Installed:
    """What the settings say of language models."""
    llm = settings.llm
    secrets = {
        "openai": settings.openai_api_key,
        "anthropic": settings.anthropic_api_key,
        "gemini": settings.gemini_api_key,
        "groq": settings.groq_api_key,
        "compatible": llm.compatible_key,
    }
    keys = {name: secret.get_secret_value() for name, secret in secrets.items() if secret is not None}
    limits = Limits(llm.person_tokens, llm.person_usd, llm.tenant_tokens, llm.tenant_usd)
    return Installed(parse(llm.routes), keys, limits)


def said(settings: Settings) -> str:
    """One line on what the settings say of language models; raises `Invalid` for a route that is none."""
    routes = installed(settings).routes
    if not routes:
        local = "an Ollama on this machine is used where one runs" if settings.llm.find_ollama else "none is looked for"
        return f"no route in the settings; {local}; tenants may name their own"
    return "; ".join(f"{purpose}: {', '.join(names) or 'none'}" for purpose, names in routes.items())


def told(settings: Settings) -> list[str]:
    """What the owner should know about the models that the settings name: ended, ending, replaced, without a price."""
    try:
        names = [name for stops in installed(settings).routes.values() for name in stops]
    except Invalid:
        return []
    return warnings(names, SystemClock().now().date())
