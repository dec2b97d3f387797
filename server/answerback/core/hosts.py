"""Normalises hosts and origins to the spelling that browsers, resolvers and mail servers share."""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

IN_HOUSE = frozenset(("internal", "local", "localhost", "lan", "home", "test"))
"""Top-level names that are never given out."""
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")


def ascii_host(host: str) -> str:
    """A host name in ASCII as browsers compute it: UTS #46, non-transitional (https://url.spec.whatwg.org/#idna).
    Python's own codec maps `ß` to `ss`, which may be another host. Raises ValueError if it is no host name."""
    if host.isascii():
        return host.lower()
    import idna  # large tables, rarely needed

    return idna.encode(host, uts46=True, transitional=False).decode("ascii")


@lru_cache(256)
def normal_origin(text: str) -> str:
    """An origin exactly as browsers send it: scheme, host, and port if not the default."""
    text = text.strip()
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{text!r} is not an origin; write it like https://example.com")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{text!r} must be only scheme, host and port")
    host = parts.hostname.lower().rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    else:
        host = ascii_host(host)
        if not _HOST.fullmatch(host):
            raise ValueError(
                f"{text!r} is not an origin; wildcards are not supported, write each in full, like https://www.example.com"
            )
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, usual) else f":{parts.port}")


def is_in_house(host: str) -> bool:
    """Whether a host belongs to this machine or a private network: by its address, or by a name outside public DNS such
    as `host.docker.internal` or `ollama`."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in IN_HOUSE
