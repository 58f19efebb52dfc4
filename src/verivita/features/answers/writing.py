"""The rung with a model: it writes from the passages and each sentence is checked; the rung below stands by."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from verivita.core.errors import LimitReached, Unavailable
from verivita.core.principal import Principal
from verivita.core.text import sha256
from verivita.engines.grounding import Nearness
from verivita.engines.llm.messages import ChatRequest, Completion, Finish
from verivita.features.answers.cache import AnswerCache
from verivita.features.answers.checked import Checked, Checker, score_of
from verivita.features.answers.model import Answer, Question, Rung, Step, StepKind, Tokens, rung_of
from verivita.features.answers.prompting import NO_ANSWER, VERSION, request, within
from verivita.features.answers.sources import Weighed
from verivita.features.models import ModelsService, Purpose, Way

_STOPPED = "The model stopped before its answer was whole. This answer was made without a model."
_BUDGET = "The budget for models is used up. This answer was made without a model."
_ABSTAINED = "The passages that were found do not answer this."
_NOTHING = "Nothing that the model wrote is borne out by your papers. This answer was made without a model."


class Writer:
    """Writes answers by the best rung there is."""

    def __init__(self, models: ModelsService | None, cache: AnswerCache, nearness: Nearness | None = None) -> None:
        self._models, self._cache, self._nearness = models, cache, nearness

    async def way(self, principal: Principal, question: Question) -> Way | None:
        """The models to ask now; None where there is none."""
        if self._models is None or not question.use_model:
            return None
        try:
            return await self._models.way(principal, Purpose.CHAT)
        except Unavailable:
            return None

    async def write(
        self, principal: Principal, question: Question, weighed: Weighed, plain: Answer, way: Way | None
    ) -> AsyncGenerator[Step, None]:
        """The answer of a model where one can be asked by `way`, else `plain`; the last step carries it."""
        if way is None or not _is_for_a_model(weighed, plain):
            for step in steps_of(plain):
                yield step
            return
        asked, checker = _asked(question, weighed, self._nearness)
        key = self._cache.key(principal, _parts(question, plain, asked, way.names))
        kept = await self._cache.get(principal, key)
        if kept is not None:
            for step in steps_of(kept):
                yield step
            return
        async with aclosing(self._stream(principal, asked, way, checker, plain)) as steps:
            async for step in steps:
                if step.answer is not None and step.answer.rung is not Rung.NO_MODEL:
                    await self._cache.put(principal, key, step.answer)
                yield step

    async def forget(self, principal: Principal) -> None:
        """Forget what is kept for this person, here and with the models."""
        await self._cache.clear(principal)
        if self._models is not None:
            await self._models.forget(principal)

    async def _stream(
        self, principal: Principal, asked: ChatRequest, way: Way, checker: Checker, plain: Answer
    ) -> AsyncGenerator[Step, None]:
        heard = _Heard()
        async with aclosing(self._heard(principal, asked, way, checker, heard)) as steps:
            async for step in steps:
                yield step
        if heard.note:
            answer = replace(plain, notes=(*plain.notes, heard.note))
            note = heard.note
        elif heard.completion is None:
            answer, note = plain, ""
        else:
            for step in _checked(await checker.finish()):
                yield step
            answer = _whole(checker, heard.text, heard.completion, plain)
            note = _NOTHING if answer.rung is Rung.NO_MODEL else ""
        if note:
            yield Step(StepKind.INCOMPLETE, note)
        for step in steps_of(answer) if answer.rung is Rung.NO_MODEL else _ending(answer):
            yield step

    async def _heard(
        self, principal: Principal, asked: ChatRequest, way: Way, checker: Checker, heard: _Heard
    ) -> AsyncGenerator[Step, None]:
        """The model's words as they come, each whole sentence with its verdict; how it ended is told to `heard`."""
        assert self._models is not None
        try:
            async with aclosing(self._models.stream(principal, Purpose.CHAT, asked, way)) as chunks:
                async for chunk in chunks:
                    heard.completion = chunk.completion or heard.completion
                    if chunk.text:
                        heard.text += chunk.text
                        yield Step(StepKind.TOKEN, chunk.text)
                        for step in _checked(await checker.take(chunk.text)):
                            yield step
        except LimitReached:
            heard.note = _BUDGET
        except Unavailable as error:
            heard.note = "" if error.code == "no_model" else f"{error.message} {_STOPPED}"
            heard.completion = None
        else:
            if heard.completion is None or heard.completion.finish is Finish.LENGTH:
                heard.note = _STOPPED


