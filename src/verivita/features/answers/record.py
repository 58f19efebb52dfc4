"""Questions about the record itself: jobs, how long, schools, languages, certificates; from the facts read; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from verivita.core.text import fold, squeeze
from verivita.features.answers.model import Answer, Citation, Verdict
from verivita.features.answers.telling import of_paper, told
from verivita.features.library import ActivePaper, Evidence, Fact, FactKind, Record, Span

_MOST_DUTIES = 6
_OTHERS = re.compile(
    r"\b(?:postings?|openings?|vacanc(?:y|ies)|(?:jobs?|roles?) (?:that )?(?:asks?|needs?|wants?|require))\b"
)
_LONG = re.compile(
    r"\b(?:how (?:many years|many months|long|much (?:work )?experience)|years of|since when|wie (?:lange|viele jahre)"
    r"|seit wann|cuant[oa]s anos|cuanto tiempo|combien (?:de temps|d.annees))\b"
)
_WORK = re.compile(
    r"\b(?:experience|work(?:ed|ing)?|career|employed|berufserfahrung|gearbeitet|experiencia|experience)\b"
)
_WHEN = re.compile(r"\b(?:when|what year|which year|wann|cuando|quand)\b")
_DID = re.compile(
    r"\b(?:what (?:did|do|have|was|were|is) (?:i|my)|my (?:role|job|work|duties|tasks|achievements?|time)"
    r"|responsib\w+|tell me about|describe|did i (?:do|work|build|achieve)|was habe ich|was mache ich|que hice|que hago"
    r"|qu.ai.je fait)\b"
)
_JOBS = re.compile(
    r"\b(?:where (?:have|did|do) i work(?:ed)?"
    r"|(?:which|what) (?:companies|employers|jobs|positions|roles) (?:have|did) i"
    r"|who (?:have|did) i work(?:ed)? for|(?:work|employment|job) history|my (?:past|previous|former|last) "
    r"(?:jobs|employers|roles|positions)|list my (?:jobs|roles|positions|employers)"
    r"|my (?:jobs|roles|positions) so far|wo habe ich gearbeitet|donde (?:he )?trabaj\w+|ou ai.je travaille)\b"
)
_ONE = r"(?:job|role|position|employer|company|post)"
_LAST = re.compile(rf"\bmy (?:last|latest|current|present|most recent|newest) {_ONE}\b|\bcurrently\b")
_FIRST = re.compile(rf"\bmy first {_ONE}\b")
_NOW = re.compile(
    r"\b(?:where do i work|my current (?:job|role|position|employer|title)|my (?:job )?title|am i working|"
    r"wo arbeite ich|donde trabajo)\b"
)
_SCHOOL = re.compile(
    r"\b(?:graduat\w*|degrees?|diploma|universit\w+|college|did i (?:study|major)|my (?:studies|education|major|school)"
    r"|studiert|studium|abschluss|titulo|carrera|estudi\w+|diplome|etudie\w*|etudes)\b"
)
_TONGUES = re.compile(
    r"\b(?:(?:which|what|how many|welche|wie viele|que|cuantos|quelles) (?:languages|sprachen|idiomas|langues)"
    r"|my languages|languages (?:do|can) i|languages i speak)\b"
)
_PAPERS = re.compile(r"\b(?:certificat\w+|certified|licen[cs]es?|zertifikate?|certificad\w+)\b")
_MINE = re.compile(r"\b(?:i|my|me|mine|ich|mein\w*|yo|mi|mis|he|tengo|hablo|je|j.ai|mon|ma|mes)\b")

Counts = Callable[[str], bool]
"""Whether a skill of this id shows the one that was asked for."""


@dataclass(frozen=True, slots=True)
class _Stay:
    """A job or a school as the papers state it: what it is called, its first and last month, its lines."""

    title: str
    place: str
    dates: str
    first: int | None
    last: int | None
    head: Citation
    lines: tuple[Citation, ...]
    skills: frozenset[str]

    @property
    def label(self) -> str:
        """What it is called, with its time."""
        named = ", ".join(part for part in (self.title, self.place) if part)
        return f"{named} ({self.dates})" if self.dates else named


_ANY = (_LONG, _WHEN, _DID, _JOBS, _NOW, _SCHOOL, _TONGUES, _PAPERS)


def is_about_record(text: str) -> bool:
    """Whether a question may be one about the record: whoever asks it needs the facts."""
    asked = fold(text)
    is_mine = _MINE.search(asked) is not None and _OTHERS.search(asked) is None
    return is_mine and any(pattern.search(asked) for pattern in _ANY)


def recorded(text: str, record: Record, skill: str | None, counts: Counts) -> Answer | None:
    """The answer to a question about the record; None where the papers state nothing of what is asked.

    `skill` is the name of the skill that the question names, and `counts` says which skills show it.
    """
    asked = fold(text)
    jobs = sorted(_jobs(record), key=lambda job: (job.last or 0, job.first or 0), reverse=True)
    meant = [job for job in jobs if _names(asked, job)] or _by_order(asked, jobs)
    if _LONG.search(asked):
        return _how_long(asked, jobs, meant, skill, counts)
    if meant and _WHEN.search(asked):
        return _list("Your papers say:", meant)
    if meant and _DID.search(asked):
        return _duties(meant[0])
    if _JOBS.search(asked):
        return _list("Your jobs, newest first:", jobs)
    if _NOW.search(asked):
        return _list("By your papers, now:", [job for job in jobs if job.dates and _is_open(record, job)])
    return _lists(asked, record)


def _by_order(asked: str, jobs: Sequence[_Stay]) -> list[_Stay]:
    """The newest or the first job, where the question means it by that."""
    if _LAST.search(asked):
        return list(jobs[:1])
    return list(jobs[-1:]) if _FIRST.search(asked) else []


def _lists(asked: str, record: Record) -> Answer | None:
    """Schools, languages, certificates."""
    if _TONGUES.search(asked) and "program" not in asked:
        return _values("Your papers name:", record, FactKind.LANGUAGE)
    if _PAPERS.search(asked):
        return _values("Your papers name:", record, FactKind.CERTIFICATE)
    if _SCHOOL.search(asked):
        return _list("Your papers say:", list(_stays(record, "education", FactKind.DEGREE, FactKind.SCHOOL)))
    return None


def _how_long(
    asked: str, jobs: Sequence[_Stay], meant: Sequence[_Stay], skill: str | None, counts: Counts
) -> Answer | None:
    """Months of the jobs that are meant, each counted once: by name, by a skill that they show, or all of them."""
    if meant:
        chosen, what = list(meant), meant[0].place or meant[0].title
    elif skill is not None:
        chosen, what = [job for job in jobs if any(counts(one) for one in job.skills)], skill
    elif _WORK.search(asked):
        chosen, what = list(jobs), "work"
    else:
        return None
    dated = [job for job in chosen if job.first is not None and job.last is not None]
    months = {month for job in dated for month in range(job.first or 0, (job.last or 0) + 1)}
    if not months:
        return None
    kind = f"jobs that show {what}" if skill is not None and not meant else "jobs" if what == "work" else what
    return _list(f"{_span(len(months))} by the dates of your papers ({kind}; a month counts once):", dated)


def _span(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((years, "year"), (rest, "month")) if count]
    return " and ".join(parts)


def _duties(job: _Stay) -> Answer:
    lines = [job.head, *job.lines[:_MOST_DUTIES]]
    labels = [job.label, *(squeeze(line.text) for line in lines[1:])]
    return told("Your papers say:", lines, Verdict.SUPPORTED, labels)


def _list(head: str, stays: Sequence[_Stay]) -> Answer | None:
    if not stays:
        return None
    return told(head, [stay.head for stay in stays], Verdict.SUPPORTED, [stay.label for stay in stays])


def _values(head: str, record: Record, kind: FactKind) -> Answer | None:
    found: dict[str, Citation] = {}
    for paper in record.papers:
        for fact in paper.facts:
            if fact.kind is kind:
                found.setdefault(squeeze(paper.text[fact.span.start : fact.span.end]), _line(paper, fact))
    return told(head, [*found.values()], Verdict.SUPPORTED, [*found]) if found else None


def _jobs(record: Record) -> Iterator[_Stay]:
    return _stays(record, "experience", FactKind.TITLE, FactKind.EMPLOYER)


def _stays(record: Record, section: str, title: FactKind, place: FactKind) -> Iterator[_Stay]:
    """The entries of a section over all papers; one that two papers state comes once."""
    seen: set[tuple[str, str, int | None]] = set()
    for paper in record.papers:
        entries: dict[int, list[Fact]] = {}
        for fact in paper.facts:
            if fact.section == section and fact.entry is not None:
                entries.setdefault(fact.entry, []).append(fact)
        for facts in entries.values():
            stay = _stay(paper, facts, title, place, record.day)
            if stay is not None and (key := (fold(stay.title), fold(stay.place), stay.first)) not in seen:
                seen.add(key)
                yield stay


def _stay(paper: ActivePaper, facts: Sequence[Fact], title: FactKind, place: FactKind, day: date) -> _Stay | None:
    first = {kind: next((f for f in facts if f.kind is kind), None) for kind in (title, place, FactKind.DATES)}
    head, named, dates = first[title] or first[place], first[place], first[FactKind.DATES]
    if head is None:
        return None
    begun, ended = _months(dates.value, day) if dates is not None else (None, None)
    return _Stay(
        _words(paper, first[title]),
        _words(paper, named),
        squeeze(dates.label) if dates is not None else "",
        begun,
        ended,
        _line(paper, head),
        tuple(_line(paper, fact) for fact in facts if fact.kind is FactKind.DUTY),
        frozenset(fact.value for fact in facts if fact.kind is FactKind.SKILL),
    )


def _months(value: str, day: date) -> tuple[int | None, int | None]:
    """ "2016-05/2018-07" -> both months, counted from year 0; an open end is the month of `day`."""
    sides = [re.fullmatch(r"(\d{4})-(\d{2})", side) for side in value.split("/")]
    numbers = [int(side[1]) * 12 + int(side[2]) - 1 if side else None for side in sides]
    if len(numbers) != 2 or numbers[0] is None:
        return None, None
    is_open = not value.split("/")[1]
    return numbers[0], day.year * 12 + day.month - 1 if is_open else numbers[1]


def _is_open(record: Record, job: _Stay) -> bool:
    return job.last is not None and job.last >= record.day.year * 12 + record.day.month - 1


def _names(asked: str, job: _Stay) -> bool:
    """Whether a question names this job: its employer or title whole, or the first word of the employer after "at"."""
    whole = [name for name in (fold(job.place), fold(job.title)) if len(name) > 2]
    if any(re.search(rf"\b{re.escape(name)}\b", asked) for name in whole):
        return True
    first = next(iter(re.findall(r"\w+", fold(job.place))), "")
    near = rf"\b(?:at|for|with|bei|fur|en|chez|para)\s+(?:the\s+)?{re.escape(first)}\b"
    return len(first) > 3 and re.search(near, asked) is not None


def _words(paper: ActivePaper, fact: Fact | None) -> str:
    return squeeze(paper.text[fact.span.start : fact.span.end]) if fact is not None else ""


def _line(paper: ActivePaper, fact: Fact) -> Citation:
    """The whole line or lines in which a fact stands, without a mark of a list or heading before it."""
    start = paper.text.rfind("\n", 0, fact.span.start) + 1
    stop = paper.text.find("\n", max(fact.span.start, fact.span.end - 1))
    end = len(paper.text) if stop < 0 else stop
    while start < fact.span.start and not paper.text[start].isalnum():
        start += 1
    text = paper.text[start:end].rstrip()
    return of_paper(Evidence(fact.document_id, fact.id, text, Span(start, start + len(text), fact.span.page)))
