"""The query as a working sheet: folded text with a way back to the person's own characters, and what was read of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from verivita.features.search.model import Reading

_WORD = re.compile(r"[^\W\d_]{6,}")


@dataclass(frozen=True, slots=True)
class Wish:
    """One reading of the query as a filter: `value` is what the filter field takes."""

    reading: Reading
    value: str | int
    start: int
    end: int


class Sheet:
    """Folded text (`flat`) in which every character knows where it came from; spans that were read are blanked.

    Offsets of `take`, `shield` and `drop` are those of `flat`; a blanked character is "\\x00", so that no pattern
    reads the same words twice and none reaches over a hole.
    """

    def __init__(self, query: str, spelling: dict[str, str]) -> None:
        self.query = query
        self._shielded: list[tuple[int, int]] = []
        self.wishes: list[Wish] = []
        self.unused: list[tuple[int, Reading]] = []
        letters: list[str] = []
        back: list[int] = []
        for index, char in enumerate(query):
            for piece in _plain(char):
                letters.append(piece)
                back.append(index)
        flat = "".join(letters)
        self.flat, self._back = _spell(flat, back, spelling)
        self._back.append(len(query))
        self._left = [True] * len(query)

    def words(self, start: int, end: int) -> str:
        """The person's own words behind a span of `flat`."""
        return self.query[self._back[start] : self._origin_end(end)]

    def read(self, field: str, value: str | int, reading: str, start: int, end: int, *, keep: bool = False) -> None:
        """Note a filter, and blank the words that say it; `keep` leaves them in the text to search for."""
        said = self.words(start, end)
        self.wishes.append(
            Wish(Reading(field, said, str(value), reading), value, self._back[start], self._origin_end(end))
        )
        if keep:
            self.shield(start, end)
        else:
            self.blank(start, end)

    def drop(self, field: str, why: str, start: int, end: int) -> None:
        """Note words that are not used, and blank them."""
        self.unused.append((self._back[start], Reading(field, self.words(start, end), "", why)))
        self.blank(start, end)

    def blank(self, start: int, end: int) -> None:
        """Take the words out of the text to search for."""
        for index in range(self._back[start], self._origin_end(end)):
            self._left[index] = False
        self.flat = self.flat[:start] + "\x00" * (end - start) + self.flat[end:]

    def shield(self, start: int, end: int) -> None:
        """Hide words from every later pattern, but leave them in the text to search for."""
        self.flat = self.flat[:start] + "\x01" * (end - start) + self.flat[end:]

    def rest(self) -> list[tuple[int, str]]:
        """The pieces of the query that nothing has taken, each with its start."""
        pieces: list[tuple[int, str]] = []
        start: int | None = None
        for index, left in enumerate([*self._left, False]):
            if left and start is None:
                start = index
            elif not left and start is not None:
                pieces.append((start, self.query[start:index]))
                start = None
        return pieces

    def _origin_end(self, end: int) -> int:
        return self._back[end - 1] + 1 if end else 0


def _plain(char: str) -> str:
    """One character folded: accents gone, small; never empty, so that offsets stay in step."""
    if char < "\x80":
        return " " if char < " " else char.lower()
    folded = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)).lower()
    return {"’": "'", "–": "-", "—": "-", "ø": "o", "ł": "l"}.get(char.lower(), folded or " ")


def _spell(flat: str, back: list[int], spelling: dict[str, str]) -> tuple[str, list[int]]:
    """Put known words in place of their misspellings; the new characters point at the old word."""
    parts: list[str] = []
    origin: list[int] = []
    done = 0
    for found in _WORD.finditer(flat):
        right = spelling.get(found.group())
        if right is None:
            continue
        start, end = found.span()
        parts += [flat[done:start], right]
        origin += back[done:start] + [back[min(start + i, end - 1)] for i in range(len(right) - 1)] + [back[end - 1]]
        done = end
    return "".join(parts) + flat[done:], origin + back[done:]


def misspellings(words: tuple[str, ...]) -> dict[str, str]:
    """Each word's likely slips of six letters or more: two letters swapped, one left out, one doubled or put in wrongly
    by repeating its neighbour (Damerau 1964, without substitutions, which make real words)."""
    slips: dict[str, str] = {}
    for word in words:
        for i in range(1, len(word)):
            slips.setdefault(word[:i] + word[i + 1 :], word)
            slips.setdefault(word[:i] + word[i] + word[i:], word)
            if i + 1 < len(word):
                slips.setdefault(word[:i] + word[i + 1] + word[i] + word[i + 2 :], word)
    return {slip: word for slip, word in slips.items() if slip not in words and len(slip) > 5}
