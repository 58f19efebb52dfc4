"""Examine an installation part by part: what works, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass

from verivita import __version__
from verivita.bootstrap import models, schema, vectors
from verivita.bootstrap.database import Located, locate
from verivita.bootstrap.providers import Process, embedder
from verivita.bootstrap.settings import Settings
from verivita.core.errors import VerivitaError
from verivita.kit.db.admin import migration_of

_MODELS_NEXT = "Name another model in the route, or in the model settings."
_LEAST_FREE = 500 * 2**20


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it passed, what was seen, and the next step when it did not."""

    check: str
    ok: bool
    detail: str
    next: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every check, in order; starts the private database when it does not run and stops it again."""
    findings = [
        Finding("version", True, f"verivita {__version__} on Python {sys.version.split()[0]}"),
        _checked("data directory", lambda: _data_dir(settings)),
    ]
    located: list[Located] = []

    def database() -> str:
        located.append(locate(settings))
        where = "private server" if located[0].server else "given by DATABASE_URL"
        return f"{where}, migration {migration_of(located[0].url)} of {schema.newest()}"

    findings.append(_checked("database", database))
    findings.append(_checked("master key", lambda: _key(settings)))
    findings.append(_checked("encoder", lambda: _encoder(settings)))
    findings.append(_checked("vector engines", lambda: vectors.engines_said(settings)))
    findings += [_checked("language models", lambda: models.said(settings))]
    findings += [Finding("language models", True, f"note: {told}", _MODELS_NEXT) for told in models.told(settings)]
    for found in located:
        if found.server is not None and found.server.started_here:
            found.server.stop()
    return findings


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except VerivitaError as error:
        return Finding(name, False, error.message, error.next or "")
    except OSError as error:
        return Finding(name, False, f"{error.strerror or error}", "Check the folder and its rights.")


def _data_dir(settings: Settings) -> str:
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(settings.data_dir).free
    if not os.access(settings.data_dir, os.W_OK):
        raise VerivitaError("storage", f"{settings.data_dir} cannot be written.", next="Give yourself the right to.")
    if free < _LEAST_FREE:
        raise VerivitaError("storage", f"Only {free // 2**20} MB are free.", next="Free some space.")
    return f"{settings.data_dir}, {free // 2**30} GB free"


def _key(settings: Settings) -> str:
    if not settings.key_file.exists():
        return "not made yet; the first start makes it"
    mode = stat.S_IMODE(settings.key_file.stat().st_mode)
    if mode & 0o077:
        raise VerivitaError(
            "key", f"{settings.key_file} can be read by others.", next=f"Run `chmod 600 {settings.key_file}`."
        )
    return f"{settings.key_file}, readable by its owner alone"


def _encoder(settings: Settings) -> str:
    made = embedder(settings, Process.LOCAL)
    vector = asyncio.run(made.embed(["ready"]))
    return f"{made.model.key}, {vector.shape[1]} dimensions"
