"""Writes the generated parts of docs/reference and .env.example from the code: error codes, settings, commands.

`python scripts/reference.py` rewrites the parts between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`;
`--check` only says which part is out of date. A part whose code does not exist yet is left alone and named.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "verivita"
CODE = re.compile(r"[a-z][a-z0-9_]+\Z")


# --- error codes: read from the syntax, so nothing heavy is imported --------------------------------------------------


def _trees() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        if not path.name.endswith(("_pb2.py", "_pb2_grpc.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _names(nodes: list[ast.expr]) -> list[str]:
    return [n.id if isinstance(n, ast.Name) else getattr(n, "attr", "") for n in nodes]


def error_classes(trees: list[ast.Module]) -> dict[str, tuple[str, ast.ClassDef]]:
    """Class name -> (kind, definition) of the whole error tree; the kind is the class of core it descends from."""
    found: dict[str, tuple[str, ast.ClassDef]] = {}
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    grown = True
    while grown:
        grown = False
        for node in classes:
            for base in _names(node.bases):
                if node.name not in found and (base == "VerivitaError" or base in found):
                    kind = node.name if base == "VerivitaError" else found[base][0]
                    if base in found and _default_code(node) and node.name in CORE_KINDS:
                        kind = node.name
                    found[node.name] = (kind, node)
                    grown = True
    return found


CORE_KINDS = {"TooLarge", "UnsupportedType"}  # kinds of their own, with a status of their own, below Invalid


def _default_code(node: ast.ClassDef) -> str | None:
    for line in node.body:
        if isinstance(line, ast.Assign) and _names(line.targets) == ["default_code"]:
            return _text(line.value)
        if isinstance(line, ast.AnnAssign) and _names([line.target]) == ["default_code"] and line.value:
            return _text(line.value)
    return None


def _text(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _sentence(node: ast.AST | None) -> str:
    """A message for people; the parts of an f-string that are filled in become an ellipsis."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "..." for part in node.values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _sentence(node.func.value)  # f"...".strip()
    return _text(node) or ("(says what happened in the case)" if node is not None else "")


def errors() -> dict[str, tuple[str, str]]:
    """Code -> (kind, what it says): the defaults of the classes, and every code given where an error is raised."""
    trees = list(_trees())
    classes = error_classes(trees)
    found: dict[str, tuple[str, str]] = {}
    for kind, node in classes.values():
        if code := _default_code(node):
            found[code] = (kind, (ast.get_docstring(node) or "").split("\n")[0])
    for tree in trees:
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = _names([call.func])[0]
            if name not in classes or name == "NotFound":
                continue
            keywords = {k.arg: k.value for k in call.keywords}
            code = _text(keywords.get("code") or (call.args[0] if call.args else None))
            if code and CODE.match(code):
                said = _sentence(keywords.get("message") or (call.args[1] if len(call.args) > 1 else None))
                if code not in found or not found[code][1]:
                    found[code] = (classes[name][0], said)
    return found


def errors_part() -> str:
    """The table of error codes."""
    lines = ["| code | kind | what it says |", "|---|---|---|"]
    for code, (kind, said) in sorted(errors().items()):
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", kind).lower()
        lines.append(f"| `{code}` | {words} | {_cell(said)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- settings: read from the class ------------------------------------------------------------------------------------


def settings() -> list[tuple[str, str, str]]:
    """(environment variable, default, description) of every setting, sections opened up."""
    if importlib.util.find_spec("verivita.bootstrap.settings") is None:
        raise LookupError("verivita.bootstrap.settings does not exist yet")
    module = importlib.import_module("verivita.bootstrap.settings")
    config: dict[str, Any] = dict(module.Settings.model_config)
    prefix, delimiter = config.get("env_prefix") or "", config.get("env_nested_delimiter") or "__"
    return list(_fields(module.Settings, prefix, delimiter))


def _fields(model: Any, prefix: str, delimiter: str) -> Iterator[tuple[str, str, str]]:
    from pydantic import BaseModel

    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}{delimiter}", delimiter)
            continue
        names = _aliases(field) or [f"{prefix}{name}"]
        variable = " or ".join(f"`{alias.upper()}`" for alias in names)
        yield variable, _default(field), _cell(field.description or "")


