"""Cut a text in the words that skill names are made of, and give the key under which a run of words is looked up."""

from __future__ import annotations

import re

WORD = re.compile(r"(?:\.(?=(?:net|js)\b))?[^\W_]+(?:\+\+|[+#](?![^\W_]))?")
_GAP = re.compile(r"[ \t\u00a0]*(?:[-\u2010-\u2013'\u2019/&]|\r?\n)?[ \t\u00a0]*")
Token = tuple[str, int, int]


def lower(text: str) -> str:
    """The text in lower case, at the same length, so that positions stay true ("İ".lower() is two characters long)."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def tokens(lowered: str) -> list[Token]:
    """Every word with its start and end: `C++`, `C#`, `.NET` and `.js` keep their signs."""
    return [(m[0], m.start(), m.end()) for m in WORD.finditer(lowered)]


def joint(gap: str) -> str | None:
    """What stands between two words of one name: "/" or "&", "'" or a space; None where a name cannot go on."""
    if gap == " " or not gap:
        return " "
    if len(gap) > 6 or not _GAP.fullmatch(gap):
        return None
    for sign in "/&":
        if sign in gap:
            return sign
    return "'" if "'" in gap or "\u2019" in gap else " "


def key(surface: str) -> str:
    """The look-up key of a name: lower case, hyphens as spaces, `/`, `&` and `'` kept; unknown signs become spaces."""
    low = lower(surface)
    parts: list[str] = []
    last = 0
    for word, start, end in tokens(low):
        if parts:
            parts.append(joint(low[last:start]) or " ")
        parts.append(word)
        last = end
    return "".join(parts)
