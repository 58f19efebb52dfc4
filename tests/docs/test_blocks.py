"""Every shell block of the documents says how it is checked, and is checked in that way.

The word after the language is the mark:

- `run`    all `run` blocks of a document are executed in order, with a data directory of their own;
- `help`   every `verivita` command and option must exist in the command line as it is;
- `make`   every target must exist and its recipe must expand;
- `shown`  only shown; the line above the block says why: `<!-- not run: REASON -->`.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.docs.markdown import ROOT, SHELL, Block, blocks, documents, name

ALL = [block for path in documents() for block in blocks(path)]
CHECKED = [block for block in ALL if block.language in SHELL]
MARKS = {"run", "help", "make", "shown"}


def marked(mark: str) -> list[Block]:
    return [block for block in CHECKED if block.mark == mark]


@pytest.mark.acceptance("DEV-09")
def test_every_shell_block_says_how_it_is_checked():
    assert CHECKED
    assert [str(block) for block in CHECKED if block.mark not in MARKS] == []
    assert [str(block) for block in CHECKED if not block.commands] == []
    silent = [str(b) for b in marked("shown") if not re.match(r"<!-- not run: .{10,} -->", b.before)]
    assert silent == []


# --- make -----------------------------------------------------------------------------------------------------------


@pytest.mark.acceptance("DEV-09")
@pytest.mark.parametrize("block", marked("make"), ids=str)
def test_make_targets_exist(block):
    for command in block.commands:
        words = shlex.split(command)
        assert words[0] == "make", command
        done = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


# --- help -----------------------------------------------------------------------------------------------------------


def command_line() -> Any:
    """The command tree of the product as click sees it."""
    if importlib.util.find_spec("verivita.entrypoints.cli") is None:
        pytest.skip("the command line is not built yet, so its commands in the documents cannot be compared")
    import typer

    module = importlib.import_module("verivita.entrypoints.cli")
    app = next(value for value in vars(module).values() if isinstance(value, typer.Typer))
    return typer.main.get_command(app)


def problems(tree: Any, words: list[str]) -> list[str]:
    """What is wrong with the words after `verivita`: unknown commands and options, too many or too few arguments."""
    command, rest = tree, words
    while getattr(command, "commands", None) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return [f"no command {rest[0]!r}"]
        command, rest = command.commands[rest[0]], rest[1:]
    if "--help" in rest:
        return []
    if getattr(command, "commands", None):
        return ["a command is missing"]
    found, given, index = [], 0, 0
    options = {text: p for p in command.params for text in (*p.opts, *p.secondary_opts) if text.startswith("-")}
    while index < len(rest):
        word, _, attached = rest[index].partition("=")
        if word.startswith("-") and word != "-":
            if word not in options:
                found.append(f"no option {word}")
            elif not getattr(options[word], "is_flag", False) and not attached:
                index += 1
        else:
            given += 1
        index += 1
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    if given < sum(p.required for p in arguments):
        found.append("an argument is missing")
    if given > len(arguments) and all(p.nargs == 1 for p in arguments):
        found.append("too many arguments")
    return found


def test_the_comparison_sees():
    import click

    @click.group()
    def tree() -> None: ...

    @tree.command("tailor")
    @click.argument("name")
    @click.option("--job", required=True)
    @click.option("--json", "as_json", is_flag=True)
    def tailor(name: str, job: str, as_json: bool) -> None: ...

    assert problems(tree, ["tailor", "x", "--job", "ID", "--json"]) == []
    assert problems(tree, ["tailor", "--help"]) == []
    assert problems(tree, ["tailer", "x"]) == ["no command 'tailer'"]
    assert problems(tree, ["tailor", "x", "--jobs", "1"]) == ["no option --jobs", "too many arguments"]
    assert problems(tree, ["tailor", "--job", "ID"]) == ["an argument is missing"]
    assert problems(tree, []) == ["a command is missing"]


@pytest.mark.acceptance("DEV-09")
@pytest.mark.parametrize("block", marked("help") + marked("run"), ids=str)
def test_commands_and_options_exist(block):
    tree, wrong = command_line(), {}
    for command in block.commands:
        words = shlex.split(command, comments=True)
        assert words[0] == "verivita", command
        if found := problems(tree, words[1:]):
            wrong[command] = found
    assert wrong == {}


# --- run ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def reader(tmp_path: Path) -> Any:
    """A reader's folder: the samples, a data directory of its own, the command on the path; stopped at the end."""
    if importlib.util.find_spec("verivita.entrypoints.cli") is None:
        pytest.skip("the command line is not built yet, so the documents' commands cannot be run")
    shutil.copytree(ROOT / "docs" / "samples", tmp_path / "docs" / "samples")
    environment = {key: value for key, value in os.environ.items() if not key.endswith("_API_KEY")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    environment["VERIVITA_DATA_DIR"] = str(tmp_path / "data")

    def run(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    yield run
    run("verivita down")


def commands_of() -> dict[str, list[str]]:
    """All commands of the `run` blocks of each document, in order."""
    found: dict[str, list[str]] = {}
    for block in marked("run"):
        found.setdefault(block.document, []).extend(block.commands)
    return found


def to_run(found: dict[str, list[str]]) -> list[str]:
    """The documents to run: one whose commands begin another one's is run with that one."""
    kept: list[str] = []
    for document in sorted(found, key=lambda name: (-len(found[name]), name)):
        if not any(found[other][: len(found[document])] == found[document] for other in kept):
            kept.append(document)
    return sorted(kept)


def test_what_is_run_with_another_document_is_its_beginning():
    found = {"long": ["a", "b", "c"], "begins": ["a", "b"], "same": ["a", "b", "c"], "other": ["b"]}
    assert to_run(found) == ["long", "other"]
    assert to_run(commands_of())


@pytest.mark.acceptance("DEV-09")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("document", to_run(commands_of()))
def test_the_documents_commands_run(document, reader):
    for command in commands_of()[document]:
        done = reader(command)
        assert done.returncode == 0, f"{document}: $ {command}\n{done.stdout}{done.stderr}"
        assert done.stdout.strip(), f"{document}: $ {command} printed nothing"


def test_documents_are_found():
    assert {"README.md", "docs/tutorial/first-shortlist.md"} <= {name(path) for path in documents()}
