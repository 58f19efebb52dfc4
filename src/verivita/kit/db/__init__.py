"""Database: short transactions in which PostgreSQL knows who asks. Face of the package."""

from verivita.kit.db.engine import Credential, Database, Everywhere, Joining, Scope, Tx
from verivita.kit.db.repository import Repository, of, stamped
from verivita.kit.db.types import UtcTime, metadata, personal_table, tenant_table

__all__ = [
    "Credential",
    "Database",
    "Everywhere",
    "Joining",
    "Repository",
    "Scope",
    "Tx",
    "UtcTime",
    "metadata",
    "of",
    "personal_table",
    "stamped",
    "tenant_table",
]
