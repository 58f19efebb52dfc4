"""A route of models: one loop of retries, rest for what fails, the next model before the first token, never after."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from verivita.engines.llm.estimate import input_tokens, tokens_of
from verivita.engines.llm.lanes import Lane, Lanes
from verivita.engines.llm.messages import Attempt, ChatRequest, Chunk, Completion, Finish, Usage
from verivita.engines.llm.ports import ChatModel, Fault, ModelFault

CHARACTERS_A_TOKEN = 12
"""An answer longer than so many characters for each token that was allowed is cut: the model does not stop."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`tries` on one model; the longest pause between two; seconds for the first piece, between two, and in all."""

    tries: int = 2
    longest_pause: float = 8.0
    first: float = 60.0
    idle: float = 30.0
    whole: float = 180.0


@dataclass(frozen=True, slots=True)
class Stop:
    """A model of a route and the lane that it shares with everyone who uses the same key."""

    model: ChatModel
    lane: str


@dataclass(slots=True)
class _Trip:
    """What happened so far on one route."""

    attempts: list[Attempt] = field(default_factory=list)
    last: ModelFault | None = None
    least_context: int = 0

    def note(self, name: str, outcome: str, began: float, now: float) -> None:
        self.attempts.append(Attempt(name, outcome, round((now - began) * 1000)))


