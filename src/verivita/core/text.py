"""Plain text work: normalising, hashing, folding and splitting in words."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPACE = re.compile(r"[^\S\n]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b-\u200d\u2060]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)


def clean(text: str) -> str:
    """Unicode NFC without control characters, NULs, zero-width marks or lone surrogates; line ends as \\n."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def squeeze(text: str) -> str:
    """`text` with every run of blanks made one blank, newlines included, and both ends stripped."""
    return " ".join(text.split())


def squeeze_lines(text: str) -> str:
    """`text` with runs of blanks made one, trailing blanks gone, and at most one empty line in a row."""
    lines = [_SPACE.sub(" ", line).strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def fold(text: str) -> str:
    """Case-folded text without accents: for comparing, never for showing."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join([c for c in decomposed if c < "\u0300" or not unicodedata.combining(c)]).casefold()


def words(text: str) -> list[str]:
    """The folded words of `text`, in order."""
    return _WORD.findall(fold(text))


def slug(text: str) -> str:
    """Folded words joined by hyphens: `Big & Bold, Inc.` -> `big-bold-inc`."""
    return "-".join(words(text))


def sha256(data: bytes | str) -> str:
    """Lower-case hexadecimal SHA-256 of the bytes, or of the text as UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()
