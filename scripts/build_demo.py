"""Make the example person's resume as PDF and DOCX from its Markdown source.

Needs `typst` for the PDF (not a dependency of the product: `pip install typst`) and python-docx for the DOCX.
Run: python scripts/build_demo.py
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

DEMO = Path(__file__).resolve().parents[1] / "src/verivita/features/library/data/demo"
SOURCE = DEMO / "mina-tarrow-resume.md"
MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed date, so that two runs give the same bytes

STYLE = """
#set document(title: "Resume of Mina Tarrow", author: "Mina Tarrow", date: datetime(year: 2026, month: 1, day: 1))
#set page(paper: "a4", margin: (x: 2.4cm, y: 2.2cm))
#set text(font: ("Libertinus Serif"), size: 11pt, lang: "en", hyphenate: false)
#set par(leading: 0.72em, spacing: 0.85em)
#set list(indent: 0.4em, spacing: 0.72em)
#show heading.where(level: 1): it => block(text(size: 22pt, it.body))
#show heading.where(level: 2): it => block(
  above: 1.5em, below: 0.8em, width: 100%, stroke: (bottom: 0.5pt), inset: (bottom: 3pt),
  text(size: 12.5pt, it.body))
#show heading.where(level: 3): it => block(above: 1.15em, below: 0.55em, text(size: 11.5pt, it.body))
"""


def main() -> None:
    """Write both files beside the source."""
    text = SOURCE.read_text("utf-8")
    (DEMO / "mina-tarrow-resume.pdf").write_bytes(as_pdf(text))
    as_docx(text, DEMO / "mina-tarrow-resume.docx")
    print("written", DEMO)


def as_pdf(markdown: str) -> bytes:
    """The Markdown (headings, paragraphs, one level of bullets) as a typeset PDF."""
    import typst

    lines = []
    for line in markdown.splitlines():
        heading = re.match(r"(#+) (.*)", line)
        bullet = re.match(r"- (.*)", line)
        if heading:
            lines.append(f"{'=' * len(heading[1])} {escaped(heading[2])}")
        elif bullet:
            lines.append(f"- {escaped(bullet[1])}")
        else:
            lines.append(escaped(line))
    made = typst.compile((STYLE + "\n".join(lines)).encode(), format="pdf")
    assert isinstance(made, bytes)
    return made


def escaped(text: str) -> str:
    """Text in which nothing is typst markup; addresses stay plain words."""
    return re.sub(r"([\\#*_`$<>@=~\[\]/])", r"\\\1", text)


def as_docx(markdown: str, path: Path) -> None:
    """The same as a Word file with real headings and lists."""
    import docx
    from docx.shared import Pt

    document = docx.Document()
    document.styles["Normal"].font.name = "Georgia"
    document.styles["Normal"].font.size = Pt(11)
    document.core_properties.author = document.core_properties.last_modified_by = "Mina Tarrow"
    document.core_properties.created = document.core_properties.modified = MADE
    for line in markdown.splitlines():
        heading = re.match(r"(#+) (.*)", line)
        if heading:
            document.add_heading(heading[2], level=len(heading[1]) - 1)
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line.strip():
            document.add_paragraph(line)
    made = io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), old.read(name), zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
