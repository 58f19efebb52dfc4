"""Borders inside the code that an import contract cannot draw: the network, the environment, SQL, names of sets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.source import PACKAGE, modules, name, text, tree

# --- one way out ----------------------------------------------------------------------------------------------------

NETWORK = {"httpx", "httpx2", "requests", "aiohttp", "urllib3", "urllib.request", "http.client", "ftplib", "websockets"}
MAIL = {"smtplib", "aiosmtplib"}
# Not a way out: it asks our own API, on the loopback interface, whether it is ready.
LOOPBACK = {"entrypoints/up.py"}


def imported(module: ast.Module) -> Iterator[str]:
    """Dotted names of everything that a module imports, at any depth."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def uses(module: ast.Module, libraries: set[str]) -> list[str]:
    return sorted({n for n in imported(module) if any(n == lib or n.startswith(f"{lib}.") for lib in libraries)})


def is_the_way_out(path: str) -> bool:
    return path in {"kit/http.py", "kit/addresses.py", "kit/pace.py"} or path.startswith("kit/http/")


def test_network_libraries_are_used_in_kit_http_alone():
    found = {name(p): uses(tree(p), NETWORK) for p in modules() if not is_the_way_out(name(p))}
    found = {path: names for path, names in found.items() if path not in LOOPBACK}
    assert {path: names for path, names in found.items() if names} == {}


def test_mail_leaves_through_the_mailers_alone():
    found = {name(p): uses(tree(p), MAIL) for p in modules() if not name(p).startswith("adapters/mailers/")}
    assert {path: names for path, names in found.items() if names} == {}


# --- settings are read once, at the top -----------------------------------------------------------------------------


def _is_environ(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):
        return node.id == "environ"
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def environment_reads(module: ast.Module) -> list[int]:
    """Lines that read one variable. Passing the environment or a choice of it on to a child process is not reading."""
    passed_on = {id(n) for d in ast.walk(module) if isinstance(d, ast.DictComp) for n in ast.walk(d)}
    lines = []
    for node in ast.walk(module):
        if id(node) in passed_on:
            continue
        if (
            isinstance(node, ast.Subscript)
            and _is_environ(node.value)
            and isinstance(node.ctx, ast.Load)
            or isinstance(node, ast.Compare)
            and any(_is_environ(side) for side in node.comparators)
        ):
            lines.append(node.lineno)
        elif isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "get" and _is_environ(called.value):
                lines.append(node.lineno)
            if (getattr(called, "attr", "") or getattr(called, "id", "")) in {"getenv", "getenvb"}:
                lines.append(node.lineno)
    return lines


def test_the_environment_is_read_in_bootstrap_alone():
    found = {name(p): environment_reads(tree(p)) for p in modules() if not name(p).startswith("bootstrap/")}
    assert {path: lines for path, lines in found.items() if lines} == {}


# --- SQL stays in its place -----------------------------------------------------------------------------------------

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM\s|SELECT\s+\w+\(|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s+AS\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|POLICY|ROLE|EXTENSION|VIEW|SCHEMA|DATABASE|TYPE|FUNCTION|TRIGGER)\s)",
    re.IGNORECASE | re.DOTALL,
)


def docstrings(module: ast.Module) -> set[int]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = set()
    for node in ast.walk(module):
        if isinstance(node, kinds) and node.body and isinstance(node.body[0], ast.Expr):
            found.add(id(node.body[0].value))
    return found


def sql_texts(module: ast.Module) -> list[int]:
    """Lines of string constants (also the parts of f-strings) that read like a statement of SQL."""
    skip = docstrings(module)
    strings = (n for n in ast.walk(module) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [n.lineno for n in strings if id(n) not in skip and SQL.match(n.value)]


def may_hold_sql(path: str) -> bool:
    return path.startswith(("kit/", "adapters/", "migrations/")) or path.endswith(("/repository.py", "/tables.py"))


def test_sql_text_stays_in_its_place():
    found = {name(p): sql_texts(tree(p)) for p in modules() if not may_hold_sql(name(p))}
    assert {path: lines for path, lines in found.items() if lines} == {}


# --- the product does not know what it is measured on ---------------------------------------------------------------

SETS = re.compile(
    r"scifact|cranfield|\bmelo_|jobbert|skillspan|\bqags\b|climate_?fever|livecareer|talentclef|vanetik|xquad|openstax"
    r"|zbib|dotin|hn_extraction|usajobs_titles|green_lrec|begin_(?:cmu|wow|tc)|mturk_",
    re.IGNORECASE,
)
PROSE = {".py", ".toml", ".yaml", ".yml", ".md", ".html", ".js", ".css", ".txt"}


def test_no_name_of_a_benchmark_set_in_the_product():
    found = []
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix in PROSE:
            lines = (text(path) or "").splitlines()
            found += [f"{name(path)}:{number}" for number, line in enumerate(lines, 1) if SETS.search(line)]
    assert found == []


# --- every public function says what it does ------------------------------------------------------------------------


def undocumented(module: ast.Module) -> list[str]:
    """Public functions and public methods of public classes whose docstring is missing or shorter than two words."""
    found = []

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                visit(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                marks = {getattr(d, "attr", getattr(d, "id", "")) for d in node.decorator_list}
                if not marks & {"overload", "override", "setter"} and len((ast.get_docstring(node) or "").split()) < 2:
                    found.append(f"{prefix}{node.name}:{node.lineno}")

    visit(module.body, "")
    return found


def test_public_functions_of_the_lower_floors_have_a_docstring():
    found = {name(p): undocumented(tree(p)) for p in modules("core", "kit", "engines", "features")}
    assert {path: names for path, names in found.items() if names} == {}


# --- the checks see -------------------------------------------------------------------------------------------------


def test_the_checks_see():
    bad = ast.parse(
        "import os, httpx2\nfrom urllib import request\n"
        "def f(rows):\n"
        "    a = os.environ['A']\n    b = os.environ.get('B')\n    c = os.getenv('C')\n    d = 'D' in os.environ\n"
        "    return f'SELECT * FROM jobs WHERE id = {rows}'\n"
    )
    good = ast.parse(
        "import os\nfrom urllib.parse import urlsplit\n"
        "def f(rows):\n    '''SELECT rows FROM a list: see above.'''\n"
        "    os.environ['X'] = 'false'\n    child = {**os.environ}\n"
        "    few = {k: os.environ[k] for k in ('PATH',) if k in os.environ}\n    return 'Pick a job from the list'\n"
    )
    assert uses(bad, NETWORK) == ["httpx2", "urllib.request"]
    assert environment_reads(bad) == [4, 5, 6, 7]
    assert sql_texts(bad) == [8]
    assert undocumented(bad) == ["f:3"]
    assert (uses(good, NETWORK), environment_reads(good), undocumented(good)) == ([], [], [])
    assert sql_texts(good) == []
    assert SETS.search("tuned on cranfield")
    assert not SETS.search("at the beginning")
