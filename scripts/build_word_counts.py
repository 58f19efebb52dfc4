"""Count in how many O*NET tasks and ESCO descriptions each term stands: give the folder of the taxonomies."""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path

from verivita.features.matching.terms import count, stems

OUT = Path(__file__).resolve().parents[1] / "src/verivita/features/matching/data/word_counts.txt"
SOURCES = {
    "onet_tasks_from_laiser.csv.gz": "name",
    "esco_occupations_en.csv.gz": "description",
    "esco_skills_en.csv.gz": "description",
}
FEWEST = 8


def main(folder: Path) -> None:
    """Write the table; terms met less often than `FEWEST` times are left out, for they count as rare anyway."""
    texts: list[list[str]] = []
    for name, column in SOURCES.items():
        with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as file:
            texts += [stems(row[column]) for row in csv.DictReader(file)]
    counts, documents = count(texts)
    kept = sorted((term, seen) for term, seen in counts.items() if seen >= FEWEST)
    head = (
        "# In how many of the texts each term (word cut to seven letters) stands. Texts: O*NET task "
        "statements (CC BY 4.0,\n"
        "# U.S. Department of Labor) and ESCO occupation and skill descriptions (European Commission). "
        "Made by scripts/build_word_counts.py.\n"
    )
    OUT.write_text(head + f"*\t{documents}\n" + "".join(f"{term}\t{seen}\n" for term, seen in kept), encoding="utf-8")
    print(f"{len(kept)} terms of {documents} texts")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
