"""What a browser calls itself, in three words that tell people their devices apart and follow nobody; pure."""

from __future__ import annotations

import re

_BROWSERS = {
    r"Edg(?:e|A|iOS)?/": "Edge",
    r"(?:OPR|Opera)/": "Opera",
    r"SamsungBrowser/": "Samsung Internet",
    r"(?:Firefox|FxiOS)/": "Firefox",
    r"(?:Chrome|CriOS|HeadlessChrome|Chromium)/": "Chrome",
    r"Version/[\d.]+ .*Safari/": "Safari",
}
"""In this order: most browsers also name those that came before them."""
_SYSTEMS = {
    r"iPhone": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"CrOS": "ChromeOS",
    r"Windows": "Windows",
    r"Mac OS X|Macintosh": "macOS",
    r"Linux|X11": "Linux",
}
_PROGRAM = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


def browser_name(user_agent: str) -> str | None:
    """Such as "Firefox on Linux", without version or build; of a program its own name; None where nothing is said."""
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if browser is not None:
        return f"{browser} on {system}" if system else browser
    named = _PROGRAM.match(user_agent)
    if named is not None and named.group() != "Mozilla":
        return named.group()
    return f"A browser on {system}" if system else None


def _first(patterns: dict[str, str], text: str) -> str | None:
    return next((name for pattern, name in patterns.items() if re.search(pattern, text)), None)
