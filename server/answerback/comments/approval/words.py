"""Replaces a comment's text, by its author or by an approved edit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...core.model import Comment, Visitor
from ...db.work import Work
from ...sites.settings import Site
from .. import store
from ..events import CommentEvent, Listener, Thread, announce
from ..noted_store import note_change


@dataclass(frozen=True, slots=True)
class Words:
    """A comment's new text and its time."""

    body: str
    html: str
    at: int


def change_words(
    listeners: Iterable[Listener], site: Site, comment: Comment, author: Visitor | None, words: Words
) -> Work[Comment]:
    """Changes a comment's text within a write and tells the listeners of edits."""
    yield from store.change_words(site.key, comment.id, words.body, words.html, words.at)
    changed = yield from store.comment_by_id(site.key, comment.id)
    assert changed is not None
    if changed.state == "published" and (author is None or not author.is_unseen(words.at)):
        yield from note_change(site.key, comment.id, "edited", words.at)
    hashed, ask = yield from store.sent_with(site.key, comment.id)
    thread = Thread((yield from store.url_of(site.key, comment.page)), None)
    yield from announce(listeners, CommentEvent("edited", site, changed, thread, author, hashed, ask, words.at))
    return (yield from store.comment_by_id(site.key, comment.id)) or changed
