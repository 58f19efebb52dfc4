"""Mark the words of a posting that name knowledge ("Java", "agile methods") or a skill ("work with stakeholders").

A first-order tagger over hashed features, learned with the averaged structured perceptron (Collins 2002). The weights
in data/spans.npz are made by `python -m bench.skills_span --fit`.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from verivita.engines.skills.extract import extract
from verivita.engines.skills.model import SkillKind
from verivita.engines.skills.taxonomy import Taxonomy

BUCKETS = 1 << 16
TAGS = "OBI"
_TOKEN = re.compile(r"[^\W_]+(?:[-'’./][^\W_]+)*(?:\+\+|[+#])?|\.[^\W_]+|[^\w\s]")
_SENTENCE = re.compile(r"[^\n]+")
_FORBIDDEN = -1e9
Token = tuple[str, int, int]
Weights = NDArray[np.float32]


class Layer(StrEnum):
    """What a span names; the layers are marked apart and may overlap."""

    KNOWLEDGE = "knowledge"
    SKILL = "skill"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text, `text[start:end]`."""

    layer: Layer
    start: int
    end: int


def split(text: str) -> list[Token]:
    """Words and signs of one line with their places."""
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]


def _shape(word: str) -> str:
    short = re.sub(r"[a-z]+", "x", re.sub(r"[A-Z]+", "X", re.sub(r"\d+", "9", word)))
    return short[:6]


def _known(text: str, tokens: Sequence[Token], taxonomy: Taxonomy) -> list[str]:
    """For each token the kind of the skill that covers it, with B or I in front; O where none does."""
    marks = ["O"] * len(tokens)
    mentions = extract(text, taxonomy)
    at = 0
    for i, (_, start, end) in enumerate(tokens):
        while at < len(mentions) and mentions[at].end <= start:
            at += 1
        if at < len(mentions) and mentions[at].start < end:
            kind = "s" if mentions[at].kind is SkillKind.SOFT else mentions[at].kind.value[0]
            marks[i] = ("B" if mentions[at].start >= start else "I") + kind
    return marks


def features(text: str, tokens: Sequence[Token], taxonomy: Taxonomy) -> list[list[int]]:
    """The active feature buckets of each token: words, shapes, endings, known skills, all within two tokens."""
    words = [token[0].lower() for token in tokens]
    shapes = [_shape(token[0]) for token in tokens]
    marks = _known(text, tokens, taxonomy)
    share = min(4, int(5 * sum(mark != "O" for mark in marks) / (len(marks) or 1)))
    line = f"{min(6, len(words) // 5)}|{share}|{words[-1] in '.!?' if words else ''}"
    pad = ["", "", *words, "", ""]
    shape, mark = ["", "", *shapes, "", ""], ["", "", *marks, "", ""]
    found = []
    for i in range(2, len(words) + 2):
        w, near = pad[i], (pad[i - 2], pad[i - 1], pad[i + 1], pad[i + 2])
        names = (
            f"w{w}", f"s{shape[i]}", f"e{w[-3:]}", f"b{w[:3]}", f"k{mark[i]}", f"kw{mark[i]}{w}", f"l{line}",
            f"kl{mark[i]}{line}", f"-2{near[0]}", f"-1{near[1]}", f"+1{near[2]}", f"+2{near[3]}",
            f"-w{near[1]} {w}", f"+w{w} {near[2]}", f"-k{mark[i - 1]}{mark[i]}", f"+k{mark[i]}{mark[i + 1]}",
            f"-s{shape[i - 1]} {shape[i]}", f"+s{shape[i]} {shape[i + 1]}", f"k-1{mark[i]} {near[1]}",
            f"k+1{mark[i]} {near[2]}", f"ke-{near[1][-3:]} {w[-3:]}", f"e+{near[2][-3:]}", f"wl{w}{line[0]}",
            f"f{i == 2}{mark[i]}", f"kk{mark[i - 2]}{mark[i - 1]}{mark[i]}{mark[i + 1]}{mark[i + 2]}",
        )  # fmt: skip
        found.append([crc32(name.encode()) % BUCKETS for name in names])
    return found


def decode(emissions: NDArray[np.float32], moves: NDArray[np.float32]) -> list[int]:
    """The best tag sequence (Viterbi); I never follows O and never begins. Shapes (tokens, 3) and (3, 3)."""
    score = emissions[0].copy()
    score[2] = _FORBIDDEN
    back = []
    allowed = moves.copy()
    allowed[0, 2] = _FORBIDDEN
    for emission in emissions[1:]:
        reached = score[:, None] + allowed
        back.append(reached.argmax(0))
        score = reached.max(0) + emission
    tag = int(score.argmax())
    tags = [tag]
    for pointers in reversed(back):
        tag = int(pointers[tag])
        tags.append(tag)
    return tags[::-1]


def runs(tags: Sequence[int]) -> list[tuple[int, int]]:
    """(first, past the last) token of every span in a tag sequence."""
    found: list[tuple[int, int]] = []
    start = -1
    for i, tag in enumerate([*tags, 0]):
        if tag != 2 and start >= 0:
            found.append((start, i))
            start = -1
        if tag == 1:
            start = i
    return found


class SpanTagger:
    """Marks both layers. `weights` has shape (2, BUCKETS + 3, 3): features first, then the moves between tags.

    `lean[layer]` is added to the score of O: higher marks less and is right more often.
    """

    def __init__(self, weights: Weights, taxonomy: Taxonomy, lean: tuple[float, float] = (0.0, 0.0)) -> None:
        self._weights, self._taxonomy, self._lean = weights, taxonomy, lean

    def tags(self, text: str, tokens: Sequence[Token]) -> dict[Layer, list[int]]:
        """Tag numbers (see `TAGS`) of the tokens of one line, for each layer."""
        if not tokens:
            return {layer: [] for layer in Layer}
        buckets = np.array(features(text, tokens, self._taxonomy))
        found = {}
        for layer, weights, lean in zip(Layer, self._weights, self._lean, strict=True):
            emissions = weights[buckets].sum(1)
            emissions[:, 0] += lean
            found[layer] = decode(emissions, weights[BUCKETS:])
        return found

    def find(self, text: str) -> list[Span]:
        """Spans of all lines, in the order of the text."""
        found = []
        for line in _SENTENCE.finditer(text):
            tokens = split(line[0])
            for layer, tags in self.tags(line[0], tokens).items():
                found += [
                    Span(layer, line.start() + tokens[a][1], line.start() + tokens[b - 1][2]) for a, b in runs(tags)
                ]
        return sorted(found, key=lambda span: (span.start, span.end))


@functools.cache
def load_weights() -> tuple[Weights, tuple[float, float]]:
    """The shipped weights and leanings."""
    packed = resources.files("verivita.engines.skills").joinpath("data/spans.npz").read_bytes()
    with np.load(io.BytesIO(packed), allow_pickle=False) as arrays:
        lean = arrays["lean"]
        return arrays["weights"].astype(np.float32) * arrays["scale"], (float(lean[0]), float(lean[1]))


def load_tagger(taxonomy: Taxonomy) -> SpanTagger:
    """A tagger with the shipped weights."""
    return SpanTagger(load_weights()[0], taxonomy, load_weights()[1])
