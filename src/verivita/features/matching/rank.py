"""Order texts for a text: for papers and postings in any language, or whose structure could not be read.

Three equal parts, all of them sets: the share of the posting's telling terms that the text shows anywhere; the same
line by line (the best line of the text for each line of the posting); the best title-like line for its title.
More text never lowers a part and repeats never raise it; weights come from the collection that is ranked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from verivita.core.text import words
from verivita.features.matching.terms import Weights, grams, stems

_PIECE = re.compile(r"\n|(?<=[.;!?])\s")
_TITLE_LENGTH = 90
_SHORTEST_LINE = 8


@dataclass(frozen=True, slots=True)
class RankText:
    """A text made ready: all its terms, the terms of each line, the 4-grams of each line that could be a title."""

    terms: frozenset[str]
    lines: tuple[frozenset[str], ...]
    titles: tuple[frozenset[str], ...]


def prepare_text(text: str) -> RankText:
    """Make a text ready for ranking."""
    pieces = list(dict.fromkeys(piece.strip() for piece in _PIECE.split(text) if piece.strip()))
    lines = tuple(dict.fromkeys(frozenset(stems(piece)) for piece in pieces))
    short = (line.strip() for line in text.split("\n"))
    titles = tuple(dict.fromkeys(frozenset(grams(words(line))) for line in short if 3 < len(line) < _TITLE_LENGTH))
    return RankText(frozenset().union(*lines) if lines else frozenset(), lines, titles)


def rank(posting: str, texts: Sequence[RankText]) -> list[tuple[int, float]]:
    """Indexes of `texts` and scores from 0 to 1, best first, ties in the order given; the title comes first."""
    term_weights = Weights.from_texts(text.terms for text in texts)
    gram_weights = Weights.from_texts(frozenset().union(*text.titles) if text.titles else () for text in texts)
    scores = text_scores(posting, texts, term_weights, gram_weights)
    return sorted(enumerate(scores), key=lambda item: (-item[1], item[0]))


def text_scores(posting: str, texts: Sequence[RankText], term_weights: Weights, gram_weights: Weights) -> list[float]:
    """One score for each text, with the weights given."""
    pieces = [piece for piece in _PIECE.split(posting) if len(piece.strip()) > _SHORTEST_LINE]
    first = next((line.strip() for line in posting.split("\n") if line.strip()), "")[:100]
    counted = stems(posting)
    whole = _shares([(term, counted.count(term) * _weight(term_weights, term)) for term in dict.fromkeys(counted)])
    lines = [_shares([(t, _weight(term_weights, t)) for t in dict.fromkeys(stems(piece))]) for piece in pieces]
    title = _shares([(gram, gram_weights.of(gram)) for gram in grams(words(first))])
    return [_score(text, whole, lines, title) for text in texts]


def _weight(weights: Weights, term: str) -> float:
    return weights.of(term) if term in weights.known else 0.0


def _shares(weighed: list[tuple[str, float]]) -> list[tuple[str, float]]:
    total = sum(weight for _, weight in weighed)
    return [(term, weight / total) for term, weight in weighed if weight] if total else []


def _shown(shares: list[tuple[str, float]], held: frozenset[str]) -> float:
    return sum([share for term, share in shares if term in held])


def _score(
    text: RankText, whole: list[tuple[str, float]], lines: list[list[tuple[str, float]]], title: list[tuple[str, float]]
) -> float:
    best = [max([_shown(line, held) for held in text.lines], default=0.0) for line in lines]
    by_line = sum(best) / len(best) if best else 0.0
    named = max([_shown(title, held) for held in text.titles], default=0.0)
    return (_shown(whole, text.terms) + by_line + named) / 3
