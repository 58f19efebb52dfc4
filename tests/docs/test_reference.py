"""The reference says what the code says: error codes, settings, commands, acceptance rows, decisions."""

from __future__ import annotations

import ast
import importlib.util
import re

import pytest

from tests.docs.markdown import ROOT

spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
assert spec is not None
assert spec.loader is not None
reference = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reference)


@pytest.mark.acceptance("DEV-09")
@pytest.mark.parametrize("part", sorted(reference.PARTS))
def test_generated_parts_are_up_to_date(part):
    try:
        path, before, after = reference.rewritten(part)
    except LookupError as missing:
        pytest.skip(str(missing))
    assert before == after, f"{path.relative_to(ROOT)} is out of date: run `make reference`"


@pytest.mark.acceptance("API-10")
def test_every_error_code_says_something():
    table = reference.errors()
    assert {"not_found", "invalid", "limit_reached"} <= set(table)
    assert [code for code, (_, said) in table.items() if not said] == []


def test_error_codes_are_read_from_the_syntax():
    trees = [
        ast.parse(
            "class Denied(VerivitaError):\n    '''Too low.'''\n    default_code = 'forbidden'\n"
            "class EmailRequired(Denied):\n    '''Give an address first.'''\n    default_code = 'email_required'\n"
        )
    ]
    kinds = {name: kind for name, (kind, _) in reference.error_classes(trees).items()}
    assert kinds == {"Denied": "Denied", "EmailRequired": "Denied"}


@pytest.mark.acceptance("DEV-02")
def test_every_setting_is_described_and_stands_in_the_example():
    try:
        settings = reference.settings()
    except LookupError as missing:
        pytest.skip(str(missing))
    assert [variable for variable, _, said in settings if len(said.split()) < 3] == []
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    names = {name.strip("` ") for variable, _, _ in settings for name in variable.split(" or ")[:1]}
    assert set(re.findall(r"^#([A-Z][A-Z0-9_]*)=", example, flags=re.MULTILINE)) == names


def test_decisions_are_numbered_and_listed():
    folder = ROOT / "docs" / "adr"
    pages = sorted(path.name for path in folder.glob("0*.md"))
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert [page for page in pages if f"({page})" not in index] == []
    for page in pages:
        text = (folder / page).read_text(encoding="utf-8")
        assert text.startswith(f"# {page[:4]}. "), page
        for heading in ("## Context", "## Decision", "## Alternatives", "## Consequences"):
            assert heading in text, f"{page}: {heading}"
