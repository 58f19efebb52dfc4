"""Build the shipped skills table: python scripts/build_skills.py FOLDER-OF-TAXONOMIES (see README.md in its data)."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "src/verivita/engines/skills/data"
HEAD = "id\tname\tkind\taliases\tparents\turi"
Row = dict[str, str]


def slug(name: str) -> str:
    """The stable id of a name: `C++` is c-plus-plus, `.NET` is dot-net."""
    text = name.lower().replace("++", " plus plus").replace("#", " sharp").replace("&", " and ")
    text = re.sub(r"^\.", "dot ", text)
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")


def core(path: Path) -> list[Row]:
    """The hand-made rows. A marked name ("~Go") becomes a plain name with a marked alias that guards it."""
    rows: list[Row] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        name, kind, aliases, parents = [*(part.strip() for part in line.split("|")), "", "", ""][:4]
        rows.append({"name": name, "kind": kind, "aliases": aliases, "parents": parents, "uri": ""})
    return rows


def finish(rows: list[Row]) -> list[str]:
    """Ids, checked parents, one line each."""
    ids = {row["name"].lstrip("=~?").lower(): slug(row["name"].lstrip("=~?")) for row in rows}
    if len(set(ids.values())) != len(rows):
        raise SystemExit("two rows have one id")
    lines = []
    for row in rows:
        name = row["name"].lstrip("=~?")
        parents = [ids[p.strip().lower()] for p in row["parents"].split(";") if p.strip()]
        marked = [row["name"]] if row["name"] != name else []
        given = [a.strip() for a in row["aliases"].split(";") if a.strip()]
        plain = {a.lower() for a in given if a[0] not in "=~?"}
        aliases = marked + [a for a in given if a[0] not in "=~?" or a[1:].lower() not in plain]
        lines.append(
            "\t".join([ids[name.lower()], name, row["kind"], "; ".join(aliases), "; ".join(parents), row["uri"]])
        )
    return lines


def read_csv(path: Path) -> list[Row]:
    """Rows of a packed CSV file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, head: str, rows: list[tuple[str, ...]]) -> None:
    """A packed table; the same rows give the same bytes."""
    clean = [tuple(re.sub(r"\s+", " ", cell).strip() for cell in row) for row in rows]
    text = "\n".join([head, *("\t".join(row) for row in clean)]) + "\n"
    (DATA / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(len(rows), name)


def esco_skills(folder: Path) -> list[tuple[str, ...]]:
    """(uri, name, aliases): names apart where the alias file has them, else the longest listed label that begins."""
    with gzip.open(folder / "esco_skill_aliases_from_laiser.jsonl.gz", "rt", encoding="utf-8") as file:
        known = {row["uri"]: (row["name"], row["aliases"]) for row in map(json.loads, file)}
    listed = folder.parent / "esco_linking" / "skills_en_label.txt"
    labels = set(listed.read_text(encoding="utf-8").splitlines()) if listed.exists() else set()
    found = []
    for row in read_csv(folder / "esco_skills_en.csv.gz"):
        name, aliases = known.get(row["id"], ("", ""))
        words = row["description"].split(" ")
        begin = (" ".join(words[:n]) for n in range(min(len(words), 22), 0, -1))
        name = name or next((text for text in begin if text in labels), "")
        if name:
            found.append(
                (
                    row["id"].rsplit("/", 1)[1],
                    name,
                    "; ".join(a.strip() for a in re.split(r", |\n", aliases) if a.strip()),
                )
            )
    return found


def esco_occupations(folder: Path) -> list[tuple[str, ...]]:
    """(uri, names, about): the names are in lower case, so the description begins at the first capitalised word."""
    found = []
    for row in read_csv(folder / "esco_occupations_en.csv.gz"):
        if "/occupation/" in row["id"]:
            text = row["description"]
            begin = re.search(r"(?<=[a-z)] )(?=[A-Z][a-z]+s? )", text)
            cut = begin.start() if begin else 200
            found.append((row["id"].rsplit("/", 1)[1], text[:cut][:400], text[cut:][:500]))
    return found


def link_esco(rows: list[Row], skills: list[tuple[str, ...]]) -> None:
    """Give a row the address of the ESCO skill of the same name."""
    by_name = {re.sub(r"\s*\(.*?\)", "", name).lower(): uri for uri, name, _ in skills}
    for row in rows:
        row["uri"] = by_name.get(row["name"].lstrip("=~?").lower(), "")


def main(folder: Path) -> None:
    """Write the three tables."""
    rows, skills = core(DATA / "core.txt"), esco_skills(folder)
    link_esco(rows, skills)
    text = "\n".join(["# skills table, version 1; made by scripts/build_skills.py; see README.md", HEAD, *finish(rows)])
    (DATA / "skills.tsv").write_text(text + "\n", encoding="utf-8")
    print(len(rows), "skills")
    write("esco_skills.tsv.gz", "uri\tname\taliases", skills)
    write("esco_occupations.tsv.gz", "uri\tnames\tabout", esco_occupations(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
