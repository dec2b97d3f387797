"""Names of hosts, in the one way of writing that browsers, resolvers and mail servers understand alike."""

from __future__ import annotations


def ascii_host(host: str) -> str:
    """A host's name in ASCII, as browsers make it: UTS #46, non-transitional, as the URL standard says
    (https://url.spec.whatwg.org/#idna). Python's own codec folds `ß` to `ss`, which names somebody else's host.
    Raises ValueError for what is no name."""
    if host.isascii():
        return host.lower()
    import idna  # tables of some size, which few sites need

    return idna.encode(host, uts46=True, transitional=False).decode("ascii")
