"""Messages to visitors about their subscriptions, in their language."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.subscriptions import SubscriptionKind, What, without_links
from ..i18n import cldr
from ..i18n.catalogue import Texts, texts
from ..web.rendering import render
from .transport import Message

EXCERPT, SUBJECT_LIMIT = 300, 150


@dataclass(frozen=True, slots=True)
class Told:
    """One item of a message: its kind, author and words, what it answers (`about`, may be empty), and its URL."""

    what: What
    author: str
    body: str
    about: str
    link: str


@dataclass(frozen=True, slots=True)
class NewsPage:
    """The page that a message is about: its site's key and name, its own key, and its title."""

    site: str
    site_name: str
    page: str
    title: str


def confirmation_message(
    to: str, *, site: str, lang: str, kinds: Sequence[SubscriptionKind], link: str, seconds: int, name: str
) -> Message:
    """Asks an address to confirm a subscription; it contains nothing written by a visitor."""
    t = texts(lang, "mail.subscribe")
    site = " ".join(site.split())
    opening, time = t("opening", site=site), cldr.duration(t.lang, seconds)
    wanted = list(dict.fromkeys(t[f"kinds.{kind}"] for kind in kinds))
    closing = t("closing", time=time)
    html = render(
        "mail/templates/subscribe.html", lang=t.lang, opening=opening, wanted=wanted, button=t["button"], link=link,
        closing=closing,
    )  # fmt: skip
    plain = [opening, "\n".join(f"- {each}" for each in wanted), f"{t['button']}: {link}", closing]
    return Message(to, t("subject", site=site), "\n\n".join(plain) + "\n", html, t.lang, name)


def news_message(
    to: str, page: NewsPage, told: Sequence[Told], *, lang: str, name: str, settings: str, stop: str
) -> Message:
    """Reports new items on a page. All messages to an address about a page share a subject, so that mail programs group
    them."""
    t = texts(lang, "mail.news")
    items = [_Item.of(t, each) for each in told]
    title = without_links(" ".join((page.title or page.page).split()))
    site = " ".join(page.site_name.split())
    why, manage, end = t("why", site=site), t["manage"], t["stop"]
    html = render(
        "mail/templates/news.html", lang=t.lang, title=title, site=site, items=items, read=t["read"], why=why,
        manage=manage, settings=settings, stop=stop, stop_words=end,
    )  # fmt: skip
    plain = [item.plain(t["read"]) for item in items]
    plain.append(f"-- \n{why}\n{manage}: {settings}\n{end}: {stop}")
    subject = " ".join(t("subject", title=title, site=site).split())[:SUBJECT_LIMIT]
    place = hashlib.sha256(f"{page.site}|{page.page}".encode()).hexdigest()[:24]
    return Message(
        to, subject, f"{title}\n\n" + "\n\n".join(plain) + "\n", html, t.lang, name, stop, thread=f"thread.{place}",
        list_id=f"{page.site}.news",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Item:
    head: str
    about: str
    words: str
    link: str

    @classmethod
    def of(cls, t: Texts, told: Told) -> _Item:
        """An item as it is displayed."""
        name = without_links(" ".join(told.author.split()))
        return cls(t(f"what.{told.what}", name=name), _excerpt(told.about), _excerpt(told.body), told.link)

    def plain(self, read: str) -> str:
        """The item as plain text."""
        return "\n".join(
            filter(None, [self.head, self.about and f"> {self.about}", self.words, f"{read}: {self.link}"])
        )


def _excerpt(body: str) -> str:
    words = " ".join(body.split())
    return without_links(words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…")
