"""All tables in one metadata, and bringing a database up to them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

_TABLES = (
    "verivita.adapters.lexical.postgres",
    "verivita.adapters.vectors.homes",
    "verivita.adapters.vectors.pgvector",
    "verivita.adapters.vectors.tuning",
    "verivita.features.applications.tables",
    "verivita.features.assistant.tables",
    "verivita.features.identity.tables",
    "verivita.features.library.tables",
    "verivita.features.matching.tables",
    "verivita.features.models.tables",
    "verivita.features.postings.tables",
    "verivita.features.search.tables",
    "verivita.kit.audit",
    "verivita.kit.event_log",
    "verivita.kit.faults",
    "verivita.kit.once",
    "verivita.kit.queue.store",
)
"""Each of these adds its tables when it is imported; that a database is up to date can be said without them."""

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def all_tables() -> MetaData:
    """Every table of the product."""
    from verivita.kit.db import metadata

    for module in _TABLES:
        import_module(module)
    return metadata


def secured_tables() -> list[Table]:
    """Every table that row security must guard: all of them."""
    return list(all_tables().sorted_tables)


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision; safe to run from several processes at once."""
    _command(url, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to a revision (`base` for none)."""
    _command(url, "downgrade", revision)


def _command(url: str, name: str, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    getattr(command, name)(config, revision)


def newest() -> str:
    """The newest migration of this release, read off the names of the steps."""
    return max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
