"""Pages that only a script renders."""

from __future__ import annotations

from typing import Any

WAITING = 80
"""Characters that such a page may say meanwhile: "Loading…"."""
_SAYS = frozenset(("h1", "h2", "h3", "p", "li", "td", "dd", "pre", "blockquote", "img", "form"))
_NO_WORDS = frozenset(("script", "style", "noscript", "template", "svg"))


def is_scripted(root: Any) -> bool:
    """Whether a page has no text, a script, and an element for it to fill."""
    body = root.find("body")
    if body is None or not any(item.get("src") or item.get("type") == "module" for item in root.iter("script")):
        return False
    from lxml.etree import iterwalk

    said, place, walk = 0, False, iterwalk(body, events=("start", "end"))
    for event, item in walk:
        if event == "end":
            said += len((item.tail or "").strip())
        elif item.tag in _NO_WORDS:
            walk.skip_subtree()
        else:
            said += len((item.text or "").strip())
            place = place or (item is not body and (item.get("id") is not None or "-" in item.tag))
        if said > WAITING or (event == "start" and item.tag in _SAYS):
            return False
    return place
