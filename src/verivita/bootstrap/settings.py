"""Settings from the environment, a `.env` file and a settings file. Nobody below may import it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import platformdirs
from pydantic import AliasChoices, BaseModel, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from verivita.bootstrap.config import YamlSource
from verivita.bootstrap.gateway import GatewaySettings
from verivita.bootstrap.sign_in_settings import SignInSettings
from verivita.bootstrap.tracing import TraceSettings


def _default_data_dir() -> Path:
    return Path(platformdirs.user_data_dir("verivita", appauthor=False))


class LlmSettings(BaseModel):
    """Language models: who answers for what, where the providers are, how much may be used in a day."""

    routes: dict[str, str] = Field(
        {},
        description="Models for each purpose (analyse, write, letter, chat, judge), in order, as provider:model,...; "
        "set one by VERIVITA_LLM__ROUTES__CHAT and so on.",
    )
    addresses: dict[str, str] = Field(
        {},
        description="Addresses of providers that are not at their usual place; `compatible` is any server that speaks "
        "OpenAI's chat completions. Set one by VERIVITA_LLM__ADDRESSES__COMPATIBLE and so on.",
    )
    compatible_key: SecretStr | None = Field(None, description="Key of the compatible server, where it wants one.")
    find_ollama: bool = Field(True, description="Whether an Ollama on this machine is looked for and used.")
    person_tokens: int | None = Field(None, ge=0, description="Most tokens a day for one person.")
    person_usd: Decimal | None = Field(None, ge=0, description="Most US dollars a day for one person.")
    tenant_tokens: int | None = Field(None, ge=0, description="Most tokens a day for a whole tenant.")
    tenant_usd: Decimal | None = Field(None, ge=0, description="Most US dollars a day for a whole tenant.")
    at_once: int = Field(4, ge=1, le=64, description="Calls to one model at the same time; others wait their turn.")
    timeout_s: float = Field(180.0, gt=0, le=3600, description="Longest wait for one whole answer, in seconds.")


class Settings(GatewaySettings):
    """Every setting with its default, read from `VERIVITA_` and its name in capitals unless it says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix="VERIVITA_",
        env_file=".env",
        extra="ignore",
        populate_by_name=True,
        validate_default=True,
        env_nested_delimiter="__",
        hide_input_in_errors=True,
    )

    data_dir: Path = Field(default_factory=_default_data_dir, description="Where everything that is stored lies.")
    database_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL >= 16 with pgvector >= 0.8. Without it a private server runs in the data directory.",
    )
    database_pooler_url: SecretStr | None = Field(
        None,
        validation_alias="DATABASE_POOLER_URL",
        description="A pooler in transaction mode before DATABASE_URL, such as PgBouncer: transactions go through it; "
        "migrations, the queue and notifications go to DATABASE_URL itself.",
    )
    pg_bin: Path | None = Field(None, description="Folder with the PostgreSQL programs for the private server.")
    pool_size: int = Field(10, ge=1, le=100, description="Database connections that one process may open.")
    database_patience_s: float = Field(
        1.0, gt=0, le=60, description="Seconds after which the API counts a database that does not answer as gone."
    )
    host: str = Field("127.0.0.1", description="Address that the pages and the API listen on.")
    allow_network: bool = Field(
        False, description="Whether to listen for the network although no way to sign in but the owner's is configured."
    )
    port: int = Field(8080, ge=1, le=65535, description="Port of the pages and the API.")
    ml_host: str = Field("127.0.0.1", description="Where the ML service listens and is looked for.")
    ml_port: int = Field(50051, ge=1, le=65535, description="Port of the ML service.")
    ml_timeout_s: float = Field(10.0, gt=0, le=300, description="Longest wait for the ML service, in seconds.")
    embedder: str = Field(
        "onnx",
        pattern="^(onnx|hashing|openai|gemini)$",
        description="Sentence encoder: onnx, hashing (no weights), or hosted: openai, gemini. After a change all "
        "papers and postings are read again.",
    )
    reranker: Path | None = Field(
        None,
        description="Folder with a cross-encoder, model.onnx and tokenizer.json (ms-marco-MiniLM-L-6-v2 for one), that "
        "looks closer at the first 50 hits of a search. Without it they keep the order of the search.",
    )
    collection_prefix: str = Field(
        "",
        pattern="^[A-Za-z0-9_-]{0,40}$",
        description="Put before the name of every vector collection: two installations on one store do not meet.",
    )
    vector_url: SecretStr | None = Field(
        None,
        validation_alias="VECTOR_URL",
        description="A vector engine beside PostgreSQL: qdrant://host:6333, qdrants://..., milvus://host:19530, "
        "chroma://host:8000, chromas://..., or qdrant:folder, milvus:file.db and chroma:folder for one process; "
        "several separated by commas while moving between them.",
    )
    vector_api_key: SecretStr | None = Field(
        None, validation_alias="VECTOR_API_KEY", description="Key or token of the engine at VECTOR_URL."
    )
    vector_engine: str = Field(
        "",
        pattern="^(|pgvector|qdrant|milvus|chroma)$",
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
    llm: LlmSettings = Field(default_factory=LlmSettings, description="Language models.")
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="Key of OpenAI, for routes that name it."
    )
    anthropic_api_key: SecretStr | None = Field(
        None, validation_alias="ANTHROPIC_API_KEY", description="Key of Anthropic, for routes that name it."
    )
    gemini_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY"),
        description="Key of Gemini, for routes that name it.",
    )
    groq_api_key: SecretStr | None = Field(
        None, validation_alias="GROQ_API_KEY", description="Key of Groq, for routes that name it."
    )
    ollama_host: str | None = Field(
        None, validation_alias="OLLAMA_HOST", description="Where Ollama is, if not at 127.0.0.1:11434."
    )
    embedder_dimensions: int = Field(
        768, ge=64, le=3072, description="Length of the vectors of a hosted encoder (openai or gemini)."
    )
    threads: int = Field(2, ge=1, le=64, description="Processor threads that the encoder may use.")
    sign_in: str = Field(
        "owner",
        pattern="^(owner|open)$",
        description="Who may come in: owner (one person, by the one-time link), or open (guests, e-mail, passwords).",
    )
    identity: SignInSettings = Field(default_factory=SignInSettings, description="How people prove who they are.")
    egress_allow: Annotated[list[str], NoDecode] = Field(
        [],
        description="Private addresses that may be fetched all the same, as host:port, separated by commas.",
    )
    cors_origins: Annotated[list[str], NoDecode] = Field(
        ["http://localhost:5173", "http://localhost:3000"],
        description="Origins of separate front ends, separated by commas.",
    )
    max_upload_mb: int = Field(25, ge=1, le=1024, description="Largest paper that is taken, in megabytes.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level that is logged.")
    log_format: str = Field("auto", pattern="^(auto|json|console)$", description="json, console, or auto by terminal.")
    traces: TraceSettings = Field(default_factory=TraceSettings, description="Traces.")
    log_keep_mb: int = Field(
        5,
        ge=0,
        le=1000,
        description="Megabytes of log lines that each process keeps in the data directory, for /admin and `verivita "
        "logs`; 0 keeps none.",
    )
    demo: bool = Field(True, description="Whether a fresh installation gets the example person and postings.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named so by the base class
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Where values come from, first wins; the settings file stands behind the environment and `.env`."""
        return init_settings, env_settings, dotenv_settings, YamlSource(settings_cls, dotenv_settings)

    @field_validator("cors_origins", "egress_allow", mode="before")
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
    def logs_dir(self) -> Path:
        """The last log lines of each process."""
        return self.data_dir / "logs"

    @property
    def index_dir(self) -> Path:
        """The word index over the postings."""
        return self.data_dir / "index"

    @property
    def postgres_dir(self) -> Path:
        """The private PostgreSQL cluster."""
        return self.data_dir / "postgres"
