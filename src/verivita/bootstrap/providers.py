"""Name in settings -> adapter, imported late so that a process pays only for what it uses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from verivita.bootstrap.settings import Settings
from verivita.core.clock import Clock
from verivita.core.errors import Invalid, Unavailable
from verivita.engines.grounding import Nearness
from verivita.engines.reading import sniff
from verivita.engines.retrieval.collections import CollectionStore
from verivita.engines.retrieval.ports import Embedder, LexicalIndex, ModelInfo, Reranker, VectorIndex
from verivita.features.identity import Doorkeeper, IssuerDoor, Mailer, TokenVerifier
from verivita.features.postings import PostingReader
from verivita.kit.blobs import BlobStore
from verivita.kit.db import Database
from verivita.kit.db.changes import Changes

if TYPE_CHECKING:
    from verivita.adapters.llm.maker import ModelConnections
    from verivita.adapters.vectors.index_keeper import IndexKeeper
    from verivita.adapters.vectors.pgvector import Passing


class Process(StrEnum):
    """Where the engines run: `local` has them inside, `remote` asks the ML service."""

    LOCAL = "local"
    REMOTE = "remote"


READERS: Mapping[str, str] = {
    sniff.PDF: "verivita.adapters.readers.pdf:PdfReader",
    sniff.DOCX: "verivita.adapters.readers.docx:DocxReader",
    sniff.HTML: "verivita.adapters.readers.markup:MarkupReader",
    sniff.MARKDOWN: "verivita.adapters.readers.markup:MarkupReader",
    sniff.PLAIN: "verivita.adapters.readers.markup:MarkupReader",
    sniff.JSON: "verivita.adapters.readers.json_resume:JsonResumeReader",
}
"""Media type -> the reader that a sandbox imports; no document parser is imported here."""


def embedder(settings: Settings, process: Process) -> Embedder:
    """The sentence encoder."""
    if settings.embedder == "hashing":
        from verivita.adapters.embedders.hashing import HashingEmbedder

        return HashingEmbedder()
    if settings.embedder in ("openai", "gemini"):
        return hosted_embedder(settings)
    if process is Process.REMOTE:
        from verivita.adapters.embedders.model import SHIPPED_MODEL
        from verivita.adapters.ml_service.embedder import RemoteEmbedder

        return RemoteEmbedder(f"{settings.ml_host}:{settings.ml_port}", SHIPPED_MODEL, timeout=settings.ml_timeout_s)
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    return OnnxEmbedder(threads=settings.threads)


def encoders(settings: Settings, process: Process) -> tuple[Embedder, Nearness | None]:
    """The sentence encoder, which encodes a text that it has seen lately only once, and nearness by the same."""
    encoder = embedder(settings, process)
    return remembering(encoder), nearness(settings, process, encoder)


def nearness(settings: Settings, process: Process, encoder: Embedder) -> Nearness | None:
    """How near sentences stand in meaning; None for an encoder that gives no vectors of words."""
    if settings.embedder != "onnx":
        return None
    if process is Process.REMOTE:
        from verivita.adapters.ml_service.nearness import RemoteNearness

        return RemoteNearness(f"{settings.ml_host}:{settings.ml_port}", timeout=settings.ml_timeout_s)
    from verivita.adapters.embedders.nearness import EncoderNearness
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    return EncoderNearness(encoder) if isinstance(encoder, OnnxEmbedder) else None


def hosted_embedder(settings: Settings) -> Embedder:
    """The sentence encoder of a provider. Raises `Unavailable` (`embedder_key_missing`) where there is no key."""
    from verivita.adapters.embedders import hosted
    from verivita.adapters.llm.maker import place_of
    from verivita.kit.http import Egress

    secret = settings.openai_api_key if settings.embedder == "openai" else settings.gemini_api_key
    if secret is None:
        raise Unavailable(
            "embedder_key_missing",
            f"The encoder of {settings.embedder} needs a key.",
            next="Set OPENAI_API_KEY or GOOGLE_API_KEY, or VERIVITA_EMBEDDER=onnx.",
        )
    given = settings.llm.addresses.get(settings.embedder)
    egress, size, key = Egress(allow=[place_of(given)] if given else []), settings.embedder_dimensions, secret
    if settings.embedder == "openai":
        speech = hosted.OpenAiSpeech(key.get_secret_value())
        return hosted.HostedEmbedder(hosted.OPENAI_MODEL, size, given or hosted.OPENAI_URL, speech, egress)
    return hosted.HostedEmbedder(
        hosted.GEMINI_MODEL, size, given or hosted.GEMINI_URL, hosted.GeminiSpeech(key.get_secret_value()), egress
    )


def reranker(settings: Settings, process: Process) -> Reranker | None:
    """The cross-encoder, where a file of one is given."""
    folder = settings.reranker
    if folder is None:
        return None
    if process is Process.REMOTE:
        from verivita.adapters.ml_service.reranker import RemoteReranker

        address = f"{settings.ml_host}:{settings.ml_port}"
        return RemoteReranker(address, folder.name, timeout=settings.ml_timeout_s)
    from verivita.adapters.rerankers.onnx import OnnxReranker

    return OnnxReranker(folder, name=folder.name, threads=settings.threads)


def remembering(inner: Embedder) -> Embedder:
    """The same encoder, which encodes a text that it has seen lately only once."""
    from verivita.adapters.embedders.cached import CachedEmbedder

    return CachedEmbedder(inner)


def postgres_vectors(db: Database, changes: Changes, passing: Passing | None, prefix: str) -> VectorIndex:
    """Vectors in PostgreSQL; the word index (`passing`) says which postings pass a selective filter."""
    from verivita.adapters.vectors.code_reader import reader
    from verivita.adapters.vectors.companions import Companions
    from verivita.adapters.vectors.pgvector import PgVectorIndex
    from verivita.adapters.vectors.prefixed import PrefixedFetchIndex

    plain = PgVectorIndex(db, passing=passing, companions=Companions(changes, reader(db)))
    return PrefixedFetchIndex(plain, plain, prefix) if prefix else plain


def qdrant_vectors(place: Mapping[str, Any], prefix: str) -> VectorIndex:
    """Vectors in Qdrant; `place` says to its client where it is."""
    if find_spec("qdrant_client") is None:
        raise _missing("qdrant")
    from verivita.adapters.vectors.qdrant import connected

    return connected(place, prefix)


def milvus_vectors(uri: str, token: str, prefix: str) -> VectorIndex:
    """Vectors in Milvus."""
    if find_spec("pymilvus") is None:
        raise _missing("milvus")
    from verivita.adapters.vectors.milvus import MilvusIndex

    return MilvusIndex(uri, token=token, prefix=prefix)


def chroma_vectors(place: str, token: str, prefix: str) -> VectorIndex:
    """Vectors in Chroma; `place` is an address or a folder."""
    if find_spec("chromadb") is None:
        raise _missing("chroma")
    from verivita.adapters.vectors.chroma import ChromaIndex

    return ChromaIndex(place, token=token, prefix=prefix)


def routed_vectors(
    db: Database, engines: Mapping[str, VectorIndex], wanted: str, first: str, stays: tuple[str, ...]
) -> VectorIndex:
    """Several vector engines as one, each collection where it lives."""
    from verivita.adapters.vectors.homes import Homes
    from verivita.adapters.vectors.routed import RoutedIndex

    return RoutedIndex(Homes(db), engines, wanted=wanted, first=first, stays=stays)


def index_keeper(db: Database, url: str, kind: str) -> IndexKeeper:
    """Who looks after the approximate index in PostgreSQL."""
    from verivita.adapters.vectors.index_keeper import IndexKeeper

    return IndexKeeper(db, url, kind)


def _missing(extra: str) -> Unavailable:
    message = f"The package for {extra} is not installed."
    return Unavailable("extra_missing", message, next=f"pip install 'verivita[{extra}]'")


def lexical(settings: Settings) -> LexicalIndex:
    """The word index over the postings."""
    from verivita.adapters.lexical.tantivy import TantivyIndex

    return TantivyIndex(settings.index_dir)


def collections(settings: Settings, model: ModelInfo) -> CollectionStore:
    """Where the ML service keeps what its callers index."""
    from verivita.adapters.collections.sqlite import SqliteCollections

    return SqliteCollections(settings.data_dir / "ml", model.key, model.dimensions)


def blobs(settings: Settings) -> BlobStore:
    """Where original files lie."""
    from verivita.adapters.storage.folder import FolderStore

    return FolderStore(settings.files_dir)


def posting_reader() -> PostingReader:
    """The reader of files of postings."""
    from verivita.adapters.sources.files import PostingFiles

    return PostingFiles()


def mail_kind(settings: Settings) -> str:
    """How mail goes: smtp, console, memory or off. Raises `Invalid` where the terminal would show others' codes."""
    chosen = settings.identity
    kind = chosen.mail
    if kind == "auto":
        kind = "smtp" if chosen.smtp_url is not None else "off"
    if kind == "console" and settings.host not in ("127.0.0.1", "::1", "localhost"):
        message = "Mail on the terminal is for development: it needs VERIVITA_HOST to be this machine alone."
        raise Invalid("settings", message, next="Set VERIVITA_IDENTITY__SMTP_URL.")
    return kind


