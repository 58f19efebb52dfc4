"""What a model wrote for a job -> a draft in which every sentence is checked; what does not stand is struck; pure."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from verivita.core.text import squeeze
from verivita.features.assistant import drafts
from verivita.features.assistant.drafts import Brief
from verivita.features.assistant.material import Material, cleaned
from verivita.features.assistant.shapes import Expected, Letter, Rehearsal, Sentence, Tailored
from verivita.features.assistant.sheet import Sheet, of_paper, title_of

_LONGEST = 500
"""Characters of a sentence: a longer one is no sentence."""
_MOST_SENTENCES = 8


def penned(brief: Brief, material: Material, made: BaseModel) -> Sheet:
    """The draft of what a model made; `stood` says how many of its sentences are in it."""
    sheet = Sheet(brief.posting, brief.stored)
    match made:
        case Letter():
            _letter(sheet, brief, material, made)
        case Tailored():
            _tailored(sheet, brief, material, made)
        case Rehearsal():
            _rehearsed(sheet, brief, material, made)
    return sheet


def written(made: BaseModel) -> list[tuple[str, Sequence[int]]]:
    """Every sentence of a model that is checked, as it is checked, with the own lines that it names."""
    match made:
        case Letter():
            return _sentences(made.sentences)
        case Tailored():
            lines = [(cleaned(item.text)[:_LONGEST], [item.line]) for item in made.lines]
            return [*_sentences(made.summary[:2]), *lines]
        case Rehearsal():
            return [pair for question in made.questions for pair in _sentences(question.answer)]
    return []


def _letter(sheet: Sheet, brief: Brief, material: Material, made: Letter) -> None:
    """Subject, greeting and end are ours; between them stands what the own lines bear out."""
    sheet.say(drafts.opening(brief.posting))
    body = _standing(sheet, material, made.sentences)
    sheet.say("\n" + " ".join(body))
    sheet.say("\nI would be glad to tell you more.")
    sheet.say(drafts.closing(brief.name))


def _tailored(sheet: Sheet, brief: Brief, material: Material, made: Tailored) -> None:
    """Each line in new words where they say no more than the old ones, else in its own."""
    sheet.say(f"For {title_of(brief.posting)}. {brief.match.sentence}")
    if summary := _standing(sheet, material, made.summary[:2]):
        sheet.say("\nFor the top of your resume:")
        sheet.say(" ".join(summary))
    sheet.say("\nPut these lines of your resume first:")
    numbers = dict.fromkeys(item.line for item in made.lines if 1 <= item.line <= len(material.lines))
    worded = {item.line: item.text for item in reversed(made.lines)}
    for number in list(numbers)[: drafts.MOST_LINES]:
        own = material.lines[number - 1]
        said = cleaned(worded[number])[:_LONGEST]
        text = sheet.written(said, material.judged(said, [number])) if said else ""
        if text:
            sheet.say(f"- {text}")
        else:
            sheet.prove(f"- {squeeze(own.evidence.text)}", [of_paper(own.evidence)])
        if own.meets:
            sheet.say(f"  shows: {', '.join(own.meets)}")
    drafts.gaps(sheet, brief.match)


def _rehearsed(sheet: Sheet, brief: Brief, material: Material, made: Rehearsal) -> None:
    """For each wish a question and what the own lines answer; where they answer nothing, that is said."""
    sheet.say(f"Questions to expect for {title_of(brief.posting)}. {brief.match.sentence}")
    by_wish: dict[int, Expected] = {}
    for item in made.questions:
        by_wish.setdefault(item.wish, item)
    for number, (pair, quote) in enumerate(drafts.wishes(brief.match), 1):
        expected = by_wish.get(number, Expected(wish=number, question=""))
        sheet.say()
        sheet.prove(f"They ask: “{squeeze(quote.text)}”", [sheet.asked(quote)])
        own = drafts.shown(pair, brief.lines)
        if not own:
            sheet.say(drafts.unproved(pair))
            continue
        question = cleaned(expected.question)
        if not material.asks_only(question, brief.posting, quote):
            question = drafts.question_of(pair)
        sheet.say(f"Expect: {question}")
        answer = _standing(sheet, material, expected.answer)
        if answer:
            sheet.say(" ".join(answer))
        else:
            sheet.prove(squeeze(own[0].text), [of_paper(own[0])])


def _standing(sheet: Sheet, material: Material, said: Sequence[Sentence]) -> list[str]:
    """The sentences that the own lines bear out, with their marks; the others are struck."""
    kept = [sheet.written(text, material.judged(text, lines)) for text, lines in _sentences(said) if text]
    return [text for text in kept if text]


def _sentences(said: Sequence[Sentence]) -> list[tuple[str, Sequence[int]]]:
    return [(cleaned(item.text)[:_LONGEST], item.lines) for item in said[:_MOST_SENTENCES]]
