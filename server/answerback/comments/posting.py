"""A comment's way in: rules, then one transaction with its queued reply, then the news."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from ..accounts.store import rename_guest, visitor_by_id
from ..clock import Clock
from ..core import comments as rules
from ..core.hosts import normal_origin
from ..core.markdown import render
from ..core.model import Comment, Visitor
from ..core.times import day_of
from ..db.database import Database, IntegrityConflict, Work
from ..errors import BadRequest, Conflict, Forbidden, LimitReached, NotFound
from ..ids import Ids
from ..live.bus import Bus, page_channel
from ..net.addresses import address_key, shares
from ..sites.settings import Site
from . import store
from .snapshot import Snapshots


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment as it was sent, read field by field."""

    page: str
    url: str
    title: str
    body: str
    parent_id: str | None
    name: str
    ask: bool | None
    key: str


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks what, for the answers' side."""

    site: Site
    visitor: Visitor
    address_key: str
    question: Comment
    url: str
    title: str
    now: int
    on_request: bool = True
    """Whether somebody wants this answer, not only the site's rule."""
    draft: bool = False
    """Whether the owner reads it before anybody else does."""


AI_OFF = {"code": "ai_off", "detail": "Answers are switched off here.", "resets_at": None}
"""Why there is no answer where nobody answers."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What became of a question: its queued reply, the refusal, or neither; and the jobs to begin with."""

    reply: Comment | None = None
    refused: dict[str, Any] | None = None
    jobs: Sequence[Any] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a draft: the comment, its queued reply or why there is none, and what is left for today."""

    comment: Comment
    queued: Queued
    quota: dict[str, Any]
    new: bool = True


class AnswerIntake(Protocol):
    """Where questions are handed in; the answers' side of posting."""

    def queue(self, asking: Asking) -> Work[Queued]:
        """Within the comment's own transaction: the queued reply, or the refusal."""
        ...

    def left(self, site: Site, visitor: Visitor, address_key: str, page: str, now: int) -> Work[dict[str, Any]]:
        """What is left for today."""
        ...

    def begin(self, queued: Queued) -> None:
        """After that transaction: there is something to do."""
        ...


