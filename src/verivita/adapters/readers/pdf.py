"""PDF to text in reading order, through pdfium."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from typing import Any

from verivita.core.errors import Invalid, TooLarge
from verivita.engines.reading.assemble import MAX_CHARACTERS, LooseLine, assemble
from verivita.engines.reading.columns import Row, reading_order
from verivita.engines.reading.furniture import mark_furniture
from verivita.engines.reading.glyphs import DOUBTFUL, ICON, is_symbol_font, plain
from verivita.engines.reading.layout import Glyph, body_size, pieces_of, resolve_ligatures
from verivita.engines.reading.ports import ReadText

MAX_PAGES = 300
_PLAIN: dict[int, str] = {10: "", 13: ""}
"""What code points stand for, as met so far."""
_BOLD_NAMES = ("bold", "black", "heavy", "semibold", "demi")


@dataclass(slots=True)
class _Style:
    """What all glyphs of one font on one line share."""

    base: float
    size: float
    bold: bool
    symbol: bool
    upright: bool
    inside: bool
    """Whether its line lies on the page."""


@dataclass(slots=True)
class _Page:
    """Reads the glyphs of one page."""

    raw: Any
    text: Any
    width: float
    height: float
    origin: tuple[float, float]
    fonts: dict[bytes, tuple[bool, bool]]
    styles: dict[tuple[int | None, float, float], _Style] = field(default_factory=dict)

    def glyphs(self) -> list[Glyph]:
        """All drawn characters in the order in which they are drawn."""
        raw, page = self.raw, self.text
        box = raw.FS_RECTF()
        pointer = ctypes.byref(box)
        get_char, get_box = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        out: list[Glyph] = []
        style: _Style | None = None
        append, shift, edge = out.append, self.origin[0], self.width + 2
        bottom = top = end = 0.0
        for index in range(raw.FPDFText_CountChars(page)):
            code = get_char(page, index)
            if code == 32:
                _add_blank(out)
                end = -1e9
                continue
            text = _PLAIN.get(code)
            if text is None:
                text = _PLAIN[code] = chr(code) if code in DOUBTFUL else plain(code)
            if not text or not get_box(page, index, pointer):
                continue
            left = box.left
            # Inside a word neither font nor size changes, as long as the box stays as high: asking costs more.
            if style is None or box.bottom != bottom or box.top != top or not -2.0 < left - end < 0.5:
                style = self._style(index, box)
                bottom, top = box.bottom, box.top
            end = box.right
            if style is None:
                continue
            low, high = left - shift, end - shift
            if high >= -2 and low <= edge and style.inside:
                if text in "-‐" or text == ICON:
                    _add_sign(out, text, low, high, style)
                else:
                    append(Glyph(text, low, high, style.base, style.size, style.bold))
        resolve_ligatures(out)
        return out

    def _style(self, index: int, box: Any) -> _Style | None:
        """The style of a glyph; None for what pdfium made up itself and for turned text."""
        handle = self.raw.FPDFText_GetTextObject(self.text, index)
        if not handle:
            return None
        font = ctypes.c_void_p.from_buffer(self.raw.FPDFTextObj_GetFont(handle)).value
        key = (font, box.bottom, box.top)
        style = self.styles.get(key)
        if style is None:
            style = self.styles[key] = self._measure(index)
        return style if style.upright else None

    def _measure(self, index: int) -> _Style:
        raw, page = self.raw, self.text
        matrix = raw.FS_MATRIX()
        raw.FPDFText_GetMatrix(page, index, ctypes.byref(matrix))
        x, y = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(page, index, ctypes.byref(x), ctypes.byref(y))
        scale = (matrix.c**2 + matrix.d**2) ** 0.5 or 1.0
        size = raw.FPDFText_GetFontSize(page, index) * scale
        upright = abs(matrix.b) <= 0.3 * abs(matrix.a) + 1e-9
        base = self.height - (y.value - self.origin[1])
        return _Style(base, max(size, 1.0), *self._font(index), upright, -20 < base < self.height + 20)

    def _font(self, index: int) -> tuple[bool, bool]:
        """Whether the glyph's font is bold, and whether it draws symbols."""
        buffer = ctypes.create_string_buffer(128)
        flags = ctypes.c_int()
        self.raw.FPDFText_GetFontInfo(self.text, index, buffer, 128, ctypes.byref(flags))
        name = buffer.value
        if name not in self.fonts:
            words = name.decode("latin-1").lower()
            heavy = any(word in words for word in _BOLD_NAMES) or words.endswith((",b", "-b", "-bd"))
            heavy = heavy or self.raw.FPDFText_GetFontWeight(self.text, index) >= 600
            self.fonts[name] = (heavy, is_symbol_font(words))
        return self.fonts[name]


def _add_sign(out: list[Glyph], text: str, left: float, right: float, style: _Style) -> None:
    if text == ICON and style.symbol:
        text = "•"
    elif text in "-‐" and out and out[-1].text in "-‐" and abs(out[-1].left - left) < 0.1 * style.size:
        return  # a soft hyphen and a hyphen drawn on the same spot
    out.append(Glyph(text, left, right, style.base, style.size, style.bold))


