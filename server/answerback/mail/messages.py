"""Messages as text and HTML, in the reader's language."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..i18n import cldr
from ..i18n.catalogue import Texts, texts
from ..web.rendering import render
from .transport import Message


def link_message(purpose: str, to: str, *, site: str, lang: str, link: str, code: str, seconds: int) -> Message:
    """A message with a link, and a code if there is one, valid for `seconds`. It contains nothing written by a visitor:
    `site` is the name that the owner chose."""
    t = texts(lang, "mail")
    shown = t(f"{purpose}.code", code=code) if code else ""
    return simple_message(t, purpose, to, site, link, code=shown, time=cldr.duration(t.lang, seconds))


def budget_message(to: str, *, site: str, lang: str, used: str, link: str) -> Message:
    """Informs an owner how much of a day's budget is used (`8,100 of 10,000 tokens`)."""
    return simple_message(texts(lang, "mail"), "budget", to, site, link, used=used)


def server_message(to: str, *, lang: str, problem: str, url: str) -> Message:
    """Informs an owner of all sites of problems with the server."""
    return simple_message(texts(lang, "mail"), "server", to, urlsplit(url).netloc, f"{url}/admin/", problem=problem)


def invitation_message(to: str, *, site: str, lang: str, link: str, hours: int) -> Message:
    """Invites somebody to work on a site; the link is valid for this many hours."""
    t = texts(lang, "mail")
    return simple_message(t, "invitation", to, site, link, time=cldr.duration(t.lang, hours * 3_600))


def sign_in_message(to: str, *, lang: str, change: str, url: str) -> Message:
    """Informs an owner of a change to how they sign in."""
    t = texts(lang, "mail")
    what, host = t[f"sign_in_change.what.{change}"], urlsplit(url).netloc
    return simple_message(t, "sign_in_change", to, host, f"{url}/admin/security/", what=what)


def trial_message(to: str, *, url: str) -> Message:
    """A test message that shows an operator that mail arrives."""
    return simple_message(texts("en", "mail"), "trial", to, urlsplit(url).netloc, url)


def webhook_message(to: str, *, site: str, lang: str, address: str, link: str) -> Message:
    """Informs an owner of a webhook that has been failing and is paused."""
    return simple_message(texts(lang, "mail"), "webhook", to, site, link, address=address)


def simple_message(t: Texts, kind: str, to: str, site: str, link: str, *, code: str = "", **values: str) -> Message:
    """A message of one or two sentences with one link."""
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
