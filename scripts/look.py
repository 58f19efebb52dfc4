"""Make screenshots of all pages, to be looked at: light, dark, phone, 1024 wide, print. Starts no server itself.

    python scripts/look.py http://127.0.0.1:8000 --cookie session=... [--path /jobs ...] [--axe] [--only dark phone]
    python scripts/look.py preview [--axe]         # every page in every state, from the samples of the tests

Pictures go to artefacts/look/; with --axe the findings are printed and the exit status is 1 when there are any.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

PATHS = (
    "/",
    "/papers",
    "/jobs",
    "/jobs?q=remote+ML+engineer+%24150k%2B+startups",
    "/jobs/add",
    "/settings",
    "/nowhere",
)
VIEWS: dict[str, dict[str, object]] = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True, "is_mobile": True},
    "1024": {"viewport": {"width": 1024, "height": 768}, "color_scheme": "light"},
    "320": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    "print": {"viewport": {"width": 794, "height": 1123}, "color_scheme": "light"},
}


def main() -> int:
    """Parse, look at each page in each view, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base")
    parser.add_argument("--cookie", action="append", default=[], help="name=value, may be given several times")
    parser.add_argument("--path", action="append", default=[])
    parser.add_argument("--only", nargs="*", default=list(VIEWS), choices=list(VIEWS))
    parser.add_argument("--axe", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole page and not the first screen")
    parser.add_argument("--out", default=str(ROOT / "artefacts" / "look"))
    args = parser.parse_args()
    from tests.rigs.browser import PREVIEW, chromium, serve

    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    samples = _samples() if args.base == "preview" else {}
    paths = args.path or [f"/{name}" for name in samples] or PATHS
    base = PREVIEW if samples else args.base.rstrip("/")
    bad = 0
    with chromium() as browser:
        for view in args.only:
            context = browser.new_context(**VIEWS[view])
            if samples:
                serve(context, samples)
            context.add_cookies([_cookie(pair, base) for pair in args.cookie])
            page = context.new_page()
            for path in paths:
                bad += _look(page, base, path, view, out, args)
            context.close()
    print(f"pictures in {out}; {bad} findings")
    return 1 if bad else 0


def _look(page, base: str, path: str, view: str, out: Path, args: argparse.Namespace) -> int:  # type: ignore[no-untyped-def]
    from tests.rigs.browser import axe_violations

    complaints: list[str] = []

    def hear(message) -> None:  # type: ignore[no-untyped-def]
        if message.type in ("error", "warning") and "404" not in message.text:
            complaints.append(f"console: {message.text}")

    page.on("console", hear)
    page.goto(base + path, wait_until="load")
    if view == "print":
        page.emulate_media(media="print")
    name = re.sub(r"\W+", "-", path).strip("-") or "start"
    page.screenshot(path=str(out / f"{name}.{view}.png"), full_page=args.full or view == "print")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0 and view != "print":
        complaints.append(f"scrolls {wide} px sideways")
    if args.axe and view in ("light", "dark", "phone"):
        complaints += axe_violations(page)
    page.remove_listener("console", hear)
    for complaint in complaints:
        print(f"{path} {view}: {complaint}")
    return len(complaints)


def _samples() -> dict[str, str]:
    from tests.unit.web.sample_pages import states
    from verivita.entrypoints.web import render

    return {name: render.render(template, context) for name, (template, context) in states().items()}


def _cookie(pair: str, base: str) -> dict[str, str]:
    name, _, value = pair.partition("=")
    return {"name": name, "value": value, "url": base}


if __name__ == "__main__":
    sys.exit(main())