def _add_blank(out: list[Glyph]) -> None:
    """Keep a blank, drawn or seen by pdfium between two words, at the end of the word before it."""
    if out:
        last = out[-1]
        out.append(Glyph(" ", last.right, last.right, last.base, last.size, last.bold))


class PdfReader:
    """Reads PDF files that carry text; pictures of text are refused with `no_text`."""

    media_types = frozenset({"application/pdf"})

    def read(self, data: bytes) -> ReadText:
        """Bytes to text; raises `Invalid` (encrypted, damaged, no_text, too_large)."""
        import pypdfium2
        import pypdfium2.raw as raw

        document = self._open(pypdfium2, raw, data)
        try:
            count = len(document)
            if count == 0:
                raise _damaged()
            if count > MAX_PAGES:
                raise TooLarge(
                    "too_large",
                    f"This PDF has {count} pages; at most {MAX_PAGES} are read.",
                    next="Upload only the pages that matter.",
                )
            return self._read(raw, document, count)
        finally:
            document.close()

    def _open(self, pypdfium2: Any, raw: Any, data: bytes) -> Any:
        try:
            return pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower():
                raise Invalid(
                    "encrypted",
                    "This PDF is locked with a password.",
                    next="Save it without a password and upload it again.",
                ) from None
            raise _damaged() from None

    def _read(self, raw: Any, document: Any, count: int) -> ReadText:
        lines: list[LooseLine] = []
        fonts: dict[bytes, tuple[bool, bool]] = {}
        broken = characters = 0
        for number in range(count):
            try:
                page = document[number]
            except Exception:  # pdfium's own error class is not importable without loading it
                broken += 1
                continue
            got, size = _page_lines(raw, page, number + 1, fonts)
            lines.extend(got)
            page.close()
            characters += size
            if characters > MAX_CHARACTERS:
                raise TooLarge(
                    "too_large", "This PDF holds more than 5 million characters.", next="Upload a shorter part of it."
                )
        if broken == count:
            raise _damaged()
        if not any(c.isalnum() for line in lines for c in line.text):
            raise Invalid(
                "no_text",
                "This PDF holds only pictures, no text that can be read.",
                next="Export it again from the program that made it, or upload a DOCX or text file.",
            )
        warnings = (f"{broken} of {count} pages could not be read.",) if broken else ()
        return assemble(mark_furniture(lines, count), count, "application/pdf", warnings=warnings)


def _page_lines(raw: Any, page: Any, number: int, fonts: dict[bytes, tuple[bool, bool]]) -> tuple[list[LooseLine], int]:
    left, bottom, right, top = page.get_cropbox()
    width, height = max(right - left, 1.0), max(top - bottom, 1.0)
    text = page.get_textpage()
    try:
        glyphs = _Page(raw, text.raw, width, height, (left, bottom), fonts).glyphs()
    finally:
        text.close()
    pieces = pieces_of(glyphs)
    usual = body_size(pieces)
    out: list[LooseLine] = []
    last: Row | None = None
    for row in reading_order(pieces):
        if not row.text:
            continue
        out.append(_loose(row, number, width, height, last, usual))
        last = row
    return _with_icon_bullets(out), len(glyphs)


def _loose(row: Row, number: int, width: float, height: float, last: Row | None, usual: float) -> LooseLine:
    size = max((p.size for p in row.pieces if p.text), default=usual)
    gap = False
    if last is not None:
        step = row.base - last.base
        gap = step < -0.5 * size or step > 1.75 * max(size, usual)
    box = (row.left / width, (row.base - 0.8 * size) / height, row.right / width, (row.base + 0.2 * size) / height)
    weight = sum(len(p.text) for p in row.pieces if p.bold)
    text = (ICON + " " if row.pieces[0].icon else "") + row.text
    bold = weight >= 0.6 * len(row.text)
    return LooseLine(text, number, box, round(size, 2), bold, gap=gap)


def _with_icon_bullets(lines: list[LooseLine]) -> list[LooseLine]:
    """An icon that opens three lines or more on a page, close under each other, is a bullet; else it is dropped."""
    from dataclasses import replace

    opened = [line.text.startswith(ICON) for line in lines]
    lefts = [round((line.box or (0, 0, 0, 0))[0], 2) for line in lines]
    out: list[LooseLine] = []
    for index, line in enumerate(lines):
        if not opened[index]:
            out.append(line)
            continue
        peers = sum(1 for j, o in enumerate(opened) if o and lefts[j] == lefts[index])
        out.append(replace(line, text=line.text.replace(ICON, "•" if peers >= 4 else "").strip()))
    return out


def _damaged() -> Invalid:
    return Invalid(
        "damaged", "This PDF is damaged and cannot be opened.", next="Export it again and upload the new file."
    )
