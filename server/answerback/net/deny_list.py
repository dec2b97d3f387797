"""Addresses that are never fetched.

A list of our own, from IANA's special-purpose registries (2026): `ipaddress.is_global` passes several of these on the
Python versions that we run on.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from ..core.hosts import ascii_host

_DENIED_4 = [
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
]  # fmt: skip
# Global unicast only, less what embeds IPv4 addresses or is reserved within it.
_ALLOWED_6 = ip_network("2000::/3")
_DENIED_6 = [
    ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16")
]


def is_public(address: str) -> bool:
    """Whether a page may be fetched from this address."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        return parsed in _ALLOWED_6 and not any(parsed in network for network in _DENIED_6)
    return not any(parsed in network for network in _DENIED_4)


def names_itself(host: str) -> bool:
    """Whether a host is literally an address or a loopback name, so that its owner meant that machine."""
    name = host.lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


class PrivateSites:
    """Hosts and networks with private addresses that may be read (ANSWERBACK_PRIVATE_SITES)."""

    def __init__(self, entries: Collection[str]) -> None:
        self._hosts: set[str] = set()
        self._networks: list[IPv4Network | IPv6Network] = []
        for entry in entries:
            try:
                self._networks.append(ip_network(entry))
            except ValueError:
                self._hosts.add(ascii_host(entry))

    def allow(self, host: str, address: str) -> bool:
        """Whether a page of this host may be fetched from this address."""
        return names_itself(host) or self.names(host, address)

    def forbid(self, origin: str) -> bool:
        """Whether an origin literally names a private address that the operator has not allowed."""
        host = urlsplit(origin).hostname or ""
        return names_itself(host) and not is_public(host) and not self.names(host, host)

    def names(self, host: str, address: str) -> bool:
        """Whether the operator named this host, or a network that contains this address."""
        if ascii_host(host) in self._hosts:
            return True
        try:
            parsed = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        parsed = (parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None) or parsed
        return any(parsed in network for network in self._networks)
