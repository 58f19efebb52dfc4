"""The settings file: YAML with ${ENV}, read into settings; every key is known or refused with its line.

A file names settings by their own names (`port: 8080`), or in sections as the table `SECTIONS` says. The environment
comes before a `.env` file, that before this file, and defaults come last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pydantic import AliasChoices, BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource

from verivita.core.errors import FieldError, Invalid

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

VARIABLE = "VERIVITA_CONFIG"
DEFAULT = Path("config.yaml")

SECTIONS: Mapping[str, str] = {
    "server.host": "host",
    "server.port": "port",
    "server.read_timeout": "slow_client_s",
    "server.write_timeout": "",
    "database.postgres.host": "postgres",
    "database.postgres.port": "postgres",
    "database.postgres.user": "postgres",
    "database.postgres.password": "postgres",
    "database.postgres.database": "postgres",
    "database.postgres.pool_size": "pool_size",
    "database.qdrant.host": "qdrant",
    "database.qdrant.port": "qdrant",
    "database.qdrant.collection_prefix": "collection_prefix",
    "ml_service.host": "ml_host",
    "ml_service.port": "ml_port",
    "ml_service.timeout": "ml_timeout_s",
    "scraper.concurrency": "",
    "scraper.rate_limit.*": "",
    "scraper.retry.max_attempts": "",
    "scraper.retry.backoff": "",
    "llm.default_backend": "llm",
    "llm.*.api_key": "{}_api_key",
    "llm.*.model": "llm",
    "cache.enabled": "",
    "cache.ttl": "",
    "cache.max_size": "",
    "rate_limit.enabled": "",
    "rate_limit.requests_per_minute": "requests_per_minute",
    "rate_limit.burst": "burst",
    "cors.allowed_origins": "cors_origins",
    "cors.allowed_methods": "",
    "cors.allowed_headers": "",
    "cors.max_age": "",
}
"""Key of a sectioned file -> setting; empty for one that is known and has nothing to set.

`postgres`, `qdrant` and `llm` stand for settings that are made of several keys.
"""

PURPOSES = ("analyse", "write", "letter", "chat", "judge")
PROVIDERS = {"claude": "anthropic"} | {name: name for name in ("groq", "openai", "anthropic", "gemini", "ollama")}
_ENV = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_TIME = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the file: its dotted key, the value with variables filled in, and its line."""

    key: str
    value: Any
    line: int


def path_of(dotenv: Mapping[str, str | None] | None) -> Path | None:
    """The settings file: as the environment or a `.env` file names it, else `config.yaml` here; None for none.

    `dotenv` is what the `.env` file holds, None when the surroundings are not to be looked at.
    Raises `Invalid` when a named file is not there.
    """
    named = os.environ.get(VARIABLE) or (dotenv or {}).get(VARIABLE.lower())
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise Invalid("settings", f"{VARIABLE} names {path}, which is no file.", next="Correct or remove it.")
        return path
    return DEFAULT if dotenv is not None and DEFAULT.is_file() else None


def entries(path: Path, variables: Mapping[str, str | None]) -> list[Entry]:
    """Every value of the file with its line. Raises `Invalid` for broken YAML. Unset variables read as nothing."""
    import yaml
    from yaml.nodes import MappingNode

    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        said = getattr(error, "problem", None) or "is not UTF-8 text"
        raise Invalid("settings", f"{where}: the settings file cannot be read: {said}.") from None
    if root is None:
        return []
    if not isinstance(root, MappingNode):
        raise Invalid("settings", f"{path}:{root.start_mark.line + 1}: a settings file holds `key: value` lines.")
    return list(_walk(root, (), variables))


def _walk(node: MappingNode, above: tuple[str, ...], variables: Mapping[str, str | None]) -> Iterator[Entry]:
    from yaml.nodes import MappingNode

    for key, value in node.value:
        steps = (*above, str(key.value))
        if isinstance(value, MappingNode):
            yield from _walk(value, steps, variables)
        else:
            yield Entry(".".join(steps), _value(value, variables), key.start_mark.line + 1)


def _value(node: Node, variables: Mapping[str, str | None]) -> Any:
    from yaml import SafeLoader
    from yaml.constructor import ConstructorError
    from yaml.nodes import MappingNode, ScalarNode, SequenceNode

    if isinstance(node, SequenceNode):
        return [_value(item, variables) for item in node.value]
    if isinstance(node, MappingNode):
        return {str(key.value): _value(value, variables) for key, value in node.value}
    assert isinstance(node, ScalarNode)
    if _ENV.search(node.value):
        return _ENV.sub(lambda found: variables.get(found[1].lower()) or found[2] or "", node.value)
    try:
        return SafeLoader("").construct_object(node)
    except ConstructorError:
        raise Invalid("settings", f"line {node.start_mark.line + 1}: only plain values are read: {node.tag}.") from None


