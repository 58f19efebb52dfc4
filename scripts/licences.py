"""Licence check over the runtime lock: no AGPL, no GPL-only; an unknown licence fails until a person has read it.

Reads the metadata of what is installed (importlib.metadata), so it needs the environment and no network.
"""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.txt"
# LGPL and MPL are weak copyleft: they bind changes to that library, not the programs that use it.
ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|LGPL|Lesser General Public|Unlicense"
    r"|CC0|0BSD|Zlib|HPND|PostgreSQL|Public Domain|BlueOak)",
    re.IGNORECASE,
)
DENIED = re.compile(r"\b(AGPL|Affero|SSPL|BUSL|Business Source|(?<!L)GPL|(?<!Lesser )General Public License)", re.I)
# Read by a person, since the metadata says nothing that the patterns above know.
REVIEWED: dict[str, str] = {}


def names(lock: Path = LOCK) -> list[str]:
    """Distribution names pinned in a lock file."""
    return re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)


def licence(meta: metadata.PackageMetadata) -> str:
    """What a distribution says of its licence: the expression, else the classifiers, else the short field."""
    expression = meta.get("License-Expression")
    if expression:
        return str(expression)
    classifiers = [c.rsplit(" :: ", 1)[-1] for c in meta.get_all("Classifier") or [] if c.startswith("License")]
    named = [c for c in classifiers if c != "OSI Approved"]
    if named:
        return " OR ".join(named)
    lines = str(meta.get("License") or "").strip().splitlines()
    return lines[0] if lines else ""


def verdict(text: str) -> str:
    """`ok`, `denied` or `unknown` for one licence text; a choice with an allowed side (`A OR B`) is ok."""
    sides = re.split(r"\s+OR\s+|\s*/\s*", text)
    if any(ALLOWED.search(side) and not DENIED.search(side) for side in sides):
        return "ok"
    return "denied" if DENIED.search(text) else "unknown"


def main() -> int:
    """Check every pinned distribution that is installed here; returns the exit status."""
    bad, absent, checked = [], [], 0
    for name in names():
        try:
            text = licence(metadata.metadata(name))
        except metadata.PackageNotFoundError:
            absent.append(name)  # pinned for another system or Python
            continue
        checked += 1
        outcome = "ok" if name in REVIEWED else verdict(text)
        if outcome != "ok":
            bad.append(f"  {outcome:8} {name}: {text or 'says nothing'}")
    print(f"Licences: {checked} read, {len(bad)} refused; not installed on this system: {', '.join(absent) or 'none'}")
    print("\n".join(bad))
    return 1 if bad or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
