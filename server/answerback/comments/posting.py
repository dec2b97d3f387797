"""Posts a comment: rules, one transaction with all listeners, then the events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from ..accounts.naming import check_name
from ..accounts.store import rename_guest
from ..accounts.votes_store import vote
from ..core import comments as rules
from ..core.approval import Reason, Verdict, decide
from ..core.hosts import normal_origin
from ..core.markdown import render
from ..core.model import Comment, CommentState, Visitor
from ..core.names import clean_name, shows_something
from ..core.page_addresses import page_address, page_hint
from ..core.times import day_of
from ..db.work import IntegrityConflict, Work
from ..errors import BadRequest, Conflict, Forbidden, LimitReached, NotFound
from ..net.addresses import address_key, shares
from ..runtime import Runtime
from ..sites.settings import Site
from . import store
from .approval import reviewables_store as reviews
from .approval.screening import Look, Screening, Submission
from .approval.words import Words, change_words
from .events import CommentEvent, Listener, Thread, announce
from .noted_store import note_change
from .updates import ThreadUpdates


@dataclass(frozen=True, slots=True)
class Draft:
    """A submitted comment, validated field by field."""

    page: str
    url: str
    hint: str
    body: str
    parent_id: str | None
    name: str
    ask: bool | None
    key: str
    agent: str = ""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """The call's body, for signals."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The result of a draft: the comment, and the listeners' additions to the response."""

    comment: Comment
    data: Mapping[str, Any]


class Posting:
    """Adds, changes and deletes comments, and publishes each change."""

    def __init__(
        self, runtime: Runtime, updates: ThreadUpdates, listeners: Sequence[Listener], screening: Screening
    ) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._updates = updates
        self._listeners = listeners
        self._screening = screening
        self._secret = runtime.secret

    async def post(self, site: Site, find: Callable[[], Work[Visitor]], address: str, draft: Draft) -> Posted:
        """Saves a comment in one transaction, or raises an AppError and saves nothing. `find` finds its author.
        Repeating a key returns the comment saved the first time; without a key each call is new."""
        now = self._clock.now()
        hashed = address_key(address, day_of(now, site.timezone), self._secret)
        html = render(draft.body)
        if not draft.key:
            draft = replace(draft, key=self._ids.new())
        submission = Submission(
            site, draft.page, draft.url, draft.body, html, draft.name, hashed, now, draft.parent_id, address=address,
            agent=draft.agent, sent=draft.sent,
        )  # fmt: skip
        looks = await self._screening.judge(submission)

        def work() -> Work[Posted]:
            visitor = yield from find()
            comment, thread, new = yield from self._save(visitor, draft, submission, looks)
            if new and comment.state == "published":
                yield from self._updates.added(comment)
            event = CommentEvent(
                "posted" if new else "repeated", site, comment, thread, visitor, hashed, draft.ask, now
            )
            data = yield from announce(self._listeners, event)
            return Posted(shown_to_author(visitor, comment), data)

        try:
            return await self._db.write(work)
        except IntegrityConflict:  # the same key twice concurrently, on PostgreSQL
            return await self._db.write(work)

    def _save(
        self, visitor: Visitor, draft: Draft, submission: Submission, looks: Sequence[Look]
    ) -> Work[tuple[Comment, Thread, bool]]:
        """Saves it; returns the comment, its thread, and whether it is new."""
        site, hashed, now = submission.site, submission.address_key, submission.now
        if visitor.kind == "guest" and not site.guests:
            raise Forbidden("sign_in_required")
        if visitor.kind == "guest" and draft.name:
            check_name(draft.name, site.name or site.key)
        thread = yield from store.keep_thread_to_post(site.key, draft.page, draft.url, now, visitor.id, draft.key)
        if isinstance(thread, Comment):
            return thread, Thread(draft.url, None), False
        yield from self._check_pace(site, visitor, hashed, now)
        if thread.locked:
            raise Conflict("thread_locked")
        unseen = visitor.is_unseen(now)
        reasons, verdict = yield from self._judged(submission, visitor, thread.moderation, () if unseen else looks)
        state: CommentState = "hidden" if unseen else "pending" if verdict == "hold" else "published"
        comment = yield from self._place(submission, visitor, draft, state)
        if visitor.kind == "guest" and draft.name:
            yield from rename_guest(visitor.id, draft.name)
        yield from store.add_comment(comment, key=draft.key, address_key=hashed, ask=draft.ask)
        if verdict == "hold":
            yield from reviews.open_reviewable(site.key, comment.id, "held", comment.page, reasons, now)
        elif reasons:
            yield from reviews.keep_reasons(site.key, comment.id, comment.page, reasons, now)
        return comment, Thread(thread.url, thread.ai, draft.hint if thread.url == draft.url else ""), True

    def _judged(
        self, submission: Submission, visitor: Visitor, page_holds: str | None, looks: Sequence[Look]
    ) -> Work[tuple[list[Reason], Verdict]]:
        """All reasons and their verdict. Raises Forbidden (`comment_rejected`)."""
        reasons: list[Reason] = []
        for look in looks:
            reasons += yield from look(visitor, page_holds)
        verdict = decide(reasons)
        if verdict == "reject":
            raise Forbidden("comment_rejected")
        return reasons, verdict

    def _check_pace(self, site: Site, visitor: Visitor, hashed: str, now: int) -> Work[None]:
        own, of_address = site.comments_per_minute, site.address_comments_per_minute
        counted = [] if own is None else [("visitor_id", visitor.id, own)]
        if of_address is not None:
            (_, most), *networks = shares(hashed, of_address)
            counted += [("address_key", hashed, most), *(("network", network, most) for network, most in networks)]
        if not counted:
            return
        counts = yield from store.count_recent(site.key, now - 60_000, counted)
        if any(count >= limit for count, (_, _, limit) in zip(counts, counted, strict=True)):
            raise LimitReached("rate_limited", retry_after=60)

    def _place(self, submission: Submission, visitor: Visitor, draft: Draft, state: CommentState) -> Work[Comment]:
        id, site = self._ids.new(), submission.site
        parent_id, root_id, depth = None, id, 0
        if draft.parent_id is not None:
            parent = yield from store.comment_by_id(site.key, draft.parent_id)
            # Under a shadow ban, one's own hidden comment exists.
            own = parent is not None and parent.author_id == visitor.id and parent.state == state == "hidden"
            if parent is None or parent.page != draft.page or (parent.state != "published" and not own):
                raise NotFound("not_found", "The parent comment does not exist.")
            parent_id, root_id, depth = place_below(parent)
        return Comment(
            id=id, site=site.key, page=draft.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=visitor.id, author_name=(draft.name if visitor.kind == "guest" else "") or visitor.name,
            author_kind=visitor.kind, avatar_url=visitor.avatar_url, body=draft.body, html=submission.html,
            state=state, created_at=submission.now,
        )  # fmt: skip

    async def edit(
        self, site: Site, visitor: Visitor, address: str, id: str, body: str, sent: Mapping[str, Any] | None = None
    ) -> Comment:
        """Changes one's own comment within the edit window. The edit is screened like a comment; while it is held,
        readers see the published text and its author the new one. Raises NotFound, Forbidden, or Conflict
        (`thread_locked`)."""
        now = self._clock.now()
        before = await self._db.read(lambda: store.comment_by_id(site.key, id))
        page = "" if before is None else before.page
        hashed = address_key(address, day_of(now, site.timezone), self._secret)
        html, name = render(body), "" if before is None else before.author_name
        submission = Submission(
            site, page, "", body, html, name, hashed, now, edited=id, address=address, sent=sent or {}
        )
        looks = await self._screening.judge(submission)

        def work() -> Work[Comment]:
            comment, held = yield from self._edit(visitor, submission, looks)
            if not held:
                yield from self._updates.changed(comment, afresh=True)
            return comment

        return await self._db.write(work)

    def _edit(self, visitor: Visitor, submission: Submission, looks: Sequence[Look]) -> Work[tuple[Comment, bool]]:
        """The comment as its author now sees it, and whether the edit is held."""
        site, id, now = submission.site, submission.edited or "", submission.now
        unseen = visitor.is_unseen(now)
        comment = yield from store.own_comment(site.key, id, visitor.id, _window(site, now), hidden=unseen)
        if comment is None:
            yield from self._refuse(site, visitor, id)
        assert comment is not None
        if (yield from store.is_locked(site.key, comment.page)):
            raise Conflict("thread_locked")
        if unseen:
            return shown_to_author(visitor, (yield from self._edit_unseen(submission, comment))), True
        page_holds = yield from store.moderation_of(site.key, comment.page)
        reasons, verdict = yield from self._judged(submission, visitor, page_holds, looks)
        if comment.state == "pending":  # stays open, for its own reasons too
            before = yield from reviews.reviewable(site.key, id)
            kinds = {reason.kind for reason in reasons}
            reasons += [reason for reason in (before.reasons if before else ()) if reason.kind not in kinds]
        if verdict == "hold" or comment.state == "pending":
            yield from reviews.open_reviewable(site.key, id, "held", comment.page, reasons, now)
        elif reasons:
            yield from reviews.keep_reasons(site.key, id, comment.page, reasons, now)
        if verdict == "hold" and comment.state == "published":
            edit = reviews.HeldEdit(id, submission.body, submission.html, now)
            yield from reviews.hold_edit(site.key, comment.page, visitor.id, edit)
            return replace(comment, body=edit.body, html=edit.html, edited_at=now, state="pending"), True
        if (yield from reviews.drop_edit(site.key, id)) is not None:
            yield from reviews.close(site.key, id, now)
        words = Words(submission.body, submission.html, now)
        return (yield from change_words(self._listeners, site, comment, visitor, words)), False

    def _edit_unseen(self, submission: Submission, comment: Comment) -> Work[Comment]:
        """An edit under a shadow ban: others see neither the new text nor, from now on, the old."""
        site, id = submission.site.key, comment.id
        yield from reviews.drop_edit(site, id)
        yield from store.change_words(site, id, submission.body, submission.html, submission.now)
        if (yield from store.set_state(site, id, "hidden", only_from=("published", "pending"))):
            yield from self._updates.removed(comment)
        return (yield from store.known_comment(site, id))

    async def delete(self, site: Site, visitor: Visitor, id: str) -> Comment:
        """Deletes one's own comment within the edit window. Raises NotFound or Forbidden."""
        now = self._clock.now()

        def work() -> Work[Comment]:
            unseen, since = visitor.is_unseen(now), _window(site, now)
            if not (yield from store.delete_comment(site.key, id, visitor.id, since, hidden=unseen)):
                yield from self._refuse(site, visitor, id)
            yield from reviews.drop_edit(site.key, id)
            yield from reviews.forget_words(site.key, id)
            comment = yield from store.known_comment(site.key, id)
            yield from self._updates.removed(comment)
            if not unseen:
                yield from note_change(site.key, id, "removed", now)
            return comment

        return await self._db.write(work)

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
        """Sets one's vote and returns the new counts as the visitor sees them; under a shadow ban, a vote counts for
        nobody else. Raises NotFound, or Forbidden for one's own comment."""
        unseen = visitor.is_unseen(self._clock.now())

        def work() -> Work[Comment]:
            comment = yield from store.comment_by_id(site.key, id)
            if comment is None or comment.state != "published":
                raise NotFound
            if comment.author_id == visitor.id and comment.author_kind != "ai":
                raise Forbidden("not_yours", "You cannot vote on your own comment.")
            yield from vote(id, visitor.id, value, counts=not unseen)
            changed = yield from store.known_comment(site.key, id)
            yield from self._updates.changed(changed)
            return changed

        comment = await self._db.write(work)
        return {"up": comment.up + (unseen and value == 1), "down": comment.down + (unseen and value == -1)}


