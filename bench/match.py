"""Match score: order of people for a job, agreement with people, occupation, laws and speed.

Sets: a folder with `queries.jsonl`, `corpus.jsonl.gz` and `qrels.tsv` whose queries are whole postings (text ranking);
a folder with `vacancies.jsonl`, `rankings.jsonl` and `CV/`; resumes with occupation labels against real postings that
name the occupation in their title; and the laws over real pairs.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from bench.match_speed import speed
from bench.match_texts import AS_OF, posting_of, profile_of
from bench.ranking import means
from bench.report import Outcome, wanted
from verivita.engines.skills import Taxonomy, load_taxonomy
from verivita.features.library import CandidateProfile
from verivita.features.matching import prepare_text, rank
from verivita.features.matching.prepared import PreparedPosting, PreparedProfile, prepare, prepare_posting, soft_skills
from verivita.features.matching.score import overall

LONG_QUERY = 1000


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, packed or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


# Order of people for a posting.


def people_for_jobs(folder: Path, limit: int | None) -> dict[str, float]:
    """MAP and nDCG@10 of the text ranking."""
    queries, corpus = read_jsonl(folder / "queries.jsonl"), read_jsonl(_corpus(folder))
    right: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines():
        wanted_by, _, name, grade = line.split()
        if int(grade) > 0:
            right.setdefault(wanted_by, {})[name] = 1
    texts = [prepare_text(row["text"]) for row in corpus]
    ranked = {
        str(query["id"]): [str(corpus[index]["id"]) for index, _ in rank(query["text"], texts)]
        for query in queries[:limit]
    }
    found = means(ranked, right, ("map", "ndcg@10"))
    return {f"default/{key}": value for key, value in found.items()} | {"queries": float(len(ranked))}


def _corpus(folder: Path) -> Path:
    packed = folder / "corpus.jsonl.gz"
    return packed if packed.exists() else folder / "corpus.jsonl"


# Agreement with people.


def kendall(one: Sequence[int], other: Sequence[int]) -> float:
    """Tau of two orders of the same things."""
    place = {item: index for index, item in enumerate(other)}
    pairs = [(a, b) for index, a in enumerate(one) for b in one[index + 1 :]]
    return sum(1 if place[a] < place[b] else -1 for a, b in pairs) / len(pairs)


def _docx_text(path: Path) -> str:
    import docx

    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *dict.fromkeys(cells)])


def agreement(folder: Path, taxonomy: Taxonomy) -> dict[str, float]:
    """Mean Kendall tau with each annotator beside the tau between the annotators."""
    soft = soft_skills(taxonomy)
    vacancies = [
        (row["position"], prepare_posting(posting_of(row["job_title"], row["job_description"], taxonomy), soft))
        for row in read_jsonl(folder / "vacancies.jsonl")
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for row in read_jsonl(folder / "rankings.jsonl"):
        file = folder / "CV" / row["cv"]
        orders = [o for o in (row.get("annotator_1"), row.get("annotator_2")) if o and sorted(o) == [1, 2, 3, 4, 5]]
        if not file.exists() or not orders:
            continue
        person = prepare(profile_of(_docx_text(file), taxonomy), taxonomy.implied, as_of=AS_OF)
        scored = sorted(vacancies, key=lambda vacancy: (-(overall(person, vacancy[1]) or 0), vacancy[0]))
        ours += [kendall([position for position, _ in scored], order) for order in orders]
        theirs += [kendall(*orders)] if len(orders) == 2 else []
    return {"default/tau": _mean(ours), "human/tau": _mean(theirs), "pairs": float(len(ours))}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


# Occupation.


def auc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """How often a right one scores above a wrong one, ties counting half."""
    ordered = sorted([(value, 1) for value in right] + [(value, 0) for value in wrong])
    ranks, index = 0.0, 0
    while index < len(ordered):
        end = index
        while end < len(ordered) and ordered[end][0] == ordered[index][0]:
            end += 1
        ranks += sum(label for _, label in ordered[index:end]) * (index + 1 + end) / 2
        index = end
    n, m = len(right), len(wrong)
    return (ranks - n * (n + 1) / 2) / (n * m) if n and m else 0.5


def titled(data: Path) -> Iterator[tuple[str, str]]:
    """(title, text) of every real posting that has both."""
    for path in sorted(data.rglob("postings.jsonl*")):
        for row in read_jsonl(path):
            if row.get("title") and row.get("description"):
                yield row["title"], row["description"]


def occupations(
    path: Path, postings: Sequence[tuple[str, str]], taxonomy: Taxonomy, limit: int | None
) -> dict[str, float]:
    """Mean over occupations and postings of the AUC between resumes with and without the label; and the calibration.

    The first words of a resume, which often name the occupation, are cut.
    """
    soft = soft_skills(taxonomy)
    rows = read_jsonl(path)
    Random(7).shuffle(rows)
    people = [
        (set(row["labels"]), prepare(profile_of(_headless(row["text"]), taxonomy), taxonomy.implied, as_of=AS_OF))
        for row in rows[: limit or 400]
    ]
    found: dict[str, list[float]] = {}
    every: list[tuple[float, bool]] = []
    for label in sorted({one for labels, _ in people for one in labels}):
        for title, text in [one for one in postings if _names(one[0], label)][:12]:
            ready = prepare_posting(posting_of(title, text, taxonomy), soft)
            if ready.reason:
                continue
            scores = [(label in labels, overall(person, ready) or 0.0) for labels, person in people]
            value = auc([s for good, s in scores if good], [s for good, s in scores if not good])
            found.setdefault(label, []).append(value)
            every += [(score, good) for good, score in scores]
    per_label = {label: _mean(values) for label, values in found.items()}
    result = {"default/auc": _mean(list(per_label.values())), "resumes": float(len(people))}
    return result | {f"auc:{label}": value for label, value in per_label.items()} | calibration(every)


def calibration(pairs: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """For each ten points of the score that hold a pair: how many pairs, and the share of right ones among them.

    Divided by the share of right ones among all pairs (`lift`), so that it says what a score of that height is worth.
    """
    tens: dict[int, list[bool]] = {}
    for score, good in pairs:
        tens.setdefault(min(9, int(score // 10)), []).append(good)
    usual = _mean([float(good) for _, good in pairs]) or 1.0
    out: dict[str, float] = {}
    for ten, goods in sorted(tens.items()):
        name = f"{10 * ten:02d}-{10 * ten + (10 if ten == 9 else 9):02d}"
        share = _mean([float(good) for good in goods])
        out |= {f"pairs:{name}": float(len(goods)), f"right:{name}": share, f"lift:{name}": share / usual}
    return out


def _headless(text: str) -> str:
    return " ".join(text.split()[25:])


_SAME_TITLE = {"developer": "(?:developer|engineer|programmer)", "administrator": "(?:admin\\w*|dba)"}


def _names(title: str, label: str) -> bool:
    words = [_SAME_TITLE.get(word, word.rstrip("s")) for word in label.lower().split("_")]
    return all(re.search(rf"\b{word}", title.lower().replace("-", " ")) for word in words)


# Laws and speed.


def violations(
    people: Sequence[CandidateProfile],
    postings: Sequence[PreparedPosting],
    taxonomy: Taxonomy,
    pairs: int,
    seed: int = 11,
) -> tuple[int, int]:
    """(pairs tried, laws broken) over real papers cut and grown at random."""
    chance, tried, broken = Random(seed), 0, 0

    def ready(profile: CandidateProfile) -> PreparedProfile:
        return prepare(profile, taxonomy.implied, as_of=AS_OF)

    while tried < pairs and people and postings:
        whole = chance.choice(people)
        part = CandidateProfile(
            skills=_some(whole.skills, chance),
            lines=_some(whole.lines, chance),
            roles=whole.roles,
            degrees=whole.degrees,
        )
        smaller, larger = ready(part), ready(whole)
        mixed = ready(replace(whole, skills=whole.skills[::-1], lines=whole.lines[::-1]))
        doubled = ready(replace(whole, skills=whole.skills * 2, lines=whole.lines * 3, roles=whole.roles * 2))
        for posting in chance.sample(postings, min(40, len(postings))):
            full = overall(larger, posting)
            tried += 1
            broken += (overall(smaller, posting) or 0.0) > (full or 0.0)
            broken += overall(mixed, posting) != full
            broken += overall(doubled, posting) != full
    return tried, broken


def _some(items: tuple[Any, ...], chance: Random) -> tuple[Any, ...]:
    return tuple(item for item in items if chance.random() < 0.6)


def laws_and_speed(
    path: Path, titled_postings: Sequence[tuple[str, str]], taxonomy: Taxonomy, limit: int | None
) -> dict[str, float]:
    """Laws over at least 10,000 real pairs (fewer with a limit), and speed."""
    soft = soft_skills(taxonomy)
    people = [profile_of(row["text"], taxonomy) for row in read_jsonl(path)[:60]]
    postings = [prepare_posting(posting_of(title, text, taxonomy), soft) for title, text in titled_postings[:400]]
    tried, broken = violations(people, postings, taxonomy, min(10_000, (limit or 400) * 25))
    figures = {"law_violations": float(broken), "law_pairs": float(tried)}
    return figures | speed(people, titled_postings[:400], taxonomy)


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Measure every set of a known shape below `data`."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    taxonomy = load_taxonomy()
    postings = list(titled(data))

    def take(key: str, measure: Callable[[], dict[str, float]]) -> None:
        if wanted(key, sets):
            outcome["sets"][key] = measure()

    for folder in _folders(data, "qrels.tsv"):
        if _is_people_set(folder):
            take(_key(folder, data), lambda folder=folder: people_for_jobs(folder, limit))  # type: ignore[misc]
    for folder in _folders(data, "rankings.jsonl"):
        take(_key(folder, data), lambda folder=folder: agreement(folder, taxonomy))  # type: ignore[misc]
    for path in sorted(data.rglob("resumes.jsonl.gz")):
        key = _key(path.parent, data)
        if not postings:
            outcome["skipped"][key] = "no postings with titles below the folder"
            continue
        take(f"{key}:occupation", lambda path=path: occupations(path, postings, taxonomy, limit))  # type: ignore[misc]
        take(f"{key}:laws", lambda path=path: laws_and_speed(path, postings, taxonomy, limit))  # type: ignore[misc]
    return outcome


def _folders(data: Path, name: str) -> Iterable[Path]:
    return sorted(path.parent for path in data.rglob(name))


def _key(folder: Path, data: Path) -> str:
    return folder.relative_to(data).as_posix()


def _is_people_set(folder: Path) -> bool:
    """Queries as long as a whole posting, with a corpus beside them."""
    queries = folder / "queries.jsonl"
    if not queries.exists() or not _corpus(folder).exists():
        return False
    first = queries.read_text("utf-8").split("\n", 1)[0]
    return len(str(json.loads(first).get("text", ""))) >= LONG_QUERY
