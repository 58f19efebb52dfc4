"""Questions to own notes: is the right passage found, does what is cited hold the answer, is it kept back.

Sets of questions are JSON like `data[].paragraphs[].{context, qas[].{question, answers[].{text, answer_start}}}`,
packed or not. The paragraphs are cut and searched as notes are. A second file of the same folder with the same
question ids is another language: its questions are asked on its own notes, and (`NAME_on_FIRST`) on those of the first
file. Each question is also asked with its own paragraph taken away (`abstained_near`) and its whole article
(`abstained_far`): then to say nothing is right. `held_out/` is the half of the articles that no weight or threshold was
chosen on.

A folder with packed Markdown is timed instead (`bench/study_speed.py`).
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.report import Outcome, wanted
from bench.study_speed import timed
from verivita.adapters.embedders.cached import CachedEmbedder
from verivita.adapters.embedders.onnx import OnnxEmbedder
from verivita.engines.retrieval.bm25 import Bm25
from verivita.engines.retrieval.chunking import chunk
from verivita.engines.retrieval.hybrid import CANDIDATES, DENSE, LEXICAL, hybrid
from verivita.engines.retrieval.ports import Hit, Vector
from verivita.features.answers import compose as composing
from verivita.features.answers.evidence import ENOUGH, likely, signals
from verivita.features.answers.sources import FoundText, Weighed, cut, weigh


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the place of its paragraph, and where in it each right answer stands; none: it has no answer."""

    id: str
    text: str
    article: int
    paragraph: int
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage: where it is from and where it begins in its paragraph."""

    article: int
    paragraph: int
    text: str
    start: int


Loaded = tuple[list[Piece], list[Asked]]
Figures = dict[str, dict[str, float]]


@dataclass(slots=True)
class Notes:
    """All passages with both legs of the search, as one person's shelf."""

    pieces: list[Piece]
    vectors: Vector
    words: Bm25
    embedder: CachedEmbedder

    async def weighed(self, question: str, without: tuple[int, int | None] | None = None) -> Weighed:
        """What the product weighs for a question; `without` takes an article, or one paragraph of it, away."""
        asked = (await self.embedder.embed([question]))[0]
        there = np.array([not _gone(piece, without) for piece in self.pieces])

        async def dense() -> Sequence[Hit]:
            scores = np.where(there, self.vectors @ asked, -1.0)
            return [Hit(UUID(int=int(i)), float(scores[i])) for i in np.argsort(-scores, kind="stable")[:CANDIDATES]]

        async def lexical() -> Sequence[Hit]:
            top = self.words.top(question, len(self.pieces))
            return [Hit(UUID(int=i), score) for i, score in top if there[i]][:CANDIDATES]

        async def stored(ids: Sequence[UUID]) -> Mapping[UUID, Vector]:
            return {id: self.vectors[id.int] for id in ids}

        found = await hybrid({LEXICAL: lexical, DENSE: dense}, composing.CANDIDATES, vectors=stored)
        top = max((hit.score for hit in found.hits), default=0.0) or 1.0
        texts = [self._text(hit.id, hit.score / top) for hit in found.hits if there[hit.id.int]]
        candidates = cut(texts)
        if not candidates:
            return weigh(question, texts, candidates, self.words.weight, None)
        words = signals(question, candidates, self.words.weight, None)
        chosen = likely(words, candidates)
        near = np.full(len(candidates), np.nan)
        near[chosen] = await self.embedder.embed([candidates[i].sentence.text for i in chosen]) @ asked
        return weigh(question, texts, candidates, self.words.weight, near, words)

    def _text(self, id: UUID, score: float) -> FoundText:
        piece = self.pieces[id.int]
        source = UUID(int=piece.article << 32 | piece.paragraph)
        return FoundText(id, source, piece.text, piece.start, score, composing.Place("", "", 1, source))


def read(path: Path) -> tuple[list[Piece], list[Asked]]:
    """The passages of a file, cut as notes are, and its questions."""
    raw = path.read_bytes()
    data = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)["data"]
    pieces: list[Piece] = []
    asked: list[Asked] = []
    for a, article in enumerate(data):
        for p, paragraph in enumerate(article["paragraphs"]):
            pieces += [Piece(a, p, made.text, made.start) for made in chunk(paragraph["context"])]
            for item in paragraph["qas"]:
                given = [] if item.get("is_impossible") else item.get("answers", [])
                spans = tuple((x["answer_start"], x["answer_start"] + len(x["text"])) for x in given)
                asked.append(Asked(str(item.get("id", len(asked))), item["question"], a, p, spans))
    return pieces, asked


