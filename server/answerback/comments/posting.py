"""A comment's way in: rules, then one transaction with whoever takes part in it, then the news."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from ..accounts.naming import check_name
from ..accounts.store import rename_guest, visitor_by_id
from ..accounts.votes_store import vote
from ..clock import Clock
from ..core import comments as rules
from ..core.hosts import normal_origin
from ..core.markdown import render
from ..core.model import Comment, Visitor
from ..core.names import clean_name, shows_something
from ..core.page_addresses import page_address, page_hint
from ..core.times import day_of
from ..db.database import Database
from ..db.work import IntegrityConflict, Work, after
from ..errors import BadRequest, Conflict, Forbidden, LimitReached, NotFound
from ..ids import Ids
from ..net.addresses import address_key, shares
from ..sites.settings import Site
from . import store
from .events import CommentEvent, Listener, Thread
from .updates import ThreadUpdates


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment as it was sent, read field by field."""

    page: str
    url: str
    hint: str
    body: str
    parent_id: str | None
    name: str
    ask: bool | None
    key: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a draft: the comment, and what listeners add to the response."""

    comment: Comment
    data: Mapping[str, Any]


class Posting:
    """Takes comments in, and changes and removes them, telling everyone afterwards."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, updates: ThreadUpdates, listeners: Sequence[Listener], secret: str
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._updates = updates
        self._listeners = listeners
        self._secret = secret

    async def post(self, site: Site, find: Callable[[], Work[Visitor]], address: str, draft: Draft) -> Posted:
        """Save a comment, all in one transaction. Raises an AppError; then nothing is saved.

        `find` finds whose it is. The same key again gives what was saved the first time; no key is a new one.
        """
        now = self._clock.now()
        hashed = address_key(address, day_of(now, site.timezone), self._secret)
        html = render(draft.body)
        if not draft.key:
            draft = replace(draft, key=self._ids.new())

        def work() -> Work[Posted]:
            visitor = yield from find()
            comment, thread, new = yield from self._save(site, visitor, hashed, draft, html, now)
            if new and comment.state == "published":
                yield after(lambda: self._updates.added(comment))
            event = CommentEvent(
                "posted" if new else "repeated", site, comment, thread, visitor, hashed, draft.ask, now
            )
            return Posted(comment, (yield from self._announce(event)))

        try:
            return await self._db.write(work)
        except IntegrityConflict:  # the same key twice at once, on PostgreSQL
            return await self._db.write(work)

    def _announce(self, event: CommentEvent) -> Work[dict[str, Any]]:
        data: dict[str, Any] = {}
        for listener in self._listeners:
            data |= yield from listener.hear(event)
        return data

    def _save(
        self, site: Site, visitor: Visitor, hashed: str, draft: Draft, html: str, now: int
    ) -> Work[tuple[Comment, Thread, bool]]:
        """The comment, its page's thread, and whether it is new."""
        if visitor.kind == "guest" and not site.guests:
            raise Forbidden("sign_in_required")
        if visitor.kind == "guest":
            check_name(draft.name, site.name or site.key)
        before = yield from store.comment_by_key(visitor.id, draft.key)
        if before is not None:
            return before, Thread(draft.url, None), False
        yield from self._check_pace(site, visitor, hashed, now)
        locked, rule, url = yield from store.keep_thread(site.key, draft.page, draft.url, "", now)
        if locked:
            raise Conflict("thread_locked")
        comment = yield from self._place(site, visitor, draft, html, now)
        if visitor.kind == "guest" and draft.name:
            yield from rename_guest(visitor.id, draft.name)
        yield from store.add_comment(comment, key=draft.key, address_key=hashed, ask=draft.ask)
        return comment, Thread(url, rule, draft.hint if url == draft.url else ""), True

    def _check_pace(self, site: Site, visitor: Visitor, hashed: str, now: int) -> Work[None]:
        own, of_address = site.comments_per_minute, site.address_comments_per_minute
        counted = [] if own is None else [("visitor_id", visitor.id, own)]
        if of_address is not None:
            (_, most), *networks = shares(hashed, of_address)
            counted += [("address_key", hashed, most), *(("network", network, most) for network, most in networks)]
        for by, value, limit in counted:
            if limit == 0 or (yield from store.count_recent(site.key, by, value, now - 60_000, limit)) >= limit:
                raise LimitReached("rate_limited", retry_after=60)

    def _place(self, site: Site, visitor: Visitor, draft: Draft, html: str, now: int) -> Work[Comment]:
        id = self._ids.new()
        parent_id, root_id, depth = None, id, 0
        if draft.parent_id is not None:
            parent = yield from store.comment_by_id(site.key, draft.parent_id)
            if parent is None or parent.page != draft.page or parent.state != "published":
                raise NotFound("not_found", "The parent comment does not exist.")
            parent_id, root_id, depth = place_below(parent)
        first = site.moderation == "first" and not (yield from store.published_before(visitor.id))
        waits = rules.needs_approval(site.moderation, draft.body, published_before=not first)
        return Comment(
            id=id, site=site.key, page=draft.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=visitor.id, author_name=(draft.name if visitor.kind == "guest" else "") or visitor.name,
            author_kind=visitor.kind, avatar_url=visitor.avatar_url, body=draft.body, html=html,
            state="pending" if waits else "published", created_at=now,
        )  # fmt: skip

    async def edit(self, site: Site, visitor: Visitor, id: str, body: str) -> Comment:
        """Change one's own comment within the site's window.

        Raises NotFound, Forbidden, Conflict (`thread_locked`), or BadRequest where such a comment would first have to
        wait for the owner.
        """
        now = self._clock.now()
        html = render(body)

        def work() -> Work[Comment]:
            since = _window(site, now)
            if not (yield from store.edit_comment(site.key, id, visitor.id, body, html, now, since)):
                yield from self._refuse(site, visitor, id)
            comment = yield from store.comment_by_id(site.key, id)
            assert comment is not None
            if (yield from store.is_locked(site.key, comment.page)):
                raise Conflict("thread_locked")
            if comment.state == "published" and rules.needs_approval(site.moderation, body, published_before=True):
                raise BadRequest(
                    "validation_failed", "body: this edit would need approval; write a new comment instead."
                )
            hashed, ask = yield from store.sent_with(site.key, id)
            thread = Thread((yield from store.url_of(site.key, comment.page)), None)
            yield from self._announce(CommentEvent("edited", site, comment, thread, visitor, hashed, ask, now))
            return (yield from store.comment_by_id(site.key, id)) or comment

        comment = await self._db.write(work)
        self._updates.changed(comment, afresh=True)
        return comment

    async def delete(self, site: Site, visitor: Visitor, id: str) -> Comment:
        """Take one's own comment away within the site's window. Raises NotFound or Forbidden."""
        now = self._clock.now()

        def work() -> Work[Comment]:
            if not (yield from store.delete_comment(site.key, id, visitor.id, _window(site, now))):
                yield from self._refuse(site, visitor, id)
            comment = yield from store.comment_by_id(site.key, id)
            assert comment is not None
            return comment

        comment = await self._db.write(work)
        self._updates.removed(comment)
        return comment

    def _refuse(self, site: Site, visitor: Visitor, id: str) -> Work[None]:
        comment = yield from store.comment_by_id(site.key, id)
        if comment is None or comment.state in ("deleted", "hidden"):
            raise NotFound
        if comment.author_id != visitor.id and comment.state == "pending":
            raise NotFound
        if comment.author_id != visitor.id or comment.author_kind == "ai":
            raise Forbidden("not_yours")
        raise Forbidden("edit_window_over")

    async def vote(self, site: Site, visitor: Visitor, id: str, value: int) -> dict[str, int]:
        """Set one's vote; the new counts. Raises NotFound, or Forbidden for one's own comment."""

        def work() -> Work[Comment]:
            comment = yield from store.comment_by_id(site.key, id)
            if comment is None or comment.state != "published":
                raise NotFound
            if comment.author_id == visitor.id and comment.author_kind != "ai":
                raise Forbidden("not_yours", "You cannot vote on your own comment.")
            yield from vote(id, visitor.id, value)
            comment = yield from store.comment_by_id(site.key, id)
            assert comment is not None
            return comment

        comment = await self._db.write(work)
        self._updates.changed(comment)
        return {"up": comment.up, "down": comment.down}

    async def approve(self, site: Site, comment: Comment) -> None:
        """A comment that waited is published now."""
        now = self._clock.now()

        def work() -> Work[None]:
            yield after(lambda: self._updates.changed(comment))
            visitor = yield from visitor_by_id(site.key, comment.author_id or "")
            hashed, ask = yield from store.sent_with(site.key, comment.id)
            rule = yield from store.rule_of(site.key, comment.page)
            thread = Thread((yield from store.url_of(site.key, comment.page)), rule)
            event = CommentEvent("approved", site, comment, thread, visitor, hashed, ask, now)
            yield from self._announce(event)

        await self._db.write(work)


