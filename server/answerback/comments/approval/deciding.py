"""The owner's decisions on comments and edits: one transaction with their history, then the events. Each can be undone
for a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol

import orjson

from ...accounts.store import visitor_by_id
from ...core.model import RUNNING, Comment
from ...core.versions import version
from ...db.work import Work
from ...errors import Conflict, NotFound, changed_meanwhile
from ...jobs.model import Job, Kind
from ...runtime import Runtime
from ...sites.settings import Site
from .. import store
from ..events import CommentEvent, Listener, Thread, announce
from ..updates import ThreadUpdates
from . import reviewables_store as reviews
from .reviewables_store import HeldEdit, Reviewable
from .words import Words, change_words

Action = Literal["approve", "hide", "spam"]
ACTIONS: Mapping[Action, str] = {"approve": "approved", "hide": "hidden", "spam": "spam"}
"""A reviewable's state after each action."""
UNDO_OVER = "undo_over"
UNDO_MS = 15_000
"""How long a decision can be undone: the ten seconds promised to owners, plus the time of a request."""


@dataclass(frozen=True, slots=True)
class Decision:
    """An owner's decision. `was`: the comment's state before; `edit`: the held edit, if any."""

    site: Site
    comment: Comment
    action: Action | Literal["undo"]
    was: str
    edit: HeldEdit | None
    before: Reviewable | None
    by: str
    note: str
    now: int
    via: str = ""


class DecisionListener(Protocol):
    """Takes part in decisions: filters learn from them, reports are settled by them."""

    def decided(self, decision: Decision) -> Work[None]:
        """Called within the decision's transaction, after it has taken effect."""
        ...


@dataclass(frozen=True, slots=True)
class Order:
    """A decision to carry out. `version` is that of the reviewable shown, `seen` that of its text; None accepts any."""

    action: Action
    by: str
    version: int | None = None
    seen: str | None = None
    note: str = ""
    via: str = ""


