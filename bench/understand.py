"""How well postings are understood: pay, work type, requirements, hiring posts and duplicates, on hand-labelled sets.

Sets are recognised by the shape of their first line. `default/` is the whole set, `held_out/` the half (by the hash of
the id) that no rule or threshold was chosen on.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

from verivita.core.text import fold
from verivita.engines.skills import SkillKind, SkillMention, Taxonomy, extract, load_taxonomy
from verivita.features.postings.company import company_key
from verivita.features.postings.hiring_post import read_post
from verivita.features.postings.markup import clean_text
from verivita.features.postings.model import Education, RawPosting, Requirements, Understood
from verivita.features.postings.normalise import understand
from verivita.features.postings.place import city_keys
from verivita.features.postings.requirements import read_requirements
from verivita.features.postings.salary import find_pay, pay_of_field
from verivita.features.postings.same import same_job
from verivita.features.postings.worktype import location_type_of

Row = Mapping[str, Any]
_SHORT = 60
"""Below this length a text without a pay word is taken for a salary field."""


def run(data: Path, sets: str | None, limit: int | None) -> dict[str, Any]:
    """Measure every labelled set below `data/gold`, else the project's own."""
    folder = data / "gold" if (data / "gold").is_dir() else Path(__file__).parent / "gold"
    results: dict[str, dict[str, float]] = {}
    skipped: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        key = f"gold:{path.stem}"
        if sets and not fnmatch(key, sets) and not fnmatch(path.stem, sets):
            continue
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()][:limit]
        judge = _judge(rows[0]) if rows else None
        if judge is None:
            skipped[key] = "its shape is not known here"
            continue
        try:
            halves = {"default": rows, "held_out": [row for row in rows if split_of(row) == "test"]}
            results[key] = {f"{half}/{k}": v for half, part in halves.items() if part for k, v in judge(part).items()}
        except (ImportError, AttributeError) as error:
            skipped[key] = f"not built: {error}"
    return {"sets": results, "skipped": skipped}


def split_of(row: Row) -> str:
    """`dev` or `test`, by the hash of the row's id."""
    key = str(row.get("id") or row.get("text", ""))
    return "test" if int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2 else "dev"


def _judge(row: Row) -> Callable[[Sequence[Row]], dict[str, float]] | None:
    shapes: tuple[tuple[set[str], Callable[[Sequence[Row]], dict[str, float]]], ...] = (
        ({"a", "b", "label"}, duplicates),
        ({"required_skills"}, requirements),
        ({"is_job", "titles"}, posts),
        ({"location_type", "text", "accepted"}, work_types),
        ({"currency", "period", "text"}, pay),
        ({"filters"}, queries),
        ({"route"}, routes),
    )
    return next((judge for keys, judge in shapes if keys <= set(row)), None)


def pay(rows: Sequence[Row]) -> dict[str, float]:
    """Share of texts whose pay is read exactly: both ends, currency and period."""
    right = 0
    for row in rows:
        mention = find_pay(row["text"])
        found = mention.pay if mention else pay_of_field(row["text"]) if len(row["text"]) < _SHORT else None
        got = {
            "min": found.minimum if found else None,
            "max": found.maximum if found else None,
            "currency": found.currency if found else None,
            "period": str(found.period) if found and found.period else None,
        }
        plain = {key: row[key] for key in got}
        right += got in [plain, *({key: answer.get(key) for key in got} for answer in row.get("accepted", []))]
    return {"salary/exact": right / len(rows)}


def work_types(rows: Sequence[Row]) -> dict[str, float]:
    """Share of texts whose work type is an accepted one, and the preferred one."""
    got = [(str(location_type_of("", "", "", clean_text(row["text"]))), row) for row in rows]
    accepted = sum(kind in (row.get("accepted") or [row["location_type"]]) for kind, row in got)
    preferred = sum(kind == row["location_type"] for kind, row in got)
    return {"location_type/accuracy": accepted / len(rows), "location_type/preferred": preferred / len(rows)}


def posts(rows: Sequence[Row]) -> dict[str, float]:
    """Shares of posts whose job-or-not, company, places and remote are right; F1 of the titles."""
    jobs = [row for row in rows if row["is_job"]]
    read = {row["id"]: read_post(row["text"]) for row in rows}
    hits = wanted = made = 0
    for row in (row for row in jobs if row["titles"]):
        titles = read[row["id"]].titles
        hits += _matched(row["titles"], titles)
        wanted += len(row["titles"])
        made += len(titles)
    return {
        "posts/is_job": _share(read[row["id"]].is_job == row["is_job"] for row in rows),
        "posts/company": _share(_company_ok(row, read[row["id"]].company) for row in jobs),
        "posts/titles_f1": 2 * hits / max(1, wanted + made),
        "posts/location": _share(_places_ok(row, read[row["id"]].locations) for row in jobs),
        "posts/remote": _share(
            set(read[row["id"]].remote) in [set(r) for r in row.get("remote_accepted") or [row["remote"]]]
            for row in jobs
        ),
    }


