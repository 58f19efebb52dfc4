"""Use cases of the assistant: say something and be answered, look back, forget, be given ideas."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from uuid import UUID

from verivita.core.errors import FieldError, Invalid, NotFound, Unavailable
from verivita.core.ids import new_id
from verivita.core.page import Page, PageRequest
from verivita.core.principal import Principal
from verivita.core.text import squeeze
from verivita.engines.grounding import Nearness
from verivita.features.answers import Answer, AnswersService, Question, Step, StepKind, Topic
from verivita.features.assistant.desk import WritingDesk
from verivita.features.assistant.guide import Guide
from verivita.features.assistant.model import Event, Opening, Reply, Route, Saying, Talk, Turn
from verivita.features.assistant.repository import TalkRepository
from verivita.features.assistant.runs import Runs
from verivita.features.assistant.suggest import suggestions
from verivita.features.library import DocumentKind, LibraryService
from verivita.features.matching import MatchingService
from verivita.features.models import ModelsService
from verivita.features.postings import PostingsService
from verivita.features.search import SearchService
from verivita.kit.crypto import Keyring
from verivita.kit.db import Database

LONGEST = 20_000
_REMEMBERED = 3
_TITLE = 80


class AssistantService:
    """One person's talks with the assistant."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        answers: AnswersService,
        library: LibraryService,
        postings: PostingsService,
        search: SearchService,
        matching: MatchingService,
        models: ModelsService | None = None,
        runs: Runs | None = None,
        nearness: Nearness | None = None,
    ) -> None:
        self.db, self.repo = db, TalkRepository(keyring)
        self._guide = Guide(models, search)
        self._answers, self._library, self._search, self._matching = answers, library, search, matching
        self._desk = WritingDesk(library, postings, search, matching, models, nearness)
        self._runs = runs or Runs()

    async def say(self, principal: Principal, saying: Saying) -> Reply:
        """Be answered, at once; message and answer are kept together.

        Raises `Invalid` for an empty or too long message, `NotFound` for an unknown talk or job.
        """
        async with aclosing(self.stream(principal, saying)) as events:
            async for event in events:
                if isinstance(event, Reply):
                    return event
        raise Unavailable(message="No answer was made.")

    async def stream(self, principal: Principal, saying: Saying) -> AsyncGenerator[Event, None]:
        """An opening, steps, and the reply; only then anything is kept. Errors as `say`, before the first step."""
        start = time.perf_counter()
        saying = await self._ready(principal, saying)
        opening = Opening(
            new_id(), saying.session_id or new_id(), saying.mode, await self._guide.way(principal, saying)
        )
        question_id = new_id()
        yield opening
        steps = (
            self._desked(principal, saying) if opening.route is Route.DRAFT else self._asked(principal, saying, opening)
        )
        async with aclosing(steps):
            async for step in steps:
                if step.answer is None:
                    yield step
                    continue
                answer = replace(step.answer, notes=(*step.answer.notes, saying.note)) if saying.note else step.answer
                reply = Reply(
                    opening.id,
                    opening.session_id,
                    opening.mode,
                    opening.route,
                    answer,
                    round((time.perf_counter() - start) * 1000, 1),
                )
                async with self.db.begin(principal) as tx:
                    await self.repo.keep(tx, principal, _title(saying.text), question_id, saying.text, reply)
                yield reply

    async def talks(self, principal: Principal, request: PageRequest) -> Page[Talk]:
        """The person's talks, the latest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.talks(tx, principal, request)

    async def talk(self, principal: Principal, id: UUID) -> Talk:
        """One talk with all its turns. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            talk = await self.repo.talk(tx, principal, id)
        if talk is None:
            raise NotFound("talk")
        return talk

    async def history(self, principal: Principal, request: PageRequest) -> Page[Turn]:
        """What was said over all talks, the latest first."""
        async with self.db.begin(principal) as tx:
            return await self.repo.turns(tx, principal, request)

    async def turn(self, principal: Principal, reply_id: UUID) -> Turn:
        """One message with its answer. Raises `NotFound`."""
        async with self.db.begin(principal) as tx:
            turn = await self.repo.turn(tx, principal, reply_id)
        if turn is None:
            raise NotFound("answer")
        return turn

    async def forget(self, principal: Principal, session_id: UUID | None = None) -> int:
        """Erase a talk, or all of them, with the answers that were kept for asking again; how many talks there were.

        Answers in the making end first, then what is kept for asking again goes, then the talks: who asks again after a
        fault in between loses nothing. Raises `NotFound` for an unknown talk, `Unavailable` where a shared cache does
        not answer.
        """
        await self._runs.forget(principal, session_id)
        await self._answers.forget(principal)
        async with self.db.begin(principal) as tx:
            gone = await self.repo.forget(tx, principal, session_id)
        if session_id is not None and not gone:
            raise NotFound("talk")
        return gone

    async def restore(self, principal: Principal, talk: Talk) -> bool:
        """Keep a talk that was taken along from elsewhere; False when it is here already."""
        async with self.db.begin(principal) as tx:
            known = await self.repo.has(tx, principal, talk.id)
            for turn in talk.turns:
                await self.repo.keep(tx, principal, talk.title, turn.question_id, turn.question, turn.reply)
        return not known

    async def suggestions(self, principal: Principal) -> list[str]:
        """Questions to begin with, made from the person's own papers and jobs."""
        documents = await self._library.all(principal)
        notes = [d.id for d in documents if d.kind is DocumentKind.NOTES and d.is_active]
        passages = await self._library.passages(principal, notes[0]) if notes else []
        sections = [name for name in dict.fromkeys(p.section for p in passages) if name and not name.islower()]
        best = await self._matching.recommend(principal, PageRequest(1, 1))
        profile = await self._library.profile(principal)
        return suggestions(documents, sections, profile, [posting for posting, _ in best.items])

    async def _ready(self, principal: Principal, saying: Saying) -> Saying:
        """The message, checked, with what was said before in its talk."""
        if not saying.text.strip() or len(saying.text) > LONGEST:
            raise Invalid(
                message="A message is needed.", errors=[FieldError("message", f"must have 1 to {LONGEST} characters")]
            )
        if saying.session_id is None:
            return saying
        async with self.db.begin(principal) as tx:
            known = await self.repo.has(tx, principal, saying.session_id)
            turns = await self.repo.last(tx, principal, saying.session_id, _REMEMBERED)
        if not known:
            raise NotFound("talk")
        before = "\n\n".join(f"Question: {turn.question}\nAnswer: {turn.reply.answer.text}" for turn in turns)
        return replace(saying, before=saying.before or before)

    async def _asked(self, principal: Principal, saying: Saying, opening: Opening) -> AsyncGenerator[Step, None]:
        question = Question(
            saying.text,
            Topic.CAREER if opening.route is Route.CAREER else Topic.STUDY,
            job_id=saying.job_id,
            context=saying.before,
            verify=saying.verify,
            use_model=saying.use_model,
        )
        async with aclosing(self._answers.stream(principal, question)) as steps:
            async for step in steps:
                yield step

    async def _desked(self, principal: Principal, saying: Saying) -> AsyncGenerator[Step, None]:
        answer: Answer = await self._answers.anchored(principal, await self._desk.write(principal, saying))
        yield Step(StepKind.TOKEN, answer.text)
        for number, item in enumerate(answer.citations, 1):
            yield Step(StepKind.CITATION, citation=item, number=number)
        for claim in answer.claims:
            yield Step(StepKind.GROUNDING, claim=claim)
        if answer.tokens.model:
            yield Step(StepKind.USAGE, tokens=answer.tokens)
        yield Step(StepKind.DONE, answer=answer)


def _title(text: str) -> str:
    words = squeeze(text)
    return words if len(words) <= _TITLE else words[:_TITLE].rsplit(" ", 1)[0] + "…"
