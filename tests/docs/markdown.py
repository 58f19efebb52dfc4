"""Reads the Markdown documents: fenced blocks with their marks, links, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(?P<info>[^`]*)$")
SHELL = {"console", "bash", "sh", "shell"}


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its document, first line, language, mark (the second word after the fence) and text."""

    document: str
    line: int
    language: str
    mark: str
    text: str
    before: str

    @property
    def commands(self) -> list[str]:
        """The commands of a shell block: lines after `$ `, with continued lines joined."""
        joined = self.text.replace("\\\n", " ")
        return [line[2:].strip() for line in joined.splitlines() if line.startswith("$ ")]

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


def documents() -> list[Path]:
    """Every Markdown document that a reader meets: the root and docs/, without samples."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(path for path in found if "samples" not in path.parts)


def name(path: Path) -> str:
    """The path below the root."""
    return path.relative_to(ROOT).as_posix()


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a document; an unclosed fence is an error."""
    found: list[Block] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    start, info = -1, ""
    for number, line in enumerate(lines):
        if start < 0 and (match := FENCE.match(line.strip())):
            start, info = number, match["info"]
        elif start >= 0 and line.strip() == "```":
            language, _, mark = info.strip().partition(" ")
            text = "\n".join(lines[start + 1 : number])
            before = next((earlier for earlier in reversed(lines[:start]) if earlier.strip()), "")
            found.append(Block(name(path), start + 1, language, mark.strip(), text, before.strip()))
            start = -1
    assert start < 0, f"{name(path)}: the block that begins on line {start + 1} is not closed"
    return found


def prose(path: Path) -> str:
    """A document without its fenced blocks and inline code."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def links(path: Path) -> list[str]:
    """Targets of links and images."""
    return re.findall(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)", prose(path))


def anchors(path: Path) -> set[str]:
    """Anchors that the headings of a document get on the usual hosts."""
    found = set()
    for title in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", path.read_text(encoding="utf-8"), flags=re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).lower())
        found.add(plain.replace(" ", "-"))
    return found
