"""HTML, Markdown and plain text to lines."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Any

from verivita.core.errors import UnsupportedType
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.glyphs import ICON, plain
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sniff import HTML, JSON, MARKDOWN, PLAIN, sniff, utf16_without_bom

_DROPPED = {"script", "style", "template", "noscript", "svg", "iframe", "object", "head", "select", "button"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "nav", "ol", "p", "pre", "section", "table",
    "tbody", "tr", "ul", "summary", "details",
}  # fmt: skip
_GAPS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "ul", "ol", "table"}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)


class MarkupReader:
    """Reads HTML, Markdown and plain text in any common encoding."""

    media_types = frozenset({HTML, MARKDOWN, PLAIN})

    def read(self, data: bytes) -> ReadText:
        """Bytes to text; raises `Invalid` (empty, wrong_type)."""
        kind = sniff(data)
        if kind == JSON:
            kind = PLAIN
        if kind not in self.media_types:
            raise UnsupportedType("wrong_type", "This is no text file.", next="Upload a PDF, DOCX, HTML or text file.")
        text, warnings = decode(data)
        if kind == HTML:
            lines = list(_html_lines(text))
        elif kind == MARKDOWN:
            lines = list(_markdown_lines(text))
        else:
            lines = list(_plain_lines(text))
        return assemble(lines, 1, kind, warnings=warnings)


def decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    """Bytes to text by BOM, declared charset, UTF-8, else Windows-1252; with a warning where bytes were guessed."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), ()
    wide = utf16_without_bom(data)
    if wide is not None:
        return data.decode(wide, "replace"), ()
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    declared = _CHARSET.search(data[:4096])
    if declared is not None:
        try:
            return data.decode(declared.group(1).decode("ascii")), ()
        except (LookupError, UnicodeDecodeError):
            pass
    warning = ("Some characters were not valid UTF-8; they were read as well as could be guessed.",)
    return data.decode("utf-8", "windows-1252-for-bad-bytes"), warning


def _one_by_one(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 read as Windows-1252, and only those: files glued from two sources have both."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "ignore"), error.end


codecs.register_error("windows-1252-for-bad-bytes", _one_by_one)


def _tidy(text: str) -> str:
    out = "".join(c if " " <= c < "\x7f" or c in "\n\t" else plain(ord(c)) for c in text)
    return out.replace(ICON, "•")


_ESCAPED = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")


def _unescaped(text: str) -> str:
    r"""`\xe2\x80\xa2`, left by a program that wrote bytes as a literal, -> the character that they stand for."""
    return _ESCAPED.sub(lambda m: bytes.fromhex(m.group().replace("\\x", "")).decode("utf-8", "ignore"), text)


def _plain_lines(text: str) -> Iterator[LooseLine]:
    gap = False
    for page, sheet in enumerate(_unescaped(text).replace("\r\n", "\n").replace("\r", "\n").split("\f"), start=1):
        for raw in sheet.split("\n"):
            line = _tidy(raw).rstrip()
            if not line.strip():
                gap = True
                continue
            for words, apart in _unfolded(line.strip()):
                yield LooseLine(words, page=page, gap=gap or apart)
                gap = False


# After a year, two blanks before another date are no line's end: the dash between them was lost.
_FOLDED = re.compile(
    r"(?<!\d\d\d\d)[ \t]{2,}"
    r"|(?<=\d\d\d\d)[ \t]{2,}(?!(?:[A-Za-z]{3,9}\.?\s+)?(?:19|20)\d\d|present|current)"
    r"|\s+(?=[•▪●◦])",
    re.IGNORECASE,
)


def _unfolded(line: str) -> Iterator[tuple[str, bool]]:
    """A line, or the lines that a converter folded into one: two blanks stand for a line's end, more for a gap."""
    breaks = list(_FOLDED.finditer(line)) if len(line) > 300 else []
    if len(breaks) < 4:
        yield re.sub(r" {3,}", "\t", line), False
        return
    at, apart = 0, False
    for match in breaks:
        if line[at : match.start()].strip():
            yield line[at : match.start()].strip(), apart
            apart = False
        apart = apart or len(match.group()) >= 4
        at = match.end()
    if line[at:].strip():
        yield line[at:].strip(), apart


_INLINE = (
    (re.compile(r"!\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)[^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`]+)`"), r"\1"),
    (re.compile(r"<(https?://[^>\s]+|[\w.+-]+@[\w.-]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), ""),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|])"), r"\1"),
)
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$|^\s*\|?(?:\s*:?-{3,}:?\s*\|)+\s*:?-*:?\s*$")
_ATX = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"^\s*[-*+]\s+")


