"""What other readers make of the same PDFs: pypdf and pdfplumber, where installed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

Read = Callable[[bytes], str]


def _pypdf(data: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def _pdfplumber(data: bytes) -> str:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


PEERS: dict[str, Read] = {"pypdf": _pypdf, "pdfplumber": _pdfplumber}


def figures(papers: Sequence[tuple[Path, Sequence[str]]], squash: Callable[[str], str]) -> dict[str, float]:
    """The share of each paper's values that stand in the text in one piece, by `squash`, and CPU milliseconds.

    Sections, entries and places are not counted: these readers give text alone.
    """
    out: dict[str, float] = {}
    for name, read in PEERS.items():
        times, found, wanted = [], 0, 0
        try:
            read(papers[0][0].read_bytes())
        except ImportError:
            continue
        for path, values in papers:
            data, start = path.read_bytes(), time.process_time()
            text = squash(read(data))
            times.append((time.process_time() - start) * 1000)
            found += sum(squash(value) in text for value in values)
            wanted += len(values)
        out |= {f"peer:{name}/values_found": found / max(wanted, 1), f"peer:{name}/ms_p50": median(times)}
    return out
