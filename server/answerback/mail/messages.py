"""Messages as text and HTML, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ..i18n import cldr
from ..i18n.catalogue import Texts, texts
from ..sites.settings import Site
from ..web.rendering import render
from .transport import Message

EXCERPT, SUBJECT_LIMIT = 300, 150


def link_message(purpose: str, to: str, *, site: str, lang: str, link: str, code: str, seconds: int) -> Message:
    """The message that carries a link (and a code, if there is one) that is good for `seconds`.

    Nothing that a visitor has written is in it: `site` is the name that its owner gave it.
    """
    t = texts(lang, "mail")
    shown = t(f"{purpose}.code", code=code) if code else ""
    return _message(t, purpose, to, site, link, code=shown, time=cldr.duration(t.lang, seconds))


def budget_message(to: str, *, site: str, lang: str, used: str, link: str) -> Message:
    """The message that tells an owner how much of a day's budget is used (`8,100 of 10,000 tokens`)."""
    return _message(texts(lang, "mail"), "budget", to, site, link, used=used)


def server_message(to: str, *, lang: str, problem: str, url: str) -> Message:
    """The message that tells an owner of all sites what is wrong with the server."""
    return _message(texts(lang, "mail"), "server", to, urlsplit(url).netloc, f"{url}/admin/", problem=problem)


def invitation_message(to: str, *, site: str, lang: str, link: str, hours: int) -> Message:
    """The message that invites somebody to work on a site; the link is good for so many hours."""
    t = texts(lang, "mail")
    return _message(t, "invitation", to, site, link, time=cldr.duration(t.lang, hours * 3_600))


def webhook_message(to: str, *, site: str, lang: str, address: str, link: str) -> Message:
    """The message that tells an owner of a webhook that takes nothing any more."""
    return _message(texts(lang, "mail"), "webhook", to, site, link, address=address)


@dataclass(frozen=True, slots=True)
class NoticePart:
    """News of one kind on one site. An item: a comment's id, why it is told of, its author, its page, its text."""

    site: Site
    kind: str
    items: Sequence[tuple[str, str, str, str, str]]
    more: bool
    """Whether there is more than these."""


def notice_message(to: str, parts: Sequence[NoticePart], *, lang: str, url: str, stop: str, name: str) -> Message:
    """The message that tells an owner what is new: visitors' words as plain text, cut to 300 characters."""
    t = texts(lang, "mail.notice")
    shown = [_shown(t, part, url) for part in parts]
    single = len(parts) == 1 and len(parts[0].items) == 1
    subject = f"{shown[0].title}: {parts[0].items[0][3]}" if single else " · ".join(part.title for part in shown[:3])
    link, settings = f"{url}/admin/inbox/", f"{url}/admin/notifications/"
    plain = [line for part in shown for line in part.lines()]
    plain += [f"{t['button']}: {link}", f"{t['closing']} {t['change']}: {settings}", f"{t['stop']}: {stop}"]
    html = render(
        "mail/templates/notice.html", lang=t.lang, parts=shown, open=t["open"], button=t["button"], link=link,
        closing=t["closing"], change=t["change"], settings=settings, stop=stop, stop_words=t["stop"],
    )  # fmt: skip
    subject = " ".join(subject.split())[:SUBJECT_LIMIT]
    return Message(to, subject, "\n\n".join(plain) + "\n", html, t.lang, name, stop)


@dataclass(frozen=True, slots=True)
class _Item:
    head: str
    words: str
    link: str


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    items: list[_Item]
    more: str

    def lines(self) -> list[str]:
        """As plain text."""
        told = [f"{item.head}\n{item.words}\n{item.link}" for item in self.items]
        return [self.title, *told, *filter(None, [self.more])]


def _shown(t: Texts, part: NoticePart, url: str) -> _Part:
    items = [
        _Item(
            " · ".join(filter(None, (t[f"what.{what}"], " ".join(author.split()), " ".join(page.split())))),
            _excerpt(body), f"{url}/admin/comments/{quote(id)}/",
        )
        for id, what, author, page, body in part.items
    ]  # fmt: skip
    title = t.counted(f"titles.{part.kind}", len(items), site=_site_name(part.site))
    return _Part(title, items, t["more"] if part.more else "")


def _site_name(site: Site) -> str:
    return " ".join((site.name or site.key).split())


def _excerpt(body: str) -> str:
    words = " ".join(body.split())
    return words if len(words) <= EXCERPT else f"{words[:EXCERPT].rstrip()}…"


def _message(t: Texts, kind: str, to: str, site: str, link: str, *, code: str = "", **values: str) -> Message:
    values["site"] = " ".join(site.split())
    opening, closing = t(f"{kind}.opening", **values), t(f"{kind}.closing", **values)
    return Message(
        to,
        t(f"{kind}.subject", **values),
        "\n\n".join(part for part in (opening, link, code, closing) if part) + "\n",
        render(
            "mail/templates/message.html", lang=t.lang, opening=opening, button=t[f"{kind}.button"], link=link,
            code=code, closing=closing,
        ),
        t.lang,
    )  # fmt: skip
