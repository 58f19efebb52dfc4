"""The one sentence of a match: how many must-haves are met, which has no proof, and whether a hard stop is hit."""

from __future__ import annotations

from collections.abc import Sequence

from verivita.features.matching.model import HardStop, Pair, WishState

_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NAMED = 3


def sentence(pairs: Sequence[Pair], stops: Sequence[HardStop]) -> str:
    """Two or three short sentences in plain words."""
    return " ".join(filter(None, (_musts(pairs), _stops(stops))))


def _musts(pairs: Sequence[Pair]) -> str:
    musts = [pair for pair in pairs if pair.required and pair.kind in ("skill", "years", "education")]
    if not musts:
        return "The posting names no must-have that we could read."
    open_ones = [pair.label for pair in musts if pair.state is not WishState.MET]
    total, met = len(musts), len(musts) - len(open_ones)
    noun = "must-have" if total == 1 else "must-haves"
    if not open_ones:
        return f"You meet {'the one' if total == 1 else f'all {_count(total)}'} {noun}."
    if met == 0:
        head = f"Your papers prove {'not the one' if total == 1 else f'none of the {_count(total)}'} {noun}."
    else:
        head = f"You meet {_count(met)} of {_count(total)} {noun}."
    return f"{head} {_without_proof(open_ones)}"


def _without_proof(labels: list[str]) -> str:
    if len(labels) == 1:
        return f"The one without proof is {labels[0]}."
    named = labels[:_NAMED]
    rest = len(labels) - len(named)
    shown = ", ".join(named[:-1]) + f" and {named[-1]}" if not rest else ", ".join(named) + f" and {_count(rest)} more"
    return f"Without proof are {shown}."


def _stops(stops: Sequence[HardStop]) -> str:
    hit = [stop.kind for stop in stops if stop.hit]
    if hit:
        kinds = " and ".join(dict.fromkeys(hit))
        return f"A hard stop is hit: {kinds}." if len(hit) == 1 else f"Hard stops are hit: {kinds}."
    return "No hard stop is hit."


def _count(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
