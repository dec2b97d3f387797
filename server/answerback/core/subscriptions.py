"""The topics that visitors subscribe to, and how addresses and strangers' words are shown to others."""

from __future__ import annotations

from typing import Literal, get_args

from .patterns import lazy

SubscriptionKind = Literal["replies", "thread"]
KINDS: tuple[SubscriptionKind, ...] = get_args(SubscriptionKind)
"""Replies to, and answers under, what one has written oneself on a site; everything under one page."""
Channel = Literal["email", "feed"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
What = Literal["reply", "answered", "corrected", "renewed", "comment"]
WHATS: tuple[What, ...] = get_args(What)
"""A reply to oneself; one's question answered, its answer corrected by the owner, or given anew since the page has
changed; anything else in a thread that one follows."""
_SCHEME = lazy(r"(?<=\w):(?=//)")
_DOT = lazy(r"(?<=[\w-])\.(?=[^\W\d_]{2})")


def what_of_answer(revised_at: int | None, *, by_owner: bool) -> What:
    """What has happened to an answer that is done."""
    if revised_at is None:
        return "answered"
    return "corrected" if by_owner else "renewed"


def masked(email: str) -> str:
    """An address as pages show it: enough for its owner to know it again, and for nobody else to write to it."""
    local, _, domain = email.rpartition("@")
    name, dot, top = domain.rpartition(".")
    return f"{local[:1]}…@{name[:1]}…{dot}{top}"


def without_links(text: str) -> str:
    """Words of strangers for a mail, whose reader's program makes links of addresses: none is left whole (`a[.]b`)."""
    return _DOT.sub("[.]", _SCHEME.sub("[:]", text))
