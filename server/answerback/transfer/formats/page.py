"""A site's public threads as one static HTML page."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from ...core.markdown import sanitise
from ...core.model import Comment
from ...core.names import marks
from ...core.times import iso
from ...i18n.catalogue import negotiate, texts
from ...i18n.cldr import date_and_time
from ...web.rendering import render
from ..exporting import Export


async def write(export: Export) -> None:
    """The page."""
    lang, parts = negotiate(export.lang), []
    widget = texts(lang, "widget")
    async for thread, comments in export.threads():
        roots = _tree(comments)
        if roots:
            parts.append(render("transfer/templates/thread.html", thread=thread, comments=roots, w=widget, lang=lang))
        export.count += sum(comment.state == "published" for comment in comments)
    # Markup: templates have escaped each part.
    page = render(
        "transfer/templates/page.html", site=export.site, lang=lang, t=texts(lang, "export"),
        exported_at=f"{date_and_time(lang, export.now, 'UTC')} UTC",
        threads=Markup("").join(map(Markup, parts)),
    )  # fmt: skip
    export.out.write(page)


def _tree(comments: list[Comment]) -> list[dict[str, Any]]:
    """The public comments as a tree; replies to removed comments move up."""
    shown: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    public = [comment for comment in comments if comment.state == "published"]
    mark = marks((comment.author_name, comment.author_id or "") for comment in public)
    for comment in public:
        entry = {
            "comment": comment,
            "at": iso(comment.created_at),
            "mark": mark(comment.author_name, comment.author_id or ""),
            # Markup: `sanitise` has left only what comments may contain.
            "html": Markup(sanitise(comment.html)),
            "sources": [s for s in comment.answer.sources if s.url.startswith("http")] if comment.answer else [],
            "replies": [],
        }
        shown[comment.id] = entry
        above = shown.get(comment.parent_id or "")
        (roots if above is None else above["replies"]).append(entry)
    return roots
