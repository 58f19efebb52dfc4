"""What the page of language models shows: routes, limits, keys, what was used, and what came of a test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from verivita.core.errors import FieldError
from verivita.entrypoints.web.views import FormField, NoteView, Option
from verivita.entrypoints.web.words import number, plural
from verivita.features.models import Greeting, ModelSettings, Offer, Purpose, Spent

PURPOSES = {
    Purpose.ANALYSE: ("Analysing a posting", "Reads and sorts; a quick model does."),
    Purpose.WRITE: ("Writing", "Wording of resumes and mails, only from your own lines."),
    Purpose.LETTER: ("Letters", "Cover letters."),
    Purpose.CHAT: ("Questions", "Answers on the page Ask."),
    Purpose.JUDGE: ("Second look", "Reads what was written once more; it may only be stricter."),
}
PROVIDERS = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "gemini": "Gemini",
    "groq": "Groq",
    "ollama": "Ollama (only where it wants one)",
    "compatible": "Compatible server",
}
OUTCOMES = {"ok": "answered", "resting": "was resting after failures"}


@dataclass(frozen=True, slots=True)
class KeyView:
    """A provider's key as the page shows it: whether it is there, never the key."""

    provider: str
    label: str
    state: str
    mine: bool


@dataclass(frozen=True, slots=True)
class ModelsView:
    """The page."""

    may_change: bool
    routes: tuple[FormField, ...]
    limits: tuple[FormField, ...]
    keys: tuple[KeyView, ...]
    spent: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    tested: FormField
    version: int
    error_count: int = 0
    hi: NoteView | None = None
    hi_rows: tuple[tuple[str, str], ...] = ()


def models_view(
    settings: ModelSettings,
    spent: tuple[Spent, Spent],
    offers: Sequence[Offer],
    *,
    may_change: bool,
    given: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
    greeting: Greeting | None = None,
) -> ModelsView:
    """The settings as they are; after a refusal with the words that were `given` and the error at each field."""
    given = given or {}
    wrong = {error.field: error.message for error in errors}
    return ModelsView(
        may_change=may_change,
        routes=tuple(_route(purpose, settings, given, wrong, may_change) for purpose in Purpose),
        limits=_limits(settings, given, wrong, may_change),
        keys=_keys(settings),
        spent=(("You, today", _used(spent[0])), ("Everyone here, today", _used(spent[1]))),
        warnings=settings.warnings,
        tested=_tested(settings, offers, greeting),
        version=settings.version,
        error_count=len(wrong),
        hi=None if greeting is None else _said(greeting),
        hi_rows=() if greeting is None else _rows(greeting),
    )


def money(amount: Decimal | None) -> str:
    """US dollars as the shortest exact decimal; a price that is not known is said so."""
    return "price not known" if amount is None else f"${format(amount.normalize(), 'f')}"


def _route(
    purpose: Purpose, settings: ModelSettings, given: Mapping[str, str], wrong: Mapping[str, str], may: bool
) -> FormField:
    label, hint = PURPOSES[purpose]
    name = f"routes.{purpose}"
    value = given.get(name, ", ".join(settings.routes.get(purpose, ())))
    return FormField(name, label, value, hint=hint, error=wrong.get(name, ""), disabled=not may, placeholder="none")


def _limits(
    settings: ModelSettings, given: Mapping[str, str], wrong: Mapping[str, str], may: bool
) -> tuple[FormField, ...]:
    limits = settings.limits
    fields = (
        ("person_tokens", "Tokens a day for one person", limits.person_tokens),
        ("person_cost", "US dollars a day for one person", limits.person_cost),
        ("tenant_tokens", "Tokens a day for everyone together", limits.tenant_tokens),
        ("tenant_cost", "US dollars a day for everyone together", limits.tenant_cost),
    )
    return tuple(
        FormField(
            f"limits.{name}",
            label,
            given.get(f"limits.{name}", _plain(value)),
            "number",
            error=wrong.get(f"limits.{name}", ""),
            disabled=not may,
            placeholder="no limit",
        )
        for name, label, value in fields
    )


def _plain(value: Decimal | int | None) -> str:
    return "" if value is None else format(Decimal(value).normalize(), "f")


def _keys(settings: ModelSettings) -> tuple[KeyView, ...]:
    there = {key.provider: key for key in settings.keys}
    found = []
    for provider, label in PROVIDERS.items():
        key = there.get(provider)
        mine = key is not None and key.source == "tenant"
        state = "no key" if key is None else "a key of your own" if mine else "a key of this installation"
        found.append(KeyView(provider, label, state, mine))
    return tuple(found)


def _tested(settings: ModelSettings, offers: Sequence[Offer], greeting: Greeting | None) -> FormField:
    routed = [name for names in settings.routes.values() for name in names]
    names = dict.fromkeys([*routed, *(offer.name for offer in offers if offer.available)])
    first = next(iter(names), "test:echo")
    value = greeting.model if greeting is not None else first
    options = tuple(Option(name, name, name == value) for name in names)
    return FormField("model", "Model", value, options=options, hint="provider:model, as in a route.")


def _used(spent: Spent) -> str:
    text = f"{plural(spent.calls, 'call')}, {number(spent.tokens)} tokens, {money(spent.cost)}"
    unpriced = spent.unpriced_calls
    return f"{text}; {plural(unpriced, 'call')} without a known price" if unpriced else text


def _said(greeting: Greeting) -> NoteView:
    if greeting.ok:
        return NoteView("ok", f"{greeting.model} says:", greeting.text)
    return NoteView("bad", greeting.reason, greeting.next)


def _rows(greeting: Greeting) -> tuple[tuple[str, str], ...]:
    tried = tuple(
        (f"Try {place}", f"{attempt.model}: {OUTCOMES.get(attempt.outcome, attempt.outcome.replace('_', ' '))}")
        for place, attempt in enumerate(greeting.attempts, 1)
    )
    if not greeting.ok:
        return tried
    usage = greeting.usage
    return (
        ("Time", f"{number(greeting.milliseconds)} ms"),
        ("Tokens", f"{number(usage.input_tokens)} in, {number(usage.output_tokens)} out"),
        ("Cost", money(greeting.cost)),
        *(tried if len(tried) > 1 else ()),
    )
