"""Parses published lists of bad hosts and addresses: hosts files, block lists, one value a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from ..hosts import ascii_host

MOST_ENTRIES = 100_000
MOST_BYTES = 4 * 1024 * 1024
_V4, _V6 = (32, 24, 16, 8), (128, 64, 56, 48, 32)
"""Prefixes by which an address is looked up: lists name single addresses, and networks of these sizes."""
_HOSTS_FILE = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|::1?)\s+(\S+)")
_FILTER = re.compile(r"\|\|([^/^$]++)\^?\S*")
_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class ReadList:
    """The values of a list, and the number of invalid lines."""

    values: tuple[str, ...]
    unread: int


def read_list(text: str) -> ReadList:
    """Parses hosts, addresses and networks in their stored form; ignores comments and empty lines. Raises ValueError
    beyond `MOST_ENTRIES`."""
    values: dict[str, None] = {}
    unread = 0
    for line in text.splitlines():
        said = re.split(r"[#;!]", line, maxsplit=1)[0].strip()
        if not said:
            continue
        value = _value(said)
        if value is None:
            unread += 1
        else:
            values[value] = None
        if len(values) > MOST_ENTRIES:
            raise ValueError(f"must have at most {MOST_ENTRIES:,} entries")
    return ReadList(tuple(values), unread)


def _value(said: str) -> str | None:
    for form in (_HOSTS_FILE, _FILTER):
        if match := form.fullmatch(said):
            said = match[1]
    said = re.sub(r"^[a-z]+://", "", said.split(",")[0].strip().strip('"').lower())
    try:
        network = ip_network(said, strict=False)
        sizes = _V4 if network.version == 4 else _V6
        return str(network) if network.prefixlen in sizes else None
    except ValueError:
        pass
    host = said.partition("/")[0].partition(":")[0].rstrip(".").removeprefix("*.").removeprefix("www.")
    try:
        host = ascii_host(host)
    except ValueError:
        return None
    return host if _NAME.fullmatch(host) else None


def looked_up(hosts: Iterable[str], address: str) -> list[str]:
    """The values under which hosts and an address may be listed: themselves and their parents."""
    found: dict[str, None] = {}
    for host in hosts:
        labels = host.split(".")
        for start in range(max(0, len(labels) - 4), len(labels) - 1):
            found[".".join(labels[start:])] = None
    for network in networks_of(address):
        found[network] = None
    return list(found)


def networks_of(address: str) -> list[str]:
    """The networks that contain an address, smallest first; none if it is no address."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return []
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    sizes = _V4 if parsed.version == 4 else _V6
    return [str(ip_network((int(parsed), size), strict=False)) for size in sizes]
