"""How well the grounding score tells true claims from others on human-labelled pairs: AUROC and both error rates.

Sets are recognised by shape: `begin_*.tsv.gz` (answers beside one passage), `mturk_*.jsonl.gz` (summary sentences
beside an article; the majority of three people), lines with `claim` and `evidences[]` (claims beside single
sentences), and claims with `evidence[]` beside a corpus of abstracts. `default/` is the score as the product computes
it, with the shipped encoder; `words/` is what is left while no encoder answers. Balanced accuracy,
false pass and false strip are those of the verdict "supported", at the product's own threshold. `auroc_low_overlap` is
AUROC on the half with the least overlap of words. `held_out/` is the half (by the hash of the source's text) on which
no weight was fitted. `corrupt:CLASS/false_pass` changes one thing in the true claims that pass.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from bench.nearness import Near
from bench.report import Outcome, wanted
from bench.truth_grow import denied, more_skills, other_dates, other_employers, other_numbers
from verivita.core.text import words
from verivita.engines.grounding import Grounding, Source, Verdict, asked, ground

CORRUPTIONS = {
    "number": other_numbers,
    "date": other_dates,
    "name": other_employers,
    "skill": more_skills,
    "negation": denied,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim beside its source; `true` where people say that the source carries it."""

    claim: str
    source: str
    true: bool
    label: str

    @property
    def held_out(self) -> bool:
        """Whether no weight was fitted on pairs with this source."""
        return sha256(self.source.encode()).digest()[0] % 2 == 1


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON lines file, packed or not."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def begin(path: Path) -> list[Pair]:
    """Answers of chat models; only "Fully attributable" is true."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    return [
        Pair(row["response"], row["knowledge"], row["begin_label"] == "Fully attributable", row["begin_label"])
        for row in rows
    ]


def summaries(path: Path) -> list[Pair]:
    """Sentences of summaries, judged by several people."""
    out = []
    for row in lines(path):
        for one in row["summary_sentences"]:
            yes = sum(answer["response"] == "yes" for answer in one["responses"])
            true = yes * 2 > len(one["responses"])
            out.append(Pair(one["sentence"], row["article"], true, "yes" if true else "no"))
    return out


def evidences(path: Path) -> list[Pair]:
    """Claims with labelled single sentences."""
    return [
        Pair(row["claim"], one["evidence"], one["evidence_label"] == "SUPPORTS", one["evidence_label"])
        for row in lines(path)
        for one in row["evidences"]
    ]


def abstracts(path: Path) -> list[Pair]:
    """Claims with the abstracts that they cite: SUPPORT, CONTRADICT, or neither."""
    corpus = {row["_id"]: row for row in lines(next(iter(sorted(path.parent.glob("corpus.jsonl*")))))}
    out = []
    for row in lines(path):
        labels = {one["doc"]: one["label"] for one in row["evidence"]}
        for cited in row["cited"]:
            if cited in corpus:
                text = "\n".join([corpus[cited]["title"], *(corpus[cited]["sentences"] or [corpus[cited]["text"]])])
                label = labels.get(cited, "NOT_ENOUGH_INFO")
                out.append(Pair(row["text"], text, label == "SUPPORT", label))
    return out


def find(data: Path) -> Iterator[tuple[str, list[Pair]]]:
    """Every set of a known shape."""
    for path in sorted(data.rglob("*")):
        stem = path.name.split(".")[0]
        several = path.parent.relative_to(data).as_posix()
        if path.name.startswith("begin_") and path.name.endswith(".tsv.gz"):
            yield f"{several}:{stem}", begin(path)
        elif path.name.startswith("mturk_"):
            yield f"{several}:{stem}", summaries(path)
        elif path.name.startswith("claims") and ".jsonl" in path.name:
            first = lines(path)[:1]
            if first and "evidences" in first[0]:
                yield several, evidences(path)
            elif first and "evidence" in first[0] and any(path.parent.glob("corpus.jsonl*")):
                yield f"{several}:{stem}", abstracts(path)


def judged(pair: Pair, near: Near | None) -> Grounding:
    """The pair's claim, whole, against its source."""
    claim, sources = " ".join(pair.claim.split()), [Source("s", pair.source)]
    return ground(claim, sources, nearness=near(asked(claim, sources)) if near else None)


def score(found: Grounding) -> float:
    """One number for a whole text: the mean of its claims' scores."""
    return float(np.mean([claim.score for claim in found.claims])) if found.claims else 0.0


def passes(found: Grounding) -> bool:
    """Whether every claim is supported."""
    return bool(found.claims) and all(claim.verdict is Verdict.SUPPORTED for claim in found.claims)


