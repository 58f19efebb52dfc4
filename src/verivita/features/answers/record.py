"""Questions about the record itself: jobs, how long, schools, languages, certificates; from the facts read; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from verivita.core.text import fold, squeeze
from verivita.features.answers.model import Answer, Verdict
from verivita.features.answers.telling import of_paper, told
from verivita.features.library import Named, Record, Stay

_MOST_DUTIES = 6
_OTHERS = re.compile(
    r"\b(?:postings?|openings?|vacanc(?:y|ies)|(?:jobs?|roles?) (?:that )?(?:asks?|needs?|wants?|require)"
    r"|should|needs?|required|without|apply|next)\b"
)
"""Of jobs that are open, or of what to do: not of what was."""
_LONG = re.compile(
    r"\b(?:how (?:many years|many months|long|much (?:work )?experience)|years of|since when|wie (?:lange|viele jahre)"
    r"|seit wann|cuant[oa]s anos|cuanto tiempo|combien (?:de temps|d.annees))\b"
)
_WORK = re.compile(
    r"\b(?:have i (?:been )?work(?:ed|ing)|did i work|(?:work |professional )?experience|my career|berufserfahrung"
    r"|gearbeitet|experiencia)\b"
)
_PART = re.compile(r"\b(?:in|with|as|at|for|using|on|mit|als|bei|con|como|avec) (?!total\b|all\b|general\b|my\b)\w+")
"""A part of the work, which all jobs together would not answer."""
_WHEN = re.compile(r"\b(?:when|what year|which year|wann|cuando|quand)\b")
_DID = re.compile(
    r"\b(?:what (?:did|have|do) i (?:do|done|work|build|built|achieved?|own)"
    r"|what (?:was|were|is|are) my (?:role|job|work|duties|tasks|responsibilities|achievements?)|my responsibilities"
    r"|tell me about|describe|was habe ich|was mache ich|que hice|que hago|qu.ai.je fait)\b"
)
_JOBS = re.compile(
    r"\b(?:where (?:have|did|do) i work(?:ed)?"
    r"|(?:which|what) (?:companies|employers|jobs|positions|roles) (?:have|did) i"
    r"|who (?:have|did) i work(?:ed)? for|(?:work|employment|job) history|my (?:past|previous|former|last) "
    r"(?:jobs|employers|roles|positions)|list my (?:jobs|roles|positions|employers)"
    r"|my (?:jobs|roles|positions) so far|wo habe ich gearbeitet|donde (?:he )?trabaj\w+|ou ai.je travaille)\b"
)
_ONE = r"(?:job|role|position|employer|company|post)"
_LAST = re.compile(rf"\bmy (?:last|latest|current|present|most recent|newest) {_ONE}\b")
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
_MINE = re.compile(r"\b(?:i|my|me|mine|ich|mein\w*|yo|mi|mis|he trabaj\w+|hice|tengo|hablo|je|j.ai|mon|mes)\b")

Counts = Callable[[str], bool]
"""Whether a skill of this id shows the one that was asked for."""


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
    meant = _meant(asked, record.jobs)
    if _LONG.search(asked):
        return _how_long(asked, record.jobs, meant, skill, counts)
    if meant and _WHEN.search(asked):
        return _list("Your papers say:", meant)
    if meant and _DID.search(asked):
        return _duties(meant[0])
    if _JOBS.search(asked):
        return _list("Your jobs, newest first:", record.jobs)
    if _NOW.search(asked):
        return _list("By your papers, now:", [job for job in record.jobs if job.goes_on])
    if _TONGUES.search(asked) and "program" not in asked:
        return _names(record.languages)
    if _PAPERS.search(asked) and skill is None:
        return _names(record.certificates)
    return _list("Your papers say:", record.schools) if _SCHOOL.search(asked) else None


def _meant(asked: str, jobs: Sequence[Stay]) -> list[Stay]:
    """The jobs that a question means: by their employer, else by their title, else the newest or the first."""
    by_place = [job for job in jobs if _is_at(asked, job.place)]
    by_title = [job for job in by_place or jobs if _holds(asked, job.title)]
    if by_place or by_title:
        return by_title or by_place
    if _LAST.search(asked):
        return list(jobs[:1])
    return list(jobs[-1:]) if _FIRST.search(asked) else []


def _is_at(asked: str, place: str) -> bool:
    """Whether a question names an employer: whole, or by its first word after "at"."""
    first = next(iter(re.findall(r"\w+", fold(place))), "")
    near = rf"\b(?:at|for|bei|fur|en|chez)\s+(?:the\s+)?{re.escape(first)}\b"
    return _holds(asked, place) or (len(first) > 3 and re.search(near, asked) is not None)


def _holds(asked: str, name: str) -> bool:
    return len(name) > 2 and re.search(rf"\b{re.escape(fold(name))}\b", asked) is not None


def _how_long(
    asked: str, jobs: Sequence[Stay], meant: Sequence[Stay], skill: str | None, counts: Counts
) -> Answer | None:
    """Months of the jobs that are meant, each counted once: by name, by a skill that they show, or all of them."""
    if meant:
        chosen, what = meant, meant[0].place or meant[0].title
    elif skill is not None:
        chosen, what = [job for job in jobs if any(counts(one) for one in job.skills)], f"jobs that show {skill}"
    elif _WORK.search(asked) and not _PART.search(asked):
        chosen, what = jobs, "jobs"
    else:
        return None
    dated = [job for job in chosen if job.most]
    if not dated:
        return None
    most, least = (
        len(set[int]().union(*times)) for times in zip(*((job.most, job.least) for job in dated), strict=True)
    )
    said = _span(most) if most == least else f"{_span(max(least, 1))} to {_span(most)}"
    left = ", ".join(_label(job) for job in chosen if not job.most)
    return _list(
        f"{said} by the dates of your papers ({what}; a month counts once"
        + (f"; without dates, so not counted: {left}):" if left else "):"),
        dated,
    )


def _span(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = [f"{count} {word}{'s' if count > 1 else ''}" for count, word in ((years, "year"), (rest, "month")) if count]
    return " and ".join(parts)


def _label(stay: Stay) -> str:
    """What a job or school is called, with its time."""
    named = ", ".join(part for part in (stay.title, stay.place) if part)
    return f"{named} ({stay.dates})" if stay.dates else named


def _duties(job: Stay) -> Answer:
    lines = job.lines[:_MOST_DUTIES]
    labels = [_label(job), *(squeeze(line.text) for line in lines)]
    return told("Your papers say:", [of_paper(line) for line in (job.evidence, *lines)], Verdict.SUPPORTED, labels)


def _list(head: str, stays: Sequence[Stay]) -> Answer | None:
    if not stays:
        return None
    return told(head, [of_paper(stay.evidence) for stay in stays], Verdict.SUPPORTED, [_label(stay) for stay in stays])


def _names(found: Sequence[Named]) -> Answer | None:
    if not found:
        return None
    places = [of_paper(item.evidence) for item in found]
    return told("Your papers name:", places, Verdict.SUPPORTED, [item.words for item in found])
