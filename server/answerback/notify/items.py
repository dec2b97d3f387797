"""One item of a notice as a mail shows it: the words, what they answer, and the available actions."""

from __future__ import annotations

from dataclasses import dataclass

from ..comments import store as threads
from ..comments.approval import reviewables_store as reviews
from ..comments.approval.deciding import Action
from ..core.model import Comment
from ..core.versions import version
from ..db.work import Work
from ..mail.notices import NoticeItem
from ..sites.settings import Site
from .decision_links import DecisionLink, DecisionLinks
from .mail_replies import ReplyAddresses
from .mail_replies_store import ReplyAddress
from .store import News

ABOVE = 3
"""The number of comments shown above, the nearest ones."""
DECIDABLE = ("held", "reported", "draft", "comment", "edited")
"""News with actions in the mail; anything else has to be opened."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How an owner may decide and reply without signing in: until when, with which version of their credentials, by
    links and by mail."""

    owner: str
    until: int
    credentials: int
    links: DecisionLinks
    replies: ReplyAddresses


def item(site: Site, news: News, ways: Ways | None) -> Work[NoticeItem]:
    """The item for a piece of news; without `ways`, it has no actions."""
    comment = yield from threads.comment_by_id(site.key, news.id)
    where = news.title or news.page
    if comment is None:
        return NoticeItem(news.id, news.what, news.author, where, news.body)
    above = yield from _above(comment, answers=news.what == "draft")
    words, author = (
        (comment.body, comment.author_name) if news.what in (*DECIDABLE, "corrected") else (news.body, news.author)
    )
    edit = yield from reviews.held_edit(site.key, comment.id)
    if edit is not None and news.what == "held":
        words = edit.body
    buttons, reply_to = [], ""
    if ways is not None:
        review = yield from reviews.reviewable(site.key, comment.id)
        shown, seen = 0 if review is None else review.version, version(comment.html, comment.author_name)
        for action in actions(news.what):
            link = DecisionLink(
                ways.owner, site.key, comment.id, action, shown, seen, ways.until, ways.credentials, "mail"
            )
            buttons.append((action, ways.links.url(link)))
        if ways.replies.address and comment.state != "deleted":
            of = ReplyAddress(ways.owner, site.key, comment.id, shown, seen, ways.until)
            reply_to = yield from ways.replies.make(of, ways.credentials)
    return NoticeItem(news.id, news.what, author, where, words, above, buttons, reply_to)


def actions(what: str) -> tuple[Action, ...]:
    """The available decisions: a published comment cannot be approved, and a draft cannot be spam."""
    if what not in DECIDABLE:
        return ()
    if what in ("comment", "edited"):
        return ("hide", "spam")
    return ("approve", "hide") if what == "draft" else ("approve", "hide", "spam")


def _above(comment: Comment, *, answers: bool) -> Work[list[tuple[str, str]]]:
    """The thread from its root down to a comment; includes the question if the answer itself is judged."""
    path = yield from threads.path_to(comment.site, comment)
    above = path[:-1]
    if comment.answer is not None and not answers:  # the notice is about the question itself
        above = [each for each in above if each.id != comment.answer.question_id]
    return [(each.author_name, each.body) for each in above[-ABOVE:] if each.state == "published"]