class Deciding:
    """Carries out decisions on comments."""

    def __init__(
        self, runtime: Runtime, updates: ThreadUpdates, listeners: Sequence[Listener],
        told: Sequence[DecisionListener] = (),
    ) -> None:  # fmt: skip
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._updates = updates
        self._listeners = listeners
        self._told = told

    def kind(self) -> Kind:
        """The job that deletes the text kept for an undo once the undo has expired."""
        return Kind(UNDO_OVER, self._undo_over)

    async def _undo_over(self, job: Job) -> None:
        id, state, at = str(job.data["id"]), str(job.data["state"]), int(job.data["at"])
        await self._db.write(lambda: reviews.forget_undo(job.site, id, state, at))

    async def decide(self, site: Site, id: str, order: Order) -> Reviewable:
        """Carries out an order. Raises NotFound, or Conflict: `changed_meanwhile` if someone decided first or the
        comment changed, `answer_running` if the answer to approve is still being written."""
        return await self._db.write(partial(self.within, site, id, order, self._clock.now()))

    def within(self, site: Site, id: str, order: Order, now: int) -> Work[Reviewable]:
        """`decide` within the caller's write."""
        comment = yield from store.comment_by_id(site.key, id)
        if comment is None or comment.state == "deleted":
            raise NotFound
        before = yield from reviews.reviewable(site.key, id)
        if order.version is not None and (before is None or not _is_open(before, order.version)):
            raise changed_meanwhile()
        if order.seen is not None and order.seen != version(comment.html, comment.author_name):
            raise changed_meanwhile()
        edit = yield from reviews.held_edit(site.key, id)
        change = self._approve if order.action == "approve" else self._hide
        undo = yield from change(site, comment, edit, now)
        decided = yield from reviews.decided(
            site.key,
            comment,
            "" if before is None else before.state,
            ACTIONS[order.action],
            orjson.dumps(undo).decode(),
            order.by,
            now,
            order.note,
        )
        if len(undo) > 1:
            kept = {"id": id, "state": undo["state"], "at": now}
            yield from self._jobs.put(UNDO_OVER, kept, site=site.key, at=now + UNDO_MS + 1)
        yield from self._tell(
            Decision(site, comment, order.action, comment.state, edit, before, order.by, order.note, now, order.via)
        )
        return decided

    def _tell(self, decision: Decision) -> Work[None]:
        for listener in self._told:
            yield from listener.decided(decision)

    def _approve(self, site: Site, comment: Comment, edit: HeldEdit | None, now: int) -> Work[dict[str, Any]]:
        """Approves; returns the data to undo it."""
        undo: dict[str, Any] = {"state": comment.state}
        if comment.answer is not None and comment.answer.state in RUNNING:
            raise Conflict("answer_running")
        author = yield from visitor_by_id(site.key, comment.author_id or "")
        if edit is not None:
            yield from reviews.drop_edit(site.key, comment.id)
            words = Words(edit.body, edit.html, edit.at)
            changed = yield from change_words(self._listeners, site, comment, author, words)
            yield from self._updates.changed(changed, afresh=True)
            undo |= {"body": comment.body, "html": comment.html, "edited_at": comment.edited_at}
        if (yield from store.set_state(site.key, comment.id, "published", only_from=("pending", "hidden"))):
            published = yield from store.comment_by_id(site.key, comment.id)
            assert published is not None
            yield from self._updates.changed(published)
            if comment.answer is None:
                hashed, ask = yield from store.sent_with(site.key, comment.id)
                rule = yield from store.rule_of(site.key, comment.page)
                thread = Thread((yield from store.url_of(site.key, comment.page)), rule)
                event = CommentEvent("approved", site, published, thread, author, hashed, ask, now)
                yield from announce(self._listeners, event)
        return undo

    def _hide(self, site: Site, comment: Comment, edit: HeldEdit | None, now: int) -> Work[dict[str, Any]]:
        """Hides; returns the data to undo it. A held edit alone is dropped, and the published text stays."""
        if edit is not None and comment.state == "published":
            yield from reviews.drop_edit(site.key, comment.id)
            return {"state": comment.state, "edit": {"body": edit.body, "html": edit.html, "at": edit.at}}
        if (yield from store.set_state(site.key, comment.id, "hidden", only_from=("published", "pending"))):
            yield from self._updates.removed(comment)
        return {"state": comment.state}

    async def undo(self, site: Site, id: str, version: int, by: str) -> Reviewable:
        """Undoes one's own recent decision; the comment waits again if it did before. Raises NotFound, or Conflict
        (`changed_meanwhile`) if it is too late."""
        now = self._clock.now()

        def work() -> Work[Reviewable]:
            comment = yield from store.comment_by_id(site.key, id)
            if comment is None:
                raise NotFound
            if comment.state == "deleted":  # its text must not return
                raise changed_meanwhile()
            found = yield from reviews.undoable(site.key, id, version, by, now - UNDO_MS)
            if found is None:
                raise changed_meanwhile()
            decided, text = found
            undo = orjson.loads(text)
            yield from store.set_state(site.key, id, undo["state"], only_from=("published", "pending", "hidden"))
            if "body" in undo:
                author = yield from visitor_by_id(site.key, comment.author_id or "")
                edit = HeldEdit(id, comment.body, comment.html, comment.edited_at or now)
                yield from reviews.hold_edit(site.key, comment.page, comment.author_id or "", edit)
                old = Words(undo["body"], undo["html"], undo["edited_at"] or comment.created_at)
                yield from change_words(self._listeners, site, comment, author, old)
                yield from store.set_edited_at(site.key, id, undo["edited_at"])
            if "edit" in undo:
                edit = HeldEdit(id, **undo["edit"])
                yield from reviews.hold_edit(site.key, comment.page, comment.author_id or "", edit)
            # Last, since the comment's new state closes an open item.
            reviewable = yield from reviews.undo(site.key, decided, by, now)
            restored = yield from store.comment_by_id(site.key, id)
            assert restored is not None
            yield from self._show(comment, restored)
            yield from self._tell(Decision(site, restored, "undo", comment.state, None, reviewable, by, "", now))
            return reviewable

        return await self._db.write(work)

    def _show(self, before: Comment, now: Comment) -> Work[None]:
        if now.state == "published":
            yield from self._updates.changed(now, afresh=True)
        elif before.state == "published":
            yield from self._updates.removed(now)
        else:
            yield from self._updates.forget(now.site, [now.page])


def _is_open(reviewable: Reviewable, version: int) -> bool:
    return reviewable.state == "open" and reviewable.version == version
