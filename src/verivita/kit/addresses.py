"""Which addresses the outside may make us visit: public ones, plainly written; pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Set

import httpx2

from verivita.core.errors import Denied, Invalid

PORTS = {"http": 80, "https": 443}
_LONGEST_URL = 8_192
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f\\]")
# A host whose last part is a number is an IPv4 address to some readers: 2130706433, 0x7f.1, 0177.0.0.1.
_NUMBER = re.compile(r"\d+|0[xX][0-9a-fA-F]*")
_REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # a cloud's own service at a public address
            "192.0.0.0/24",  # protocol assignments, of which old versions of `ipaddress` know only a part
            "192.88.99.0/24",  # relays from IPv6 to IPv4
            "2002::/16",  # holds an IPv4 address
            "2001::/32",  # holds an IPv4 address
            "64:ff9b:1::/48",  # translates to private IPv4
            "fec0::/10",
        ),
    )
)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def refused(why: str) -> Denied:
    """The error for an address that we do not visit."""
    return Denied("address_refused", f"This address is not visited: {why}.", next="Use a public http(s) address.")


def check_url(url: str, allow: Set[str] = frozenset()) -> httpx2.URL:
    """The parsed URL when it may be visited, before its host is resolved.

    `allow` names exceptions as `host:port`. Raises `Invalid` for what is no URL, `Denied` (code `address_refused`) for
    another scheme than http(s), a login, a port other than the usual one, and numbers that are odd spellings of a host.
    """
    if len(url) > _LONGEST_URL or _NOT_IN_A_URL.search(url.strip(" ")):
        raise Invalid("bad_url", "The address is too long or has characters that no address has.")
    try:
        parsed = httpx2.URL(url.strip(" "))
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise Invalid("bad_url", f"This is no address: {error}.") from error
    if parsed.scheme not in PORTS:
        raise refused("only http and https are")
    if parsed.userinfo:
        raise refused("it holds a login")
    host = parsed.raw_host.decode("ascii")
    if not host or "%" in host:
        raise refused("it names no plain host")
    if origin(parsed) in allow:
        return parsed
    if parsed.port not in (None, *PORTS.values()):
        raise refused(f"port {parsed.port} is unusual")
    address = literal(host)
    if address is not None and not is_public(address):
        raise refused("it is not on the public internet")
    return parsed


def origin(url: httpx2.URL) -> str:
    """`host:port` of a URL, in lower case, the port always given; an IPv6 address without brackets."""
    return f"{url.raw_host.decode('ascii').lower()}:{url.port or PORTS[url.scheme]}"


def literal(host: str) -> Address | None:
    """The address that `host` spells, None for a name; raises `Denied` for an odd spelling of an address."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if ":" in host or _NUMBER.fullmatch(host.rstrip(".").rsplit(".", 1)[-1]):
        raise refused("it is an odd spelling of a numeric address")
    return None


def is_public(address: Address) -> bool:
    """False for private, loopback, link-local, multicast, reserved and unspecified addresses, also wrapped ones."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.scope_id is not None:
            return False
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_link_local
    return address.is_global and not special
