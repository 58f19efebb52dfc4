"""Use cases of answers: ask, at once or piece by piece."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

import numpy as np

from verivita.core.errors import FieldError, Invalid, Unavailable
from verivita.core.principal import Principal
from verivita.engines.grounding import Nearness
from verivita.engines.skills import Taxonomy
from verivita.features.answers.anchor import Anchor
from verivita.features.answers.cache import AnswerCache
from verivita.features.answers.career import CareerDesk
from verivita.features.answers.compose import CANDIDATES, Place, extract
from verivita.features.answers.evidence import ENOUGH, Candidate, Matrix, Signs, likely, signals
from verivita.features.answers.language import NAMES, language_of
from verivita.features.answers.model import Answer, Citation, Question, Step, Topic
from verivita.features.answers.sources import FoundText, Weighed, cut, of_job, weigh
from verivita.features.answers.writing import Writer, steps_of
from verivita.features.library import LibraryService
from verivita.features.matching import MatchingService
from verivita.features.models import ModelsService
from verivita.features.postings import PostingsService
from verivita.features.search import LibraryResult, SearchService
from verivita.kit.cache import Cache
from verivita.kit.crypto import Keyring

LONGEST = 20_000
_NEAR = 0.1
"""Below this nothing is near enough to be shown as the closest line."""
_ABSTAINED = "Your papers do not say so."
_NO_PAPERS = "There is no paper to look in yet. Give a resume or notes first."


class AnswersService:
    """Answers from the person's own papers and jobs, each with its places; or says that there is none."""

    def __init__(
        self,
        library: LibraryService,
        postings: PostingsService,
        search: SearchService,
        matching: MatchingService,
        models: ModelsService | None,
        taxonomy: Callable[[], Taxonomy],
        cache: Cache,
        keyring: Keyring,
        nearness: Nearness | None = None,
    ) -> None:
        self._postings, self._search = postings, search
        self._desk = CareerDesk(library, postings, search, matching, taxonomy)
        self._writer = Writer(models, AnswerCache(cache, keyring), nearness)
        self._anchor = Anchor(library)

    async def ask(self, principal: Principal, question: Question) -> Answer:
        """The whole answer. Raises `Invalid` for an empty or too long question, `NotFound` for an unknown job."""
        async with aclosing(self.stream(principal, question)) as steps:
            async for step in steps:
                if step.answer is not None:
                    return step.answer
        raise Unavailable(message="No answer was made.")

    async def stream(self, principal: Principal, question: Question) -> AsyncGenerator[Step, None]:
        """The answer piece by piece; the last step carries it whole. Errors as `ask`, before the first step."""
        _check(question)
        start = time.perf_counter()
        if question.topic is Topic.CAREER and (known := await self._desk.answer(principal, question)) is not None:
            known = await self._anchor.anchored(principal, known)
            read = tuple(item.text for item in known.citations)
            for step in steps_of(replace(known, read=read, timings_ms={"total": _ms(start)})):
                yield step
            return
        # Which models would be asked is found out while the papers are searched: both come before the first word.
        way, (weighed, plain) = await asyncio.gather(
            self._writer.way(principal, question), self._weighed(principal, question)
        )
        plain = replace(plain, timings_ms={"extractive": _ms(start)})
        async with aclosing(self._writer.write(principal, question, weighed, plain, way)) as steps:
            async for step in steps:
                if step.answer is None:
                    yield step
                    continue
                answer = await self._anchor.anchored(principal, step.answer)
                yield replace(step, answer=replace(answer, timings_ms={**answer.timings_ms, "total": _ms(start)}))

    async def forget(self, principal: Principal) -> None:
        """Forget every answer that is kept for this person. Raises `Unavailable` where a shared cache may keep some."""
        self._anchor.forget(principal)
        await self._writer.forget(principal)

    async def anchored(self, principal: Principal, answer: Answer) -> Answer:
        """An answer made elsewhere: each citation with its page and title, each claim with the facts it rests on."""
        return await self._anchor.anchored(principal, answer)

    async def _weighed(self, principal: Principal, question: Question) -> tuple[Weighed, Answer]:
        """What was found, and the answer that needs no model."""
        result = await self._search.library(principal, question.text, CANDIDATES, document_ids=question.document_ids)
        shelf = result.shelf
        found = _texts(result) + await self._of_job(principal, question)
        candidates = cut(found)
        words = signals(question.text, candidates, shelf.words.weight, None)
        cosines = await self._cosines(principal, question.text, candidates, words)
        weighed = weigh(question.text, found, candidates, shelf.words.weight, cosines, words)
        answer = _extractive(question, weighed, bool(shelf.passages), _notes(result, question, cosines is None))
        return weighed, replace(answer, search_mode=result.mode, corpus=shelf.version)

    async def _of_job(self, principal: Principal, question: Question) -> list[FoundText]:
        if question.job_id is None:
            return []
        item = (await self._postings.get(principal, question.job_id)).understood
        return of_job(question.job_id, item.title, item.company, item.description)

    async def _cosines(
        self, principal: Principal, question: str, candidates: Sequence[Candidate], words: Signs
    ) -> Matrix | None:
        """Of the question and each likely sentence, else NaN; None where the encoder does not answer."""
        if not candidates:
            return None
        chosen = likely(words, candidates)
        try:
            vectors, _ = await self._search.embed(principal, [question, *(candidates[i].sentence.text for i in chosen)])
        except Unavailable:
            return None
        rows = np.asarray(vectors, np.float64)
        near = np.full(len(candidates), np.nan)
        near[chosen] = rows[1:] @ rows[0]
        return near


