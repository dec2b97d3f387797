"""The messages, as text and as simple HTML, in the reader's language."""

from __future__ import annotations

from html import escape

from ..i18n import cldr
from ..i18n.catalogue import Texts, direction, texts
from .transport import Message


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


def _message(t: Texts, kind: str, to: str, site: str, link: str, *, code: str = "", **values: str) -> Message:
    values["site"] = " ".join(site.split())
    opening, closing = t(f"{kind}.opening", **values), t(f"{kind}.closing", **values)
    return Message(
        to,
        t(f"{kind}.subject", **values),
        "\n\n".join(part for part in (opening, link, code, closing) if part) + "\n",
        _html(t, opening, t[f"{kind}.button"], link, code, closing),
        t.lang,
    )


def _html(t: Texts, opening: str, button: str, link: str, code: str, closing: str) -> str:
    code = f'<p style="margin:0 0 20px">{escape(code)}</p>' if code else ""
    return (
        f'<!doctype html><html lang="{t.lang}" dir="{direction(t.lang)}">'
        '<body style="margin:0;padding:24px;background:#f6f6f4;color:#1d1f23;'
        'font:16px/1.6 -apple-system,Segoe UI,Apple SD Gothic Neo,Malgun Gothic,sans-serif">'
        '<div style="max-width:480px;margin:0 auto;padding:28px;background:#fff;border-radius:14px">'
        f'<p style="margin:0 0 20px">{escape(opening)}</p>'
        f'<p style="margin:0 0 20px"><a href="{escape(link)}" style="display:inline-block;padding:12px 20px;'
        f'border-radius:10px;background:#4050c8;color:#fff;text-decoration:none">{escape(button)}</a></p>'
        f'{code}<p style="margin:0 0 20px;color:#5c6169;font-size:14px;word-break:break-all">{escape(link)}</p>'
        f'<p style="margin:0;color:#5c6169;font-size:14px">{escape(closing)}</p></div></body></html>\n'
    )