async def shelf(pieces: list[Piece], embedder: CachedEmbedder) -> Notes:
    """The passages with their indexes."""
    texts = [piece.text for piece in pieces]
    return Notes(pieces, await embedder.embed(texts), Bm25(texts), embedder)


async def figures(notes: Notes, asked: Sequence[Asked]) -> dict[str, float]:
    """Every metric, over all questions and over those of the held-out articles."""
    rows: dict[str, list[tuple[bool, float]]] = {}

    def count(name: str, item: Asked, value: float) -> None:
        rows.setdefault(name, []).append((bool(item.article % 2), value))

    for item in asked:
        start = time.perf_counter()
        found = await notes.weighed(item.text)
        made = composing.extract(found.candidates, found.chances, found.places)
        count("ms", item, (time.perf_counter() - start) * 1000)
        if not item.answers:
            count("abstained", item, found.enough < ENOUGH)
            continue
        order = [_place(notes.pieces[passage.id.int]) for passage in found.read()]
        gold = (item.article, item.paragraph)
        for k in (1, 5):
            count(f"passage_recall@{k}", item, gold in order[:k])
        count("answer_in_citation", item, any(_holds(c, item) for c in made.citations))
        count("false_abstained", item, found.enough < ENOUGH)
        count("sentences", item, len(made.citations))
        for name, without in (("near", (item.article, item.paragraph)), ("far", (item.article, None))):
            gone = (await notes.weighed(item.text, without)).enough < ENOUGH
            count(f"abstained_{name}", item, gone)
            count("abstained", item, gone)
    return {**_means("default", rows, False), **_means("held_out", rows, True)}


def _means(half: str, rows: Mapping[str, Sequence[tuple[bool, float]]], held: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, values in rows.items():
        kept = [value for is_held, value in values if is_held or not held]
        if name == "ms":
            p50, p95 = np.quantile(kept, [0.5, 0.95])
            found |= {f"{half}/ms_p50": float(p50), f"{half}/ms_p95": float(p95)}
        elif kept:
            found[f"{half}/{name}"] = float(np.mean(kept))
    return found


def _gone(piece: Piece, without: tuple[int, int | None] | None) -> bool:
    return without is not None and piece.article == without[0] and without[1] in (None, piece.paragraph)


def _place(piece: Piece) -> tuple[int, int]:
    return piece.article, piece.paragraph


def _holds(citation: Any, item: Asked) -> bool:
    """True where the cited characters of the right paragraph hold a right answer."""
    here = citation.document_id == UUID(int=item.article << 32 | item.paragraph)
    return here and any(citation.start <= start and end <= citation.end for start, end in item.answers)


async def questions(known: Mapping[str, Loaded], sets: str | None, limit: int | None, key: str) -> Figures:
    """The figures of every file of questions of a folder, each language alone and on the first file's notes."""
    encoder = OnnxEmbedder()
    embedder = CachedEmbedder(encoder)
    found: Figures = {}
    first = next(iter(known), "")
    for name, (pieces, asked) in known.items():
        if wanted(f"{key}:{name}", sets):
            found[f"{key}:{name}"] = await figures(await shelf(pieces, embedder), asked[:limit])
        across = f"{key}:{name}_on_{first}"
        same = {item.id: item for item in known[first][1]}
        if name != first and all(item.id in same for item in asked) and wanted(across, sets):
            moved = [Asked(i.id, i.text, i.article, i.paragraph, same[i.id].answers) for i in asked[:limit]]
            found[across] = await figures(await shelf(known[first][0], embedder), moved)
    encoder.close()
    return found


def loaded(folder: Path) -> dict[str, Loaded]:
    """Every file of questions in a folder; English first, as the language whose notes the others ask."""
    files = sorted(
        [*folder.glob("*.json"), *folder.glob("*.json.gz")], key=lambda path: (".en." not in path.name, path)
    )
    return {path.name.split(".json")[0]: read(path) for path in files}


async def run(data: Path, sets: str | None, limit: int | None) -> Outcome:
    """Every folder below `data/qa`."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    for folder in sorted(path for path in (data / "qa").glob("*") if path.is_dir()):
        key = f"qa/{folder.name}"
        archives = sorted(folder.glob("*.zip"))
        try:
            found = await questions(loaded(folder), sets, limit, key)
            if archives and wanted(key, sets):
                found[key] = await timed(archives[0], limit)
        except (OSError, ValueError, KeyError) as error:
            outcome["skipped"][key] = f"{type(error).__name__}: {error}"
            continue
        outcome["sets"].update(found)
        if not found and sets is None:
            outcome["skipped"][key] = "no questions and no packed Markdown"
    return outcome
