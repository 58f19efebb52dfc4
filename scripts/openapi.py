"""Writes docs/reference/openapi.json, the snapshot of the API; `--check` only says whether it is out of date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from unittest.mock import MagicMock

from verivita.bootstrap.settings import Settings
from verivita.entrypoints import asgi

SNAPSHOT = Path(__file__).resolve().parents[1] / "docs" / "reference" / "openapi.json"


def document() -> str:
    """The OpenAPI document as the app of this checkout answers it; no service is asked for that."""
    app = asgi.build(MagicMock(settings=Settings(_env_file=None)))
    return json.dumps(app.openapi(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or compare; returns the exit status."""
    now = document()
    before = SNAPSHOT.read_text(encoding="utf-8") if SNAPSHOT.exists() else ""
    if "--check" in sys.argv[1:]:
        print("out of date: run `python scripts/openapi.py`" if now != before else "up to date")
        return int(now != before)
    SNAPSHOT.write_text(now, encoding="utf-8")
    print(f"written: {SNAPSHOT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