def leaves(model: type[BaseModel], above: str = "") -> dict[str, FieldInfo]:
    """Dotted name -> field of every setting, sections opened up."""
    found: dict[str, FieldInfo] = {}
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= leaves(inner, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = field
    return found


def settings_from(
    path: Path, found: Sequence[Entry], fields: Mapping[str, FieldInfo]
) -> tuple[dict[str, Entry], list[Entry]]:
    """Setting -> the entry that gives it, and the entries that are known and have nothing to set here.

    Raises `Invalid` that names file and line of every unknown key.
    """
    given: dict[str, Entry] = {}
    idle: list[Entry] = []
    wrong: list[FieldError] = []
    parts: dict[str, list[Entry]] = {"postgres": [], "qdrant": [], "llm": []}
    for entry in found:
        name = entry.key if _names_a_setting(entry.key, fields) else _sectioned(entry.key)
        if name is None:
            wrong.append(FieldError(f"{path}:{entry.line}", f"unknown key `{entry.key}`"))
        elif name in parts:
            parts[name].append(entry)
        elif not name:
            idle.append(entry)
        elif entry.value not in (None, ""):
            given[name] = Entry(entry.key, _fitting(name, entry.value), entry.line)
    if wrong:
        raise Invalid("settings", "The settings file has unknown keys.", errors=wrong, next=_SEE)
    made = _postgres(parts["postgres"]) | _qdrant(parts["qdrant"]) | _routes(parts["llm"])
    return made | given, idle


_SEE = "See docs/reference/settings.md for every name; a setting may also be given by its environment variable."


def _names_a_setting(key: str, fields: Mapping[str, FieldInfo]) -> bool:
    above = key.rpartition(".")[0]
    return key in fields or (above in fields and "dict" in str(fields[above].annotation))


def _sectioned(key: str) -> str | None:
    if key in SECTIONS:
        return SECTIONS[key]
    if re.fullmatch(r"scraper\.rate_limit\.\w+", key):
        return SECTIONS["scraper.rate_limit.*"]
    found = re.fullmatch(r"llm\.(\w+)\.(api_key|model)", key)
    return SECTIONS[f"llm.*.{found[2]}"].format(PROVIDERS[found[1]]) if found and found[1] in PROVIDERS else None


def _last(entries: Sequence[Entry]) -> dict[str, Any]:
    return {entry.key.rpartition(".")[2]: entry.value for entry in entries if entry.value not in (None, "")}


def _postgres(entries: Sequence[Entry]) -> dict[str, Entry]:
    if not entries:
        return {}
    text = {name: quote(str(value), safe="") for name, value in _last(entries).items()}
    login = text.get("user", "verivita") + (f":{text['password']}" if "password" in text else "")
    place = f"{text.get('host', 'localhost')}:{text.get('port', '5432')}/{text.get('database', 'verivita')}"
    return {"database_url": Entry("database.postgres", f"postgresql://{login}@{place}", entries[0].line)}


def _qdrant(entries: Sequence[Entry]) -> dict[str, Entry]:
    if not entries:
        return {}
    given = _last(entries)
    address = f"qdrant://{given.get('host', 'localhost')}:{given.get('port', 6333)}"
    return {"vector_url": Entry("database.qdrant", address, entries[0].line)}


def _routes(entries: Sequence[Entry]) -> dict[str, Entry]:
    """The default backend and its model as the route of every purpose."""
    default = next((entry for entry in entries if entry.key == "llm.default_backend"), None)
    if default is None:
        return {}
    if default.value not in PROVIDERS:
        raise Invalid(
            "settings", f"llm.default_backend names `{default.value}`.", next=f"Known: {', '.join(PROVIDERS)}."
        )
    models = {entry.key.split(".")[1]: entry.value for entry in entries if entry is not default}
    model = models.get(str(default.value))
    if not model:
        return {}
    route = f"{PROVIDERS[str(default.value)]}:{model}"
    return {f"llm.routes.{purpose}": Entry("llm.default_backend", route, default.line) for purpose in PURPOSES}


def _fitting(name: str, value: Any) -> Any:
    """A time such as `10s` as the number of its unit, and a list as settings take it."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return ",".join(value)
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found and name.endswith(("_s", "_seconds")):
        return float(found[1]) * _SECONDS[found[2]]
    return value


class YamlSource(PydanticBaseSettingsSource):
    """The settings file as a source of settings."""

    def __init__(self, settings_cls: type[BaseSettings], dotenv: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        is_asked = isinstance(dotenv, DotEnvSettingsSource) and dotenv.env_file is not None
        self._dotenv = dict(dotenv.env_vars) if is_asked else None  # type: ignore[attr-defined]

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the whole file is read at once."""
        raise NotImplementedError

    def found(self) -> tuple[Path | None, dict[str, Entry], list[Entry]]:
        """The file, what it gives by setting, and what it names that has no effect here."""
        path = path_of(self._dotenv)
        if path is None:
            return None, {}, []
        variables = {**(self._dotenv or {}), **{name.lower(): value for name, value in os.environ.items()}}
        return path, *settings_from(path, entries(path, variables), leaves(self.settings_cls))

    def __call__(self) -> dict[str, Any]:
        """The values, under the names that the other sources use."""
        _, given, _ = self.found()
        made: dict[str, Any] = {}
        for name, entry in given.items():
            *above, last = name.split(".")
            first = self.settings_cls.model_fields.get(last) if not above else None
            inner = made
            for step in above:
                inner = inner.setdefault(step, {})
            inner[outer_name(last, first) if first else last] = entry.value
        return made


def outer_name(name: str, field: FieldInfo) -> str:
    """The name by which a setting is filled: its first alias where it has one."""
    alias = field.validation_alias
    first = alias.choices[0] if isinstance(alias, AliasChoices) else alias
    return first if isinstance(first, str) else name