def _markdown_lines(text: str) -> Iterator[LooseLine]:
    gap = False
    lines = text.replace("\r\n", "\n").split("\n")
    for index, raw in enumerate(lines):
        if not raw.strip() or _RULE.match(raw):
            gap = True
            continue
        below = lines[index + 1] if index + 1 < len(lines) else ""
        level, words = 0, raw.strip()
        atx = _ATX.match(words)
        if atx is not None:
            level, words = len(atx.group(1)), atx.group(2)
        elif re.fullmatch(r"\s*={3,}\s*|\s*-{3,}\s*", below) and len(words) < 80:
            level = 1 if "=" in below else 2
        bold = re.fullmatch(r"(\*\*|__)[^*_]+\1:?", words) is not None
        words = _ITEM.sub("• ", words) if level == 0 else words
        if words.startswith("|") and words.endswith("|"):
            words = "\t".join(cell.strip() for cell in words.strip("|").split("|"))
        for pattern, put in _INLINE:
            words = pattern.sub(put, words)
        yield LooseLine(_tidy(words), bold=bold or level > 0, heading=level, gap=gap or level > 0)
        gap = False


def _html_lines(text: str) -> Iterator[LooseLine]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    walker = _Html()
    if tree.body is not None:
        walker.walk(tree.body, 0)
    walker.flush()
    yield from walker.lines


class _Html:
    """Collects the visible text of a page, one line a block."""

    def __init__(self) -> None:
        self.lines: list[LooseLine] = []
        self._words: list[str] = []
        self._gap = False
        self._heading = 0
        self._bullet = False
        self._strong = 0
        self._letters = 0

    def flush(self) -> None:
        """End the line that is being collected."""
        for part in "".join(self._words).split("\n"):
            cells = [" ".join(cell.split()) for cell in part.split("\t")]
            line = "\t".join(cell for cell in cells if cell)
            if line:
                words = f"• {line}" if self._bullet else line
                bold = self._heading > 0 or (self._letters > 0 and self._strong >= 0.8 * self._letters)
                self.lines.append(LooseLine(_tidy(words), bold=bold, heading=self._heading, gap=self._gap))
                self._gap = self._bullet = False
        self._words = []
        self._strong = self._letters = 0

    def walk(self, node: Any, depth: int, strong: bool = False) -> None:
        """Visit a node and all below it; nothing deeper than 200 levels."""
        if depth > 200:
            return
        child = node.child
        while child is not None:
            tag = child.tag
            if tag == "-text":
                self._text(child.text(deep=False) or "", strong)
            elif tag == "br":
                self._words.append("\n")
            elif tag in ("td", "th"):
                self.walk(child, depth + 1, strong or tag == "th")
                self._words.append("\t")
            elif tag in _BLOCKS and not _hidden(child):
                self._block(child, tag, depth, strong)
            elif not tag.startswith(("-", "_", "!")) and tag not in _DROPPED and not _hidden(child):
                self.walk(child, depth + 1, strong or tag in ("b", "strong"))
            child = child.next

    def _text(self, text: str, strong: bool) -> None:
        words = re.sub(r"\s+", " ", text)
        self._words.append(words)
        self._letters += len(words.strip())
        if strong:
            self._strong += len(words.strip())

    def _block(self, node: Any, tag: str, depth: int, strong: bool) -> None:
        self.flush()
        self._gap = self._gap or tag in _GAPS
        if tag == "li":
            self._bullet = True
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._heading = int(tag[1])
        self.walk(node, depth + 1, strong)
        self.flush()
        self._heading = 0
        self._gap = self._gap or tag in _GAPS


def _hidden(node: Any) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return bool(_HIDDEN.search(attributes.get("style") or ""))
