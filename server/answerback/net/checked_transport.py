"""Connects only to addresses that were checked (see `fetch.py`)."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any

import httpcore2
import httpx2

from .deny_list import is_public
from .fetch import ADDRESSES_TRIED, AddressRefused, Permits, Resolver


class _CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Resolves a host, checks every address, and connects to a checked one."""

    def __init__(self, resolver: Resolver, permits: Permits) -> None:
        self._inner = httpcore2.AnyIOBackend()
        self._resolver = resolver
        self._permits = permits

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:  # fmt: skip
        addresses = await self._resolver(host, port)
        if not addresses or not all(is_public(address) or self._permits(host, port, address) for address in addresses):
            raise AddressRefused(host)
        tried = addresses[:ADDRESSES_TRIED]
        for address in tried:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore2.ConnectError:  # for example an IPv6 address on a machine without IPv6
                if address == tried[-1]:
                    raise
        raise AddressRefused(host)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused(path)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


@cache
def _trust() -> ssl.SSLContext:
    """The system's certificates, loaded once because that takes as long as a page."""
    return httpx2.create_ssl_context(trust_env=False)


@cache
def _nobody() -> ssl.SSLContext:
    """A TLS context for plain HTTP."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def checked_transport(url: str, resolver: Resolver, permits: Permits) -> httpx2.AsyncHTTPTransport:
    """A transport for public addresses, and for private ones that `permits` allows."""
    trust = _trust() if url.startswith("https:") else _nobody()
    transport = httpx2.AsyncHTTPTransport(verify=trust, trust_env=False)
    transport._pool = httpcore2.AsyncConnectionPool(  # the transport takes no network backend as an argument
        ssl_context=trust,
        network_backend=_CheckedBackend(resolver, permits),
    )
    return transport
