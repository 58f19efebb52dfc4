"""How long an answer takes over 2,000 passages of one person, without a model and until a model's first word.

The passages are packed Markdown as notes in an installation of its own, all stores real; the questions are those that
the text itself asks. The model is played by a server on loopback that speaks at once: `first_token_ms` is the time to
its first word less the time that this server took, so it is what the product adds. `rss_mb` is the memory of this
process at the end: the product with its encoder, and the played server.
"""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

import numpy as np

from bench.ingest import _installation as installation
from bench.ingest import _stage as stage
from tests.rigs.llm_server import Heard, LlmServer, serving
from verivita.bootstrap.container import Container
from verivita.bootstrap.settings import LlmSettings
from verivita.core.principal import Principal
from verivita.features.answers import Question, StepKind
from verivita.features.library import DocumentKind

PASSAGES, QUESTIONS = 2_000, 120
_ASKED = re.compile(r"(?m)^(?:\d+\. |[-*] )?((?:What|Which|Who|When|Where|Why|How)\b[^\n?]{15,160}\?)\s*$")


async def timed(path: Path, limit: int | None) -> dict[str, float]:
    """Milliseconds of the first answer, of the later ones, and of a model's first word; memory in MB."""
    with serving() as provider:
        provider.say = _says
        llm = LlmSettings(routes={"chat": "compatible:bench"}, addresses=provider.addresses, find_ollama=False)
        async with installation(llm=llm) as (container, owner):
            asked, count = await _fill(container, owner, path)
            chosen = list(dict.fromkeys(asked))[: 2 * (limit or QUESTIONS) + 1]
            found = await _plain(container, owner, chosen[: len(chosen) // 2 + 1])
            words = await _first_words(container, owner, chosen[len(chosen) // 2 + 1 :], provider)
            return {"default/passages": count, **found, **words, "default/rss_mb": _rss_mb()}


def _says(_: Heard) -> str:
    """What the played model says: some words, to be streamed in pieces."""
    return "It is so [1]. " * 10


async def _fill(container: Container, owner: Principal, path: Path) -> tuple[list[str], int]:
    """Read files until there are enough passages; the questions that they ask, and how many passages there are."""
    count, asked = 0, list[str]()
    for number, text in enumerate(_texts(path)):
        added = await container.library.add(owner, f"chapter-{number}.md", text.encode(), DocumentKind.NOTES)
        await container.library.read(owner, added.document.id, stage)
        count = len(await container.library.all_passages(owner))
        asked += _ASKED.findall(text)
        if count >= PASSAGES:
            break
    return asked, count


async def _plain(container: Container, owner: Principal, asked: Sequence[str]) -> dict[str, float]:
    """Answers without a model; the first one also makes the word index."""
    times, silent = [], 0
    for question in asked:
        begun = time.perf_counter()
        silent += (await container.answers.ask(owner, Question(question, use_model=False))).abstained
        times.append((time.perf_counter() - begun) * 1000)
    p50, p95 = np.quantile(times[1:], [0.5, 0.95])
    return {
        "default/questions": len(times) - 1,
        "default/ms_first": times[0],
        "default/ms_p50": float(p50),
        "default/ms_p95": float(p95),
        "default/false_abstained": silent / len(times),
    }


async def _first_words(
    container: Container, owner: Principal, asked: Sequence[str], provider: LlmServer
) -> dict[str, float]:
    """Milliseconds until a model's first word, less what the model itself took; of questions that it was asked."""
    times = []
    for question in asked:
        provider.thought.clear()
        begun, took = time.perf_counter(), 0.0
        async with aclosing(container.answers.stream(owner, Question(question))) as steps:
            async for step in steps:
                if step.kind is StepKind.TOKEN:
                    took = time.perf_counter() - begun  # what ending it takes comes after its first word
                    break
        if provider.thought:
            times.append((took - provider.thought[0]) * 1000)
    p50, p95 = np.quantile(times[1:], [0.5, 0.95])
    return {
        "default/model_questions": len(times) - 1,
        "default/first_token_ms_p50": float(p50),
        "default/first_token_ms_p95": float(p95),
    }


def _texts(path: Path) -> Iterator[str]:
    """The Markdown files of an archive."""
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(".md"):
                yield archive.read(name).decode("utf-8", "replace")


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return round(pages * 4096 / 2**20, 1)
