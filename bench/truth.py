"""True and false sentences about a resume: which false ones pass, and which true ones are struck, by class of error.

The resume is read as the product reads it; its lines are the sources, each with the entry that it belongs to, and the
sentence cites the spans that the set gives. `false_pass` is the share of false sentences with the verdict supported,
`false_strip` the share of true ones with the verdict unsupported. Weak needs the person's yes, so it counts as
neither; `weak_true` and `weak_false` say how often that happens. `grown:` sets are made of the true sentences by
changing one thing (`bench/truth_grow.py`). `dev/` is the half (by the hash of the resume's id) that rules were written
on, `held_out/` the other one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.nearness import Near
from bench.report import Outcome, wanted
from bench.truth_grow import grown
from verivita.engines.grounding import Claim, Source, Verdict, asked, ground
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.outline import Entry
from verivita.engines.reading.sections import outline_of

Row = Mapping[str, Any]
HEAD = "head"


@dataclass(frozen=True, slots=True)
class Paper:
    """A resume as lines with the entry of each."""

    text: str
    lines: tuple[tuple[int, int, str, str, str], ...]
    """Start, end, kind, section and entry of each line."""

    def sources(self) -> list[Source]:
        """Every line as a source."""
        return [
            Source(f"line {n}", self.text[start:end], kind, section, entry)
            for n, (start, end, kind, section, entry) in enumerate(self.lines)
        ]

    def entry_at(self, position: int) -> str:
        """The entry around a position, "" where there is none."""
        return next((line[4] for line in self.lines if line[0] <= position < line[1]), "")

    def find(self, span: str) -> int:
        """Where a verbatim span stands, whatever its line breaks; -1 where it does not."""
        at = self.text.find(span.strip())
        return at if at >= 0 else self.text.find(span.strip().split("\n")[0].strip())


def read(text: str) -> Paper:
    """A resume's text as the product reads it."""
    loose, gap = [], False
    for words in text.replace("\r", "").split("\n"):
        if words.strip():
            loose.append(LooseLine(words.strip(), gap=gap))
        gap = not words.strip()
    paper = assemble(loose, 1, "text/plain")
    outline = outline_of(paper)
    lines = []
    for line in paper.lines:
        section = next((s for s in outline.sections if s.start <= line.start < s.end), None)
        entry = next((e for e in (section.entries if section else ()) if e.start <= line.start < e.end), None)
        kind = HEAD if entry is not None and _heads(entry, line.start, line.end) else "text"
        lines.append((line.start, line.end, kind, section.kind if section else "", str(entry.number) if entry else ""))
    return Paper(paper.text, tuple(lines))


def _heads(entry: Entry, start: int, end: int) -> bool:
    parts = (entry.title, entry.employer, entry.school, entry.degree, entry.dates, entry.name)
    return any(part is not None and start <= part.start < end for part in parts)


def sources(row: Row, paper: Paper) -> tuple[list[str], list[Source]]:
    """The ids that the sentence cites, and all sources: the given spans and the lines of the resume."""
    cited = [
        Source(f"cited {n}", span, "duty", "", paper.entry_at(paper.find(span))) for n, span in enumerate(row["source"])
    ]
    return [source.id for source in cited], [*cited, *paper.sources()]


def judge(row: Row, paper: Paper, near: Near | None) -> Claim:
    """The sentence's verdict: of several statements the strictest one."""
    ids, all_sources = sources(row, paper)
    sentence = " ".join(str(row["sentence"]).split())
    cited = dict.fromkeys(range(20), ids)
    known = near(asked(sentence, all_sources, cited)) if near else None
    found = ground(sentence, all_sources, cited=cited, nearness=known).claims
    order = (Verdict.UNSUPPORTED, Verdict.WEAK, Verdict.SUPPORTED)
    return min(found, key=lambda claim: order.index(claim.verdict))


def figures(rows: Sequence[Row], papers: Mapping[str, Paper], near: Near | None) -> dict[str, float]:
    """Rates over the rows, and for each class."""
    verdicts = [(row, judge(row, papers[row["resume_id"]], near).verdict) for row in rows]
    true = [verdict for row, verdict in verdicts if row["label"] == "supported"]
    false = [(row["class"], verdict) for row, verdict in verdicts if row["label"] != "supported"]
    out: dict[str, float] = {"n": len(rows)}
    if true:
        out["false_strip"] = _share(true, Verdict.UNSUPPORTED)
        out["weak_true"] = _share(true, Verdict.WEAK)
    if false:
        out["false_pass"] = _share([v for _, v in false], Verdict.SUPPORTED)
        out["weak_false"] = _share([v for _, v in false], Verdict.WEAK)
    for name in sorted({name for name, _ in false}):
        out[f"false_pass:{name}"] = _share([v for n, v in false if n == name], Verdict.SUPPORTED)
    return out


def _share(verdicts: Sequence[Verdict], one: Verdict) -> float:
    return sum(v is one for v in verdicts) / len(verdicts)


def half(resume_id: str) -> str:
    """`dev` or `held_out`, by the hash of the resume's id."""
    return ("dev", "held_out")[sha256(resume_id.encode()).digest()[0] % 2]


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def find(data: Path) -> Iterable[Path]:
    """Folders with a fixture and its resumes below the data, else the project's own."""
    found = sorted(p.parent for p in data.rglob("fixture.jsonl") if (p.parent / "resumes.jsonl").exists())
    return found or [Path(__file__).parent / "gold" / "truth"]


def measured(rows: Sequence[Row], papers: Mapping[str, Paper], near: Near) -> dict[str, float]:
    """`default/` over all rows, `dev/` and `held_out/` over the halves; `words/` while no encoder answers."""
    parts = {"default": list(rows)} | {h: [r for r in rows if half(r["resume_id"]) == h] for h in ("dev", "held_out")}
    out = {f"{part}/{k}": v for part, some in parts.items() if some for k, v in figures(some, papers, near).items()}
    return out | {f"words/{k}": v for k, v in figures(rows, papers, None).items()}


def run(data: Path, sets: str | None = None, limit: int | None = None) -> Outcome:
    """Every folder of the shape, and what is grown from its true sentences."""
    outcome: Outcome = {"sets": {}, "skipped": {}}
    near = Near()
    for folder in find(data):
        key = folder.relative_to(data).as_posix() if folder.is_relative_to(data) else "gold/truth"
        try:
            papers = {row["resume_id"]: read(row["text"]) for row in lines(folder / "resumes.jsonl")}
            rows = [row for row in lines(folder / "fixture.jsonl") if row["resume_id"] in papers][:limit]
            for name, some in ((key, rows), (f"{key}:grown", grown(rows))):
                if some and wanted(name, sets):
                    outcome["sets"][name] = measured(some, papers, near)
        except (OSError, ValueError, KeyError) as error:
            outcome["skipped"][key] = f"{type(error).__name__}: {error}"
    return outcome
