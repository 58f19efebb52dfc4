"""The questions of a day: a dependency of routes that answer them."""

from __future__ import annotations

from fastapi import Request

from verivita.core.errors import LimitReached
from verivita.entrypoints.http.auth import Caller
from verivita.entrypoints.http.limits import limiter_of


async def question_allowed(request: Request, caller: Caller) -> None:
    """A dependency of routes that answer questions: takes one of the caller's questions of the day.

    Raises `LimitReached` with the seconds until the next one.
    """
    limiter = limiter_of(request)
    verdict = await limiter.take("question", str(caller.person_id))
    rate = limiter.rate("question")
    request.state.limit = (rate, verdict)
    if not verdict.allowed:
        raise LimitReached(
            "questions_used_up",
            f"You have asked {rate.limit} questions in a day; that is all there are.",
            next="Wait for the next one; search, match and the pages go on as before.",
            retry_after=verdict.retry_after,
        )
