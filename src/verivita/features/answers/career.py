"""Questions about the person's career that are answered from what is known for sure: skills, jobs, matches."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from verivita.core.page import PageRequest
from verivita.core.principal import Principal
from verivita.core.text import fold
from verivita.engines.skills import Skill, Taxonomy, extract
from verivita.features.answers.model import Answer, Citation, Claim, Question, Verdict
from verivita.features.answers.record import is_about_record, recorded
from verivita.features.answers.telling import of_paper, told, unique
from verivita.features.library import Evidence, LibraryService, ShownSkill
from verivita.features.matching import Match, MatchingService, Pair, WishState
from verivita.features.postings import Posting, PostingsService, Quote
from verivita.features.search import PostingFilters, SearchRequest, SearchService

MOST_NAMED = 5
_JOBS = (
    r"(?:jobs?|roles?|positions?|postings?|openings?|vacanc(?:y|ies)|stellen?|jobangebote|empleos?|puestos?|trabajos?|"
    r"offres?|emplois?)"
)
_LIST = re.compile(
    rf"\b(?:which|what|how many|list|show|any|are there|welche|wie viele|cuales|cuantos|quelles?)\b.*\b{_JOBS}\b"
)
_BEST = re.compile(
    rf"\b(?:best|top|right|good|suitable|passen|mejores|meilleur)\w*\b.*\b{_JOBS}\b|\b{_JOBS}\b.*\b(?:fit|suit|match)\w*\b"
    rf"|\b(?:should|could|can) i apply\b|\bwhere should i apply\b"
)
_STAND = re.compile(
    r"\b(?:how|where) do i stand\b|\bam i (?:a )?(?:good |strong )?(?:fit|match|qualified|suited|suitable|ready)\b|"
    r"\bdo i (?:qualify|meet|match|fit)\b|\b(?:my|the) (?:match|fit|score|chances?)\b|"
    r"\bhow well do i\b|\bwie stehe ich\b|\bpasse ich\b|\bcomo encajo\b|\bfit for\b|\bwhy (?:is|was) my\b"
)
_GAPS = re.compile(
    r"\b(?:gaps?|missing|lack|learn (?:next|first)|should i learn|skills? (?:do|should|am) i|fehlt|fehlen|faltan?)\b"
)
_KNOW = re.compile(
    r"\b(?:do i (?:know|have|use)|have i (?:ever )?(?:used|done|worked|written|learned)|am i (?:good|experienced)|"
    r"my experience (?:with|in)|is .* (?:on|in) my (?:resume|cv)|where (?:did|have) i (?:use|show|learn)\w*|"
    r"do(?:es)? my (?:papers?|resume|cv) (?:show|prove|mention)|kann ich|"
    r"kenne ich|"
    r"habe ich|conozco|tengo experiencia|connais)\b"
)
_KIND = re.compile(r"\b(?:which|what|welche[nrs]?|que|cuales|quel(?:le)?s?)(?: other| (?:kinds?|sorts?) of)?$")
"""What stands before a skill where its kinds are asked for: "which databases"."""
_ASKING = re.compile(r"\b(?:which|what|how many|list|show|of|my|saved|are|there|do|have|i|the)\b", re.IGNORECASE)


class CareerDesk:
    """Answers by rules; None where no rule fits, and the question goes to the papers."""

    def __init__(
        self,
        library: LibraryService,
        postings: PostingsService,
        search: SearchService,
        matching: MatchingService,
        taxonomy: Callable[[], Taxonomy],
    ) -> None:
        self._library, self._postings, self._search = library, postings, search
        self._matching, self._taxonomy = matching, taxonomy

    async def answer(self, principal: Principal, question: Question) -> Answer | None:
        """The answer to a question of a known kind. Raises `NotFound` for an unknown `job_id`."""
        asked = fold(question.text)
        if question.job_id is not None and (_STAND.search(asked) or _GAPS.search(asked)):
            return await self._stand(principal, question.job_id)
        skill, before = self._skill(question.text)
        is_of_a_job = _STAND.search(asked) or _GAPS.search(asked) or _BEST.search(asked)
        if not is_of_a_job and (found := await self._recorded(principal, question.text, skill)) is not None:
            return found
        if _KNOW.search(asked) and skill is not None:
            return await self._know(principal, skill, is_kind=_KIND.search(fold(before).rstrip()) is not None)
        if _LIST.search(asked) and (found := await self._list(principal, question.text)) is not None:
            return found
        if _GAPS.search(asked) and not _STAND.search(asked):
            return await self._gaps(principal)
        if _BEST.search(asked):
            return await self._best(principal)
        if _STAND.search(asked):
            return await self._named(principal, question.text)
        return None

    def _skill(self, text: str) -> tuple[Skill | None, str]:
        """The first skill that a question names, and what stands before it."""
        known = self._taxonomy()
        mention = next(iter(extract(text, known)), None)
        return (known.by_id.get(mention.skill_id), text[: mention.start]) if mention else (None, "")

    async def _recorded(self, principal: Principal, text: str, skill: Skill | None) -> Answer | None:
        """What the papers state of jobs, schools, languages and time."""
        if not is_about_record(text):
            return None
        implied, wanted = self._taxonomy().implied, skill.id if skill is not None else ""
        record = await self._library.record(principal)
        name = skill.name if skill is not None else None
        return recorded(text, record, name, lambda shown: wanted in implied([shown]))

    async def _know(self, principal: Principal, skill: Skill, *, is_kind: bool) -> Answer:
        """Whether the papers show a skill, with the lines that do; of a kind of skills, which ones imply it."""
        profile = await self._library.profile(principal)
        implied = self._taxonomy().implied
        shown = [item for item in profile.skills if item.evidence]
        named = [item for item in shown if item.skill_id == skill.id]
        implying = [item for item in shown if item not in named and skill.id in implied([item.skill_id])][:MOST_NAMED]
        if is_kind and implying:
            named = []
        if named or implying:
            places = [_lines(item.evidence, profile.lines) for item in named + implying]
            lines = [*(places[0][:3] if named else ()), *(found[0] for found in places[len(named) :])]
            proof = unique(of_paper(line) for line in lines)
            return told(_shows(skill, named, implying), proof, Verdict.SUPPORTED)
        wanting = await self._search.all_filtered(principal, SearchRequest(filters=PostingFilters(skills=(skill.id,))))
        total = (await self._postings.counts(principal)).open
        asked = f" {len(wanting)} of your {total} jobs ask for it." if wanting else ""
        return Answer(f"Your papers do not say so: no line of them shows {skill.name}.{asked}", abstained=True)

    async def _list(self, principal: Principal, text: str) -> Answer | None:
        """Jobs that meet the conditions that the question names."""
        words = _ASKING.sub(" ", text)
        understood = await self._search.understand(principal, words)
        if understood.filters == PostingFilters():
            return None
        request = SearchRequest(filters=understood.filters, page=PageRequest(1, MOST_NAMED))
        ids = await self._search.all_filtered(principal, request)
        total = (await self._postings.counts(principal)).open
        said = ", ".join(f"“{reading.said}” as {reading.reading}" for reading in understood.readings)
        if not ids:
            return Answer(f"None of your {total} jobs. I read {said}.")
        named = await self._postings.many(principal, ids[:MOST_NAMED])
        rest = f" The first {MOST_NAMED}:" if len(ids) > MOST_NAMED else ""
        head = f"{len(ids)} of your {total} jobs. I read {said}.{rest}"
        return told(head, [_of_job(item, _first_line(item)) for item in named], Verdict.SUPPORTED, _titles(named))

    async def _best(self, principal: Principal) -> Answer:
        """The jobs that the papers meet best."""
        page = await self._matching.recommend(principal, PageRequest(1, MOST_NAMED))
        if not page.items:
            return Answer("No job could be scored yet: give a resume and some jobs first.", abstained=True)
        lines = [_of_job(posting, _first_line(posting)) for posting, _ in page.items]
        labels = [
            f"{_title(posting)}: {match.band.value} {match.overall:.0f}. {match.sentence}"
            for posting, match in page.items
        ]
        return told(f"By what your papers prove, the best of {page.total}:", lines, Verdict.SUPPORTED, labels)

    async def _named(self, principal: Principal, text: str) -> Answer | None:
        """How the person stands to the job that the question names."""
        words = _STAND.sub(" ", fold(text))
        found = await self._search.postings(principal, SearchRequest(words[:500], page=PageRequest(1, 1)))
        if not found.found.items or found.mode == "database":
            return None
        return await self._stand(principal, found.found.items[0].id)

    async def _stand(self, principal: Principal, job_id: UUID) -> Answer:
        posting = await self._postings.get(principal, job_id)
        match = await self._matching.explain(principal, job_id)
        if match.overall is None:
            return Answer(f"{_title(posting)}: not scored. {match.reason}", abstained=True)
        return stand(posting, match)

    async def _gaps(self, principal: Principal) -> Answer:
        """What the best jobs ask for and the papers do not show."""
        page = await self._matching.recommend(principal, PageRequest(1, 30))
        missing = Counter(name for _, match in page.items for name in match.missing_skills)
        if not missing:
            return Answer("Your best jobs ask for nothing that your papers do not show.", abstained=not page.items)
        lines, labels = [], []
        for name, count in missing.most_common(MOST_NAMED):
            posting, pair = next(
                (p, pair) for p, m in page.items for pair in m.pairs if pair.label == name and pair.asked
            )
            assert pair.asked is not None
            lines.append(_of_job(posting, pair.asked))
            labels.append(f"{name}: {count} of your best {len(page.items)} jobs ask for it")
        return told(
            "Not shown by your papers, by how many of your best jobs ask for it:", lines, Verdict.SUPPORTED, labels
        )


def _shows(skill: Skill, named: Sequence[ShownSkill], implying: Sequence[ShownSkill]) -> str:
    """The head of the answer: by its name, by what implies it (PostgreSQL for databases), or by both."""
    names = " and ".join(", ".join(item.name for item in implying).rsplit(", ", 1))
    if not named:
        return f"Yes: your papers show {names}, which {'implies' if len(implying) == 1 else 'imply'} {skill.name}."
    how = "used in your work" if named[0].used else "listed"
    return f"Yes: your papers show {skill.name}, {how}" + (f"; also {names}." if implying else ".")


def stand(posting: Posting, match: Match) -> Answer:
    """How a person stands to one job: the sentence, then each must-have with its quotes, open ones first."""
    order = {WishState.NOT_MET: 0, WishState.PARTLY: 1, WishState.NOT_SAID: 2, WishState.MET: 3}
    pairs = sorted((p for p in match.pairs if p.required and p.kind != "duty"), key=lambda p: order[p.state])
    citations: list[Citation] = []
    claims: list[Claim] = []
    texts = [f"{_title(posting)}: {match.band.value}, {match.overall:.0f} of 100. {match.sentence}"]
    for pair in pairs[:8]:
        numbers = [_add(citations, item) for item in _both(posting, pair)]
        said = f"{pair.label}: {_STATES[pair.state]}"
        if pair.state is not WishState.MET and pair.note:
            said += f" ({pair.note})"
        if pair.state in (WishState.MET, WishState.PARTLY):
            claims.append(Claim(said, Verdict.SUPPORTED, tuple(numbers)))
        texts.append(f"{said}" + "".join(f" [{n + 1}]" for n in numbers))
    return Answer("\n\n".join(texts), tuple(citations), tuple(claims), 1.0 if claims else None, search_mode="database")


_STATES = {
    WishState.MET: "met",
    WishState.PARTLY: "partly met",
    WishState.NOT_MET: "no proof in your papers",
    WishState.NOT_SAID: "not said",
}


def _both(posting: Posting, pair: Pair) -> list[Citation]:
    asked = [_of_job(posting, pair.asked)] if pair.asked else []
    return asked + [of_paper(item) for item in pair.shown[:1]]


def _add(citations: list[Citation], item: Citation) -> int:
    """The number (from 0) of this place among the citations."""
    for number, known in enumerate(citations):
        if (known.job_id, known.document_id, known.start, known.end) == (
            item.job_id,
            item.document_id,
            item.start,
            item.end,
        ):
            return number
    citations.append(item)
    return len(citations) - 1


def _lines(evidence: Sequence[Evidence], lines: Sequence[Evidence]) -> list[Evidence]:
    """The whole lines in which a skill stands, where they are known; a line is worth more than a word."""
    found: dict[tuple[UUID, int], Evidence] = {}
    for item in evidence:
        around = [
            line
            for line in lines
            if line.document_id == item.document_id and line.span.start <= item.span.start < line.span.end
        ]
        best = around[0] if around else item
        found.setdefault((best.document_id, best.span.start), best)
    return sorted(found.values(), key=lambda line: -len(line.text))


def _of_job(posting: Posting, quote: Quote) -> Citation:
    return Citation(quote.text, quote.start, quote.end, 1, "posting", 1.0, title=_title(posting), job_id=posting.id)


def _first_line(posting: Posting) -> Quote:
    text = posting.understood.description
    end = text.find("\n") if "\n" in text else len(text)
    end = min(end, 200) or min(len(text), 200)
    return Quote(text[:end], 0, end)


def _titles(postings: Sequence[Posting]) -> list[str]:
    return [
        ", ".join(part for part in (_title(p), p.understood.location, p.understood.pay_text) if part) for p in postings
    ]


def _title(posting: Posting) -> str:
    return ", ".join(part for part in (posting.understood.title, posting.understood.company) if part)
