"""Settings from the environment and a `.env` file; the only reader of both. Nobody below may import it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("verivita", appauthor=False))


class Settings(BaseSettings):
    """Every setting with its default, read from `VERIVITA_` and its name in capitals unless it says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="VERIVITA_", env_file=".env", extra="ignore", populate_by_name=True, validate_default=True
    )

    data_dir: Path = Field(default_factory=_default_data_dir, description="Where everything that is stored lies.")
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL >= 16 with pgvector >= 0.8. Without it a private server runs in the data directory.",
    )
    pg_bin: Path | None = Field(None, description="Folder with the PostgreSQL programs for the private server.")
    pool_size: int = Field(10, ge=1, le=100, description="Database connections that one process may open.")
    host: str = Field("127.0.0.1", description="Address that the pages and the API listen on.")
    port: int = Field(8080, ge=1, le=65535, description="Port of the pages and the API.")
    ml_host: str = Field("127.0.0.1", description="Where the ML service listens and is looked for.")
    ml_port: int = Field(50051, ge=1, le=65535, description="Port of the ML service.")
    ml_timeout_s: float = Field(10.0, gt=0, le=300, description="Longest wait for the ML service, in seconds.")
    embedder: str = Field(
        "onnx", pattern="^(onnx|hashing)$", description="Sentence encoder: onnx, or hashing (no weights)."
    )
    collection_prefix: str = Field(
        "",
        pattern="^[A-Za-z0-9_-]{0,40}$",
        description="Put before the name of every vector collection: two installations on one store do not meet.",
    )
    vector_url: SecretStr | None = Field(
        None,
        validation_alias="VECTOR_URL",
        description="A vector engine beside PostgreSQL: qdrant://host:6333, qdrants://..., milvus://host:19530, or "
        "milvus:file.db and qdrant:folder for one process; several separated by commas while moving between them.",
    )
    vector_api_key: SecretStr | None = Field(
        None, validation_alias="VECTOR_API_KEY", description="Key or token of the engine at VECTOR_URL."
    )
    vector_engine: str = Field(
        "",
        pattern="^(|pgvector|qdrant|milvus)$",
        description="Which of the configured engines answers; empty takes the first of VECTOR_URL, else pgvector.",
    )
    vector_private: bool = Field(
        False, description="Whether vectors of people's own papers go to VECTOR_URL too; else they stay in PostgreSQL."
    )
    vector_index: str = Field(
        "hnsw", pattern="^(hnsw|ivfflat)$", description="Kind of index that pgvector searches many vectors by."
    )
    index_check_minutes: int = Field(
        60, ge=1, le=10_080, description="How often the worker compares the search indexes with the database."
    )
    threads: int = Field(2, ge=1, le=64, description="Processor threads that the encoder may use.")
    cors_origins: Annotated[list[str], NoDecode] = Field(
        ["http://localhost:5173", "http://localhost:3000"],
        description="Origins of separate front ends, separated by commas.",
    )
    requests_per_minute: int = Field(600, ge=1, description="Requests a minute that one caller may make.")
    burst: int = Field(200, ge=1, description="Requests that one caller may make at once.")
    max_upload_mb: int = Field(25, ge=1, le=1024, description="Largest paper that is taken, in megabytes.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged.")
    log_format: str = Field("auto", pattern="^(auto|json|console)$", description="json, console, or auto by terminal.")
    demo: bool = Field(True, description="Whether a fresh installation gets the example person and postings.")

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value

    @property
    def key_file(self) -> Path:
        """The master key."""
        return self.data_dir / "keys" / "master.json"

    @property
    def files_dir(self) -> Path:
        """Original files, sealed."""
        return self.data_dir / "files"

    @property
    def index_dir(self) -> Path:
        """The word index over the postings."""
        return self.data_dir / "index"

    @property
    def postgres_dir(self) -> Path:
        """The private PostgreSQL cluster."""
        return self.data_dir / "postgres"
