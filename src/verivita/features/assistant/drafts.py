"""What can be written for one job without a model: from the person's own lines and the posting's own words; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from verivita.core.text import squeeze
from verivita.features.answers import Answer
from verivita.features.assistant.sheet import Sheet, of_paper, title_of
from verivita.features.library import Evidence
from verivita.features.matching import Match, Pair, WishState
from verivita.features.postings import Posting, Quote

MOST_LINES, MOST_GAPS, MOST_WISHES = 6, 6, 10
ASKED = ("skill", "years", "education", "duty")


@dataclass(frozen=True, slots=True)
class Brief:
    """What a text for one job is made from. `stored` is False where the job's text was only shown to us."""

    posting: Posting
    stored: bool
    match: Match
    lines: tuple[Evidence, ...]
    name: str = ""
    verify: bool = True


def tailor(brief: Brief) -> Answer:
    """Which own lines to put first for this job, word for word, and what it asks for that no line shows."""
    sheet = Sheet(brief.posting, brief.stored)
    best = proving(brief.match, brief.lines)
    sheet.say(f"For {title_of(brief.posting)}. {brief.match.sentence}")
    if best:
        sheet.say("\nPut these lines of your resume first, as they are:")
        for line, labels in best[:MOST_LINES]:
            sheet.prove(f"- {squeeze(line.text)}", [of_paper(line)])
            sheet.say(f"  shows: {', '.join(labels)}")
    gaps(sheet, brief.match)
    return sheet.answer()


def email(brief: Brief) -> Answer:
    """A short letter of application: the job's name, the lines that prove most, nothing else."""
    sheet = Sheet(brief.posting, brief.stored)
    best = proving(brief.match, brief.lines)[:3]
    sheet.say(opening(brief.posting))
    if best:
        sheet.say("From my resume, what you ask for:")
        for line, _ in best:
            sheet.prove(f"- {squeeze(line.text)}", [of_paper(line)])
        sheet.say("\nI would be glad to tell you more.")
    else:
        sheet.say("[Nothing in your papers proves what they ask for. Add a line of your own here.]")
    sheet.say(closing(brief.name))
    return sheet.answer()


def interview(brief: Brief) -> Answer:
    """Questions to expect: each thing they ask for, with the own line that answers it, or that there is none."""
    sheet = Sheet(brief.posting, brief.stored)
    sheet.say(f"Questions to expect for {title_of(brief.posting)}. {brief.match.sentence}")
    for pair, quote in wishes(brief.match):
        sheet.say()
        sheet.prove(f"They ask: “{squeeze(quote.text)}”", [sheet.asked(quote)])
        own = shown(pair, brief.lines)
        if own:
            sheet.say(f"Expect: {question_of(pair)} Your proof:")
            sheet.prove(squeeze(own[0].text), [of_paper(own[0])])
        else:
            sheet.say(unproved(pair))
    return sheet.answer()


def opening(posting: Posting) -> str:
    """Subject, greeting and first sentence of a letter."""
    item = posting.understood
    at = f" at {item.company}" if item.company else ""
    return f"Subject: {item.title or 'Your opening'}\n\nHello,\n\nI am writing about your opening {item.title}{at}."


def closing(name: str) -> str:
    """How a letter ends."""
    return f"\nKind regards,\n{name or '[your name]'}"


def wishes(match: Match) -> list[tuple[Pair, Quote]]:
    """What they ask for, each once with the words that do: must-haves first, of these what the papers show least."""
    order = {WishState.NOT_MET: 0, WishState.PARTLY: 1, WishState.MET: 2, WishState.NOT_SAID: 3}
    found: dict[tuple[int, int], tuple[Pair, Quote]] = {}
    for pair in sorted(match.pairs, key=lambda p: (not p.required, order[p.state])):
        if pair.kind in ASKED and pair.asked is not None:
            found.setdefault((pair.asked.start, pair.asked.end), (pair, pair.asked))
    return list(found.values())[:MOST_WISHES]


def shown(pair: Pair, lines: Sequence[Evidence]) -> list[Evidence]:
    """The own lines that meet a wish, best first; none where it is not met."""
    return whole(pair, lines) if pair.state in (WishState.MET, WishState.PARTLY) else []


def unproved(pair: Pair) -> str:
    """What to do about a wish that no line meets."""
    return f"Expect a question on {squeeze(pair.label)}. Your papers show nothing of it: have an honest answer."


def question_of(pair: Pair) -> str:
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
    """The own lines that meet something the job asks for, with what they meet; must-haves count double, best first.

    A list of skills names more than a line of work ever does and proves less, so it comes after those.
    """
    found: dict[tuple[UUID, int], tuple[Evidence, list[str], float]] = {}
    for pair in match.pairs:
        if pair.kind not in ("skill", "duty"):
            continue
        for line in shown(pair, lines)[:3]:
            place = _place(line)
            known = found.get(place, (line, [], 0.0))
            label = squeeze(pair.label)
            if label not in known[1]:
                found[place] = (line, [*known[1], label], known[2] + (2.0 if pair.required else 1.0))
    told = {_place(line) for line in lines}
    ordered = sorted(found.values(), key=lambda item: (_place(item[0]) not in told, -item[2], item[0].span.start))
    return [(line, labels) for line, labels, _ in ordered]


def whole(pair: Pair, lines: Sequence[Evidence]) -> list[Evidence]:
    """The whole lines around what shows a wish; a word in a list of skills comes last."""
    told: dict[tuple[UUID, int], Evidence] = {}
    listed: dict[tuple[UUID, int], Evidence] = {}
    for item in pair.shown:
        around = (
            line
            for line in lines
            if line.document_id == item.document_id and line.span.start <= item.span.start < line.span.end
        )
        line = next(around, None)
        if line is not None:
            told.setdefault(_place(line), line)
        else:
            listed.setdefault(_place(item), item)
    return [*_longest(told.values()), *_longest(listed.values())]


def _longest(lines: Iterable[Evidence]) -> list[Evidence]:
    """Whole lines before bare words."""
    return sorted(lines, key=lambda line: -min(len(line.text), 40))


def _place(line: Evidence) -> tuple[UUID, int]:
    return line.document_id, line.span.start


def gaps(sheet: Sheet, match: Match) -> None:
    """What is asked for and shown by no line, with the words that ask for it."""
    gaps = [p for p in match.pairs if p.state is WishState.NOT_MET and p.required and p.asked is not None]
    if gaps:
        sheet.say("\nNot in your papers, so it stays out:")
    for pair in gaps[:MOST_GAPS]:
        assert pair.asked is not None
        sheet.prove(f"- {pair.label}: they ask “{squeeze(pair.asked.text)}”", [sheet.asked(pair.asked)])
