"""Which tests run without the tracer of coverage: those that repeat in bulk what other tests reach once.

The tracer costs a third of the time of Python code. What these tests reach is not counted: the figure of coverage is
what the others reach alone, and its floors stand as they are.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks them for pytest-cov, which pauses the tracer while they run."""
    for item in items:
        if any(item.path.is_relative_to(TESTS / name) for name in UNCOUNTED):
            item.add_marker(pytest.mark.no_cover)
