"""What is known of models: what they accept, what they cost, when they end. The knowledge is data beside this file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from verivita.engines.llm.messages import SchemaMode, Usage
from verivita.engines.llm.ports import ChatModelInfo

MILLION = Decimal(1_000_000)
PROVIDERS = ("openai", "anthropic", "gemini", "groq", "ollama", "compatible", "test")
"""Names that a route may begin with. `compatible` is any server that speaks OpenAI's chat completions."""
LOCAL = frozenset({"ollama", "test"})


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, exact. `up_to`: the price is known for so many input tokens; None for all."""

    input: Decimal
    output: Decimal
    cached: Decimal
    up_to: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """One model. `known` is False where only its provider is; `price` None where we do not know it.

    `thinking` is how many tokens the model may use before its answer begins; `effort` is sent where it is not empty.
    """

    provider: str
    model: str
    kind: str = "chat"
    good_for: tuple[str, ...] = ()
    context: int = 8_192
    most_output: int = 4_096
    temperature: bool = True
    json_schema: bool = True
    tools: bool = True
    forced_tool: bool = True
    json_mode: bool = True
    effort: str = ""
    thinking: int = 0
    price: Price | None = None
    sunset: date | None = None
    replaced_by: str = ""
    known: bool = True

    @property
    def key(self) -> str:
        """The name as routes write it: `provider:model`."""
        return f"{self.provider}:{self.model}"

    def info(self) -> ChatModelInfo:
        """The same as the port tells it; the last way to ask for a shape is always plain words."""
        modes = ((SchemaMode.SCHEMA, self.json_schema), (SchemaMode.TOOL, self.tools and self.forced_tool))
        return ChatModelInfo(
            self.provider,
            self.model,
            self.context,
            self.most_output,
            self.temperature,
            self.tools,
            (*(mode for mode, can in modes if can), SchemaMode.JSON),
            self.provider in LOCAL,
        )


def split(name: str) -> tuple[str, str]:
    """`provider:model` in its two parts; raises `ValueError` for anything else."""
    provider, colon, model = name.strip().partition(":")
    if not colon or not model or provider not in PROVIDERS:
        raise ValueError(f"{name.strip()!r} is not provider:model with a provider of {', '.join(PROVIDERS)}")
    return provider, model


def look_up(provider: str, model: str) -> Listed:
    """What is known of a model; of an unlisted one what holds for its provider, with `known` False."""
    listed = _catalogue().get((provider, model))
    if listed is not None:
        return listed
    general = _catalogue().get((provider, "*"), Listed(provider, model))
    return replace(general, model=model, known=provider in LOCAL)


def in_force(provider: str, model: str, today: date) -> Listed:
    """The model that answers under this name today: its successor once its sunset is past."""
    listed = look_up(provider, model)
    for _ in range(5):
        if listed.sunset is None or listed.sunset > today or not listed.replaced_by:
            break
        listed = look_up(provider, listed.replaced_by)
    return listed


def every_model() -> list[Listed]:
    """All listed models, in the order of the file."""
    return [listed for listed in _catalogue().values() if listed.model != "*"]


def cost(listed: Listed, usage: Usage) -> Decimal | None:
    """What a call cost in US dollars, exact; None where the price is not known, which is not zero."""
    price = listed.price
    if price is None or (price.up_to is not None and usage.input_tokens > price.up_to):
        return None
    cached = min(usage.cached_tokens, usage.input_tokens)
    fresh = usage.input_tokens - cached
    return (price.input * fresh + price.cached * cached + price.output * usage.output_tokens) / MILLION


def warnings(names: Iterable[str], today: date) -> list[str]:
    """What the owner should know about the models of their routes: gone, ending, or without a known price."""
    found = []
    for name in dict.fromkeys(names):
        listed = look_up(*split(name))
        if listed.sunset is not None and listed.sunset <= today:
            now = in_force(listed.provider, listed.model, today)
            found.append(f"{name} ended on {listed.sunset}; {now.key} answers in its place.")
        elif listed.sunset is not None:
            found.append(f"{name} ends on {listed.sunset}; its successor is {listed.provider}:{listed.replaced_by}.")
        elif listed.replaced_by:
            found.append(f"{name} has a successor: {listed.provider}:{listed.replaced_by}.")
        if listed.price is None:
            found.append(f"The price of {name} is not known: limits on money do not hold for it, limits on tokens do.")
    return found


@lru_cache(maxsize=1)
def _catalogue() -> Mapping[tuple[str, str], Listed]:
    text = (files("verivita.engines.llm") / "catalogue.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {(row["provider"], row["model"]): _listed(row) for row in rows}


def _listed(row: Mapping[str, str]) -> Listed:
    return Listed(
        provider=row["provider"],
        model=row["model"],
        kind=row["kind"],
        good_for=tuple(row["good_for"].split()),
        context=int(row["context"]),
        most_output=int(row["most_output"]),
        temperature=row["temperature"] == "yes",
        json_schema=row["json_schema"] == "yes",
        tools=row["tools"] == "yes",
        forced_tool=row["forced_tool"] == "yes",
        json_mode=row["json_mode"] == "yes",
        effort=row["effort"],
        thinking=int(row["thinking"]),
        price=_price(row),
        sunset=date.fromisoformat(row["sunset"]) if row["sunset"] else None,
        replaced_by=row["replaced_by"],
    )


def _price(row: Mapping[str, str]) -> Price | None:
    if not row["price_in"]:
        return None
    fresh = Decimal(row["price_in"])
    # Where no price for cached input is listed it costs like any other.
    cached = Decimal(row["price_cached"]) if row["price_cached"] else fresh
    return Price(fresh, Decimal(row["price_out"]), cached, int(row["priced_to"]) if row["priced_to"] else None)
