"""Structured logs: one JSON object a line (or coloured text on a terminal), with who and what, and without secrets."""

from __future__ import annotations

import contextlib
import json
import logging
import math
import re
import sys
import threading
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

from verivita.core.errors import VerivitaError

HIDDEN = "[hidden]"
LONGEST = 20_000
_SECRET_NAME = re.compile(
    r"passw(or)?d|passwd|pwd|passphrase|secret|token|api_?key|private_?key|master_?key|credential|authori[sz]ation"
    r"|cookie|session_?id|otp|e_?mail|phone|recipient",
    re.IGNORECASE,
)
# Written by us, or ids that are meant to be read.
_PLAIN_NAMES = frozenset({"timestamp", "level", "logger", "request_id", "tenant", "person", "task_id", "trace"})
_COUNTS = re.compile(r"tokens$|_count$|^n_", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_URL_LOGIN = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*@")
_NAMED = re.compile(
    r"""(?i)((?:passw(?:or)?d|passwd|pwd|secret|token|api[_-]?key|cookie|signature|otp|(?<![a-z])key|authori[sz]ation)"""
    r"""["']?\s*[=:]\s*(?:(?:bearer|basic|digest|token)\s+)?["']?)[^\s"',;&}\]]+"""
)
_CODE = re.compile(r"(?i)\b(code\W{1,4}(?:is\W+)?)\d{6}\b")
_SCHEME = re.compile(r"(?i)\b(bearer|basic)(\s+)[\w.~+/=-]{8,}")
_JWT = re.compile(r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*")
_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|ghp|gho|ghs|github_pat|glpat|xox[abprs]|hf|vv)[-_][\w-]{10,}|\bA(?:Iza|KIA)[\w-]{12,}"
)
_RANDOM = re.compile(r"(?<![\w/-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{32,}")
_PHONE = re.compile(r"(?<![\w.:/+-])\+?\(?\d[\d\s().-]{5,20}\d(?![\w-])")
_NOT_PHONE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,3}(\.\d{1,3}){3}|\d+\.\d+")


def hide(text: str) -> str:
    """`text` without e-mail addresses, telephone numbers, tokens, keys and passwords. It rather hides too much."""
    text = _URL_LOGIN.sub(f"{HIDDEN}@", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    text = _SCHEME.sub(rf"\1\2{HIDDEN}", text)
    text = _CODE.sub(rf"\1{HIDDEN}", text)
    for pattern in (_EMAIL, _JWT, _KEY, _RANDOM):
        text = pattern.sub(HIDDEN, text)
    return _PHONE.sub(_hide_phone, text)


def _hide_phone(found: re.Match[str]) -> str:
    text = found[0]
    digits = sum(c.isdigit() for c in text)
    if _NOT_PHONE.fullmatch(text) or digits > 15:
        return text
    return HIDDEN if digits >= (7 if text[0] in "+(" else 9) else text


def redact(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A structlog processor: hide secrets in every value, and make every value fit for JSON."""
    return {name: value if name in _PLAIN_NAMES else _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: object, depth: int = 0) -> object:
    if _SECRET_NAME.search(name) and not _COUNTS.search(name) and not isinstance(value, bool) and value is not None:
        return HIDDEN
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < 6 and isinstance(value, Mapping):
        return {str(key): _clean(str(key), inner, depth + 1) for key, inner in value.items()}
    if depth < 6 and isinstance(value, list | tuple | set | frozenset):
        return [_clean("", inner, depth + 1) for inner in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    text = _text(value)
    return hide(text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text)} characters)")


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # a log line must not fail because an object cannot describe itself
        return f"<{type(value).__name__}>"


class Keeper(Protocol):
    """Takes whole lines and keeps them; it never raises."""

    def write(self, line: str, /) -> object:
        """Keep one line."""
        ...


def configure(
    *, as_json: bool | None = None, level: str = "INFO", stream: TextIO | None = None, keeper: Keeper | None = None
) -> None:
    """Send every log of this process, structlog's and the standard library's, to `stream` (standard error).

    `as_json` None means JSON unless the stream is a terminal. Warnings and uncaught exceptions become log lines. The
    words of an error are logged at the level DEBUG alone: they may hold what a person wrote. `keeper` gets every line
    as JSON, too.
    """
    out = stream or sys.stderr
    json_lines = not out.isatty() if as_json is None else as_json
    traces = structlog.processors.ExceptionRenderer(_whole if level.upper() == "DEBUG" else _without_words)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    as_line: list[Processor] = [traces, redact, structlog.processors.JSONRenderer(default=_text)]
    as_text: list[Processor] = [traces, redact, structlog.dev.ConsoleRenderer(colors=out.isatty())]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Handler(out, keeper if json_lines else None)]
    root.handlers[0].setFormatter(_formatter(shared, as_line if json_lines else as_text))
    if keeper is not None and not json_lines:
        root.handlers.append(_Kept(keeper))
        root.handlers[1].setFormatter(_formatter(shared, as_line))
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # What matters of theirs is said in our own words; a failed job of the queue is a line of the worker.
    for name, least in (
        ("procrastinate", logging.CRITICAL),
        ("uvicorn", logging.WARNING),
        ("alembic", logging.WARNING),
    ):
        logging.getLogger(name).setLevel(least)
    for name in ("httpx2", "httpcore2", "httpx", "httpcore"):  # they tell every address, with its query
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: `log = logs.get(__name__)`, then `log.info("what happened", key=value)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def about(**values: str | None) -> contextlib.AbstractContextManager[None]:
    """A `with` block in which every log line carries these values, such as request_id, tenant and task_id."""
    return structlog.contextvars.bound_contextvars(**{k: v for k, v in values.items() if v is not None})


def _formatter(shared: list[Processor], ending: list[Processor]) -> logging.Formatter:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[clean, *ending])


def _whole(exc_info: ExcInfo) -> str:
    return "".join(traceback.format_exception(*exc_info)).rstrip()


def _without_words(exc_info: ExcInfo) -> str:
    """The ways that an error and those behind it took, and their classes."""
    parts, seen = list[str](), set[int]()
    error: BaseException | None = exc_info[1]
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = f" ({error.code})" if isinstance(error, VerivitaError) else ""
        parts.append(f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}{code}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nbefore that:\n".join(parts)


class _Kept(logging.Handler):
    """Writes lines to the keeper alone."""

    def __init__(self, keeper: Keeper) -> None:
        super().__init__()
        self._keeper = keeper

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):  # the other handler says what is wrong with the line
            self._keeper.write(f"{self.format(record)}\n")


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be formatted becomes a line that says so, not a traceback between JSON."""

    def __init__(self, stream: TextIO, keeper: Keeper | None = None) -> None:
        super().__init__(stream)
        self._keeper = keeper

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}{self.terminator}"
            if self._keeper is not None:
                self._keeper.write(line)
            self.stream.write(line)
            self.flush()
        except RecursionError:
            raise
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            return  # the stream is gone; there is nowhere to say so
        line: dict[str, Any] = {
            "event": "a log line could not be formatted",
            "level": "error",
            "logger": record.name,
            "where": f"{record.pathname}:{record.lineno}",
            "error": type(error).__name__,
        }
        with contextlib.suppress(OSError, ValueError):
            self.stream.write(json.dumps(line) + self.terminator)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("verivita").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _uncaught(args.exc_type, args.exc_value, args.exc_traceback)
