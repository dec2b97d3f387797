"""Redis URLs: one server, a master behind Sentinels, or the nodes of a cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.sentinel import Sentinel
from redis.exceptions import RedisError

OPTIONS: dict[str, Any] = {"protocol": 2, "socket_timeout": 5, "socket_connect_timeout": 2, "retry": None}


@asynccontextmanager
async def client_of(url: str) -> AsyncIterator[Redis]:
    """A client of the server to publish to. Raises RedisError or OSError if none responds."""
    async with AsyncExitStack() as stack:
        yield await _client(url, stack)


async def _client(url: str, stack: AsyncExitStack) -> Redis:
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if not kind:
        return await stack.enter_async_context(Redis.from_url(url, **OPTIONS))
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    known = OPTIONS | {"username": unquote(user) or None, "password": unquote(password) or None}
    nodes = [_host(part, 26379 if kind == "sentinel" else 6379) for part in hosts.split(",")]
    secure = scheme == "rediss"
    if kind == "sentinel":
        name, _, number = parts.path.strip("/").partition("/")
        # Sentinels have separate credentials, mostly none.
        sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves it so
            nodes, sentinel_kwargs=OPTIONS | {"ssl": secure}, **known, ssl=secure, db=int(number or 0)
        )
        for each in sentinel.sentinels:
            stack.push_async_callback(each.aclose)
        return await stack.enter_async_context(sentinel.master_for(name))
    return await stack.enter_async_context(await _first(nodes, known | {"ssl": secure}))


async def _first(nodes: list[tuple[str, int]], options: dict[str, Any]) -> Redis:
    """The first node that responds: a cluster's nodes all forward what is published on them."""
    for number, (host, port) in enumerate(nodes, 1):
        client = Redis(host=host, port=port, **options)
        try:
            await client.ping()
            return client
        except (OSError, RedisError):
            await client.aclose()
            if number == len(nodes):
                raise
    raise AssertionError("unreachable")


def _host(text: str, port: int) -> tuple[str, int]:
    host, colon, number = text.rpartition(":")
    return (host.strip("[]"), int(number)) if colon and number.isdecimal() else (text.strip("[]"), port)
