"""What keeps a run short: which tests run first, and which run without the tracer of coverage.

Two workers take file after file, so the long ones come first and the short ones fill up the end. The tracer costs a
third of the time of Python code: tests that repeat in bulk what others reach once run without it, and so does the
search for tests. What they reach is not counted: the figure of coverage is what the others reach alone, and its floors
stand as they are.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import verivita

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
    "integration/cli",
    "integration/crash",
    "integration/gateway",
    "integration/identity/test_machine.py",
    "integration/identity/test_second_step.py",
    "integration/identity/test_sign_on.py",
    "integration/ml",
    "integration/operations",
    "integration/security",
    "journeys",
    "quality",
    "unit/matching/test_laws.py",
    "unit/matching/test_many.py",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Pauses the tracer while test files are imported; the product's own modules are imported before, and counted."""
    plugin = session.config.pluginmanager.getplugin("_cov")
    coverage = getattr(plugin, "cov_controller", None)
    if coverage is None:
        return (yield)
    for module in pkgutil.walk_packages(verivita.__path__, "verivita."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    coverage.pause()
    try:
        return (yield)
    finally:
        coverage.resume()


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
