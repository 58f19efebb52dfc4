"""What odd characters of a file mean: ligatures, icon fonts, soft hyphens, glyph names."""

from __future__ import annotations

import re

# TeX text encodings put ligatures where Unicode has control characters; fonts without a map leave them so.
_LIGATURES = {
    0x0B: "ff",
    0x0C: "fi",
    0x0E: "ffi",
    0x0F: "ffl",
    0x1B: "ff",
    0x1C: "fi",
    0x1D: "fl",
    0x1E: "ffi",
    0x1F: "ffl",
    0xFB00: "ff",
    0xFB01: "fi",
    0xFB02: "fl",
    0xFB03: "ffi",
    0xFB04: "ffl",
    0xFB05: "st",
    0xFB06: "st",
}
DOUBTFUL = frozenset({0x1B, 0x1E})
"""Codes that two common encodings use for different ligatures: ff and ffi, or fi and fl."""
_HYPHENS = {0x02, 0xAD, 0xFFFE}
_BLANKS = {0x09, 0x20, 0xA0, 0x1680, 0x202F, 0x205F, 0x3000, *range(0x2000, 0x200B)}
_NOTHING = {0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFD, 0xFFFF}
# Bullets of the Symbol and Wingdings fonts as they come out of PDF and DOCX.
_SYMBOL_FONTS = ("symbol", "dingbats", "wingding", "webding", "marlett")
_ICON_NAMES = re.compile(r"\\fa[A-Z][A-Za-z]*\*?\s*:?\s?|(?<![\w/])/(?:[a-z]+-)+[a-z]+(?:-alt)?(?![\w/])")
ICON = "\ue000"
"""Stands for any icon while a page is laid out; never part of a text given out."""
_BULLET_START = re.compile(r"^[•◦▪▸►‣⁃∙·●○■□◆◇❖➢➤→✓✔–—\-*»›¤§o]\s+(?=\S)|^[•◦▪▸►‣⁃●○■□◆◇❖➢➤·](?=\S)")


def plain(code: int) -> str:
    """The text that a code point stands for: a ligature's letters, a blank, "-", `ICON`, or "" for nothing."""
    if 0x20 < code < 0x7F:
        return chr(code)
    if code in _LIGATURES:
        return _LIGATURES[code]
    if code in _HYPHENS:
        return "-"
    if code in _BLANKS:
        return " "
    if 0xE000 <= code <= 0xF8FF or 0xF0000 <= code <= 0x10FFFD:
        return ICON
    if code in _NOTHING or code < 0x20 or code == 0x7F or 0xD800 <= code < 0xE000:
        return ""
    return chr(code)


def is_symbol_font(name: str) -> bool:
    """Whether a font's pictures are meant as bullets (Symbol, Wingdings), not as icons with a meaning of their own."""
    low = name.lower()
    return any(word in low for word in _SYMBOL_FONTS)


def without_icon_names(text: str) -> str:
    r"""`text` without names of icons that a font or an ActualText left in it (`\faTrophy`, `/birthday-cake`)."""
    if "\\fa" not in text and "/" not in text:
        return text
    return _ICON_NAMES.sub("", text)


_MOJIBAKE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u017d-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)
_C1 = re.compile("[\u0080-\u009f]|Â(?=\\s|$)|(?<=\\s)Â(?=\\S)")


def mended(text: str) -> str:
    """`text` with UTF-8 that was once read as Windows-1252 put right (`â€“` -> `–`), where that is certain."""
    if text.isascii():
        return text
    # U+FF0D loses its last byte on that way: 0x8D stands for nothing in Windows-1252.
    return _C1.sub("", _MOJIBAKE.sub(_mend, text)).replace("ï¼ ", "- ")


def _mend(match: re.Match[str]) -> str:
    found = match.group()
    for end in range(len(found), 1, -1):
        try:
            right = b"".join(_byte(c) for c in found[:end]).decode("utf-8")
        except UnicodeError:
            continue
        return right.replace("\xa0", " ") + found[end:]
    return found


def _byte(character: str) -> bytes:
    return bytes([ord(character)]) if ord(character) < 256 else character.encode("cp1252")


def bullet_length(text: str) -> int:
    """How many characters of a line's start are its bullet mark and the blanks after it; 0 when it has none."""
    match = _BULLET_START.match(text)
    if match is None:
        return 0
    end = match.end()
    while end < len(text) and text[end] in " \t":
        end += 1
    return end
