"""Budgets of the house: a file at most 400 lines, a function at most 60, no file named after nothing."""

from __future__ import annotations

import ast

from tests.architecture.source import modules, name, tree

FILE_LINES, FUNCTION_LINES = 400, 60


def long_functions(module: ast.Module) -> list[tuple[str, int]]:
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                found.append((node.name, lines))
    return found


def test_the_check_sees():
    body = "\n".join(f"    x = {i}" for i in range(FUNCTION_LINES))
    assert long_functions(ast.parse(f"def f():\n{body}\n")) == [("f", FUNCTION_LINES + 1)]
    assert long_functions(ast.parse("def f():\n    return 1\n")) == []


def test_no_file_is_too_long():
    """A migration is exempt: it is written once, read in order, and never changed afterwards."""
    files = [path for path in modules() if not name(path).startswith("migrations/versions/")]
    lengths = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_too_long():
    assert {name(path): found for path in modules() if (found := long_functions(tree(path)))} == {}


def test_no_file_is_named_after_nothing():
    assert [name(path) for path in modules() if path.stem in {"utils", "util", "helpers", "helper", "misc"}] == []
