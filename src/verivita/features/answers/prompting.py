"""What a model is asked: the passages within a budget of tokens, fenced, and the question; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

from verivita.engines.llm.messages import ChatRequest, system, user
from verivita.engines.llm.prompts import FENCE_RULE, Prompt, fence
from verivita.features.answers.compose import Place

VERSION = 1
"""Version of the prompts below `prompts/`; a change of words is a new file and a new number."""
CONTEXT_TOKENS, HISTORY_TOKENS, ANSWER_TOKENS = 3_000, 600, 700
NO_ANSWER = "NO ANSWER"
_PER_TOKEN = 3.2
"""Characters that a token holds at least in running text, over the usual vocabularies: the budget errs to the short."""


@dataclass(frozen=True, slots=True)
class Read:
    """A passage that goes into the context: its words and where they come from."""

    id: UUID
    text: str
    place: Place


@lru_cache(maxsize=8)
def template(name: str, version: int = VERSION) -> Prompt:
    """A prompt of this room."""
    path = files("verivita.features.answers") / "prompts" / f"{name}.v{version}.md"
    return Prompt(name, version, path.read_text("utf-8").strip())


def tokens(text: str) -> int:
    """About how many tokens a text has, rather too many than too few."""
    return int(len(text) / _PER_TOKEN) + 1


def within(passages: Sequence[Read], budget: int = CONTEXT_TOKENS) -> list[Read]:
    """The first passages that fit the budget together; the first one is cut rather than left out."""
    kept: list[Read] = []
    for item in passages:
        cost = tokens(item.text) + 30
        if cost > budget:
            if not kept:
                kept.append(Read(item.id, item.text[: int(budget * _PER_TOKEN)], item.place))
            break
        budget -= cost
        kept.append(item)
    return kept


def context(passages: Sequence[Read]) -> str:
    """The passages joined by blank lines, each numbered and between fences; titles are other people's words too."""
    return "\n\n".join(f"[{number}]\n{fence(_told(item))}" for number, item in enumerate(passages, 1))


def request(question: str, passages: Sequence[Read], before: str = "") -> ChatRequest:
    """The whole request. What was said before is cut to its end."""
    values: Mapping[str, str] = {
        "count": str(len(passages)),
        "context": context(passages),
        "before": _before(before),
        "question": fence(question),
    }
    rules, asked = template("answer"), template("context")
    return ChatRequest(
        messages=(system(rules.fill(fence_rule=FENCE_RULE)), user(asked.fill(**values))),
        max_tokens=ANSWER_TOKENS,
        temperature=0.0,
        prompt=rules.key,
    )


def _told(item: Read) -> str:
    head = ", ".join(part for part in (item.place.title, item.place.section, f"page {item.place.page}") if part)
    return f"{head}\n{item.text}"


def _before(text: str) -> str:
    cut = text[-int(HISTORY_TOKENS * _PER_TOKEN) :].strip()
    return f"What was said before, for finding what the question means:\n\n{fence(cut)}\n\n" if cut else ""
