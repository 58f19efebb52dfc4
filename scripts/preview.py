"""Render every page in every state to static files, to be opened in any browser: artefacts/preview/*.html."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Write the pages and the static files beside them; serve the folder with `python -m http.server`."""
    from tests.unit.web.sample_pages import states
    from verivita.entrypoints.web import render

    out = ROOT / "artefacts" / "preview"
    shutil.copytree(render.STATIC, out / "static", dirs_exist_ok=True)
    pages = states()
    for name, (template, context) in pages.items():
        (out / f"{name}.html").write_text(render.render(template, context), "utf-8")
    print(f"{len(pages)} pages in {out}; look at all of them at once with: python scripts/look.py preview")


if __name__ == "__main__":
    main()