def _extractive(question: Question, weighed: Weighed, any_paper: bool, notes: tuple[str, ...]) -> Answer:
    language = language_of(question.text)
    if not weighed.candidates or weighed.enough < ENOUGH:
        closest = _closest(weighed, _NEAR if language == "en" else 0.0)
        said = _ABSTAINED if any_paper else _NO_PAPERS
        if closest:
            said += f" The closest line is: {' '.join(closest[0].text.split())} [1]"
        return Answer(said, closest, abstained=True, language=language, notes=notes)
    made = extract(weighed.candidates, weighed.chances, weighed.places)
    passages = weighed.read()
    return Answer(
        made.text,
        made.citations,
        made.claims,
        1.0,
        context=tuple(item.id for item in passages),
        read=tuple(item.text for item in passages),
        language=language,
        notes=notes,
    )


def _closest(weighed: Weighed, least: float) -> tuple[Citation, ...]:
    """The nearest line, where nothing answers: shown as the closest, never as an answer."""
    if not weighed.candidates or weighed.enough < least:
        return ()
    return extract(weighed.candidates, weighed.chances, weighed.places).citations[:1]


def _texts(result: LibraryResult) -> list[FoundText]:
    top = max((hit.score for hit in result.passages), default=0.0) or 1.0
    return [
        FoundText(
            hit.passage.id,
            hit.passage.document_id,
            hit.passage.text,
            hit.passage.span.start,
            hit.score / top,
            Place(
                result.shelf.titles.get(hit.passage.document_id, ""),
                hit.passage.section,
                hit.passage.span.page,
                hit.passage.document_id,
            ),
        )
        for hit in result.passages
    ]


def _notes(result: LibraryResult, question: Question, blind: bool) -> tuple[str, ...]:
    """Sentences about the search: a leg that was down, a language that the encoder knows less well."""
    found = [f"{leg.name} search did not answer: {leg.why_not}." for leg in result.legs if not leg.ran]
    if blind and result.passages:
        found.append("The encoder did not answer: sentences were chosen by their words alone.")
    language = language_of(question.text)
    if language != "en":
        name = NAMES.get(language, "another language than English")
        found.append(
            f"Your question seems to be in {name}. The encoder was trained on English: papers in the same language are "
            "found by their words, others less surely."
        )
    return tuple(found)


def _check(question: Question) -> None:
    if not question.text.strip() or len(question.text) > LONGEST:
        raise Invalid(
            message="A question is needed.", errors=[FieldError("message", f"must have 1 to {LONGEST} characters")]
        )


def _ms(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 1)
