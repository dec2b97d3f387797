"""Further articles below the page's own, as on news sites with endless scrolling."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

LEAST_TITLE, MOST_LEVELS = 8, 6
_ADDRESSES = ("data-url", "data-href", "data-permalink", "data-path", "itemid")


def other_articles(body: Any, title: str) -> Iterator[Any]:
    """Siblings of the page's own article with the same structure and their own title and address. The page's `<title>`
    tells which is its own."""
    told = _folded(title)
    for heading in islice(body.iter("h1", "h2"), 50):
        if len(words := _folded("".join(heading.itertext()))) >= LEAST_TITLE and words in told:
            break
    else:
        return
    for part in islice(heading.iterancestors(), MOST_LEVELS):
        parent = part.getparent()
        if parent is None or part is body:
            return
        kind = _kind(part)
        if kind is not None:
            yield from (
                one for one in parent if one is not part and _kind(one) == kind and _is_other(one, heading, told)
            )


def _kind(part: Any) -> tuple[str, str] | None:
    """What similarly built elements share; None if an element has no such marks."""
    classes = part.get("class") or ""
    return (part.tag, "") if part.tag == "article" else (part.tag, classes) if classes else None


def _is_other(part: Any, heading: Any, told: str) -> bool:
    title = next(part.iter(heading.tag), None)
    if title is None or _folded("".join(title.itertext())) in told:
        return False
    links = [*title.iter("a"), *islice((above for above in title.iterancestors() if above.tag == "a"), 1)]
    if any(not (link.get("href") or "#").startswith("#") for link in links):
        return True
    return any(one.get(name) for one in islice(part.iter(), 3) for name in _ADDRESSES)


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
