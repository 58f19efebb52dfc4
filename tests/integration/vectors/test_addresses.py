"""VECTOR_URL: which engine an address means, and what `verivita doctor` says of it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from tests.rigs.chroma import chroma_at
from verivita.adapters.vectors.chroma import ChromaIndex
from verivita.bootstrap import vectors
from verivita.core.errors import Invalid, Unavailable


@pytest.mark.acceptance("RET-19")
@pytest.mark.parametrize(
    ("address", "more", "place"),
    [
        ("chroma://box:8100", {}, "http://box:8100"),
        ("chromas://box:8100", {}, "https://box:8100"),
        ("http://box:8100", {"vector_engine": "chroma"}, "http://box:8100"),
        ("chroma:kept/here", {}, "DATA/kept/here"),
        ("chroma:/some/where", {}, "/some/where"),
    ],
)
def test_an_address_of_chroma(settings, tmp_path, monkeypatch, address, more, place):
    monkeypatch.setattr("pathlib.Path.mkdir", lambda *_, **__: None)
    chosen = settings.model_copy(
        update={
            "vector_url": SecretStr(address),
            "vector_api_key": SecretStr("s3cret"),
            "collection_prefix": "p",
            **more,
        }
    )
    (made,) = (vectors._engine(name, one, chosen) for name, one in vectors._addresses(chosen).items())
    assert isinstance(made, ChromaIndex)
    assert (made._place, made._token, made._prefix) == (
        place.replace("DATA", str(settings.data_dir)), "s3cret", "p",
    )  # fmt: skip


def test_the_doctor_asks_the_servers(settings, tmp_path):
    def said(address: str) -> str:
        return vectors.engines_said(settings.model_copy(update={"vector_url": SecretStr(address)}))

    assert vectors.engines_said(settings) == "pgvector"
    assert said("qdrant:folder,chroma:other") == "pgvector, qdrant (in one process), chroma (in one process)"
    with chroma_at(tmp_path) as address:
        assert said(address.replace("http", "chroma")) == "pgvector, chroma (answers)"
    with pytest.raises(Unavailable, match="Chroma does not answer"):
        said("chroma://127.0.0.1:9")
    with pytest.raises(Invalid, match="VECTOR_URL"):
        said("redis://somewhere")
