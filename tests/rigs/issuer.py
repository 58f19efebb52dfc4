"""Another issuer of tokens on loopback: its discovery document, its key set, and how often each was fetched."""

from __future__ import annotations

import copy
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry

KINDS = {"RS256": ("RSA", 2048), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}


class Issuer:
    """Signs tokens as a sign-in service does; `url` is its `iss`."""

    def __init__(self, algorithm: str = "RS256") -> None:
        self.algorithm = algorithm
        self.fetched: Counter[str] = Counter()
        self.is_down = False
        self.key = self.new_key("first")
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.fetched[self.path] += 1
                said = issuer.document(self.path)
                body = json.dumps(said or {}).encode()
                self.send_response(503 if issuer.is_down else 200 if said is not None else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def document(self, path: str) -> dict[str, Any] | None:
        """What lies at an address."""
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False) | {"alg": self.algorithm, "use": "sig"}]}
        return None

    def new_key(self, kid: str) -> Any:
        """A fresh key pair."""
        kind, size = KINDS[self.algorithm]
        return jwk.JWKRegistry.generate_key(kind, size, {"kid": kid})

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on, and publish it alone."""
        self.key = self.new_key(kid)

    def token(self, claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = None) -> str:
        """A signed token; `header` may say anything."""
        head = {"alg": self.algorithm, "kid": self.key.kid} | (header or {})
        return sign(head, claims, key or self.key)

    @property
    def fetches(self) -> int:
        """How often anything was fetched."""
        return sum(self.fetched.values())


def sign(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A token with any header, known or not to the library that signs it."""
    name = header["alg"]
    quiet = copy.copy(JWSRegistry.algorithms[name])
    quiet.security_warning = None
    one = type("One", (JWSRegistry,), {"algorithms": {name: quiet}})
    return jwt.encode(header, claims, key, registry=one(algorithms=[name], strict_check_header=False))


@contextmanager
def running(algorithm: str = "RS256") -> Iterator[Issuer]:
    """An issuer that answers."""
    issuer = Issuer(algorithm)
    thread = threading.Thread(target=issuer.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        issuer.server.shutdown()
        issuer.server.server_close()
        thread.join(5)
