"""Another issuer of tokens on loopback: discovery, key set, sign-in by code, and how often each was fetched."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwk, jwt
from joserfc.jws import JWSRegistry

from verivita.core.clock import Clock, SystemClock

CLIENT, SECRET = "verivita at work", "a secret: of+that client%"
KINDS = {"RS256": ("RSA", 2048), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}


class Issuer:
    """Signs tokens as a sign-in service does; `url` is its `iss`."""

    def __init__(self, algorithm: str = "RS256") -> None:
        self.algorithm = algorithm
        self.fetched: Counter[str] = Counter()
        self.is_down = False
        self.connections = 0
        self.key = self.new_key("first")
        # Sign-in by code: who is signed in here, what its ID tokens say besides, and what it says of itself.
        self.person: dict[str, Any] = {"sub": "person-1"}
        self.says: dict[str, Any] = {}
        self.document_says: dict[str, Any] = {}
        self.signs_with: Any = None
        self.header_says: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.clock: Clock = SystemClock()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                issuer.connections += 1

            def finish(self) -> None:
                issuer.connections -= 1
                super().finish()

            def do_GET(self) -> None:
                issuer.fetched[self.path.partition("?")[0]] += 1
                if self.path.startswith("/authorize?") and not issuer.is_down:
                    self.send_response(302)
                    self.send_header("Location", issuer.authorize(_flat(urlsplit(self.path).query)))
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                said = issuer.document(self.path)
                self.answer(503 if issuer.is_down else 200 if said is not None else 404, said or {})

            def do_POST(self) -> None:
                issuer.fetched[self.path] += 1
                form = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
                said = None if issuer.is_down else issuer.redeem(form, self.headers.get("Authorization", ""))
                self.answer(503 if issuer.is_down else 200 if said else 400, said or {"error": "invalid_grant"})

            def answer(self, status: int, said: dict[str, Any]) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
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
            places = {"jwks_uri": "keys", "authorization_endpoint": "authorize", "token_endpoint": "token"}
            return {"issuer": self.url} | {name: f"{self.url}/{at}" for name, at in places.items()} | self.document_says
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False) | {"alg": self.algorithm, "use": "sig"}]}
        return None

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser of the person who is signed in here is sent, with a code."""
        self.asked.append(query)
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The tokens for a code, once, for the client that asked and for whoever holds its verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or self.client_of(form, authorization) != (CLIENT, SECRET)
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or asked["code_challenge_method"] != "S256"
            or base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return None
        now = int(self.clock.now().timestamp())
        said = {"iss": self.url, "aud": CLIENT, "exp": now + 3600, "iat": now, "nonce": asked["nonce"]}
        claims = {name: value for name, value in (said | self.person | self.says).items() if value is not None}
        token = self.token(claims, self.header_says, self.signs_with)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}

    def client_of(self, form: dict[str, str], authorization: str) -> tuple[str, str]:
        """Client and secret as they came: by HTTP Basic, or in the form where the document says so."""
        if "token_endpoint_auth_methods_supported" in self.document_says:
            return form.get("client_id", ""), form.get("client_secret", "")
        both = base64.b64decode(authorization.partition(" ")[2]).decode()
        client, _, secret = both.partition(":")
        return unquote_plus(client), unquote_plus(secret)

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
        if head["alg"] == "none":
            parts = (json.dumps(part).encode() for part in (head, claims))
            return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."
        return sign(head, claims, key or self.key)

    @property
    def fetches(self) -> int:
        """How often anything was fetched."""
        return sum(self.fetched.values())


def _flat(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


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
