"""Every mail with sample content, as the owner's pages show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..sites.settings import Site
from . import messages
from .notices import NoticeItem, NoticePart, notice_message, reply_refused_message
from .transport import Message
from .visitor_messages import NewsPage, Told, confirmation_message, news_message

TO = "you@example.com"
Sample = Callable[[Site, str, str], Message]
"""Makes a sample for a site, in a language, with links to a server at this URL."""


def _link(purpose: str, site: Site, lang: str, url: str) -> Message:
    code = "482913" if purpose == "sign_in" else ""
    return messages.link_message(
        purpose, TO, site=_name(site), lang=lang, link=f"{url}/sign-in/mail/…", code=code, seconds=1_800
    )


def _notice(site: Site, lang: str, url: str) -> Message:
    decide = [(action, f"{url}/admin/by-mail/?link=…") for action in ("approve", "hide", "spam")]
    question = NoticeItem(
        "…", "held", "Jin", "/bread/", "Is the rye bread baked without milk?",
        [("Mina", "The rye loaf is my favourite.")], decide, "replies+…@example.com",
    )  # fmt: skip
    failed = NoticeItem("…", "unanswered", "Noor", "/bread/", "Do you deliver on Sundays?")
    parts = [NoticePart(site, "review", [question], more=False), NoticePart(site, "questions", [failed], more=True)]
    return notice_message(TO, parts, lang=lang, url=url, stop=f"{url}/admin/notifications/stop/?…", name="sample")


def _news(site: Site, lang: str, url: str) -> Message:
    told = [Told("reply", "Jin", "Yes, without milk.", "Is the rye bread baked without milk?", f"{url}/t/…")]
    page = NewsPage(site.key, _name(site), "/bread/", "Bread")
    return news_message(TO, page, told, lang=lang, name="sample", settings=f"{url}/…", stop=f"{url}/…")


def _name(site: Site) -> str:
    return site.name or site.key


SAMPLES: Mapping[str, Sample] = {
    "notice": _notice,
    "reply_refused": lambda site, lang, url: reply_refused_message(
        TO, site=_name(site), lang=lang, reason="changed", link=f"{url}/admin/comments/…"
    ),
    "budget": lambda site, lang, url: messages.budget_message(
        TO, site=_name(site), lang=lang, used="8,100 / 10,000", link=f"{url}/admin/"
    ),
    "webhook": lambda site, lang, url: messages.webhook_message(
        TO, site=_name(site), lang=lang, address="https://hooks.example.com", link=f"{url}/admin/webhooks/"
    ),
    "invitation": lambda site, lang, url: messages.invitation_message(
        TO, site=_name(site), lang=lang, link=f"{url}/admin/sign-in/…", hours=72
    ),
    "sign_in_change": lambda site, lang, url: messages.sign_in_message(TO, lang=lang, change="new_browser", url=url),
    "server": lambda site, lang, url: messages.server_message(TO, lang=lang, problem="…", url=url),
    "sign_in": partial(_link, "sign_in"),
    "verify": partial(_link, "verify"),
    "reset": partial(_link, "reset"),
    "subscribe": lambda site, lang, url: confirmation_message(
        TO, site=_name(site), lang=lang, kinds=["replies", "thread"], link=f"{url}/…", seconds=86_400, name="sample"
    ),
    "news": _news,
}
"""Mails to owners, then mails to visitors."""
