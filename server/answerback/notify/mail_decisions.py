"""Decisions that owners make by links in their mails: valid for the words they read, under their current rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..accounts.store import credentials_of, email_of, owner_role
from ..comments import store as threads
from ..comments.approval import reviewables_store as reviews
from ..comments.approval.deciding import Deciding, Order
from ..comments.approval.reviewables_store import HeldEdit
from ..core.model import Comment
from ..core.roles import covers
from ..core.versions import version
from ..db.work import Work
from ..errors import Conflict
from ..runtime import Runtime
from ..sites.settings import Site
from .decision_links import DecisionLink, DecisionLinks

Outcome = Literal["ready", "done", "expired", "refused", "gone", "changed", "approved", "hidden", "spam", "dismissed"]
"""`ready` waits for the button; the last four are decisions that somebody made meanwhile."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a link refers to, and its current state."""

    link: DecisionLink
    outcome: Outcome
    comment: Comment | None = None
    words: str = ""
    title: str = ""
    who: str = ""
    """The person who decided meanwhile."""


class MailDecisions:
    """Shows what a link would do, and carries it out."""

    def __init__(self, runtime: Runtime, deciding: Deciding) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._links = DecisionLinks(runtime.settings)
        self._deciding = deciding

    async def look(self, text: str) -> Found | None:
        """What a link would do; None if the link is invalid."""
        link = self._links.read(text)
        if link is None:
            return None
        return await self._db.read(lambda: self.found(link))

    async def decide(self, text: str) -> Found | None:
        """Carries out a link's decision unless one was made meanwhile; None if the link is invalid."""
        link = self._links.read(text)
        site = None if link is None else await self._sites.find(link.site)
        if link is None or site is None:
            return None
        try:
            return await self._db.write(lambda: self._decide(site, link))
        except Conflict:
            return Found(link, "changed")

    def _decide(self, site: Site, link: DecisionLink) -> Work[Found]:
        found = yield from self.found(link)
        if found.outcome != "ready":
            return found
        order = Order(link.action, link.owner, seen=link.seen, via=link.way)
        yield from self._deciding.within(site, link.id, order, self._clock.now())
        return Found(link, "done", found.comment, found.words, found.title)

    def found(self, link: DecisionLink) -> Work[Found]:
        """What a link refers to and its current state, inside the caller's read or write."""
        role = yield from owner_role(link.owner, link.site)
        if role is None or not covers(role, "moderator"):
            return Found(link, "refused")
        if self._clock.now() > link.until or link.credentials != (yield from credentials_of(link.owner)):
            return Found(link, "expired")
        comment = yield from threads.comment_by_id(link.site, link.id)
        if comment is None or comment.state == "deleted":
            return Found(link, "gone")
        review = yield from reviews.reviewable(link.site, link.id)
        if (0 if review is None else review.version) != link.version:
            by = (yield from email_of(review.decided_by)) if review and review.decided_by else None
            decided = next((each for each in _DECIDED if review and by and each == review.state), None)
            return Found(link, decided or "changed", who=by or "")
        if version(comment.html, comment.author_name) != link.seen:
            return Found(link, "changed")
        edit: HeldEdit | None = yield from reviews.held_edit(link.site, link.id)
        place = yield from threads.place(link.site, comment.page)
        title = (place[1] if place else "") or comment.page
        waits = review is not None and review.state == "open" and edit is not None
        return Found(link, "ready", comment, edit.body if edit and waits else comment.body, title)


_DECIDED: tuple[Outcome, ...] = ("approved", "hidden", "spam", "dismissed")
