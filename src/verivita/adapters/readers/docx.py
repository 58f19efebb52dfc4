"""DOCX to text through python-docx: paragraphs and tables in order, lists, text boxes, headers and footers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from verivita.core.errors import Invalid, TooLarge, UnsupportedType
from verivita.engines.reading.assemble import LooseLine, assemble
from verivita.engines.reading.glyphs import ICON, bullet_length, plain
from verivita.engines.reading.ports import ReadText
from verivita.engines.reading.sniff import DOCX

MAX_ENTRIES = 5_000
MAX_UNPACKED = 150_000_000
MAX_RATIO = 250
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


class DocxReader:
    """Reads Word files of the Office Open XML kind."""

    media_types = frozenset({DOCX})

    def read(self, data: bytes) -> ReadText:
        """Bytes to text; raises `Invalid` (encrypted, damaged, empty, too_large, wrong_type)."""
        guard(data)
        import docx

        try:
            document = docx.Document(io.BytesIO(data))
            lines = list(_Document(document).lines())
        except (Invalid, MemoryError):
            raise
        except Exception:  # python-docx and lxml raise many kinds for a broken package
            raise _damaged() from None
        return assemble(lines, 1, DOCX)


def guard(data: bytes) -> None:
    """Refuse an archive that would unpack to something huge, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise _damaged() from None
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 20_000):
        raise TooLarge(
            "too_large",
            "This file unpacks to far more than a document needs.",
            next="Save the document again and upload the new file.",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise Invalid(
            "encrypted", "This file is locked with a password.", next="Save it without a password and upload it again."
        )
    if not any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise UnsupportedType("wrong_type", "This is no Word document.", next="Upload a PDF, DOCX, HTML or text file.")


class _Document:
    """Walks one document in the order in which it is read."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._styles = {style.style_id: style for style in document.styles if getattr(style, "style_id", None)}
        self._gap = False

    def lines(self) -> Iterator[LooseLine]:
        """Headers that name the person, the body, then footers as furniture."""
        yield from self._edge("header")
        yield from self._blocks(self._document.element.body)
        for line in self._edge("footer"):
            yield LooseLine(line.text, furniture=True)

    def _edge(self, name: str) -> Iterator[LooseLine]:
        seen: set[str] = set()
        for section in self._document.sections:
            for kind in (f"first_page_{name}", name):
                part = getattr(section, kind, None)
                if part is None or part.is_linked_to_previous:
                    continue
                for line in self._blocks(part._element):
                    if line.text not in seen:
                        seen.add(line.text)
                        yield line

    def _blocks(self, parent: Any) -> Iterator[LooseLine]:
        for element in parent:
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                yield from self._table(element)
            elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}smartTag", f"{_W}customXml"):
                yield from self._blocks(element)

    def _table(self, table: Any) -> Iterator[LooseLine]:
        """A table of short cells is read row by row, a table used for layout cell by cell."""
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue
            cells = [list(self._blocks(cell)) for cell in _cells(row)]
            cells = [cell for cell in cells if any(line.text.strip() for line in cell)]
            if cells and all(len(cell) == 1 and len(cell[0].text) < 90 for cell in cells):
                text = "\t".join(cell[0].text for cell in cells)
                yield LooseLine(text, bold=all(c[0].bold for c in cells), size=cells[0][0].size, gap=cells[0][0].gap)
            else:
                for cell in cells:
                    yield from cell

    def _paragraph(self, element: Any) -> Iterator[LooseLine]:
        runs = list(_runs(element))
        text = "".join(run_text for _, run_text in runs)
        boxes = [box for box in element.iter(f"{_W}txbxContent") if not _in_fallback(box)]
        if not text.strip():
            self._gap = True
        else:
            heading, listed = self._style_of(element)
            bold, size = self._look(runs)
            for number, part in enumerate(text.split("\n")):
                if not part.strip():
                    continue
                words = part.strip()
                if listed and number == 0 and not bullet_length(words):
                    words = f"• {words}"
                yield LooseLine(words, size=size, bold=bold, heading=heading, gap=self._gap or heading > 0)
                self._gap = False
        for box in boxes:
            yield from self._blocks(box)

    def _style_of(self, element: Any) -> tuple[int, bool]:
        """Level of the heading (0 for none) and whether the paragraph is an item of a list."""
        style_id = element.find(f"{_W}pPr/{_W}pStyle")
        style = self._styles.get(style_id.get(f"{_W}val")) if style_id is not None else None
        name = (style.name or "").lower() if style is not None else ""
        numbered = element.find(f"{_W}pPr/{_W}numPr") is not None or name.startswith("list")
        if name == "title":
            return 1, False
        if name.startswith("heading"):
            digits = name.removeprefix("heading").strip()
            return (min(int(digits), 6) if digits.isdigit() else 1), False
        return 0, numbered

    def _look(self, runs: list[tuple[Any, str]]) -> tuple[bool, float | None]:
        bold = sizes = total = 0
        size: float | None = None
        for run, text in runs:
            letters = len(text.strip())
            if not letters:
                continue
            total += letters
            mark = run.find(f"{_W}rPr/{_W}b")
            if mark is not None and mark.get(f"{_W}val") not in ("0", "false"):
                bold += letters
            half = run.find(f"{_W}rPr/{_W}sz")
            value = half.get(f"{_W}val", "") if half is not None else ""
            if value.isdigit() and letters > sizes:
                sizes, size = letters, int(value) / 2
        return bold >= 0.8 * total > 0, size


def _cells(row: Any) -> Iterator[Any]:
    for element in row:
        if element.tag == f"{_W}tc":
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _cells(element)


def _in_fallback(element: Any) -> bool:
    return any(parent.tag == f"{_MC}Fallback" for parent in element.iterancestors())


def _runs(element: Any) -> Iterator[tuple[Any, str]]:
    """The runs of a paragraph with their text; text boxes inside, deleted text and field codes are left out."""
    for child in element:
        if child.tag == f"{_W}r":
            yield child, _run_text(child)
        elif child.tag in (
            f"{_W}hyperlink",
            f"{_W}ins",
            f"{_W}smartTag",
            f"{_W}sdt",
            f"{_W}sdtContent",
            f"{_W}fldSimple",
        ):
            yield from _runs(child)


def _run_text(run: Any) -> str:
    if run.find(f"{_W}rPr/{_W}vanish") is not None:
        return ""
    out: list[str] = []
    for child in run:
        if child.tag == f"{_W}t":
            out.append("".join(_letter(c) for c in child.text or ""))
        elif child.tag in (f"{_W}tab", f"{_W}ptab"):
            out.append("\t")
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            out.append("\n")
        elif child.tag == f"{_W}noBreakHyphen":
            out.append("-")
        elif child.tag == f"{_W}sym":
            out.append("•")
    return "".join(out)


def _letter(character: str) -> str:
    if " " <= character < "\x7f":
        return character
    text = plain(ord(character))
    return "•" if text == ICON else text


def _damaged() -> Invalid:
    return Invalid(
        "damaged", "This DOCX file is damaged and cannot be opened.", next="Save it again and upload the new file."
    )
