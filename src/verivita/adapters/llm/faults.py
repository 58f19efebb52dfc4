"""What a provider's error means: from its status, its words and its headers to one of our faults."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from verivita.engines.llm.ports import Fault, ModelFault
from verivita.kit.logs import hide
from verivita.kit.pace import retry_after

_TOO_LONG = re.compile(
    r"context[ _-]?(length|window)|maximum number of tokens|too many (input )?tokens|prompt is too long|token limit"
    r"|exceeds the (available )?context",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"content[ _-]?(filter|policy)|safety|blocked|usage polic", re.IGNORECASE)
_BAD_KEY = re.compile(r"api[ _-]?key|authenticat|credential", re.IGNORECASE)
_UNKNOWN_MODEL = re.compile(r"model\b.{0,80}(not found|not exist|unknown|decommissioned|deprecated)", re.IGNORECASE)
_NO_CONNECTION = re.compile(r"Connect|Timeout|Network|Protocol|Read|Write|Pool|Closed|Connection")
_BY_STATUS = {
    401: Fault.BAD_KEY,
    403: Fault.BAD_KEY,
    404: Fault.UNKNOWN_MODEL,
    408: Fault.GONE,
    409: Fault.BUSY,
    413: Fault.TOO_LONG,
    429: Fault.BUSY,
    503: Fault.BUSY,
    529: Fault.BUSY,
}
_LONGEST_DETAIL = 300


def fault_of(error: BaseException, model: str, key: str = "") -> ModelFault:
    """The fault that an SDK's error stands for; its words are masked, the key taken out, and cut."""
    if isinstance(error, ModelFault):
        return error
    chain = list(_chain(error))
    status = next((status for each in chain if (status := _status(each)) is not None), None)
    words = " ".join(f"{type(each).__name__}: {each}" for each in chain)
    detail = hide(words.replace(key, "[hidden]") if key else words)[:_LONGEST_DETAIL]
    wait = next((seconds for each in chain if (seconds := _asked_to_wait(each)) is not None), None)
    return ModelFault(_fault(status, words, chain), model, retry_after=wait, detail=detail)


def _fault(status: int | None, words: str, chain: list[BaseException]) -> Fault:
    names = [type(each).__name__ for each in chain]
    if any("ContextOverflow" in name for name in names):
        return Fault.TOO_LONG
    if any("Refusal" in name or "ContentFilter" in name for name in names):
        return Fault.REFUSED
    if status is None:
        gone = any(isinstance(each, OSError | TimeoutError) for each in chain) or any(
            _NO_CONNECTION.search(name) for name in names
        )
        return Fault.GONE if gone else Fault.MALFORMED
    if status in (400, 422):
        return _of_bad_request(words)
    return _BY_STATUS.get(status, Fault.GONE if status >= 500 else Fault.MALFORMED)


def _of_bad_request(words: str) -> Fault:
    for pattern, fault in (
        (_TOO_LONG, Fault.TOO_LONG),
        (_BAD_KEY, Fault.BAD_KEY),
        (_UNKNOWN_MODEL, Fault.UNKNOWN_MODEL),
        (_REFUSED, Fault.REFUSED),
    ):
        if pattern.search(words):
            return fault
    return Fault.MALFORMED


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(8):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def _status(error: BaseException) -> int | None:
    for name in ("status_code", "code", "http_status"):
        value = getattr(error, name, None)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _asked_to_wait(error: BaseException) -> float | None:
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    try:
        return retry_after(headers.get("retry-after")) if headers is not None else None
    except (AttributeError, TypeError):
        return None
