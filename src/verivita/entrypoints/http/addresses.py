"""Whose address a request comes from: forwarded headers count only behind a proxy that the settings name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from verivita.kit import traces

Address = IPv4Address | IPv6Address


class ForwardedMiddleware:
    """Puts the client's own address and scheme, and the trace that goes on, into the scope where a trusted proxy says
    them. Nobody else may choose the id of a trace."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app, self._trusted = app, [ip_network(network, strict=False) for network in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        client = scope.get("client")
        if self._trusted and scope["type"] in ("http", "websocket") and client and self._is_trusted(client[0]):
            headers = Headers(scope=scope)
            scope = {
                **scope,
                "client": (self._origin(headers, client[0]), 0),
                traces.HEADER: headers.get(traces.HEADER),
            }
            scheme = headers.get("x-forwarded-proto", "").split(",")[-1].strip()
            if scheme in ("http", "https") and scope["type"] == "http":
                scope["scheme"] = scheme
        await self._app(scope, receive, send)

    def _origin(self, headers: Headers, peer: str) -> str:
        """The last address of the chain that is no proxy of ours; anybody may have written what stands before it."""
        chain = [part.strip() for line in headers.getlist("x-forwarded-for") for part in line.split(",")]
        for said in reversed(chain):
            address = _address(said)
            if address is None:
                return peer
            peer = str(address)
            if not self._is_trusted(peer):
                return peer
        return peer

    def _is_trusted(self, host: str) -> bool:
        address = _address(host)
        return address is not None and _within(address, self._trusted)


def limit_key(host: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network that one IPv6 customer gets."""
    address = _address(host)
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address) >> 64 << 64, 64)))
    return str(address) if address is not None else host


def _within(address: Address, networks: Iterable[object]) -> bool:
    return any(address in network for network in networks)  # type: ignore[operator]


def _address(host: str) -> Address | None:
    """The address of `1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`; an IPv4 address inside IPv6 is that address."""
    host = host.strip().strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
