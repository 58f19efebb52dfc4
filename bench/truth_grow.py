"""Grow classes of false sentences from true ones by changing one thing; deterministic.

A change is kept only where it surely makes the sentence false: the new value stands nowhere in the row's sources.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from verivita.engines.grounding.names import names, titles
from verivita.engines.grounding.numbers import quantities
from verivita.engines.grounding.tokens import tokens
from verivita.engines.reading.dates import find_dates
from verivita.engines.skills import SkillKind, extract, load_taxonomy

Row = Mapping[str, Any]
EMPLOYERS = ("Halvorsen Freight", "Kestrel Analytics", "Oriel Dental Group", "Pendry Foods", "Sable Point Energy")
TITLES = ("Veterinarian", "Chief Architect", "Sales Director", "Geologist", "Principal Consultant", "Pilot")
SKILLS = ("Kafka", "Rust", "Terraform", "AutoCAD Civil 3D", "MATLAB", "Figma", "Hadoop", "Workday", "Xero")
RAISED = (
    (r"^(?:Helped|Assisted)(?: in| with)?(?: to)?\b", "Led"),
    (r"\bI (?:helped|assisted)\b(?: in| with)?", "I led"),
    (r"^Supported\b", "Directed"),
    (r"\bContributed to\b", "Led"),
    (r"\bmember of\b", "head of"),
    (r"\btook part in\b", "led"),
    (r"^(?:Built|Developed|Wrote|Designed|Created|Performed)\b", "Led the department that built"),
)
_SIMPLE = re.compile(
    r"^(?P<head>I )?(?P<verb>(?:built|developed|wrote|designed|trained|raised|rewrote|reviewed|replaced|kept|looked|"
    r"gave|cared|won|hit|saved|guided|fixed|flagged|performed|prepare|process|resolve|coordinate|organis\w+|design|hold|"
    r"supervise|share)\b)",
    re.IGNORECASE,
)


def grown(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """False sentences of the classes number, date, employer, job_title, skill_added, negation and inflated."""
    makers: tuple[tuple[str, Callable[[str, str, str], Iterator[str]]], ...] = (
        ("number", other_numbers),
        ("date", other_dates),
        ("employer", other_employers),
        ("job_title", other_titles),
        ("skill_added", more_skills),
        ("negation", denied),
        ("inflated", raised),
    )
    out = []
    for row in rows:
        if row["label"] != "supported":
            continue
        told = "\n".join(row["source"])
        for name, make in makers:
            for n, sentence in enumerate(make(row["sentence"], told, row["id"])):
                out.append(
                    {
                        **row,
                        "id": f"{row['id']}-{name}-{n}",
                        "sentence": sentence,
                        "label": "unsupported",
                        "class": name,
                    }
                )
    return out


def _pick(options: Sequence[str], key: str) -> str:
    return options[sha256(key.encode()).digest()[0] % len(options)]


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def other_numbers(sentence: str, told: str, key: str) -> Iterator[str]:
    """Each number, in digits or words, made another one."""
    known = {q.value for q in quantities(told)}
    for q in quantities(sentence):
        digits = re.search(r"\d+", q.text)
        if q.alone or digits is None:
            continue
        for factor, plus in ((2, 1), (1, 3), (10, 0)):
            value = int(digits[0]) * factor + plus
            if not any(abs(value - v) < 1e-6 for v in known):
                text = q.text[: digits.start()] + str(value) + q.text[digits.end() :]
                yield _put(sentence, q.start, q.start + len(q.text), text)


def other_dates(sentence: str, told: str, key: str) -> Iterator[str]:
    """Each year moved by two and by five."""
    for span in find_dates(sentence):
        for match in re.finditer(r"(?:19|20)\d\d", sentence[span.start : span.end]):
            for shift in (-2, 5):
                year = str(int(match[0]) + shift)
                if year not in told:
                    yield _put(sentence, span.start + match.start(), span.start + match.end(), year)


def other_employers(sentence: str, told: str, key: str) -> Iterator[str]:
    """Each name behind "at" or "with" made another; or one added."""
    found = [
        name
        for name in names(sentence)
        if name.employer and re.search(r"(?:at|with|for)\s+$", sentence[: name.words[0].start])
    ]
    new = _pick(EMPLOYERS, key)
    for name in found:
        yield _put(sentence, name.words[0].start, name.words[-1].end, new)
    if not found and sentence.endswith("."):
        yield f"{sentence[:-1]} at {new}."


def other_titles(sentence: str, told: str, key: str) -> Iterator[str]:
    """Each title made another."""
    for title in titles(sentence):
        words = tokens(sentence)
        for at in range(len(words) - len(title) + 1):
            run = words[at : at + len(title)]
            if tuple(t.stem for t in run) == title:
                yield _put(sentence, run[0].start, run[-1].end, _pick(TITLES, key))
                break


def more_skills(sentence: str, told: str, key: str) -> Iterator[str]:
    """A skill put beside one that is there, or at the end."""
    new = _pick(SKILLS, key)
    shown = [m for m in extract(sentence, load_taxonomy()) if m.kind in (SkillKind.TECHNICAL, SkillKind.TOOL)]
    if shown:
        yield _put(sentence, shown[-1].end, shown[-1].end, f" and {new}")
    elif sentence.endswith("."):
        yield f"{sentence[:-1]} with {new}."


def denied(sentence: str, told: str, key: str) -> Iterator[str]:
    """The verb denied."""
    match = _SIMPLE.match(sentence)
    if match and not re.search(r"\b(?:not|no|without|never)\b", sentence, re.IGNORECASE):
        head, verb = match["head"] or "", match["verb"]
        yield f"{head}{'n' if head else 'N'}ever {verb.lower()}{sentence[match.end() :]}"


def raised(sentence: str, told: str, key: str) -> Iterator[str]:
    """A part in a thing made the lead of it."""
    for pattern, new in RAISED:
        changed, count = re.subn(pattern, new, sentence, count=1)
        if count:
            yield changed
            return