class Posting:
    """Takes comments in, and changes and removes them, telling everyone afterwards."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, ids: Ids, snapshots: Snapshots, desk: AnswerIntake, secret: str
    ) -> None:
        self._db = db
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._snapshots = snapshots
        self._desk = desk
        self._secret = secret

    async def post(self, site: Site, find: Callable[[], Work[Visitor]], address: str, draft: Draft) -> Posted:
        """Save a comment and queue its answer, all in one transaction. Raises an AppError; then nothing is saved.

        `find` finds whose it is. The same key again gives what was saved the first time.
        """
        now = self._clock.now()
        hashed = address_key(address, day_of(now, site.timezone), self._secret)
        html = render(draft.body)

        def work() -> Work[Posted]:
            visitor = yield from find()
            comment, rule = yield from self._save(site, visitor, hashed, draft, html, now)
            new = rule is not None
            if rule is None:
                queued = Queued((yield from store.reply_to(site.key, comment.id)))
            else:
                queued = yield from self._ask(site, visitor, hashed, draft, comment, rule, now)
            quota = yield from self._desk.left(site, visitor, hashed, draft.page, now)
            return Posted(comment, queued, quota, new)

        try:
            posted = await self._db.write(work)
        except IntegrityConflict:  # the same key twice at the same moment, on PostgreSQL
            posted = await self._db.write(work)
        if posted.new:
            self._tell(posted)
        return posted

    def _save(
        self, site: Site, visitor: Visitor, hashed: str, draft: Draft, html: str, now: int
    ) -> Work[tuple[Comment, str | None]]:
        """The comment and its page's rule for answers; no rule when it was there already."""
        if visitor.kind == "guest" and not site.guests:
            raise Forbidden("sign_in_required")
        before = yield from store.comment_by_key(visitor.id, draft.key)
        if before is not None:
            return before, None
        yield from self._check_pace(site, visitor, hashed, now)
        locked, rule = yield from store.keep_thread(site.key, draft.page, draft.url, draft.title, now)
        if locked:
            raise Conflict("thread_locked")
        comment = yield from self._place(site, visitor, draft, html, now)
        if visitor.kind == "guest" and draft.name:
            yield from rename_guest(visitor.id, draft.name)
        yield from store.add_comment(comment, key=draft.key, address_key=hashed, ask=draft.ask)
        return comment, rule_here(site, rule)

    def _ask(
        self, site: Site, visitor: Visitor, hashed: str, draft: Draft, comment: Comment, rule: str, now: int
    ) -> Work[Queued]:
        wanted = rules.wants_answer(rule, draft.ask, draft.body)
        if wanted == "no" and rule == "off" and draft.ask:
            return Queued(None, AI_OFF)
        if comment.state != "published" or wanted == "no":
            return Queued()
        on_request = wanted == "on_request"
        asking = Asking(site, visitor, hashed, comment, draft.url, draft.title, now, on_request, draft=rule == "drafts")
        return (yield from self._desk.queue(asking))

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
                raise NotFound("not_found", "The comment that this replies to is not there.")
            parent_id, root_id, depth = place_below(parent)
        first = site.moderation == "first" and not (yield from store.published_before(visitor.id))
        waits = rules.needs_approval(site.moderation, draft.body, published_before=not first)
        return Comment(
            id=id, site=site.key, page=draft.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=visitor.id, author_name=(draft.name if visitor.kind == "guest" else "") or visitor.name,
            author_kind=visitor.kind, avatar_url=visitor.avatar_url, body=draft.body, html=html,
            state="pending" if waits else "published", created_at=now,
        )  # fmt: skip

    def _tell(self, posted: Posted) -> None:
        comment = posted.comment
        if comment.state != "published":
            return
        self.tell_added(comment)
        self._begin(posted.queued)

    def _begin(self, queued: Queued) -> None:
        if queued.reply is not None:
            tell_queued(self._bus, queued.reply)
            self._desk.begin(queued)

    def changed(self, site: str, page: str) -> None:
        """What is at hand of the thread is out of date."""
        self._snapshots.forget(site, page)

    async def edit(self, site: Site, visitor: Visitor, id: str, body: str) -> Comment:
        """Change one's own comment within the site's window.

        Raises NotFound, Forbidden, or BadRequest where such a comment would first have to wait for the owner.
        """
        now = self._clock.now()
        html = render(body)

        def work() -> Work[Comment]:
            since = _window(site, now)
            if not (yield from store.edit_comment(site.key, id, visitor.id, body, html, now, since)):
                yield from self._refuse(site, visitor, id)
            comment = yield from store.comment_by_id(site.key, id)
            assert comment is not None
            if comment.state == "published" and rules.needs_approval(site.moderation, body, published_before=True):
                raise BadRequest("validation_failed", "body: this has to wait for the owner; write another comment.")
            return comment

        comment = await self._db.write(work)
        self.tell_changed(comment, afresh=True)
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
        self.tell_removed(comment)
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
                raise Forbidden("not_yours", "Nobody votes on their own comment.")
            up, down = yield from store.vote(id, visitor.id, value)
            yield from store.set_score(id, rules.best_score(up, down))
            comment = yield from store.comment_by_id(site.key, id)
            assert comment is not None
            return comment

        comment = await self._db.write(work)
        self.tell_changed(comment)
        return {"up": comment.up, "down": comment.down}

    async def approve(self, site: Site, comment: Comment) -> None:
        """A comment that waited is published now: its question is answered, by the site's rule."""
        now = self._clock.now()

        def work() -> Work[Queued]:
            reply = yield from store.reply_to(site.key, comment.id)
            visitor = yield from visitor_by_id(site.key, comment.author_id or "")
            rule = rule_here(site, (yield from store.rule_of(site.key, comment.page)))
            hashed, ask = yield from store.sent_with(site.key, comment.id)
            wanted = rules.wants_answer(rule, ask, comment.body)
            if reply is not None or visitor is None or wanted == "no":
                return Queued()
            url, title = yield from store.place_of(site.key, comment.page)
            on_request = wanted == "on_request"
            asking = Asking(site, visitor, hashed, comment, url, title, now, on_request, draft=rule == "drafts")
            return (yield from self._desk.queue(asking))

        queued = await self._db.write(work)
        self.tell_changed(comment)
        self._begin(queued)

    def tell_added(self, comment: Comment) -> None:
        """There is a new visible comment."""
        self.changed(comment.site, comment.page)
        self._bus.publish(page_channel(comment.site, comment.page), "comment.added", {"comment": comment.public()})

    def tell_reload(self, site: str, page: str) -> None:
        """So much has changed that everyone reads the thread anew."""
        self.changed(site, page)
        self._bus.publish(page_channel(site, page), "reload", {})

    def tell_queued(self, reply: Comment) -> None:
        """An answer is coming, in place of the one that was there."""
        self.changed(reply.site, reply.page)
        tell_queued(self._bus, reply)

    def tell_removed(self, comment: Comment) -> None:
        """A comment can be seen no more."""
        self.changed(comment.site, comment.page)
        self._bus.publish(page_channel(comment.site, comment.page), "comment.removed", {"id": comment.id})

    def tell_changed(self, comment: Comment, *, afresh: bool = False) -> None:
        """A visible comment is different from before; `afresh`: it has other words, and those of before are gone."""
        self.changed(comment.site, comment.page)
        if comment.state == "published":
            channel = page_channel(comment.site, comment.page)
            self._bus.publish(channel, "comment.changed", {"comment": comment.public()}, afresh=afresh)