def _aliases(field: Any) -> list[str]:
    alias = field.validation_alias or field.alias
    if alias is None:
        return []
    return [str(choice) for choice in getattr(alias, "choices", [alias])]


def _default(field: Any) -> str:
    if field.is_required():
        return "(needed)"
    if "Secret" in str(field.annotation):
        return "(none)"
    value = field.get_default(call_default_factory=False)
    if value is None or value == "" or "Undefined" in type(value).__name__:
        return ""
    return f"`{value}`"


def settings_part() -> str:
    """The table of settings."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| {variable} | {default} | {said} |" for variable, default, said in settings()]
    return "\n".join(lines)


def env_part() -> str:
    """Every setting as a line to uncomment, for `.env.example`."""
    lines = []
    for variable, default, said in settings():
        name = variable.split(" or ")[0].strip("`")
        lines += [f"# {said}", f"#{name}={_shell(default)}", ""]
    return "\n".join(lines[:-1])


def _shell(default: str) -> str:
    value = default.strip("`")
    if value.startswith("["):
        return ",".join(str(item) for item in ast.literal_eval(value))
    return "" if value.startswith("(") else value


# --- commands: read from the Typer application ------------------------------------------------------------------------


def commands_part() -> str:
    """One line a command, with its options."""
    if importlib.util.find_spec("verivita.entrypoints.cli") is None:
        raise LookupError("verivita.entrypoints.cli does not exist yet")
    import typer

    module = importlib.import_module("verivita.entrypoints.cli")
    app = next((value for value in vars(module).values() if isinstance(value, typer.Typer)), None)
    if app is None:
        raise LookupError("verivita.entrypoints.cli holds no Typer application")
    lines = ["| command | what it does | options |", "|---|---|---|"]
    lines += list(_commands(typer.main.get_command(app), "verivita"))
    codes = importlib.import_module("verivita.entrypoints.cli.output").EXIT
    lines += ["", "| exit code | means |", "|---:|---|"]
    lines += [f"| {number} | {word.replace('_', ' ')} |" for word, number in codes.items()]
    return "\n".join(lines)


def _commands(command: Any, path: str) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children:
        for name in sorted(children):
            yield from _commands(children[name], f"{path} {name}")
        return
    words = [path]
    options = []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words.append(str(parameter.metavar or parameter.name).upper())
        elif not getattr(parameter, "hidden", False):
            options.append(f"`{parameter.opts[-1]}`")
    said = (command.help or "").strip().split("\n")[0]
    if not getattr(command, "hidden", False):
        yield f"| `{' '.join(words)}` | {_cell(said)} | {' '.join(options)} |"


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "errors": ("docs/reference/errors.md", errors_part),
    "settings": ("docs/reference/settings.md", settings_part),
    "env": (".env.example", env_part),
    "cli": ("docs/reference/cli.md", commands_part),
}


def rewritten(name: str) -> tuple[Path, str, str]:
    """(file, text as it is, text as it should be); LookupError when the code of that part does not exist yet."""
    relative, make = PARTS[name]
    path = ROOT / relative
    before = path.read_text(encoding="utf-8")
    body = make()
    opening, closing = f"<!-- generated:{name} -->\n", f"\n<!-- /generated:{name} -->"
    if path.suffix == ".example":
        opening, closing = f"# generated:{name}\n", f"\n# /generated:{name}"
    start, end = before.index(opening) + len(opening), before.index(closing)
    return path, before, before[:start] + body + before[end:]


def main() -> int:
    """Rewrite, or compare with `--check`; returns the exit status."""
    check, stale = "--check" in sys.argv[1:], []
    for name in PARTS:
        try:
            path, before, after = rewritten(name)
        except LookupError as missing:
            print(f"{name}: {missing}")
            continue
        if before != after:
            stale.append(name)
            if not check:
                path.write_text(after, encoding="utf-8")
    print(("out of date: " if check else "written: ") + (", ".join(stale) or "nothing"))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