def mailer(settings: Settings) -> Mailer:
    """Who carries mail."""
    kind, url = mail_kind(settings), settings.identity.smtp_url
    if kind == "smtp" and url is not None:
        from verivita.adapters.mailers.smtp import SmtpMailer

        return SmtpMailer(url.get_secret_value(), settings.identity.mail_from)
    if kind == "console":
        from verivita.adapters.mailers.console import ConsoleMailer

        return ConsoleMailer()
    from verivita.adapters.mailers.memory import MemoryMailer, NoMailer

    return MemoryMailer() if kind == "memory" else NoMailer()


def doorkeeper(settings: Settings, clock: Clock) -> Doorkeeper | None:
    """The identity service, where it runs in a process of its own."""
    url = settings.identity.url
    if url is None:
        return None
    from verivita.adapters.tokens.remote import RemoteIdentity
    from verivita.kit.http import Egress

    return RemoteIdentity(url, Egress([*settings.egress_allow, url.split("//")[1]], tries=1), clock)


def token_verifiers(settings: Settings, clock: Clock) -> list[TokenVerifier]:
    """Who checks the tokens of each issuer that is trusted."""
    found: list[TokenVerifier] = []
    for issuer in settings.identity.issuers:
        if issuer.secret is not None:
            from verivita.adapters.tokens.shared_secret import SharedSecretVerifier

            secret = issuer.secret.get_secret_value()
            found.append(SharedSecretVerifier(issuer.issuer, secret, issuer.taken_audience, clock))
        else:
            from verivita.adapters.tokens.jwks import JwksVerifier
            from verivita.kit.http import Egress

            egress, audience = Egress(settings.egress_allow, tries=1), issuer.taken_audience
            found.append(JwksVerifier(issuer.issuer, issuer.algorithm, audience, issuer.jwks_url, egress, clock))
    return found


def issuer_doors(settings: Settings, clock: Clock) -> list[IssuerDoor]:
    """The issuers that people may sign in at."""
    found: list[IssuerDoor] = []
    for issuer in settings.identity.issuers:
        if issuer.client_id is not None:
            from verivita.adapters.tokens.code_flow import CodeFlow, Registration
            from verivita.adapters.tokens.jwks import JwksVerifier
            from verivita.kit.http import Egress

            egress, id = Egress(settings.egress_allow, tries=1), issuer.client_id
            verifier = JwksVerifier(issuer.issuer, issuer.algorithm, id, issuer.jwks_url, egress, clock)
            secret = issuer.client_secret.get_secret_value() if issuer.client_secret is not None else None
            found.append(CodeFlow(Registration(issuer.key, issuer.name, id, secret), verifier, egress, clock))
    return found


def chat_models(settings: Settings) -> ModelConnections:
    """Connections to language models; a provider's own package is imported when its first model is made."""
    from verivita.adapters.llm.maker import ModelConnections

    host = settings.ollama_host
    found = {"ollama": host if "//" in host else f"http://{host}"} if host else {}
    return ModelConnections(found | settings.llm.addresses, find_ollama=settings.llm.find_ollama)
