"""The jobs, degrees, projects and other items of a section: where each begins, and what is its head and its body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from verivita.engines.reading.contact import places
from verivita.engines.reading.heads import Head, late_head, list_head, parse_head, titled
from verivita.engines.reading.lexicon import degree_span, employer_score, school_score, title_score
from verivita.engines.reading.lines import Look
from verivita.engines.reading.outline import Entry, Value
from verivita.engines.reading.paragraphs import Part, goes_on, paragraph, right_edge
from verivita.engines.reading.ports import ReadText

_LISTS = frozenset({"certifications", "publications", "awards", "references"})
_DURATION = re.compile(r"^\(?\d+\+?\s+(?:years?|yrs?|months?|mos?)\b.{0,20}$", re.IGNORECASE)
_NUMBERED = re.compile(r"^\(?\d{1,2}[.)]\s+(?=\S)")
_NEAR = 3
"""Lines of text below a head that may still tell the job's title or employer."""
_INDENT = 0.012
"""A share of the page's width: lines set further in than their entry's head belong to its body."""


def entries_of(read: ReadText, kind: str, parts: Sequence[Part], number: int) -> tuple[tuple[Entry, ...], list[Part]]:
    """The entries of a section, numbered from `number` on, and the lines before the first one."""
    if not parts:
        return (), []
    if kind in _LISTS:
        return _list_entries(read, parts, number), []
    labels = _labels(kind, parts)
    starts = _starts(kind, parts, labels)
    if not starts:
        if kind in ("projects", "volunteering", "other"):
            return _list_entries(read, parts, number), []
        return (), list(parts)
    entries: list[Entry] = []
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(parts)
        entry = _entry(read, kind, parts[start:end], labels[start:end], number + at)
        entries.append(_inherit(entry, entries[-1]) if entries and kind == "experience" else entry)
    return tuple(entries), list(parts[: starts[0]])