@dataclass(slots=True)
class _Heard:
    """What a model said so far and how it ended; `note` says why what it said cannot stand."""

    text: str = ""
    completion: Completion | None = None
    note: str = ""


def _is_for_a_model(weighed: Weighed, plain: Answer) -> bool:
    """Whether there is anything to ask a model about: where nothing fits, it has nothing to write from."""
    return bool(weighed.candidates) and not (plain.abstained and plain.language == "en")


def steps_of(answer: Answer) -> list[Step]:
    """An answer that is whole already, as the steps of one in the making."""
    steps = [Step(StepKind.TOKEN, part) for part in answer.text.split("\n\n")[:1]]
    steps += [Step(StepKind.TOKEN, "\n\n" + part) for part in answer.text.split("\n\n")[1:]]
    steps += [Step(StepKind.CITATION, citation=item, number=n) for n, item in enumerate(answer.citations, 1)]
    steps += [Step(StepKind.GROUNDING, claim=claim) for claim in answer.claims]
    return [*steps, *_ending(answer)]


def _ending(answer: Answer) -> list[Step]:
    return [Step(StepKind.USAGE, tokens=answer.tokens), Step(StepKind.DONE, answer=answer)]


def _asked(question: Question, weighed: Weighed, nearness: Nearness | None) -> tuple[ChatRequest, Checker]:
    passages = within(weighed.read())
    # An encoder that was just found gone is not waited for again.
    checker = Checker(passages, weighed.starts, question.verify, None if weighed.blind else nearness)
    return request(question.text, passages, question.context), checker


def _parts(question: Question, plain: Answer, asked: ChatRequest, route: Sequence[str]) -> list[str]:
    """What an answer depends on beside the person: corpus, models, prompt, parameters, question, the words sent."""
    sent = "\x1f".join(message.text for message in asked.messages)
    kind = f"{question.topic}|{question.job_id}|{question.verify}|{sorted(map(str, question.document_ids))}"
    limits = f"{asked.max_tokens}|{asked.temperature}"
    return [plain.corpus, "|".join(route), f"{asked.prompt}|{VERSION}", kind, limits, question.text, sha256(sent)]


def _checked(done: list[Checked]) -> list[Step]:
    """The checked sentences as steps: new citations first, then the verdict."""
    steps = []
    for claim, fresh in done:
        steps += [Step(StepKind.CITATION, citation=item, number=number) for number, item in fresh]
        steps.append(Step(StepKind.GROUNDING, claim=claim))
    return steps


def _whole(checker: Checker, text: str, completion: Completion, plain: Answer) -> Answer:
    """The checked answer of a model that came to its end; `plain` with a note where nothing of it stands."""
    rung = rung_of(completion.model)
    used = Tokens(completion.model, completion.usage.input_tokens, completion.usage.output_tokens)
    if not text.strip() or NO_ANSWER in text.upper()[:40]:
        said = plain.text if plain.abstained else _ABSTAINED
        closest = plain.citations[:1]
        return replace(
            plain, text=said, citations=closest, claims=(), score=None, abstained=True, rung=rung, tokens=used
        )
    made = checker.composed()
    if not made.text:
        struck = replace(plain, claims=(*plain.claims, *made.claims), notes=(*plain.notes, _NOTHING), tokens=used)
        return replace(struck, score=None if plain.abstained else score_of(struck.claims))
    return replace(
        plain,
        text=made.text,
        citations=made.citations,
        claims=made.claims,
        score=score_of(made.claims),
        abstained=False,
        rung=rung,
        tokens=used,
        context=tuple(item.id for item in checker.passages),
        read=tuple(item.text for item in checker.passages),
    )