def shown_to_author(author: Visitor, comment: Comment) -> Comment:
    """A comment as its author sees it: under a shadow ban, as published."""
    unseen = author.shadow and author.blocked and comment.state == "hidden"
    return replace(comment, state="published") if unseen else comment


def place_below(parent: Comment) -> tuple[str, str, int]:
    """Parent id, root id and depth of a reply; at the deepest level replies become siblings."""
    if parent.depth >= rules.DEPTH_LIMIT and parent.parent_id is not None:
        return parent.parent_id, parent.root_id, parent.depth
    return parent.id, parent.root_id, parent.depth + 1


def page_url(site: Site, text: str) -> str:
    """The page's address without fragment; empty if too long or not of the site's origins."""
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
    """The comment text of a request. Raises BadRequest if it is missing, too long or invisible."""
    body = rules.clean_text(call.text("body", rules.BODY_LIMIT, required=True))
    if not shows_something(body):
        raise BadRequest("validation_failed", "body: must not be empty.")
    return body


def _name_in(call: Any) -> str:
    name = clean_name(call.text("name", rules.NAME_LIMIT))
    return name if shows_something(name) else ""


def read_draft(call: Any) -> Draft:
    """The draft of a request, validated field by field. Raises BadRequest."""
    body = read_words(call)
    ask = call.body.get("ask")
    if ask is not None and not isinstance(ask, bool):
        raise BadRequest("validation_failed", "ask: must be true, false or null.")
    parent_id = call.body.get("parent_id")
    if parent_id is not None:
        parent_id = call.text("parent_id", rules.ID_LIMIT, required=True)
    page, url, pages = call.page(), call.text("url"), call.site.pages.rules
    return Draft(
        page=page,
        url=page_address(page, url, pages),
        hint=page_hint(page, url, pages),
        body=body,
        parent_id=parent_id,
        name=_name_in(call),
        ask=ask,
        key=call.text("key", rules.KEY_LIMIT),
        agent=call.request.headers.get("user-agent", "")[:300],
        sent=call.body,
    )
