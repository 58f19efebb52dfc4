"""The settings file: YAML with ${ENV}, read into settings; every key is known or refused with its line.

A file names settings by their own names (`port: 8080`), or in sections as the table `SECTIONS` says. The environment
comes before a `.env` file, that before this file, and defaults come last.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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
    "server.read_timeout": "read_timeout_s",
    "server.write_timeout": "write_timeout_s",
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
    "scraper.concurrency": "source_concurrency",
    "scraper.rate_limit.*": "source_pace",
    "scraper.retry.max_attempts": "source_attempts",
    "scraper.retry.backoff": "source_backoff_s",
    "llm.default_backend": "llm_default",
    "llm.*.api_key": "{}_api_key",
    "llm.*.model": "{}_model",
    "cache.enabled": "cache_enabled",
    "cache.ttl": "cache_ttl_s",
    "cache.max_size": "cache_max_size",
    "rate_limit.enabled": "rate_limit_enabled",
    "rate_limit.requests_per_minute": "requests_per_minute",
    "rate_limit.burst": "burst",
    "cors.allowed_origins": "cors_origins",
    "cors.allowed_methods": "cors_methods",
    "cors.allowed_headers": "cors_headers",
    "cors.max_age": "cors_max_age_s",
}
"""Key of a sectioned file -> setting. `postgres` and `qdrant` stand for an address made of several keys."""

PROVIDERS = {"groq": "groq", "openai": "openai", "claude": "anthropic", "anthropic": "anthropic", "gemini": "gemini"}
PROVIDERS |= {"ollama": "ollama"}
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
    from yaml.nodes import ScalarNode, SequenceNode

    if isinstance(node, SequenceNode):
        return [_value(item, variables) for item in node.value]
    assert isinstance(node, ScalarNode)
    if _ENV.search(node.value):
        return _ENV.sub(lambda found: variables.get(found[1].lower()) or found[2] or "", node.value)
    return SafeLoader("").construct_object(node)


def settings_from(
    path: Path, found: list[Entry], fields: Mapping[str, FieldInfo]
) -> tuple[dict[str, Entry], list[Entry]]:
    """Setting -> the entry that gives it, and the entries that are known but have nothing to set here.

    Raises `Invalid` that names file and line of every unknown key.
    """
    given: dict[str, Entry] = {}
    idle: list[Entry] = []
    wrong: list[FieldError] = []
    parts: dict[str, dict[str, Entry]] = {}
    for entry in found:
        name = entry.key if entry.key in fields else _sectioned(entry.key)
        if name is None:
            wrong.append(FieldError(f"{path}:{entry.line}", f"unknown key `{entry.key}`"))
        elif name in ("postgres", "qdrant"):
            parts.setdefault(name, {})[entry.key.rsplit(".", 1)[1]] = entry
        elif name not in fields:
            idle.append(entry)
        elif entry.value not in (None, ""):
            given[name] = Entry(entry.key, _fitting(name, entry.value), entry.line)
    if wrong:
        raise Invalid("settings", "The settings file has unknown keys.", errors=wrong, next=_SEE)
    given |= {name: entry for name, entry in _addresses(parts).items() if name in fields}
    return given, idle


_SEE = "See docs/reference/settings.md for every name; a setting may also be given by its environment variable."


def _sectioned(key: str) -> str | None:
    if key in SECTIONS:
        return SECTIONS[key]
    head, _, rest = key.partition(".")
    if head == "scraper" and rest.startswith("rate_limit.") and rest.count(".") == 1:
        return SECTIONS["scraper.rate_limit.*"]
    provider, _, last = rest.partition(".")
    if head == "llm" and provider in PROVIDERS and f"llm.*.{last}" in SECTIONS:
        return SECTIONS[f"llm.*.{last}"].format(PROVIDERS[provider])
    return None


def _addresses(parts: Mapping[str, Mapping[str, Entry]]) -> dict[str, Entry]:
    made = {}
    if "postgres" in parts:
        given, first = parts["postgres"], next(iter(parts["postgres"].values()))
        text = {
            name: quote(str(entry.value), safe="") for name, entry in given.items() if entry.value not in (None, "")
        }
        login = text.get("user", "verivita") + (f":{text['password']}" if "password" in text else "")
        place = f"{text.get('host', 'localhost')}:{text.get('port', '5432')}/{text.get('database', 'verivita')}"
        made["database_url"] = Entry("database.postgres", f"postgresql://{login}@{place}", first.line)
    if "qdrant" in parts:
        given, first = parts["qdrant"], next(iter(parts["qdrant"].values()))
        host, port = (given[n].value if n in given else d for n, d in (("host", "localhost"), ("port", 6333)))
        made["vector_url"] = Entry("database.qdrant", f"qdrant://{host}:{port}", first.line)
    return made


def _fitting(name: str, value: Any) -> Any:
    """A time such as `10s` as the number of its unit, and a list as settings take it."""
    if isinstance(value, list):
        return ",".join(map(str, value))
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
        return path, *settings_from(path, entries(path, variables), self.settings_cls.model_fields)

    def __call__(self) -> dict[str, Any]:
        """The values, under the names that the other sources use."""
        _, given, _ = self.found()
        return {outer_name(name, self.settings_cls.model_fields[name]): entry.value for name, entry in given.items()}


def outer_name(name: str, field: FieldInfo) -> str:
    """The name by which a setting is filled: its alias where it has one."""
    return field.validation_alias if isinstance(field.validation_alias, str) else name
