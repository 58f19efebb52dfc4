"""Count how rare each stem is: `python scripts/build_grounding_words.py DATA` writes the engine's data/rarity.txt.

Read are sentences of OpenStax Psychology (CC BY 4.0), the first sentences of the abstracts released with SciFact
(ODC-By 1.0), and the shipped descriptions of ESCO occupations.
"""

from __future__ import annotations

import gzip
import json
import math
import re
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from verivita.engines.grounding.tokens import stems

ENGINES = Path(__file__).resolve().parents[1] / "src/verivita/engines"
OUT = ENGINES / "grounding/data/rarity.txt"
FEWEST, LONGEST = 8, 600
MARKUP = frozenset("amp div class http href td tr span figur fs id px openstax".split())  # noqa: SIM905
HEAD = """\
# Rarity of stems: log(sentences / sentences with the stem), rounded. "*" stands for every stem that is not here.
# Made by scripts/build_grounding_words.py; the texts that were counted are named in NOTICE.
"""


def texts(data: Path) -> Iterator[str]:
    """Every sentence that is counted."""
    with zipfile.ZipFile(data / "qa/openstax_psychology/chapters.zip") as book:
        for name in book.namelist():
            if name.endswith(".md"):
                yield from re.split(r"(?<=[.!?])\s+", book.read(name).decode("utf-8", "replace"))
    with gzip.open(data / "retrieval/scifact/corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield from (json.loads(line)["sentences"] or [])[:4]
    with gzip.open(ENGINES / "skills/data/esco_occupations.tsv.gz", "rt", encoding="utf-8") as lines:
        yield from (line.rstrip("\n").split("\t")[-1] for line in lines if not line.startswith("#"))


def main(data: Path) -> None:
    """Write the table; stems met less often than `FEWEST` times count as rare anyway."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts(data):
        found = stems(text[:LONGEST])
        counts.update(found)
        total += bool(found)
    kept = sorted(
        (stem, round(math.log((total + 1) / (seen + 1)), 1))
        for stem, seen in counts.items()
        if seen >= FEWEST and stem.isascii() and stem.isalpha() and len(stem) > 1 and stem not in MARKUP
    )
    rows = "".join(f"{stem}\t{value}\n" for stem, value in kept)
    OUT.write_text(f"{HEAD}*\t{round(math.log((total + 1) / 4), 1)}\n{rows}", encoding="utf-8")
    print(f"{len(kept)} stems of {total} sentences")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
