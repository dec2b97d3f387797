"""Fits a thread into a listing's byte budget: long texts are cut first, then replies and roots are paged."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace

import orjson

from .markdown import plain
from .model import Comment

MOST_BYTES = 145_000
"""Of comments; with what else is said of a thread, a listing stays below 150 kB."""
CUTS = (2_000, 600, 200)
"""To how many characters texts are cut, by and by, where a listing would be too long."""
HTML_FACTOR = 4
"""HTML that is so much longer than its text counts as long."""
CURSOR_BYTES = 120


@dataclass(frozen=True, slots=True)
class Fitted:
    """Roots with the replies that fit, and for each truncated root its last included reply."""

    roots: list[Comment]
    later: dict[str, Comment | None]


def fit(roots: Sequence[Comment], replies: Container[str], wanted: str = "", most: int = MOST_BYTES) -> Fitted:
    """The first roots (at least one that is not pinned) and the first `replies` of each that fit; `wanted` comes first,
    with its ancestors. Everything, if it fits."""
    every = [comment for root in roots for comment in _walk(root)]
    if sum(map(size_of, every)) <= most:
        return Fitted(list(roots), {})
    for cut in CUTS:
        short = {comment.id: shortened(comment, cut) for comment in every}
        sizes = {id: size_of(comment) for id, comment in short.items()}
        if sum(sizes.values()) <= most:
            break
    kept, used = _first_roots(roots, sizes, most)
    included = {root.id for root in kept}
    later: dict[str, Comment | None] = {}
    above = {reply.id: comment.id for comment in every for reply in comment.replies}
    waiting = {root.id: iter(_in_order(root, replies, wanted)) for root in kept}
    last: dict[str, Comment | None] = dict.fromkeys(waiting)
    while waiting:
        for root, each in list(waiting.items()):
            reply = next(each, None)
            if reply is None:
                del waiting[root]
                continue
            path = list(_missing(reply.id, above, included))
            cost = sum(sizes[id] for id in path)
            alone = len(kept) == 1 and last[root] is None  # or paging would never advance
            if used + cost > most and not alone:
                del waiting[root]
                later[root] = last[root]
                continue
            used += cost
            included.update(path)
            if not (reply.pinned or reply.id == wanted):
                last[root] = reply
    return Fitted([_pruned(root, short, included) for root in kept], later)


def size_of(comment: Comment) -> int:
    """Bytes of a comment in a listing, without its replies."""
    return len(orjson.dumps(replace(comment, replies=[]).public())) + (1 if comment.depth else CURSOR_BYTES)


def shortened(comment: Comment, most: int) -> Comment:
    """The comment with a long text truncated to plain text."""
    if len(comment.body) <= most and len(comment.html) <= HTML_FACTOR * most:
        return comment
    body = comment.body[:most]
    html = "".join(f"<p>{plain(part)}</p>" for part in f"{body}…".split("\n\n"))
    return replace(comment, body=body, html=html, cut=True)


def _first_roots(roots: Sequence[Comment], sizes: dict[str, int], most: int) -> tuple[list[Comment], int]:
    """As many roots as leave a third for replies, if any; pinned ones take half at most."""
    room = most if not any(root.replies for root in roots) else most * 2 // 3
    kept: list[Comment] = []
    used, plain_roots = 0, 0
    for root in roots:
        if used + sizes[root.id] > (most // 2 if root.pinned else room) and (root.pinned or plain_roots):
            if root.pinned:
                continue
            break
        kept.append(root)
        used += sizes[root.id]
        plain_roots += not root.pinned
    return kept, used


def _walk(comment: Comment) -> Iterator[Comment]:
    yield comment
    for reply in comment.replies:
        yield from _walk(reply)


def _in_order(root: Comment, replies: Container[str], wanted: str) -> list[Comment]:
    """The wanted comment first, then pinned ones, then by time."""
    seen = [comment for comment in _walk(root) if comment.id in replies]
    return sorted(seen, key=lambda reply: (reply.id != wanted, not reply.pinned, reply.created_at, reply.id))


def _missing(id: str, above: dict[str, str], included: set[str]) -> Iterator[str]:
    while id not in included:
        yield id
        id = above[id]


def _pruned(comment: Comment, short: dict[str, Comment], included: set[str]) -> Comment:
    replies = [_pruned(reply, short, included) for reply in comment.replies if reply.id in included]
    return replace(short[comment.id], replies=replies)
