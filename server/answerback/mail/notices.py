"""The mail that notifies an owner of new items: what was written, in what context, and the available actions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from ..i18n.catalogue import Texts, texts
from ..sites.settings import Site
from ..web.rendering import render
from .messages import simple_message
from .transport import Message

WORDS_LIMIT, ABOVE_LIMIT, SUBJECT_LIMIT = 2_000, 200, 150


@dataclass(frozen=True, slots=True)
class NoticeItem:
    """One item of a notice: a comment, the reason for the notice, its words and, above it, what it answers."""

    id: str
    what: str
    author: str
    page: str
    words: str
    above: Sequence[tuple[str, str]] = ()
    """Authors and words, the thread's first comment first."""
    buttons: Sequence[tuple[str, str]] = ()
    """Actions (`approve`, `hide`, …), each with its URL."""
    reply_to: str = ""
    """The email address that takes a reply to it."""


@dataclass(frozen=True, slots=True)
class NoticePart:
    """Items of one kind on one site."""

    site: Site
    kind: str
    items: Sequence[NoticeItem]
    more: bool
    """Whether there are more items than these."""


def notice_message(to: str, parts: Sequence[NoticePart], *, lang: str, url: str, stop: str, name: str) -> Message:
    """Notifies an owner of new items: visitors' words as plain text, truncated if long."""
    t = texts(lang, "mail.notice")
    shown = [_shown(t, part, url) for part in parts]
    single = len(parts) == 1 and len(parts[0].items) == 1
    subject = f"{shown[0].title}: {parts[0].items[0].page}" if single else " · ".join(part.title for part in shown[:3])
    link, settings = f"{url}/admin/inbox/", f"{url}/admin/notifications/"
    plain = [line for part in shown for line in part.lines(t["open"])]
    plain += [f"{t['button']}: {link}", f"{t['closing']} {t['change']}: {settings}", f"{t['stop']}: {stop}"]
    html = render(
        "mail/templates/notice.html", lang=t.lang, parts=shown, open=t["open"], button=t["button"], link=link,
        reply_hint=t["reply_hint"] if single and parts[0].items[0].reply_to else "", closing=t["closing"],
        change=t["change"], settings=settings, stop=stop, stop_words=t["stop"],
    )  # fmt: skip
    subject = " ".join(subject.split())[:SUBJECT_LIMIT]
    reply_to = parts[0].items[0].reply_to if single else ""
    if reply_to:
        plain.insert(0, t["reply_hint"])
    return Message(to, subject, "\n\n".join(plain) + "\n", html, t.lang, name, stop, reply_to=reply_to)


def reply_refused_message(to: str, *, site: str, lang: str, reason: str, link: str) -> Message:
    """Explains to an owner why a reply by mail was not published."""
    t = texts(lang, "mail")
    return simple_message(t, "reply_refused", to, site, link, reason=t[f"reply_refused.reasons.{reason}"])


@dataclass(frozen=True, slots=True)
class _Item:
    head: str
    above: list[tuple[str, str]]
    words: str
    buttons: list[tuple[str, str]]
    link: str

    def text(self, open: str) -> str:
        """The item as plain text."""
        above = [f"> {author}: {words}" if author else f"> {words}" for author, words in self.above]
        links = [f"{text}: {link.removeprefix('mailto:')}" for text, link in [*self.buttons, (open, self.link)]]
        return "\n".join([self.head, *above, self.words, *links])


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    items: list[_Item]
    more: str

    def lines(self, open: str) -> list[str]:
        """The part as lines of plain text."""
        return [self.title, *(item.text(open) for item in self.items), *filter(None, [self.more])]


def _shown(t: Texts, part: NoticePart, url: str) -> _Part:
    items = [
        _Item(
            " · ".join(filter(None, (t[f"what.{item.what}"], _line(item.author), _line(item.page)))),
            [(_line(author), _cut(_line(words), ABOVE_LIMIT)) for author, words in item.above],
            _cut(item.words.strip(), WORDS_LIMIT),
            [(t[f"buttons.{name}"], link) for name, link in item.buttons]
            + ([(t["buttons.reply"], f"mailto:{item.reply_to}")] if item.reply_to else []),
            f"{url}/admin/comments/{quote(item.id)}/",
        )
        for item in part.items
    ]  # fmt: skip
    title = t.counted(f"titles.{part.kind}", len(items), site=_line(part.site.name or part.site.key))
    return _Part(title, items, t["more"] if part.more else "")


def _line(text: str) -> str:
    return " ".join(text.split())


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[:most].rstrip()}…"
