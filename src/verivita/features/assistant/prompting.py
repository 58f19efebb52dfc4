"""What a model is asked when it writes for a job: own lines and wishes of the job, each between fences; pure."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from verivita.core.text import squeeze
from verivita.engines.llm.messages import ChatRequest, system, user
from verivita.engines.llm.prompts import FENCE_RULE, Prompt, fence
from verivita.features.assistant.drafts import Brief, shown, wishes
from verivita.features.assistant.material import Material, OwnLine
from verivita.features.assistant.model import Mode, Saying

VERSION = 1
"""Version of the prompts below `prompts/`; a change of words is a new file and a new number."""
_LONGEST_LINE, _LONGEST_WISH, _LONGEST_SAID = 600, 300, 2_000


@lru_cache(maxsize=8)
def template(name: str, version: int = VERSION) -> Prompt:
    """A prompt of this room."""
    path = files("verivita.features.assistant") / "prompts" / f"{name}.v{version}.md"
    return Prompt(name, version, path.read_text("utf-8").strip())


def request(kind: Mode, saying: Saying, brief: Brief, material: Material, most: int) -> ChatRequest:
    """The whole request, for an answer of `most` tokens."""
    rules = template(kind.value)
    before = saying.before[-_LONGEST_SAID:].strip()
    asked = template("material").fill(
        count=str(len(material.lines)),
        lines="\n\n".join(f"[{n}]\n{fence(_told(item))}" for n, item in enumerate(material.lines, 1)),
        wishes=_wishes(brief, material) or "(nothing that can be told)",
        before=f"What was said before:\n\n{fence(before)}\n\n" if before else "",
        wanted=fence(saying.text[:_LONGEST_SAID]),
    )
    messages = (system(rules.fill(fence_rule=FENCE_RULE)), user(asked))
    return ChatRequest(messages, max_tokens=most, temperature=0.0, prompt=rules.key)


def _wishes(brief: Brief, material: Material) -> str:
    """What the job asks for, numbered, each with the numbers of the lines that meet it."""
    numbers = {(i.evidence.document_id, i.evidence.span.start): n for n, i in enumerate(material.lines, 1)}
    told = []
    for number, (pair, quote) in enumerate(wishes(brief.match), 1):
        met = [numbers.get((line.document_id, line.span.start)) for line in shown(pair, brief.lines)]
        by = ", ".join(str(n) for n in dict.fromkeys(met) if n)
        state = f"met by line {by}" if by else "met" if met else "no line is known to meet it"
        must = "must have" if pair.required else "nice to have"
        told.append(f"[wish {number}] {must}, {state}\n{fence(squeeze(quote.text)[:_LONGEST_WISH])}")
    return "\n\n".join(told)


def _told(item: OwnLine) -> str:
    meets = f"meets: {', '.join(item.meets)}" if item.meets else ""
    return "\n".join(part for part in (item.head, squeeze(item.evidence.text)[:_LONGEST_LINE], meets) if part)
