"""Opening Chroma: a folder of this machine or a server; nothing is reported to anybody, no request waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from verivita.core.errors import Unavailable, VerivitaError

TIMEOUT_S = 10.0
PORT = 8000
_QUIET: dict[str, Any] = {"anonymized_telemetry": False, "chroma_otel_collection_endpoint": "", "_env_file": None}


def opened(place: str, token: str) -> Any:
    """A client of the folder `place`, or of the server at the address `place` (`http(s)://host:port`)."""
    import chromadb
    from chromadb.config import Settings

    if "://" not in place:
        return chromadb.PersistentClient(place, Settings(**_QUIET))
    address = urlsplit(place)
    headers = {"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else None
    settings = Settings(
        **_QUIET,
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=address.hostname or "localhost",
        chroma_server_http_port=address.port or PORT,
        chroma_server_ssl_enabled=address.scheme == "https",
        chroma_server_headers=headers,
    )
    return _patient_client()(settings=settings)


def _patient_client() -> Any:
    """The package's client of a server, with a limit on every answer: its own waits without one."""
    from chromadb.api.client import Client

    class PatientClient(Client):  # type: ignore[misc, unused-ignore]
        """Sets the limit before the first request."""

        def get_user_identity(self) -> Any:
            """The first request of a client."""
            server: Any = self._server
            server._session.timeout = TIMEOUT_S
            return super().get_user_identity()

        def close(self) -> None:
            """End the client, and the connections that it would leave open."""
            server: Any = self._server
            super().close()
            server._session.close()

        def _validate_tenant_database(self, tenant: str, database: str) -> None:
            """Two more requests, over a connection without a limit; the next request finds the same out."""

    return PatientClient


@contextmanager
def answered() -> Iterator[None]:
    """What the client raises when Chroma is gone, or refuses, becomes `Unavailable`.

    The package raises bare `Exception` for answers that it does not know, so every exception of this block counts.
    """
    try:
        yield
    except VerivitaError:
        raise
    except Exception as error:
        said = str(error).strip().splitlines()
        reason = said[0][:200] if said else type(error).__name__
        raise Unavailable("vectors_unavailable", f"Chroma does not answer: {reason}", retry_after=2) from error
