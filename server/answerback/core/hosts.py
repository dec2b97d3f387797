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
    """A host's name in ASCII, as browsers make it: UTS #46, non-transitional, as the URL standard says
    (https://url.spec.whatwg.org/#idna). Python's own codec folds `ß` to `ss`, which names somebody else's host.
    Raises ValueError for what is no name."""
    if host.isascii():
        return host.lower()
    import idna  # large tables, rarely needed

    return idna.encode(host, uts46=True, transitional=False).decode("ascii")


@lru_cache(256)
def normal_origin(text: str) -> str:
    """An origin exactly as browsers send it: scheme, host, port if not the usual one; nothing else."""
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
    """Whether a host is of one's own machine or network: by its address, or by a name that no public DNS knows, such as
    Docker's `host.docker.internal` or a service's `ollama`."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.rpartition(".")[2] in IN_HOUSE
