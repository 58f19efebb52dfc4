"""Settings as they stand: each with where it comes from, secrets hidden; and what no start goes on with."""

from __future__ import annotations

import ipaddress
import json
import os
from dataclasses import dataclass

from pydantic import AliasChoices, BaseModel, SecretStr
from pydantic_settings import DotEnvSettingsSource

from verivita.bootstrap.config import YamlSource, leaves
from verivita.bootstrap.settings import Settings
from verivita.core.errors import FieldError, Invalid

HIDDEN = "[hidden]"
_DEFAULTS = frozenset(
    [
        "changeme",
        "change-me",
        "change_me",
        "secret",
        "password",
        "passwd",
        "postgres",
        "admin",
        "default",
        "dev",
        "test",
        "example",
        "verivita",
        "resume_rag",
        "your-secret-key",
        "your-secret-key-here",
        "supersecret",
        "super-secret",
        "jwt-secret",
        "my-secret",
    ]
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One setting: what it is, the variable that sets it, and where this value comes from."""

    name: str
    variable: str
    value: str
    origin: str


def resolved(settings: Settings) -> list[Resolved]:
    """Every setting in the order of the reference; a secret that is set shows as `[hidden]`."""
    file = DotEnvSettingsSource(Settings)
    path, given, _ = YamlSource(Settings, file).found()
    dotenv, environment = {key.upper() for key in file.env_vars}, {key.upper() for key in os.environ}
    found = []
    for name, value in _values(settings):
        variables = variables_of(name)
        if environment & set(variables):
            origin = "environment"
        elif dotenv & set(variables):
            origin = str(file.env_file)
        else:
            lines = [entry.line for key, entry in given.items() if key == name or key.startswith(f"{name}.")]
            origin = f"{path}:{lines[0]}" if lines else "default"
        found.append(Resolved(name, variables[0], _shown(value), origin))
    return found


def _values(settings: Settings) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name in leaves(Settings):
        value: object = settings
        for step in name.split("."):
            value = getattr(value, step)
        found.append((name, value))
    return found


def idle() -> list[str]:
    """Keys of the settings file that are known and have nothing to set in this release, with their lines."""
    path, _, without = YamlSource(Settings, DotEnvSettingsSource(Settings)).found()
    return [f"{path}:{entry.line} {entry.key}" for entry in without]


def variables_of(name: str) -> list[str]:
    """The environment variables of a setting, the first of them the one that the reference names."""
    first = Settings.model_fields[name.split(".")[0]].validation_alias
    if isinstance(first, AliasChoices):
        return [str(choice).upper() for choice in first.choices]
    if isinstance(first, str):
        return [first.upper()]
    return [f"{Settings.model_config.get('env_prefix', '')}{name.replace('.', '__')}".upper()]


def require_safe(settings: Settings) -> None:
    """Refuse what is not safe to listen with; raises `Invalid` with every reason at once.

    A weak secret of sign-in is refused where settings are read.
    """
    if is_local(settings.host):
        return
    wrong = []
    if settings.sign_in != "open" and not settings.allow_network:
        wrong.append(
            FieldError(
                "VERIVITA_HOST",
                f"{settings.host} lets the whole network in, and no way to sign in is configured: listen on 127.0.0.1 "
                "behind a web server, set VERIVITA_SIGN_IN=open with mail or issuers, or set "
                "VERIVITA_ALLOW_NETWORK=true when the owner's link and API keys are all you want",
            )
        )
    if settings.database_url is not None and _is_default_password(settings.database_url.get_secret_value()):
        wrong.append(FieldError("DATABASE_URL", "holds a password that everybody tries first: choose another one"))
    if wrong:
        raise Invalid("settings_unsafe", "These settings are not safe to start with.", errors=wrong)


def is_local(host: str) -> bool:
    """True when only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_default_password(url: str) -> bool:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parsed = make_url(url)
    except ArgumentError:
        return False  # whoever connects says so
    password = (parsed.password or "").lower()
    return password in _DEFAULTS or (bool(password) and password == (parsed.username or "").lower())


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    if isinstance(value, BaseModel):
        return json.dumps(value.model_dump(mode="json"))
    if isinstance(value, dict):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return ",".join(_shown(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
