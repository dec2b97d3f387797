"""Limits idle and slow connections: the addresses that hold the most are closed first."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

CROWD, LEFT_OF_ADDRESS, EVERY = 4_000, 64, 50
"""The number of connections from which idle ones are closed, how many the largest address keeps, and how often."""


class Connection(Protocol):
    """The part of a connection that this module uses."""

    @property
    def client(self) -> tuple[str, int] | None:
        """Address and port of the peer; None if unknown."""
        ...

    @property
    def idle_since(self) -> float | None:
        """When the connection became idle; None while a request is being served."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...


def thin_out(connections: Iterable[Connection]) -> None:
    """Closes the idle connections of the address that holds the most, except the newest few; if no address holds many,
    the older half of all idle connections."""
    by_address: dict[str, list[tuple[float, Connection]]] = {}
    for connection in connections:
        if connection.idle_since is not None:
            address = connection.client[0] if connection.client else ""
            by_address.setdefault(address, []).append((connection.idle_since, connection))
    if not by_address:
        return
    most = max(by_address.values(), key=len)
    keep = LEFT_OF_ADDRESS
    if len(most) <= keep:
        most = [pair for pairs in by_address.values() for pair in pairs]
        keep = len(most) // 2
    most.sort(key=lambda pair: pair[0])
    for _, connection in most[: len(most) - keep]:
        connection.close()


def is_crowded(connections: Collection[object]) -> bool:
    """Whether it is time to look for connections to close."""
    return len(connections) >= CROWD and len(connections) % EVERY == 0
