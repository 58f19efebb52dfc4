"""The exact name of a request: two requests share an answer only when nothing in them differs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from verivita.core.principal import Principal
from verivita.engines.llm.messages import ChatRequest
from verivita.features.models.model import Purpose
from verivita.kit.crypto import Keyring

_USE = "models.cache"


def cache_key(
    keyring: Keyring, principal: Principal, purpose: Purpose, route: Sequence[str], request: ChatRequest, personal: bool
) -> str:
    """A keyed hash over tenant, person (unless the answer is nobody's own), purpose, models, prompt and the request."""
    parts = {
        "person": str(principal.person_id) if personal else "",
        "purpose": str(purpose),
        "route": list(route),
        "request": asdict(request),
    }
    written = json.dumps(parts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return keyring.blind(principal.tenant_id, _USE, written.encode("utf-8", "replace"))


def partition(principal: Principal, *, personal: bool) -> str:
    """Where an answer is kept: with the person, who can have it all forgotten, or with the tenant."""
    return f"models|{principal.tenant_id}|{principal.person_id if personal else ''}"
