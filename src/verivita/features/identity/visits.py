"""Where a request comes from, as much as may be kept of it; pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum

from verivita.features.identity.browsers import browser_name

_LONGEST_AGENT = 300


class AddressKept(StrEnum):
    """What is stored of a network address."""

    TRUNCATED = "truncated"
    HASHED = "hashed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: the browser's name for itself, and the network address that it comes from."""

    user_agent: str = ""
    address: str = ""

    @property
    def agent(self) -> str | None:
        """The browser's name, cut short."""
        printable = "".join(letter for letter in self.user_agent if letter.isprintable())
        return printable[:_LONGEST_AGENT] or None

    @property
    def browser(self) -> str | None:
        """The browser's name alone."""
        return browser_name(self.user_agent)

    @property
    def network(self) -> str:
        """Who is counted as one: an IPv4 address, or the /64 of an IPv6 one."""
        address = _parsed(self.address)
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, 64), strict=False))
        return str(address) if address is not None else "unknown"

    @property
    def truncated(self) -> str | None:
        """What may be stored in clear: the /24 of an IPv4 address, the /48 of an IPv6 one."""
        address = _parsed(self.address)
        if address is None:
            return None
        return str(ipaddress.ip_network((address, 48 if address.version == 6 else 24), strict=False))


NOWHERE = Visit()
"""A call that no request made, such as one of the command line."""


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address
