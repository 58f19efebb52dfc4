"""Words as terms with weights: how rare a word is in work descriptions says how much it tells."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from verivita.core.text import fold

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?")
_STEM = 7
"""Words are cut to this length: a stemmer that needs no language (McNamee and Mayfield 2004, "trunc")."""


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


_LEVEL_WORDS = _words("""
senior sr junior jr lead principal staff intern internship trainee graduate entry mid level associate head chief i ii
iii iv v remote hybrid onsite contract fulltime parttime full part time m f d w x h
""")
_ONE_NAME = {
    "developer": "engineer",
    "programmer": "engineer",
    "dev": "engineer",
    "coder": "engineer",
    "developers": "engineer",
    "swe": "engineer",
}
_SAYS_LITTLE = _words("""
the and for with that this are you your our will have has from not all can who what when where how why their they them
his her hers him she he its into than then also any both each more most other some such only own same very able across
within without about above after again work working works experience experienced year years team teams ability
abilities skill skills strong knowledge role roles job jobs company including include includes required requirement
requirements preferred plus must should would could candidate candidates position opportunity excellent good great
environment responsible responsibilities responsibility understanding understand using use used well new help join
looking related relevant equivalent ensure provide support need needs based one two three four five etc via per day
days week seeking ideal qualification qualifications minimum least proven demonstrated familiarity familiar
proficiency proficient duties apply please benefits
""")


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each term tells, from 0 to 1: inverse document frequency as a share of the most that a term can have.

    A term never met counts as rare; one of up to three letters tells less: in every language it is mostly grammar.
    """

    known: dict[str, float]

    def of(self, term: str) -> float:
        """The weight of a term; 0 for words that every posting uses."""
        weight = self.known.get(term)
        if weight is not None:
            return weight
        if term in _STOPPED:
            return 0.0
        return _by_length(term, 0.6 if len(term) == 3 else 1.0)

    @classmethod
    def from_counts(cls, counts: dict[str, int], documents: int) -> Weights:
        """Weights from the number of texts that hold each term."""
        most = math.log(1 + (documents + 0.5) / 0.5)
        return cls(
            {
                term: _by_length(term, math.log(1 + (documents - seen + 0.5) / (seen + 0.5)) / most)
                for term, seen in counts.items()
                if term not in _STOPPED
            }
        )

    @classmethod
    def from_texts(cls, texts: Iterable[Iterable[str]]) -> Weights:
        """Weights of a collection: each text is given as its terms."""
        return cls.from_counts(*count(texts))


def count(texts: Iterable[Iterable[str]]) -> tuple[dict[str, int], int]:
    """In how many texts each term stands, and how many texts there are."""
    counts: dict[str, int] = {}
    documents = 0
    for terms in texts:
        documents += 1
        for term in dict.fromkeys(terms):
            counts[term] = counts.get(term, 0) + 1
    return counts, documents


def _by_length(term: str, weight: float) -> float:
    return weight * 0.25 if len(term) < 3 and term.isalpha() else weight


def stems(text: str) -> list[str]:
    """The terms of a text in order: folded words cut to seven letters."""
    folded = text.lower() if text.isascii() else fold(text)
    return [word[:_STEM] for word in _WORD.findall(folded)]


def title_words(title: str) -> list[str]:
    """The words of a job title that name the work: level and contract words are left out, developer is engineer."""
    return [_ONE_NAME.get(word, word) for word in _WORD.findall(fold(title)) if word not in _LEVEL_WORDS]


def grams(words: Iterable[str]) -> tuple[str, ...]:
    """The character 4-grams of words, each once, in order of first place; a word's ends are marked."""
    found: dict[str, None] = {}
    for word in words:
        marked = f"_{word}_"
        for start in range(max(1, len(marked) - 3)):
            found[marked[start : start + 4]] = None
    return tuple(found)


@functools.cache
def usual_weights() -> Weights:
    """The shipped weights, counted over O*NET tasks and ESCO descriptions (see the header of the file)."""
    lines = (resources.files("verivita.features.matching") / "data" / "word_counts.txt").read_text("utf-8").splitlines()
    counts = {term: int(count) for term, count in (line.split("\t") for line in lines if not line.startswith("#"))}
    documents = counts.pop("*")
    return Weights.from_counts(counts, documents)


_STOPPED = frozenset(word[:_STEM] for word in _SAYS_LITTLE)
