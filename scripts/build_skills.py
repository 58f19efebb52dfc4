"""Build the shipped skills table: python scripts/build_skills.py FOLDER-OF-TAXONOMIES (see engines/skills/data/README.md)."""

from __future__ import annotations

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
        seen: set[str] = set()
        raise SystemExit(f"two rows with one id: {[r['name'] for r in rows if slug(r['name'].lstrip('=~')) in seen or seen.add(slug(r['name'].lstrip('=~')))]}")
    lines = []
    for row in rows:
        name = row["name"].lstrip("=~?")
        parents = [ids[p.strip().lower()] for p in row["parents"].split(";") if p.strip()]
        marked = [row["name"]] if row["name"] != name else []
        given = [a.strip() for a in row["aliases"].split(";") if a.strip()]
        plain = {a.lower() for a in given if a[0] not in "=~?"}
        aliases = marked + [a for a in given if a[0] not in "=~?" or a[1:].lower() not in plain]
        lines.append("\t".join([ids[name.lower()], name, row["kind"], "; ".join(aliases), "; ".join(parents), row["uri"]]))
    return lines


def main(folder: Path) -> None:
    """Write data/skills.tsv."""
    rows = core(DATA / "core.txt")
    text = "\n".join(["# skills table, version 1; made by scripts/build_skills.py; see README.md", HEAD, *finish(rows)])
    (DATA / "skills.tsv").write_text(text + "\n", encoding="utf-8")
    print(len(rows), "skills")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