def requirements(rows: Sequence[Row]) -> dict[str, float]:
    """Precision and recall of skills (soft skills are not judged), class of those found, years and degree exact."""
    hit = made = wanted = classed = years = degrees = 0
    for row in rows:
        read, kinds = _read(row["text"])
        wishes = [wish for wish in read.skills if kinds[wish.skill_id] is not SkillKind.SOFT]
        labels = [(s, True) for s in row["required_skills"]] + [(s, False) for s in row["preferred_skills"]]
        made, wanted = made + len(wishes), wanted + len(labels)
        for label, required in labels:
            found = next((wish for wish in wishes if _same_skill(label, wish.skill_id, wish.name)), None)
            if found is not None:
                wishes.remove(found)
                hit, classed = hit + 1, classed + (found.required == required)
        years += read.min_years == row["min_years"]
        degree = row.get("education") or {}
        level = degree.get("level", "none")
        same_need = level == "none" or read.education_required == degree.get("required")
        degrees += read.education is Education(level) and same_need
    return {
        "requirements/skill_precision": hit / max(1, made),
        "requirements/skill_recall": hit / max(1, wanted),
        "requirements/class_accuracy": classed / max(1, hit),
        "requirements/years_exact": years / len(rows),
        "requirements/education_exact": degrees / len(rows),
    }


def duplicates(rows: Sequence[Row]) -> dict[str, float]:
    """Precision and recall of "the same job"."""
    judged = [(row["label"] == "same", same_job(_posting(row["a"]), _posting(row["b"]))) for row in rows]
    right = sum(label and said for label, said in judged)
    return {
        "dedupe/precision": right / max(1, sum(said for _, said in judged)),
        "dedupe/recall": right / max(1, sum(label for label, _ in judged)),
    }


def queries(rows: Sequence[Row]) -> dict[str, float]:
    """Measured where the search room is built."""
    measured: dict[str, float] = importlib.import_module("bench.query_understanding").measure(rows)
    return {f"query/{name.removeprefix('query/')}": value for name, value in measured.items()}


def routes(rows: Sequence[Row]) -> dict[str, float]:
    """Share of messages that go the labelled way, with the encoder as in the product and by words alone; confusions."""
    from verivita.adapters.embedders.onnx import OnnxEmbedder
    from verivita.features.assistant.routing import chances, route

    vectors = asyncio.run(OnnxEmbedder().embed([row["text"] for row in rows]))
    told = [chances(row["text"], vector.tolist()) for row, vector in zip(rows, vectors, strict=True)]
    gone = [(row["route"], str(max(one, key=lambda way: one[way]))) for row, one in zip(rows, told, strict=True)]
    words = _share(str(route(row["text"])) == row["route"] for row in rows)
    confused = {f"routing/{right}_as_{found}": float(gone.count((right, found))) for right, found in sorted(set(gone))}
    return {"routing/accuracy": _share(a == b for a, b in gone), "routing/words_accuracy": words} | confused


@cache
def _taxonomy() -> Taxonomy:
    return load_taxonomy()


def _read(text: str) -> tuple[Requirements, dict[str, SkillKind]]:
    kinds: dict[str, SkillKind] = {}

    def skills(words: str) -> Sequence[SkillMention]:
        found = extract(words, _taxonomy())
        kinds.update({mention.skill_id: mention.kind for mention in found})
        return found

    return read_requirements(clean_text(text), skills), kinds


def _same_skill(label: Row, skill_id: str, name: str) -> bool:
    names = (label["skill"], label["span"])
    if any(_plain(n) == _plain(name) or set(fold(n).split()) <= set(fold(name).split()) for n in names):
        return True
    return any(m.skill_id == skill_id for n in names for m in extract(n, _taxonomy()))


def _posting(item: Row) -> Understood:
    post = read_post(item["text"])
    raw = RawPosting(
        source="pair",
        title="; ".join(post.titles),
        description=item["text"],
        company=post.company,
        location=" | ".join(post.locations),
    )
    return understand(raw, lambda _: ())


def _company_ok(row: Row, company: str) -> bool:
    return company_key(company) in {company_key(c) for c in row.get("company_accepted") or [row["company"]]}


def _places_ok(row: Row, places: Sequence[str]) -> bool:
    wanted, got = city_keys(";".join(row["locations"])), city_keys(";".join(places))
    return wanted <= got if wanted else not got


def _matched(wanted: Sequence[str], made: Sequence[str]) -> int:
    left, hits = list(made), 0
    for title in wanted:
        found = next((t for t in left if _alike(title, t)), None)
        if found is not None:
            left.remove(found)
            hits += 1
    return hits


def _alike(a: str, b: str) -> bool:
    first, second = _stems(a), _stems(b)
    return first <= second or len(first & second) >= 0.5 * len(first | second)


def _stems(title: str) -> set[str]:
    return {w[:-1] if w.endswith("s") and len(w) > 3 else w for w in re.findall(r"[a-z0-9+#]+", title.lower())}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9+#]", "", fold(name))


def _share(answers: Iterable[bool] | Iterator[bool]) -> float:
    judged = list(answers)
    return sum(judged) / max(1, len(judged))