class Router:
    """Asks the models of a route in order. `now`, `sleep` and `spread` (a factor from 0.5 to 1) are for tests.

    A refusal, and a wrong request, end the route or the model at once; a busy or absent model is tried again, then left
    for the next one. A model whose context is too small is passed over.
    """

    def __init__(
        self,
        stops: Sequence[Stop],
        lanes: Lanes,
        patience: Patience | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        spread: Callable[[], float] = lambda: random.uniform(0.5, 1.0),  # noqa: S311 (only spreads load)
    ) -> None:
        self._stops, self._lanes, self._patience = tuple(stops), lanes, patience or Patience()
        self._now, self._sleep, self._spread = now, sleep, spread

    async def complete(self, request: ChatRequest) -> Completion:
        """The whole answer of the first model that gives one. Raises the last `ModelFault`, with all attempts."""
        trip = _Trip()
        for stop in self._stops:
            for attempt in range(1, self._patience.tries + 1):
                lane = self._lanes.of(stop.lane)
                if not self._may_ask(stop.model, lane, request, trip):
                    break
                began = self._now()
                try:
                    completion = await self._asked(stop.model, lane, request)
                except ModelFault as fault:
                    pause = self._after(stop.model, lane, fault, trip, began, attempt)
                    if pause is None:
                        break
                    await self._sleep(pause)
                    continue
                trip.note(stop.model.info.key, "ok", began, self._now())
                return replace(completion, model=stop.model.info.key, attempts=tuple(trip.attempts))
        raise self._failure(trip)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The answer piece by piece. Once a piece was given, a failure is raised and nobody else is asked."""
        trip = _Trip()
        for stop in self._stops:
            for attempt in range(1, self._patience.tries + 1):
                lane = self._lanes.of(stop.lane)
                if not self._may_ask(stop.model, lane, request, trip):
                    break
                began, shown = self._now(), False
                try:
                    async with aclosing(self._pieces(stop.model, lane, request)) as pieces:
                        async for chunk in pieces:
                            if chunk.completion is not None:
                                trip.note(stop.model.info.key, "ok", began, self._now())
                                chunk = replace(chunk, completion=self._signed(chunk.completion, stop.model, trip))
                            shown = shown or bool(chunk.text)
                            yield chunk
                    return
                except ModelFault as fault:
                    pause = self._after(stop.model, lane, fault, trip, began, attempt)
                    if shown:
                        raise self._failure(trip) from fault
                    if pause is None:
                        break
                    await self._sleep(pause)
        raise self._failure(trip)

    def _may_ask(self, model: ChatModel, lane: Lane, request: ChatRequest, trip: _Trip) -> bool:
        info, now = model.info, self._now()
        fits = info.context > max(trip.least_context, input_tokens(request) // 2)
        if not fits:
            trip.note(info.key, Fault.TOO_LONG, now, now)
            trip.last = trip.last or ModelFault(Fault.TOO_LONG, info.key)
            return False
        rest = lane.rests()
        if rest > 0:
            trip.note(info.key, "resting", now, now)
            trip.last = trip.last or ModelFault(Fault.BUSY, info.key, retry_after=rest)
        return rest <= 0

    async def _asked(self, model: ChatModel, lane: Lane, request: ChatRequest) -> Completion:
        try:
            async with lane.gate, asyncio.timeout(self._patience.whole):
                completion = await model.complete(request)
        except TimeoutError as error:
            raise ModelFault(Fault.GONE, model.info.key, detail="took too long") from error
        except asyncio.CancelledError:
            lane.gave_up()
            raise
        lane.worked()
        return completion

    async def _pieces(self, model: ChatModel, lane: Lane, request: ChatRequest) -> AsyncGenerator[Chunk, None]:
        """The model's stream with limits on time and length; ends with a completion or raises."""
        text, until = "", self._now() + self._patience.whole
        most = request.max_tokens * CHARACTERS_A_TOKEN + 1000
        try:
            async with lane.gate, aclosing(model.stream(request)) as stream:
                wait = self._patience.first
                while True:
                    chunk = await self._next(stream, min(wait, until - self._now()), model)
                    text, wait = text + chunk.text, self._patience.idle
                    if chunk.completion is None and len(text) > most:
                        usage = Usage(input_tokens(request), tokens_of(text), estimated=True)
                        chunk = Chunk(chunk.text, Completion(text, usage=usage, finish=Finish.LENGTH))
                    if chunk.completion is not None:
                        lane.worked()
                    yield chunk
                    if chunk.completion is not None:
                        return
        except (asyncio.CancelledError, GeneratorExit):
            lane.gave_up()
            raise

    async def _next(self, stream: AsyncIterator[Chunk], within: float, model: ChatModel) -> Chunk:
        try:
            async with asyncio.timeout(max(0.0, within)):
                return await anext(stream)
        except StopAsyncIteration as error:
            raise ModelFault(Fault.GONE, model.info.key, detail="the stream broke off") from error
        except TimeoutError as error:
            raise ModelFault(Fault.GONE, model.info.key, detail="took too long") from error

    def _after(
        self, model: ChatModel, lane: Lane, fault: ModelFault, trip: _Trip, began: float, attempt: int
    ) -> float | None:
        """What follows a fault: seconds to pause before the same model is asked again, or None to leave it.

        Raises the fault where no other model must be asked.
        """
        trip.note(model.info.key, fault.fault, began, self._now())
        trip.last = fault
        if fault.fault in (Fault.BUSY, Fault.GONE):
            lane.failed(fault.retry_after)
        else:
            lane.gave_up()
        if fault.fault is Fault.REFUSED:
            raise self._failure(trip) from fault
        if fault.fault is Fault.TOO_LONG:
            trip.least_context = max(trip.least_context, model.info.context)
        if fault.fault not in (Fault.BUSY, Fault.GONE) or attempt >= self._patience.tries:
            return None
        asked = fault.retry_after
        if asked is not None and asked > self._patience.longest_pause:
            return None
        return asked if asked is not None else min(self._patience.longest_pause, 0.5 * 2**attempt * self._spread())

    def _signed(self, completion: Completion, model: ChatModel, trip: _Trip) -> Completion:
        return replace(completion, model=model.info.key, attempts=tuple(trip.attempts))

    def _failure(self, trip: _Trip) -> ModelFault:
        fault = trip.last or ModelFault(Fault.GONE, "the route")
        fault.attempts = tuple(trip.attempts)
        return fault
