"""Name in settings -> adapter, imported late so that a process pays only for what it uses."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from verivita.bootstrap.settings import Settings
from verivita.engines.reading import sniff
from verivita.engines.retrieval.collections import CollectionStore
from verivita.engines.retrieval.ports import Embedder, LexicalIndex, ModelInfo, VectorIndex
from verivita.features.postings import PostingReader
from verivita.kit.blobs import BlobStore
from verivita.kit.db import Database


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
    if process is Process.REMOTE:
        from verivita.adapters.embedders.model import SHIPPED_MODEL
        from verivita.adapters.embedders.remote import RemoteEmbedder

        return RemoteEmbedder(f"{settings.ml_host}:{settings.ml_port}", SHIPPED_MODEL, timeout=settings.ml_timeout_s)
    from verivita.adapters.embedders.onnx import OnnxEmbedder

    return OnnxEmbedder(threads=settings.threads)


def remembering(inner: Embedder) -> Embedder:
    """The same encoder, which encodes a text that it has seen lately only once."""
    from verivita.adapters.embedders.cached import CachedEmbedder

    return CachedEmbedder(inner)


def vectors(settings: Settings, db: Database) -> VectorIndex:
    """The vector index."""
    from verivita.adapters.vectors.pgvector import PgVectorIndex
    from verivita.adapters.vectors.prefixed import PrefixedFetchIndex

    index = PgVectorIndex(db)
    prefix = settings.collection_prefix
    return PrefixedFetchIndex(index, index, prefix) if prefix else index


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
