"""Where the real data for tests and benchmarks lies; tests that need it skip with a message when it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def data_dir() -> Path | None:
    """The folder with the data sets: VERIVITA_DATA_SETS, else `shared/data` beside the checkout; None when absent."""
    path = Path(os.environ.get("VERIVITA_DATA_SETS", ROOT.parent / "shared" / "data"))
    return path if path.is_dir() else None


def need(relative: str) -> Path:
    """The path of a set below the data folder; skips the calling test, saying what is missing, when it is not there."""
    base = data_dir()
    if base is None or not (base / relative).exists():
        pytest.skip(f"real data {relative} is not here; set VERIVITA_DATA_SETS to the folder that holds it")
    return base / relative
