"""The licence check itself: it refuses strong copyleft and unknown words, and accepts a choice with a free side."""

from __future__ import annotations

import importlib.util

import pytest

from tests.architecture.source import ROOT

spec = importlib.util.spec_from_file_location("licences", ROOT / "scripts" / "licences.py")
assert spec is not None
assert spec.loader is not None
licences = importlib.util.module_from_spec(spec)
spec.loader.exec_module(licences)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MIT", "ok"),
        ("BSD-3-Clause AND PSF-2.0", "ok"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "ok"),
        ("LGPL-3.0-only", "ok"),
        ("MPL-2.0", "ok"),
        ("GPL-3.0-only OR MIT", "ok"),
        ("GNU General Public License v3 (GPLv3)", "denied"),
        ("GPL-2.0-or-later", "denied"),
        ("AGPL-3.0", "denied"),
        ("GNU Affero General Public License v3", "denied"),
        ("MIT AND AGPL-3.0-only", "denied"),
        ("", "unknown"),
        ("Proprietary", "unknown"),
    ],
)
def test_verdict(text, expected):
    assert licences.verdict(text) == expected


def test_the_runtime_lock_passes(capsys):
    assert licences.main() == 0, capsys.readouterr().out
