"""What can be written for one job without a model: from the person's own lines and the posting's own words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from verivita.core.text import squeeze
from verivita.features.answers import Answer, Citation, Claim, Verdict
from verivita.features.library import Evidence
from verivita.features.matching import Match, Pair, WishState
from verivita.features.postings import Posting, Quote

MOST_LINES, MOST_GAPS = 6, 6
_ASKED = ("skill", "years", "education", "duty", "title")


@dataclass(slots=True)
class _Sheet:
    """Lines of a draft; each place that a line rests on is numbered once."""

    posting: Posting
    stored: bool
    lines: list[str] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)

    def say(self, text: str = "") -> None:
        """A line of ours that claims nothing."""
        self.lines.append(text)

    def prove(self, text: str, places: Sequence[Citation]) -> None:
        """A line with its places."""
        numbers = [self._number(item) for item in places]
        self.lines.append(text + "".join(f" [{n + 1}]" for n in numbers))
        self.claims.append(Claim(text.removeprefix("- "), Verdict.SUPPORTED, tuple(numbers)))

    def asked(self, quote: Quote) -> Citation:
        """The place of the posting's words."""
        id = self.posting.id if self.stored else None
        return Citation(quote.text, quote.start, quote.end, 1, "posting", 1.0, title=_title(self.posting), job_id=id)

    def answer(self) -> Answer:
        """The draft as it stands."""
        score = 1.0 if self.claims else None
        return Answer("\n".join(self.lines).strip(), tuple(self.citations), tuple(self.claims), score)

    def _number(self, item: Citation) -> int:
        same = (item.document_id, item.job_id, item.start, item.end)
        for n, known in enumerate(self.citations):
            if (known.document_id, known.job_id, known.start, known.end) == same:
                return n
        self.citations.append(item)
        return len(self.citations) - 1


def tailor(posting: Posting, match: Match, lines: Sequence[Evidence], *, stored: bool) -> Answer:
    """Which own lines to put first for this job, word for word, and what it asks for that no line shows."""
    sheet = _Sheet(posting, stored)
    best = proving(match, lines)
    sheet.say(f"For {_title(posting)}. {match.sentence}")
    if best:
        sheet.say("\nPut these lines of your resume first, as they are:")
        for line, labels in best[:MOST_LINES]:
            sheet.prove(f"- {squeeze(line.text)}", [of_paper(line)])
            sheet.say(f"  shows: {', '.join(labels)}")
    _gaps(sheet, match)
    return sheet.answer()


def email(posting: Posting, match: Match, lines: Sequence[Evidence], name: str, *, stored: bool) -> Answer:
    """A short letter of application: the job's name, the lines that prove most, nothing else."""
    sheet = _Sheet(posting, stored)
    item = posting.understood
    best = proving(match, lines)[:3]
    at = f" at {item.company}" if item.company else ""
    sheet.say(f"Subject: {item.title or 'Your opening'}\n\nHello,\n\nI am writing about your opening {item.title}{at}.")
    if best:
        sheet.say("From my resume, what you ask for:")
        for line, _ in best:
            sheet.prove(f"- {squeeze(line.text)}", [of_paper(line)])
        sheet.say("\nI would be glad to tell you more.")
    else:
        sheet.say("[Nothing in your papers proves what they ask for. Add a line of your own here.]")
    sheet.say(f"\nKind regards,\n{name or '[your name]'}")
    return sheet.answer()


def interview(posting: Posting, match: Match, lines: Sequence[Evidence], *, stored: bool) -> Answer:
    """Questions to expect: each thing they ask for, with the own line that answers it, or that there is none."""
    sheet = _Sheet(posting, stored)
    sheet.say(f"Questions to expect for {_title(posting)}. {match.sentence}")
    pairs = [p for p in match.pairs if p.kind in _ASKED and p.asked is not None and p.kind != "title"]
    order = {WishState.NOT_MET: 0, WishState.PARTLY: 1, WishState.MET: 2, WishState.NOT_SAID: 3}
    for pair in sorted(pairs, key=lambda p: (not p.required, order[p.state]))[:10]:
        assert pair.asked is not None
        sheet.say("")
        sheet.prove(f"They ask: “{squeeze(pair.asked.text)}”", [sheet.asked(pair.asked)])
        own = _whole(pair, lines)
        if own and pair.state in (WishState.MET, WishState.PARTLY):
            sheet.say(f"Expect: {_question(pair)} Your proof:")
            sheet.prove(squeeze(own[0].text), [of_paper(own[0])])
        else:
            sheet.say(
                f"Expect a question on {squeeze(pair.label)}. Your papers show nothing of it: have an honest answer."
            )
    return sheet.answer()


def _question(pair: Pair) -> str:
    """What an interviewer asks about a wish that the papers meet."""
    label = squeeze(pair.label)
    match pair.kind:
        case "years":
            return f"where did you gain your {label}?"
        case "education":
            return f"what did you learn for your {label} that you still use?"
        case "duty":
            return "when did you do this, and what came of it?"
        case _:
            return f"what did you do with {label}, and what came of it?"


def proving(match: Match, lines: Sequence[Evidence]) -> list[tuple[Evidence, list[str]]]:
    """The own lines that meet something the job asks for, with what they meet; must-haves count double, best first."""
    found: dict[tuple[UUID, int], tuple[Evidence, list[str], float]] = {}
    for pair in match.pairs:
        if pair.state not in (WishState.MET, WishState.PARTLY) or pair.kind not in ("skill", "duty"):
            continue
        for line in _whole(pair, lines)[:3]:
            place = (line.document_id, line.span.start)
            known = found.get(place, (line, [], 0.0))
            label = squeeze(pair.label)
            if label not in known[1]:
                found[place] = (line, [*known[1], label], known[2] + (2.0 if pair.required else 1.0))
    ordered = sorted(found.values(), key=lambda item: (-item[2], item[0].span.start))
    return [(line, labels) for line, labels, _ in ordered]


def of_paper(item: Evidence) -> Citation:
    """The place of an own line."""
    return Citation(
        item.text, item.span.start, item.span.end, item.span.page, relevance=1.0, document_id=item.document_id
    )


def _whole(pair: Pair, lines: Sequence[Evidence]) -> list[Evidence]:
    """The whole lines around what shows a wish; a bare word in a list of skills comes last."""
    found: dict[tuple[UUID, int], Evidence] = {}
    for item in pair.shown:
        around = (
            line
            for line in lines
            if line.document_id == item.document_id and line.span.start <= item.span.start < line.span.end
        )
        best = next(around, item)
        found.setdefault((best.document_id, best.span.start), best)
    return sorted(found.values(), key=lambda line: -min(len(line.text), 40))


def _gaps(sheet: _Sheet, match: Match) -> None:
    """What is asked for and shown by no line, with the words that ask for it."""
    gaps = [p for p in match.pairs if p.state is WishState.NOT_MET and p.required and p.asked is not None]
    if gaps:
        sheet.say("\nNot in your papers, so it stays out:")
    for pair in gaps[:MOST_GAPS]:
        assert pair.asked is not None
        sheet.prove(f"- {pair.label}: they ask “{squeeze(pair.asked.text)}”", [sheet.asked(pair.asked)])


def _title(posting: Posting) -> str:
    return ", ".join(part for part in (posting.understood.title, posting.understood.company) if part) or "this job"
