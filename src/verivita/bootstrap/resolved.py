"""Settings as they stand: each with where it comes from, secrets hidden; and what no start goes on with."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass

from pydantic import SecretStr
from pydantic_settings import DotEnvSettingsSource
from sqlalchemy.engine import make_url

from verivita.bootstrap.config import YamlSource, outer_name
from verivita.bootstrap.settings import Settings
from verivita.core.errors import FieldError, Invalid

HIDDEN = "[hidden]"
_SHORTEST = 32
_FEWEST_SIGNS = 8
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
SIGN_IN = ("smtp_url", "oidc_issuer", "oidc_issuers", "token_issuers", "jwt_issuers", "supabase_url", "allow_network")
"""Settings of which one says how people other than the owner come in, or that somebody else looks after it."""


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
    for name in Settings.model_fields:
        variable = variable_of(name)
        if variable in environment:
            origin = "environment"
        elif variable in dotenv:
            origin = str(file.env_file)
        else:
            origin = f"{path}:{given[name].line}" if name in given else "default"
        found.append(Resolved(name, variable, _shown(getattr(settings, name)), origin))
    return found


def idle() -> list[str]:
    """Keys of the settings file that are known and have nothing to set in this release, with their lines."""
    path, _, without = YamlSource(Settings, DotEnvSettingsSource(Settings)).found()
    return [f"{path}:{entry.line} {entry.key}" for entry in without]


def variable_of(name: str) -> str:
    """The environment variable of a setting."""
    outer = outer_name(name, Settings.model_fields[name])
    return outer if outer != name else f"{Settings.model_config.get('env_prefix', '')}{name}".upper()


def require_safe(settings: Settings) -> None:
    """Refuse weak secrets, and the network without a way to sign in; raises `Invalid` with every reason at once."""
    wrong = [
        FieldError(variable_of(name), reason)
        for name in Settings.model_fields
        if isinstance(value := getattr(settings, name), SecretStr)
        and (reason := _weakness(name, value.get_secret_value(), settings))
    ]
    if not is_local(settings.host) and not any(getattr(settings, name, None) for name in SIGN_IN):
        wrong.append(
            FieldError(
                "VERIVITA_HOST",
                f"{settings.host} lets the whole network in, and no way to sign in is configured: listen on 127.0.0.1 "
                "behind a web server, configure mail or an issuer of tokens, or set VERIVITA_ALLOW_NETWORK=true when "
                "the owner's link and API keys are all you want",
            )
        )
    if wrong:
        raise Invalid("settings_unsafe", "These settings are not safe to start with.", errors=wrong, next=_HOW)


_HOW = "A good secret: python -c 'import secrets; print(secrets.token_urlsafe(48))'"


def is_local(host: str) -> bool:
    """True when only this machine can reach what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _weakness(name: str, secret: str, settings: Settings) -> str:
    if name == "database_url":
        password = make_url(secret).password or ""
        is_default = password.lower() in _DEFAULTS and not is_local(settings.host)
        return "holds a password that everybody tries first" if is_default else ""
    if not secret or not name.endswith(("_secret", "jwt_key")):
        return ""
    if secret.lower() in _DEFAULTS or len(secret) < _SHORTEST or len(set(secret)) < _FEWEST_SIGNS:
        return f"is a weak or default secret: it needs {_SHORTEST} or more characters that nobody can guess"
    return ""


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return HIDDEN if value.get_secret_value() else ""
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