def place_below(parent: Comment) -> tuple[str, str, int]:
    """Parent id, root id and depth of a reply; below the deepest level, replies stand side by side."""
    if parent.depth >= rules.DEPTH_LIMIT and parent.parent_id is not None:
        return parent.parent_id, parent.root_id, parent.depth
    return parent.id, parent.root_id, parent.depth + 1


def rule_here(site: Site, own: str | None) -> str:
    """The rule for answers on a page: its own, else the site's; where the site is off, nothing else counts."""
    return "off" if site.ai == "off" else own or site.ai


def tell_queued(bus: Bus, reply: Comment) -> None:
    """Everyone on the page sees that an answer is coming, unless the owner reads it first."""
    assert reply.answer is not None
    if reply.state != "published":
        return
    bus.publish(
        page_channel(reply.site, reply.page),
        "answer.queued",
        {"id": reply.id, "question_id": reply.answer.question_id, "comment": reply.public()},
    )


def page_url(site: Site, text: str) -> str:
    """The address where the page is read, without fragment; empty when it is not of one of the site's origins."""
    try:
        parts = urlsplit(text.strip())
        if normal_origin(f"{parts.scheme}://{parts.netloc}") not in site.origins:
            return ""
    except ValueError:
        return ""
    return parts._replace(fragment="").geturl()


def _window(site: Site, now: int) -> int:
    return 0 if site.edit_minutes is None else now - site.edit_minutes * 60_000


def read_draft(call: Any) -> Draft:
    """The draft in a call's body, field by field. Raises BadRequest."""
    body = rules.clean_text(call.text("body", rules.BODY_LIMIT, required=True))
    if not body:
        raise BadRequest("validation_failed", "body: must not be empty.")
    ask = call.body.get("ask")
    if ask is not None and not isinstance(ask, bool):
        raise BadRequest("validation_failed", "ask: must be true, false or null.")
    parent_id = call.body.get("parent_id")
    if parent_id is not None:
        parent_id = call.text("parent_id", rules.ID_LIMIT, required=True)
    return Draft(
        page=call.page(),
        url=page_url(call.site, call.text("url", rules.URL_LIMIT)),
        title=rules.clean_line(call.text("title", rules.TITLE_LIMIT)),
        body=body,
        parent_id=parent_id,
        name=rules.clean_line(call.text("name", rules.NAME_LIMIT)),
        ask=ask,
        key=call.text("key", rules.KEY_LIMIT),
    )
