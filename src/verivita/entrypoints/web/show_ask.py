"""From a kept turn to what the page shows: claims by verdict, numbered places, the rung, the counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from verivita.core.text import squeeze
from verivita.engines.llm.catalogue import LOCAL, cost, look_up
from verivita.engines.llm.messages import Usage
from verivita.entrypoints.web.ask_views import PaneView, SaidPiece, SourceView, TurnView
from verivita.entrypoints.web.show_models import money
from verivita.entrypoints.web.show_papers import Lit, paper_view
from verivita.entrypoints.web.views import Option
from verivita.entrypoints.web.words import number, plural
from verivita.features.answers import Answer, Citation, Claim, Rung, Tokens, Verdict
from verivita.features.assistant import Mode, Turn
from verivita.features.library import Opened
from verivita.features.postings import Posting

MODES = {Mode.CHAT: "Ask", Mode.EMAIL: "E-mail", Mode.TAILOR: "Tailor", Mode.INTERVIEW: "Interview"}
RUNGS = {
    Rung.NO_MODEL: (1, "written without a model"),
    Rung.LOCAL: (2, "local model"),
    Rung.HOSTED: (3, "hosted model"),
}
SEARCHED = {
    "hybrid": "words and meaning",
    "lexical": "words alone",
    "vector": "meaning alone",
    "database": "what is known for sure",
}
_VERDICTS = {Verdict.SUPPORTED: "ok", Verdict.WEAK: "weak", Verdict.UNSUPPORTED: "bad", Verdict.NOT_CHECKED: ""}
_MARK = re.compile(r"\s?\[(\d{1,2})\]")
_LONGEST_SOURCE = 120
_LONGEST_TITLE = 24
_AROUND = 1_200


def turn_view(turn: Turn) -> TurnView:
    """One turn as the page shows it."""
    answer = turn.reply.answer
    rung, rung_text = RUNGS[answer.rung]
    if answer.tokens.model and answer.rung is not Rung.NO_MODEL:
        rung_text += f", {_used(answer.tokens)}"
    searched = SEARCHED.get(answer.search_mode, "")
    return TurnView(
        id=str(turn.reply.id),
        question=turn.question,
        lines=tuple(_pieces(line, answer) for line in answer.text.split("\n") if line.strip()),
        sources=tuple(_source(n, item) for n, item in enumerate(answer.citations, 1)),
        counts=_counts(answer.claims),
        rung=rung,
        rung_text=rung_text,
        foot=tuple(part for part in (searched, f"{turn.reply.ms:.0f} ms") if part),
        struck=tuple((claim.text, claim.reason) for claim in answer.claims if claim.removed),
        notes=answer.notes,
        abstained=answer.abstained,
    )


def _used(tokens: Tokens) -> str:
    """Which model it was, what it used, and what that costs by the price list of today."""
    provider, _, model = tokens.model.partition(":")
    used = tokens.input_tokens + tokens.output_tokens
    if not used:
        return f"{model}, remembered"
    said = f"{model}, {number(used)} tokens"
    price = cost(look_up(provider, model), Usage(tokens.input_tokens, tokens.output_tokens))
    return said if provider in LOCAL else f"{said}, {money(price)}"


def mode_options(chosen: str) -> tuple[Option, ...]:
    """The kinds of text that can be wished for."""
    return tuple(Option(mode.value, label, mode.value == chosen) for mode, label in MODES.items())


def paper_pane(opened: Opened, lit: Lit, page: int) -> PaneView:
    """A paper beside the talk, lit at one place."""
    document = opened.document
    view = paper_view(document, opened.text, opened.coverage, (), page=page, lit=lit)
    # Which lines were understood is a matter of the paper's own page: here they are read.
    view = replace(view, lines=tuple(replace(line, understood=True) for line in view.lines))
    where = f"page {view.page} of {number(view.pages)}"
    href = f"/papers/{document.id}?page={view.page}&lit={lit.start}-{lit.end}#lit"
    return PaneView(document.title or document.filename, where, href, paper=view)


def job_pane(posting: Posting, lit: Lit) -> PaneView:
    """A posting beside the talk, lit at one place, with some words around it."""
    text = posting.understood.description
    low, high = max(0, lit.start - _AROUND), min(len(text), lit.end + _AROUND)
    title = ", ".join(part for part in (posting.understood.title, posting.understood.company) if part)
    return PaneView(
        title,
        "our kept copy",
        f"/jobs/{posting.id}/posting",
        before=("…" if low else "") + text[low : lit.start],
        lit=text[lit.start : lit.end],
        after=text[lit.end : high] + ("…" if high < len(text) else ""),
    )


def _pieces(line: str, answer: Answer) -> tuple[SaidPiece, ...]:
    """A line in runs: claims where they stand, marks as links to their places, the rest plain."""
    pieces: list[SaidPiece] = []
    at = 0
    for start, end, claim in _claims_in(line, answer.claims):
        pieces += _marked(line[at:start], answer)
        quoted = any(squeeze(claim.text) in squeeze(answer.citations[n].text) for n in claim.citations)
        pieces.append(SaidPiece(line[start:end], _VERDICTS[claim.verdict], quoted))
        at = end
    return tuple(pieces + _marked(line[at:], answer))


def _claims_in(line: str, claims: Sequence[Claim]) -> list[tuple[int, int, Claim]]:
    """Where the claims of an answer stand in a line, in order, without overlaps."""
    found: list[tuple[int, int, Claim]] = []
    free = 0
    for claim in claims:
        start = -1 if claim.removed else line.find(claim.text, free)
        if start >= 0:
            free = start + len(claim.text)
            found.append((start, free, claim))
    return found


def _marked(text: str, answer: Answer) -> list[SaidPiece]:
    pieces: list[SaidPiece] = []
    at = 0
    for mark in _MARK.finditer(text):
        n = int(mark[1])
        if 1 <= n <= len(answer.citations):
            if mark.start() > at:
                pieces.append(SaidPiece(text[at : mark.start()]))
            item = answer.citations[n - 1]
            pieces.append(SaidPiece(str(n), href=href_of(item), pane_url=pane_url(item)))
            at = mark.end()
    return pieces + ([SaidPiece(text[at:])] if text[at:] else [])


def _source(n: int, item: Citation) -> SourceView:
    words = squeeze(item.text)
    shown = words if len(words) <= _LONGEST_SOURCE else words[:_LONGEST_SOURCE].rsplit(" ", 1)[0] + "…"
    if item.document_id:
        at = ", ".join(part for part in (_short(item.title), f"p. {item.page}") if part)
    else:
        at = "posting" if item.job_id else "the text that you gave"
    return SourceView(n, shown, at, href_of(item), pane_url(item))


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


def href_of(item: Citation) -> str:
    """The page on which the place can be seen, lit."""
    if item.document_id:
        return f"/papers/{item.document_id}?page={item.page}&lit={item.start}-{item.end}#lit"
    return f"/jobs/{item.job_id}/posting" if item.job_id else "#msg"


def pane_url(item: Citation) -> str:
    """The fragment that shows the place beside the talk."""
    place = f"page={item.page}&lit={item.start}-{item.end}"
    if item.document_id:
        return f"/ask/source/papers/{item.document_id}?{place}"
    return f"/ask/source/jobs/{item.job_id}?{place}" if item.job_id else ""


def _counts(claims: Sequence[Claim]) -> tuple[tuple[str, str], ...]:
    words = {
        Verdict.SUPPORTED: "supported",
        Verdict.WEAK: "weak",
        Verdict.UNSUPPORTED: "left out",
        Verdict.NOT_CHECKED: "not checked",
    }
    found = [(verdict, sum(claim.verdict is verdict for claim in claims)) for verdict in words]
    return tuple((_VERDICTS[verdict] or "none", f"{count} {words[verdict]}") for verdict, count in found if count)


def hint_of(papers: int, jobs: int) -> str:
    """What is looked at for an answer."""
    return f"{plural(papers, 'paper')}, {plural(jobs, 'job')} in view"
