"""Webhooks: which events there are, and what is sent of each in which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args
from urllib.parse import urlsplit, urlunsplit

from .times import iso

Event = Literal["comment.published", "comment.held", "comment.reported", "answer.settled", "question.unanswered"]
EVENTS: tuple[Event, ...] = get_args(Event)
TEST = "webhook.test"
"""What an owner sends to see whether it arrives."""
Format = Literal["generic", "slack", "discord", "telegram", "mattermost", "teams", "ntfy"]
FORMATS: tuple[Format, ...] = get_args(Format)
VERSION = 1
"""Of the payload; a new one comes where a receiver of the old one would be misled."""
EXCERPT = 300
KEEP_SECRET_MS = 24 * 3_600_000
"""For how long after a rotation the old secret signs as well."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as people read it: what happened, who said what, and where."""

    title: str
    author: str
    body: str
    url: str
    open: str = ""
    """What the link to it says."""
    buttons: Sequence[tuple[str, str]] = ()
    """What can be decided, and the address that decides it."""


def generic(event: str, at: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON payload for programs."""
    return {"type": event, "version": VERSION, "timestamp": iso(at), "data": dict(data)}


def slack(told: Told) -> dict[str, Any]:
    """A message for a Slack incoming webhook."""
    words = [f"*{_of_slack(_cut(told.title))}*", _of_slack(_said(told))]
    link = f"<{_of_slack(told.url).replace('|', '%7C')}>" if told.url else ""
    return {"text": "\n".join(filter(None, [*words, link])), "unfurl_links": False}


def discord(told: Told) -> dict[str, Any]:
    """A message for a Discord webhook, without pings."""
    words = [f"**{_of_discord(_cut(told.title))}**", _of_discord(_said(told)), f"<{told.url}>" if told.url else ""]
    return {"content": "\n".join(filter(None, words)), "allowed_mentions": {"parse": []}}


def telegram(told: Told) -> dict[str, Any]:
    """A message of a Telegram bot, as plain text; the chat is named by the webhook's address."""
    links = [*told.buttons, (told.open, told.url)] if told.url else told.buttons
    keys = {"reply_markup": {"inline_keyboard": [[{"text": text, "url": url} for text, url in links]]}} if links else {}
    return {"text": f"{_cut(told.title)}\n{_said(told)}".strip(), "link_preview_options": {"is_disabled": True}, **keys}


def mattermost(told: Told) -> dict[str, Any]:
    """A message for an incoming webhook of Mattermost, which nobody is mentioned by."""
    words = [
        f"**{_of_mattermost(_cut(told.title))}**",
        _of_mattermost(_said(told)),
        f"<{told.url}>" if told.url else "",
    ]
    return {"text": "\n".join(filter(None, words))}


def teams(told: Told) -> dict[str, Any]:
    """A card for a workflow of Microsoft Teams; its texts are no Markdown."""
    title = {"type": "TextRun", "text": _cut(told.title), "weight": "Bolder"}
    lines = [[title], *([[{"type": "TextRun", "text": _said(told)}]] if _said(told) else [])]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": inlines} for inlines in lines],
        "actions": [{"type": "Action.OpenUrl", "title": told.open, "url": told.url}] if told.url else [],
    }  # fmt: skip
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def ntfy(told: Told) -> dict[str, Any]:
    """A notification of ntfy; the topic is the last part of the webhook's address."""
    click = {"click": told.url} if told.url else {}
    return {"title": _cut(told.title), "message": _said(told) or _cut(told.title), **click}


def addressed(format: str, url: str, payload: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Where a payload goes, and with which place in it: ntfy takes JSON at its own address, not at a topic's."""
    if format != "ntfy":
        return url, payload
    parts = urlsplit(url)
    above, _, topic = parts.path.rstrip("/").rpartition("/")
    return urlunsplit(parts._replace(path=f"{above}/")), {"topic": topic, **payload}


MESSAGES: Mapping[str, Callable[[Told], dict[str, Any]]] = {
    "slack": slack, "discord": discord, "telegram": telegram, "mattermost": mattermost, "teams": teams, "ntfy": ntfy,
}  # fmt: skip
"""Formats for people; any other is `generic`."""


def _said(told: Told) -> str:
    return ": ".join(filter(None, [_cut(told.author), _cut(told.body)]))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rstrip()}…"


def _of_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _of_mattermost(text: str) -> str:
    escaped = "".join(f"\\{letter}" if letter in "\\*_~`|>#-[]()<:!+" else letter for letter in text)
    return escaped.replace("@", "@\u200b")  # a backslash before it would still mention


def _of_discord(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\*_~`|>#-[]()<@:" else letter for letter in text)
