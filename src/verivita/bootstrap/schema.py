"""All tables in one metadata, and bringing a database up to them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData, Table

import verivita.adapters.lexical.postgres
import verivita.adapters.vectors.pgvector
import verivita.features.applications.tables
import verivita.features.assistant.tables
import verivita.features.identity.tables
import verivita.features.library.tables
import verivita.features.matching.tables
import verivita.features.postings.tables
import verivita.features.search.tables
import verivita.kit.event_log  # noqa: F401 - each import adds its tables
from verivita.kit.db import metadata

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def all_tables() -> MetaData:
    """Every table of the product."""
    return metadata


def secured_tables() -> list[Table]:
    """Every table that row security must guard: all of them."""
    return list(metadata.sorted_tables)


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
