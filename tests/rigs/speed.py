"""What keeps a run short: which tests run first, and which run without the tracer of coverage.

Two workers take file after file, so the long ones come first and the short ones fill up the end. The tracer costs a
third of the time of Python code: tests that repeat in bulk what others reach once run without it. What they reach is
not counted: the figure of coverage is what the others reach alone, and its floors stand as they are.
"""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
FIRST = (
    "journeys",
    "unit/web/test_in_a_browser.py",
    "integration/crash",
    "integration/security",
    "docs",
    "contract",
    "integration",
)
UNCOUNTED = (
    "architecture",
    "contract/api/test_fuzz.py",
    "contract/api/test_twenty_people.py",
    "docs",
    "integration/crash",
    "integration/identity/test_machine.py",
    "integration/security",
    "journeys",
    "quality",
    "unit/matching/test_laws.py",
    "unit/matching/test_many.py",
)


@functools.cache
def place(path: Path) -> tuple[int, bool]:
    """How late a file comes, and whether it is counted."""
    late = next((n for n, name in enumerate(FIRST) if path.is_relative_to(TESTS / name)), len(FIRST))
    return late, not any(path.is_relative_to(TESTS / name) for name in UNCOUNTED)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Orders the files, and marks tests for pytest-cov, which pauses the tracer while they run."""
    items.sort(key=lambda item: place(item.path)[0])
    for item in items:
        if not place(item.path)[1]:
            item.add_marker(pytest.mark.no_cover)