def _inherit(entry: Entry, before: Entry) -> Entry:
    """A second role under the same employer: only title and dates stand in its head, so the employer is that above."""
    if entry.employer is None and entry.title is not None and entry.dates is not None and before.employer is not None:
        return replace(entry, employer=before.employer)
    return entry


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is usual in a section: its left edge on each page, and its font size (0 where unknown)."""

    lefts: dict[int, float]
    size: float


def _labels(kind: str, parts: Sequence[Part]) -> list[str]:
    """For each line: H head, B bullet, T text, C continuation of the bullet or text above."""
    right = right_edge(parts)
    only_bullets = all(part.look.bullet for part in parts if not part.look.line.bold)
    frame = _Frame(_lefts(parts), median([p.look.line.size for p in parts if p.look.line.size] or [0.0]))
    labels: list[str] = []
    for at, part in enumerate(parts):
        look = part.look
        if look.bullet and not only_bullets:
            labels.append("B")
        elif labels and labels[-1] in "BTC" and not _dated(look) and goes_on(parts[at - 1].look, look, right):
            labels.append("C")
        elif _headlike(kind, parts, at, frame, labels):
            labels.append("H")
        else:
            labels.append("T")
    return labels


def _lefts(parts: Sequence[Part]) -> dict[int, float]:
    """The left edge of the section on each page."""
    out: dict[int, float] = {}
    for part in parts:
        if part.look.line.left is not None:
            page = part.look.line.page
            out[page] = min(out.get(page, 1.0), part.look.line.left)
    return out


def _dated(look: Look) -> bool:
    return bool(look.taken) or (bool(look.dates) and (look.dates[0].is_range or len(look.text) <= 60))


def _sentence(text: str) -> bool:
    words = text.split()
    ended = len(words) > 4 and text.endswith((".", ";")) and not re.search(r"\b\w{1,4}\.$", text)
    return len(words) > 16 or (ended and not titled(text))


def _headlike(kind: str, parts: Sequence[Part], at: int, frame: _Frame, labels: Sequence[str]) -> bool:
    look = parts[at].look
    text = look.body.strip()
    degree = degree_span(text) if kind == "education" else None
    if look.dates:
        bare = len(text) - sum(d.end - d.start for d in look.dates)
        if degree is not None and bare <= 220:
            return True
        return bare <= 110 and not _sentence(text)
    if _DURATION.match(text) or not text[look.taken :].strip():
        return bool(labels) and labels[-1] == "H"
    if degree is not None and degree[0] == 0 and len(text) <= 220:
        return True
    if len(text) > 100 or _sentence(text) or text.endswith(":"):
        return False
    if (
        look.line.left is not None
        and look.line.left > frame.lefts.get(look.line.page, 0.0) + _INDENT
        and not places(text)
    ):
        return look.line.bold
    large = frame.size > 0 and (look.line.size or 0) >= 1.1 * frame.size
    if look.line.bold or look.line.heading or large or _tells(kind, text):
        return True
    return _beside_date(parts, at) and text[:1].isupper() and len(text.split()) <= 9


def _tells(kind: str, text: str) -> bool:
    """Whether the words alone say that this heads an entry of its kind."""
    if kind == "education":
        return bool(school_score(text)) or degree_span(text) is not None
    found = places(text)
    if found and sum(e - s for s, e in found) >= 0.8 * len(text):
        return True
    return kind != "projects" and (title_score(text) >= 1 or employer_score(text) >= 1.2) and len(text.split()) <= 10


def _beside_date(parts: Sequence[Part], at: int) -> bool:
    for other in (at + 1, at - 1, at + 2):
        if 0 <= other < len(parts) and _dated(parts[other].look) and not parts[other].look.bullet:
            lower = parts[max(at, other)].look
            if abs(other - at) == 1 and (not lower.gap or _loose(parts) or (other > at and _only_date([parts[other]]))):
                return True
            if other == at + 2 and not parts[at + 1].look.bullet and len(parts[at + 1].text) < 80:
                return True
    return False


def _loose(parts: Sequence[Part]) -> bool:
    """Whether nearly every line stands apart, so that gaps mean nothing."""
    return sum(part.look.gap for part in parts) > 0.6 * len(parts)


def _starts(kind: str, parts: Sequence[Part], labels: list[str]) -> list[int]:
    loose = _loose(parts)
    dated = any(label == "H" and part.look.dates for label, part in zip(labels, parts, strict=True))
    starts: list[int] = []
    at = 0
    while at < len(parts):
        if labels[at] != "H":
            at += 1
            continue
        end = at
        while end < len(parts) and labels[end] == "H":
            end += 1
        if _belongs_above(kind, parts[at:end], bool(starts), dated, loose):
            for index in range(at, end):
                labels[index] = "T"
        else:
            starts.extend(_split(kind, parts, at, end, loose))
        at = end
    return starts


def _belongs_above(kind: str, run: Sequence[Part], started: bool, dated: bool, loose: bool) -> bool:
    """Whether a run of head lines is really part of the entry above: no date where the others have one, no gap."""
    if not started or not dated or any(part.look.dates for part in run):
        return False
    if kind == "education":
        return not any(school_score(part.text) or degree_span(part.text) for part in run)
    first = run[0].look
    return loose or not (first.gap and (first.line.bold or first.line.heading or title_score(first.text) >= 1))


def _split(kind: str, parts: Sequence[Part], start: int, end: int, loose: bool) -> list[int]:
    """Where entries begin within consecutive head lines: one date each, set at the same place of every head."""
    dates = [i for i in range(start, end) if parts[i].look.dates]
    if len(dates) <= 1:
        return _split_undated(kind, parts, start, end, loose)
    offset = dates[0] - start
    starts = [start]
    for before, date in pairwise(dates):
        gaps = [] if loose else [i for i in range(before + 1, date + 1) if parts[i].look.gap]
        if gaps:
            starts.append(gaps[0])
        else:
            starts.append(max(before + 1, date - offset))
    return sorted(set(starts))


def _split_undated(kind: str, parts: Sequence[Part], start: int, end: int, loose: bool) -> list[int]:
    starts = [start]
    for at in range(start + 1, end):
        look = parts[at].look
        block = parts[starts[-1] : at]
        if kind == "education":
            again = school_score(look.text) and any(school_score(p.text) for p in block)
            both = degree_span(look.text) and any(degree_span(p.text) for p in block)
            if (again and (both or not degree_span(look.text))) or (both and again):
                starts.append(at)
        elif look.gap and not loose and any(p.look.dates or title_score(p.text) >= 1 for p in block) and look.line.bold:
            starts.append(at)
    return starts


def _entry(read: ReadText, kind: str, parts: Sequence[Part], labels: Sequence[str], number: int) -> Entry:
    head_end = 0
    while head_end < len(parts) and labels[head_end] == "H":
        head_end += 1
    head = parse_head(read, kind, parts[:head_end])
    if kind == "experience":
        below = [p for p, label in zip(parts[head_end:], labels[head_end:], strict=True) if label == "T"]
        head = late_head(read, kind, head, below[:_NEAR])
    bullets, texts = _body(read, parts, labels, head_end)
    return _made(parts, number, head, bullets, texts)


def _made(parts: Sequence[Part], number: int, head: Head, bullets: list[Value], texts: list[Value]) -> Entry:
    return Entry(
        number=number,
        start=parts[0].start,
        end=max(part.look.line.end for part in parts),
        lines=tuple(part.look.index for part in parts),
        title=head.title,
        employer=head.employer,
        school=head.school,
        degree=head.degree,
        field=head.field,
        name=head.name,
        dates=head.dates,
        place=head.place,
        bullets=tuple(bullets),
        texts=tuple(texts),
    )


def _body(
    read: ReadText, parts: Sequence[Part], labels: Sequence[str], head_end: int
) -> tuple[list[Value], list[Value]]:
    groups: list[list[Part]] = []
    for part, label in zip(parts[head_end:], labels[head_end:], strict=True):
        if label == "C" and groups:
            groups[-1].append(part)
        else:
            groups.append([part])
    bullets: list[Value] = []
    texts: list[Value] = []
    head = parts[0].look.line
    for group in groups:
        look = group[0].look
        inset = head.left is not None and look.line.left is not None and look.line.left > head.left + _INDENT
        (bullets if look.bullet or inset else texts).append(paragraph(read, group))
    return bullets, texts


def _list_entries(read: ReadText, parts: Sequence[Part], number: int) -> tuple[Entry, ...]:
    """Entries of a list: one each bullet, number or block; later lines of a block are its text."""
    right = right_edge(parts)
    loose = _loose(parts)
    blocked = not loose and any(part.look.gap for part in parts[1:])
    groups: list[list[Part]] = []
    for at, part in enumerate(parts):
        look = part.look
        new = (
            look.bullet
            or look.gap
            or _NUMBERED.match(look.text)
            or (look.line.bold and not parts[at - 1].look.line.bold)
        )
        joined = groups and _only_date(groups[-1])
        new = new or _own_date(look, groups)
        if groups and (joined or (not new and (blocked or goes_on(parts[at - 1].look, look, right)))):
            groups[-1].append(part)
        else:
            groups.append([part])
    entries: list[Entry] = []
    for group in groups:
        first = 1 if _only_date(group[:1]) and len(group) > 1 else 0
        size = first + 1
        while size < len(group) and goes_on(group[size - 1].look, group[size].look, right):
            size += 1
        head = list_head(read, group[first:size], group[:first])
        texts = [paragraph(read, [part]) for part in group[size:]]
        entries.append(_made(group, number + len(entries), head, [], texts))
    return tuple(entries)


def _own_date(look: Look, groups: Sequence[Sequence[Part]]) -> bool:
    """Whether a line brings a date at its start or end while the block above has one already."""
    if not groups or not look.dates or not any(part.look.dates for part in groups[-1]):
        return False
    return look.dates[0].start <= look.bullet + 1 or (
        "\t" in look.text and look.dates[-1].end >= len(look.text.rstrip(" )."))
    )


def _only_date(group: Sequence[Part]) -> bool:
    """Whether a block is nothing but a date, which then belongs to the block below."""
    look = group[0].look
    return len(group) == 1 and bool(look.dates) and look.dates[0].end - look.dates[0].start >= len(look.text) - 2