def place_below(parent: Comment) -> tuple[str, str, int]:
    """Parent id, root id and depth of a reply; below the deepest level, replies stand side by side."""
    if parent.depth >= rules.DEPTH_LIMIT and parent.parent_id is not None:
        return parent.parent_id, parent.root_id, parent.depth
    return parent.id, parent.root_id, parent.depth + 1


def page_url(site: Site, text: str) -> str:
    """The address where the page is read, without fragment; empty when it is too long or not of the site's origins."""
    if len(text) > rules.URL_LIMIT:
        return ""
    try:
        parts = urlsplit(text.strip())
        if normal_origin(f"{parts.scheme}://{parts.netloc}") not in site.origins:
            return ""
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl()


def _window(site: Site, now: int) -> int:
    return 0 if site.edit_minutes is None else now - site.edit_minutes * 60_000


def read_words(call: Any) -> str:
    """The body of a call. Raises BadRequest when it is missing, too long, or nothing of it can be seen."""
    body = rules.clean_text(call.text("body", rules.BODY_LIMIT, required=True))
    if not shows_something(body):
        raise BadRequest("validation_failed", "body: must not be empty.")
    return body


def _name_in(call: Any) -> str:
    name = clean_name(call.text("name", rules.NAME_LIMIT))
    return name if shows_something(name) else ""


def read_draft(call: Any) -> Draft:
    """The draft in a call's body, field by field. Raises BadRequest."""
    body = read_words(call)
    ask = call.body.get("ask")
    if ask is not None and not isinstance(ask, bool):
        raise BadRequest("validation_failed", "ask: must be true, false or null.")
    parent_id = call.body.get("parent_id")
    if parent_id is not None:
        parent_id = call.text("parent_id", rules.ID_LIMIT, required=True)
    return Draft(
        page=call.page(),
        url=page_address(call.page(), call.text("url"), call.site.pages.rules),
        hint=page_hint(call.page(), call.text("url"), call.site.pages.rules),
        body=body,
        parent_id=parent_id,
        name=_name_in(call),
        ask=ask,
        key=call.text("key", rules.KEY_LIMIT),
    )
