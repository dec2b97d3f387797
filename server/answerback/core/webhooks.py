"""Webhooks: which events there are, and what is sent of each in which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from .times import iso

Event = Literal["comment.published", "comment.held", "comment.reported", "answer.settled", "question.unanswered"]
EVENTS: tuple[Event, ...] = get_args(Event)
TEST = "webhook.test"
"""What an owner sends to see whether it arrives."""
Format = Literal["generic", "slack", "discord"]
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


MESSAGES: Mapping[str, Callable[[Told], dict[str, Any]]] = {"slack": slack, "discord": discord}
"""Formats for people; any other is `generic`."""


def _said(told: Told) -> str:
    return ": ".join(filter(None, [_cut(told.author), _cut(told.body)]))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rstrip()}…"


def _of_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _of_discord(text: str) -> str:
    return "".join(f"\\{letter}" if letter in "\\*_~`|>#-[]()<@:" else letter for letter in text)