def auroc(scores: Sequence[float], true: Sequence[bool]) -> float:
    """Share of (true, other) pairs in which the true one has the higher score; ties count half (Mann-Whitney)."""
    from scipy.stats import mannwhitneyu

    values, labels = np.asarray(scores), np.asarray(true)
    ones, others = values[labels], values[~labels]
    return float(mannwhitneyu(ones, others).statistic / (ones.size * others.size))


def overlap(pair: Pair) -> float:
    """Share of the claim's words that stand in the source."""
    said = words(pair.claim)
    there = set(words(pair.source))
    return sum(word in there for word in said) / max(len(said), 1)


def figures(pairs: Sequence[Pair], found: Sequence[Grounding]) -> dict[str, float]:
    """AUROC and the two error rates of the verdicts; for contradictions, how they stand against the rest."""
    true = [pair.true for pair in pairs]
    scores = [score(one) for one in found]
    passed = [passes(one) for one in found]
    false_pass = np.mean([p for p, t in zip(passed, true, strict=True) if not t])
    false_strip = np.mean([not p for p, t in zip(passed, true, strict=True) if t])
    low = np.argsort([overlap(pair) for pair in pairs], kind="stable")[: len(pairs) // 2]
    out = {
        "n": float(len(pairs)),
        "auroc": auroc(scores, true),
        "balanced_accuracy": float(1 - (false_pass + false_strip) / 2),
        "false_pass": float(false_pass),
        "false_strip": float(false_strip),
    }
    if 0 < sum(true[i] for i in low) < len(low):
        out["auroc_low_overlap"] = auroc([scores[i] for i in low], [true[i] for i in low])
    return out | _by_label(pairs, scores, passed)


def _by_label(pairs: Sequence[Pair], scores: Sequence[float], passed: Sequence[bool]) -> dict[str, float]:
    groups: dict[str, list[int]] = {}
    for i, pair in enumerate(pairs):
        groups.setdefault(pair.label.lower().replace(" ", "_"), []).append(i)
    out = {f"passes:{name}": float(np.mean([passed[i] for i in some])) for name, some in sorted(groups.items())}
    against = groups.get("contradict") or groups.get("refutes")
    silent = groups.get("not_enough_info")
    if against and silent:
        both = [*against, *silent]
        out["mean:contradicting"] = float(np.mean([scores[i] for i in against]))
        out["mean:silent"] = float(np.mean([scores[i] for i in silent]))
        out["auroc_silent_over_contradicting"] = auroc([scores[i] for i in both], [i in set(silent) for i in both])
    return out


def corrupted(pairs: Sequence[Pair], found: Sequence[Grounding], near: Near | None) -> dict[str, float]:
    """How often a claim that was true and passed still passes when one thing in it is changed."""
    out: dict[str, float] = {}
    good = [pair for pair, one in zip(pairs, found, strict=True) if pair.true and passes(one)]
    for name, change in CORRUPTIONS.items():
        made = [Pair(s, p.source, False, name) for p in good for s in change(p.claim, p.source, p.claim)][:400]
        if len(made) >= 10:
            out[f"corrupt:{name}/false_pass"] = float(np.mean([passes(judged(one, near)) for one in made]))
    return out


def measured(pairs: Sequence[Pair], near: Near) -> dict[str, float]:
    """Figures with and without the encoder, on all pairs and on the held-out half."""
    out: dict[str, float] = {}
    kept = [i for i, pair in enumerate(pairs) if pair.held_out]
    modes: tuple[tuple[str, Near | None], ...] = (("default", near), ("words", None))
    for mode, one in modes:
        found = [judged(pair, one) for pair in pairs]
        parts = {mode: range(len(pairs))} | ({f"held_out/{mode}": kept} if mode == "default" else {})
        for part, some in parts.items():
            made = figures([pairs[i] for i in some], [found[i] for i in some])
            out |= {f"{part}/{key}": value for key, value in made.items()}
        if mode == "default":
            out |= {f"{mode}/{key}": value for key, value in corrupted(pairs, found, one).items()}
    return out


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Every set of labelled claims below the folder."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    near = Near()
    for key, pairs in find(data):
        if not wanted(key, sets):
            continue
        try:
            outcome["sets"][key] = measured(pairs[:limit], near)
        except (OSError, ValueError, KeyError, ZeroDivisionError) as error:
            outcome["skipped"][key] = f"{type(error).__name__}: {error}"
    return outcome


__all__ = ["Pair", "auroc", "find", "run"]
