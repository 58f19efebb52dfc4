"""A text as words with their places and stems, read once; stop words carry no content."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from verivita.core.text import fold
from verivita.engines.retrieval.terms import english


def bag(words: str) -> frozenset[str]:
    """The words of a string as a set."""
    return frozenset(words.split())


_WORD = re.compile(r"[^\W_]+(?:\+\+|[+#](?![^\W_]))?(?:['’](?:s|t|re|ve|ll|d|m)\b)?", re.IGNORECASE)
_EMPTY = bag(
    "a an the and or but nor so yet as at by for from in into of off on onto out over per than then through to "
    "under up upon via with within without about above across after against along among around before behind "
    "below beneath beside between beyond during except inside near since till toward towards until unlike i me my "
    "mine we us our ours you your yours he him his she her hers it its they them their theirs this that these "
    "those who whom whose which what when where why how is am are was were be been being do does did doing done "
    "have has had having will would shall should can could may might must also too very just there here such same "
    "own other another each every all any both few more most some no not only if because while although though "
    "whereas however therefore thus hence s t re ve ll d m n't i'm it's i've yes yeah yea yep nope sure ok okay oh wow "
    "hi hello absolutely definitely indeed certainly really actually"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word at `text[start:end]`; `low` is folded, `stem` its Porter2 stem, `content` False for stop words."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    content: bool


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    """Irregular forms with their base."""
    text = resources.files("verivita.engines.grounding").joinpath("data/irregular.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {form: base for base, *forms in rows for form in forms}


@lru_cache(maxsize=50_000)
def stem(low: str) -> str:
    """The stem of one folded word, of an irregular form that of its base; a stop word is its own."""
    found = english(_irregular().get(low, low))
    return found[0] if len(found) == 1 else low


@lru_cache(maxsize=8192)
def tokens(text: str) -> tuple[Token, ...]:
    """Every word of a text, in order."""
    found = []
    for match in _WORD.finditer(text):
        word = match[0]
        low = (word.lower() if word.isascii() else fold(word)).replace("’", "'")
        low = low[:-2] if low.endswith("'s") else low
        found.append(Token(word, low, stem(low), match.start(), match.end(), low not in _EMPTY))
    return tuple(found)


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The stems of the content words of a text."""
    return frozenset(token.stem for token in tokens(text) if token.content)
