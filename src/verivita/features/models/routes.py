"""Which models answer for a purpose: what the tenant said, what the installation says, or what there is a key for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verivita.core.errors import FieldError, Invalid
from verivita.engines.llm.catalogue import every_model, split
from verivita.features.models.model import Limits, Purpose

MOST_STOPS = 5
QUICK = frozenset({Purpose.ANALYSE, Purpose.CHAT, Purpose.JUDGE})
_ORDER = ("openai", "anthropic", "gemini", "groq")
_LETTER_ORDER = ("anthropic", "openai", "gemini", "groq")


@dataclass(frozen=True, slots=True)
class Installed:
    """What the installation's settings say of language models, for every tenant that says nothing else.

    A key here is used by routes that name its provider, and makes no route by itself: a key that lies in the
    environment for another program sends nothing anywhere.
    """

    routes: Mapping[Purpose, tuple[str, ...]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    limits: Limits = field(default_factory=Limits)


def route(
    purpose: Purpose,
    said: Mapping[Purpose, tuple[str, ...]],
    installed: Installed,
    own_keys: Iterable[str],
    local: Sequence[str],
) -> tuple[str, ...]:
    """Names of models in the order in which they are asked; empty where none is configured.

    `said` is the tenant's choice (an empty one means: no model for this), `own_keys` the providers whose keys the
    tenant gave, `local` the models of a local Ollama.
    """
    if purpose in said:
        return said[purpose]
    if purpose in installed.routes:
        return installed.routes[purpose]
    return automatic(purpose, own_keys, local)


def automatic(purpose: Purpose, own_keys: Iterable[str], local: Sequence[str]) -> tuple[str, ...]:
    """One fitting model of every provider that the tenant gave a key of, then one that runs on this machine."""
    keyed, wanted = set(own_keys), "quick" if purpose in QUICK else "write"
    order = _LETTER_ORDER if purpose is Purpose.LETTER else _ORDER
    listed = [model for model in every_model() if wanted in model.good_for]
    fitting = {model.provider: model.key for model in listed}
    found = [fitting[provider] for provider in order if provider in keyed and provider in fitting]
    return tuple(found + [f"ollama:{name}" for name in local[:1]])


def parse(written: Mapping[str, str | Sequence[str]]) -> dict[Purpose, tuple[str, ...]]:
    """Routes as people write them (`openai:gpt-6-luna,ollama:qwen3:4b`). Raises `Invalid` with every mistake."""
    errors: list[FieldError] = []
    found: dict[Purpose, tuple[str, ...]] = {}
    for key, value in written.items():
        parts = value.split(",") if isinstance(value, str) else list(value)
        names = tuple(dict.fromkeys(name.strip() for name in parts if name.strip()))
        try:
            purpose = Purpose(key)
            for name in names:
                split(name)
        except ValueError as error:
            errors.append(FieldError(f"routes.{key}", str(error)))
            continue
        if len(names) > MOST_STOPS:
            errors.append(FieldError(f"routes.{key}", f"may name {MOST_STOPS} models at most"))
        found[purpose] = names
    if errors:
        raise Invalid("bad_route", "Some routes are not valid.", errors=errors)
    return found
