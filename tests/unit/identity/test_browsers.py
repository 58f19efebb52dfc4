"""A browser is known by its name and system; nothing else of what it says about itself is kept."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verivita.features.identity.browsers import browser_name

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/138.0.0.0 Safari/537.36", "Chrome on Windows"),
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {BLINK} Chrome/138.0.0.0 Safari/537.36 OPR/120.0",
            "Opera on macOS",
        ),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15", "Safari on macOS"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} CriOS/138.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Chrome/138.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "A browser on Windows"),
        ("python-httpx2/2.0.1", "python-httpx2"),
        ("curl/8.5.0", "curl"),
        ("Mozilla/5.0", None),
        ("", None),
        ("<script>alert(1)</script>", None),
    ],
)
def test_names(said: str, name: str | None) -> None:
    assert browser_name(said) == name


@given(st.text(max_size=400))
def test_whatever_is_said_the_name_is_short_and_plain(said: str) -> None:
    name = browser_name(said)
    assert name is None or (len(name) <= 40 and re.fullmatch(r"[A-Za-z0-9_. -]+", name))
