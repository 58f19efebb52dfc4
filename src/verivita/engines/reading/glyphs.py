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
    if code in _NOTHING or code < 0x20 or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xE000:
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


def bullet_length(text: str) -> int:
    """How many characters of a line's start are its bullet mark and the blanks after it; 0 when it has none."""
    match = _BULLET_START.match(text)
    if match is None:
        return 0
    end = match.end()
    while end < len(text) and text[end] in " \t":
        end += 1
    return end
