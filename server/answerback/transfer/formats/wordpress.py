"""WordPress's export (WXR): an RSS feed whose items hold their comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...core.pages import page_of
from ..model import Incoming, IncomingThread, moment, text_of
from .xml import elements, local, text


def read(path: Path, now: int) -> Iterator[Incoming | IncomingThread]:
    """The comments of an export, and the threads among them that are closed. Spam, trash, pingbacks and trackbacks
    stay behind."""
    for item in elements(path, "item"):
        url, title = text(item, "link"), text(item, "title")
        closed = text(item, "comment_status") == "closed"
        for comment in item:
            approved = text(comment, "comment_approved")
            if local(comment) != "comment" or approved not in ("0", "1"):
                continue
            if text(comment, "comment_type") not in ("", "comment"):
                continue
            if closed:
                yield IncomingThread(page_of(url), url, title, locked=True)
                closed = False
            html = _paragraphs(text(comment, "comment_content"))
            parent = text(comment, "comment_parent")
            yield Incoming(
                id=text(comment, "comment_id"), page=page_of(url), url=url, title=title,
                name=text(comment, "comment_author"), parent=None if parent in ("", "0") else parent,
                body=text_of(html), html=html, state="published" if approved == "1" else "pending",
                created_at=moment(text(comment, "comment_date_gmt"), now),
            )  # fmt: skip


def _paragraphs(content: str) -> str:
    """Line breaks as WordPress shows them."""
    parts = [part.strip() for part in re.split(r"\n\s*\n", content.replace("\r\n", "\n")) if part.strip()]
    return "".join("<p>" + part.replace("\n", "<br>") + "</p>" for part in parts)
