"""One thing that is told of, as a mail shows it: the words, what they answer, and what can be done about them."""

from __future__ import annotations

from ..comments import store as threads
from ..comments.approval import reviewables_store as reviews
from ..comments.approval.deciding import Action
from ..core.model import Comment
from ..core.versions import version
from ..db.work import Work
from ..mail.notices import NoticeItem
from ..sites.settings import Site
from .decision_links import DecisionLink, DecisionLinks
from .store import News

ABOVE = 3
"""As many of the comments above are shown, the nearest ones."""
DECIDABLE = ("held", "reported", "draft", "comment")
"""News about which something can be decided at a glance; the rest is opened."""


def item(site: Site, news: News, links: DecisionLinks | None, owner: str, until: int) -> Work[NoticeItem]:
    """What is shown of a piece of news; without `links` nothing can be decided there."""
    comment = yield from threads.comment_by_id(site.key, news.id)
    where = news.title or news.page
    if comment is None:
        return NoticeItem(news.id, news.what, news.author, where, news.body)
    above = yield from _above(comment, answers=news.what == "draft")
    words, author = (comment.body, comment.author_name) if news.what in DECIDABLE else (news.body, news.author)
    edit = yield from reviews.held_edit(site.key, comment.id)
    if edit is not None and news.what == "held":
        words = edit.body
    buttons = []
    if links is not None and news.what in DECIDABLE:
        review = yield from reviews.reviewable(site.key, comment.id)
        for action in actions(news.what):
            link = DecisionLink(
                owner, site.key, comment.id, action, 0 if review is None else review.version,
                version(comment.html, comment.author_name), until, "mail",
            )  # fmt: skip
            buttons.append((action, links.url(link)))
    return NoticeItem(news.id, news.what, author, where, words, above, buttons)


def actions(what: str) -> tuple[Action, ...]:
    """What can be decided: there is nothing to approve about what is public already, and no draft is spam."""
    if what == "comment":
        return ("hide", "spam")
    return ("approve", "hide") if what == "draft" else ("approve", "hide", "spam")


def _above(comment: Comment, *, answers: bool) -> Work[list[tuple[str, str]]]:
    """The thread from its root down to a comment; of an answer that is judged itself, with its question."""
    path = yield from threads.path_to(comment.site, comment)
    above = path[:-1]
    if comment.answer is not None and not answers:  # the question is what is told of
        above = [each for each in above if each.id != comment.answer.question_id]
    return [(each.author_name, each.body) for each in above[-ABOVE:] if each.state == "published"]
