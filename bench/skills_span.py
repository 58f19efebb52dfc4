"""Find spans of knowledge and of skills in postings: strict precision, recall and F1, and F1 by overlap.

`python -m bench.skills_span --fit DIR` learns the shipped weights on files whose stem ends in `train` and chooses the
leaning of each layer on those that end in `dev`.
"""

from __future__ import annotations

import csv
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.report import Outcome, wanted
from verivita.engines.skills import SkillKind, extract, load_taxonomy
from verivita.engines.skills.spans import BUCKETS, Layer, SpanTagger, Token, decode, features, load_tagger, runs

Array = np.ndarray[Any, Any]
Runs = set[tuple[int, int]]
Marker = Callable[[str, list[Token]], dict[Layer, Runs]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words and the tag numbers of each layer; a layer that the set does not mark is absent."""

    words: list[str]
    tags: dict[Layer, list[int]]

    def place(self) -> tuple[str, list[Token]]:
        """The text and its tokens."""
        tokens, at = [], 0
        for word in self.words:
            tokens.append((word, at, at + len(word)))
            at += len(word) + 1
        return " ".join(self.words), tokens


def _numbers(tags: Iterable[str]) -> list[int]:
    found: list[int] = []
    for tag in tags:
        number = "OBI".find(tag[:1])
        found.append(1 if number == 2 and (not found or found[-1] == 0) else max(0, number))
    return found


def conll(path: Path) -> list[Sentence]:
    """Token, skill tag, knowledge tag; a blank line ends a sentence."""
    found = []
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split("\t") for line in block.split("\n") if line.count("\t") >= 2]
        if rows:
            layers = {Layer.SKILL: [r[1] for r in rows], Layer.KNOWLEDGE: [r[2] for r in rows]}
            found.append(Sentence([r[0] for r in rows], {layer: _numbers(tags) for layer, tags in layers.items()}))
    return found


def tagged_csv(path: Path) -> list[Sentence]:
    """`sentence_id, word, pos, tag`: only spans of skills are marked."""
    groups: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups[row["sentence_id"]].append(row)
    return [
        Sentence(
            [r["word"] for r in rows],
            {Layer.SKILL: _numbers(r["tag"] if r["tag"].endswith("-Skill") else "O" for r in rows)},
        )
        for rows in groups.values()
    ]


def find(data: Path) -> list[tuple[str, list[Sentence]]]:
    """Every `*.conll` with three columns, and every CSV of tagged words."""
    found = []
    for path in sorted(data.rglob("*.conll")):
        sentences = conll(path)
        if sentences:
            found.append((f"{path.parent.relative_to(data).as_posix()}:{path.stem}", sentences))
    for path in sorted(data.rglob("sentences.csv")):
        if path.read_text(encoding="utf-8").startswith("sentence_id,word,pos,tag"):
            found.append((path.parent.relative_to(data).as_posix(), tagged_csv(path)))
    return found


def by_names(text: str, tokens: list[Token]) -> dict[Layer, Runs]:
    """The rung without learned weights: known names, soft ones as skills."""
    found: dict[Layer, Runs] = {layer: set() for layer in Layer}
    for mention in extract(text, load_taxonomy()):
        inside = [i for i, (_, start, end) in enumerate(tokens) if start < mention.end and end > mention.start]
        layer = Layer.SKILL if mention.kind is SkillKind.SOFT else Layer.KNOWLEDGE
        if inside:
            found[layer].add((inside[0], inside[-1] + 1))
    return found


def by_tagger(tagger: SpanTagger) -> Marker:
    """The shipped tagger."""
    return lambda text, tokens: {layer: set(runs(tags)) for layer, tags in tagger.tags(text, tokens).items()}


def _f1(right: int, found: int, there: int) -> tuple[float, float, float]:
    precision, recall = right / found if found else 0.0, right / there if there else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if right else 0.0


def figures(sentences: list[Sentence], mark: Marker) -> dict[str, float]:
    """Strict figures of each layer, and the F1 of spans that overlap a span of their layer."""
    counts: defaultdict[Layer, list[int]] = defaultdict(lambda: [0, 0, 0])
    loose = [0, 0, 0, 0]
    for sentence in sentences:
        marked = mark(*sentence.place())
        for layer, tags in sentence.tags.items():
            gold, found = set(runs(tags)), marked[layer]
            for k, value in enumerate((len(gold & found), len(found), len(gold))):
                counts[layer][k] += value
            loose[0] += sum(any(a < d and c < b for c, d in gold) for a, b in found)
            loose[1] += len(found)
            loose[2] += sum(any(a < d and c < b for c, d in found) for a, b in gold)
            loose[3] += len(gold)
    measured: dict[str, float] = {}
    for layer, (right, found_n, there) in counts.items():
        for name, share in zip(("p", "r", "f1"), _f1(right, found_n, there), strict=True):
            measured[f"{layer}_{name}"] = share
    precision, recall = loose[0] / (loose[1] or 1), loose[2] / (loose[3] or 1)
    measured["overlap_f1"] = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return measured


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Modes `no_model/` (names alone) and `default/` (learned tagger)."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    marks: dict[str, Marker] = {"no_model": by_names, "default": by_tagger(load_tagger(load_taxonomy()))}
    for key, sentences in find(data):
        if wanted(key, sets):
            outcome["sets"][key] = {
                f"{mode}/{metric}": value
                for mode, mark in marks.items()
                for metric, value in figures(sentences[:limit], mark).items()
            }
    return outcome


def learn(sentences: list[Sentence], layer: Layer, rounds: int = 8) -> Array:
    """Averaged structured perceptron (Collins 2002); shape (BUCKETS + 3, 3). Many empty sentences are left out."""
    taxonomy, shuffle = load_taxonomy(), random.Random(1)
    weights, total = np.zeros((BUCKETS + 3, 3), np.float32), np.zeros((BUCKETS + 3, 3), np.float64)
    kept = [s for s in sentences if layer in s.tags and s.words and (any(s.tags[layer]) or shuffle.random() < 0.4)]
    ready = [(np.array(features(*s.place(), taxonomy)), s.tags[layer]) for s in kept]
    step = 0
    for _ in range(rounds):
        shuffle.shuffle(ready)
        for buckets, gold in ready:
            step += 1
            guess = decode(weights[buckets].sum(1), weights[BUCKETS:])
            if guess != gold:
                for tags, sign in ((gold, 1.0), (guess, -1.0)):
                    _move(weights, total, buckets, tags, sign, step)
    return weights - total / (step + 1)


def _move(weights: Array, total: Array, buckets: Array, tags: list[int], sign: float, step: int) -> None:
    for row, tag, before in zip(buckets, tags, [-1, *tags[:-1]], strict=True):
        np.add.at(weights, (row, tag), sign)
        np.add.at(total, (row, tag), sign * step)
        if before >= 0:
            weights[BUCKETS + before, tag] += sign
            total[BUCKETS + before, tag] += sign * step


def choose(sentences: list[Sentence], layer: Layer, weights: Array, precision: float) -> tuple[float, float]:
    """(F1, leaning) that is best on these sentences among the leanings of at least this precision."""
    ready = [(np.array(features(*s.place(), load_taxonomy())), set(runs(s.tags[layer]))) for s in sentences if s.words]
    best = (0.0, 0.0)
    for lean in range(-100, 61, 4):
        right = found = there = 0
        for buckets, gold in ready:
            emissions = weights[buckets].sum(1)
            emissions[:, 0] += lean
            marked = set(runs(decode(emissions, weights[BUCKETS:])))
            right, found, there = right + len(gold & marked), found + len(marked), there + len(gold)
        score = 2 * right / (found + there or 1) if right >= precision * found else 0.0
        print(layer, lean, round(right / (found or 1), 3), round(right / there, 3), flush=True)
        best = max(best, (score, float(lean)))
    return best


def _fit(data: Path) -> None:
    """Knowledge is shown as fact, so three marks in five must be right to the word; for skills the best F1 decides."""
    sets = dict(find(data))
    train = [s for key, found in sets.items() if key.endswith("train") for s in found]
    dev = [s for key, found in sets.items() if key.endswith("dev") for s in found]
    learned = np.stack([learn(train, layer) for layer in Layer])
    scale = np.float32(np.abs(learned).max() / 32767)
    packed = np.round(learned / scale).astype(np.int16)
    weights = packed.astype(np.float32) * scale
    chosen = [
        choose(dev, layer, weights[i], 0.61 if layer is Layer.KNOWLEDGE else 0.0) for i, layer in enumerate(Layer)
    ]
    path = Path(__file__).resolve().parents[1] / "src/verivita/engines/skills/data/spans.npz"
    np.savez_compressed(path, weights=packed, scale=scale, lean=np.array([lean for _, lean in chosen], np.float32))
    print(path.stat().st_size, chosen)


if __name__ == "__main__":
    _fit(Path(sys.argv[-1]))
