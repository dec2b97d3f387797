"""Hidden content that no visitor can reveal is not the page's text.

Told from the elements themselves, by `hidden`, `aria-hidden` and their own `style`. Style sheets are not read: a rule
that hides there is most often a tab's or an accordion's, whose text a click brings up, and so are heights of nothing;
`opacity: 0` is what many builders of sites give to whatever comes into view as one scrolls.
"""

from __future__ import annotations

import re
from typing import Any

IGNORED = "data-answerback-ignore"
"""What an owner marks so is kept out."""
_FOLDING = re.compile(r"\b(?:accordion|collaps\w*|faq|question|answer|toggle\w*|spoiler)\b", re.IGNORECASE)
_LENGTH = re.compile(r"([+-]?\d*\.?\d+)\s*([a-z%]*)")
_SMALLEST, _FAR = 1.0, {"px": -900.0, "pt": -700.0, "em": -60.0, "rem": -60.0}
_TARGETS = ("aria-controls", "data-target", "data-bs-target", "href", "for")
_DIALOGS = "//dialog[@open]|//*[@role='dialog' or @role='alertdialog' or @aria-modal='true']"
_CONTROLS = (
    "self::button or self::dt or self::summary or @role='button' or @role='tab' or @aria-expanded or @onclick "
    "or .//button or .//*[@role='button' or @aria-expanded or @onclick]"
)


def hidden_in(root: Any) -> frozenset[Any]:
    """Elements of a document that are hidden and cannot be revealed."""
    found = [
        element
        for element in root.xpath("//*[@hidden or @aria-hidden='true' or @style]")
        if element.tag not in ("html", "body") and _is_hidden(element)
    ]
    targets = _targets(root) if found else set()
    in_front = root.xpath(_DIALOGS) if found else []
    return frozenset(
        element
        for element in found
        if not (_comes_up(element, targets) or _is_formula(element) or _is_behind(element, in_front))
    )


def _is_behind(element: Any, dialogs: list[Any]) -> bool:
    """Whether it is the page itself, which a dialog in front of it has put aside until it is answered."""
    if element.get("aria-hidden") != "true" or not dialogs or element.get("hidden") is not None:
        return False
    page = next(element.iter("h1", "main", "article"), None)
    return page is not None and all(element not in dialog.iterancestors() for dialog in dialogs)


def _targets(root: Any) -> set[str]:
    """Ids that something on the page reveals or links to."""
    named = root.xpath("|".join(f"//*[not(self::link)]/@{name}" for name in _TARGETS))
    return {part.lstrip("#") for value in named for part in value[:500].split() if part}


def _is_formula(element: Any) -> bool:
    """Whether it holds the source of a formula shown as a picture."""
    named = f"{element.get('class') or ''} {element.getparent().get('class') or ''}"
    return "math" in named and next(element.iter("math"), None) is not None


def _is_hidden(element: Any) -> bool:
    if element.get("aria-hidden") == "true":
        return True
    if element.get("hidden") is not None:
        return str(element.get("hidden")).lower() != "until-found"
    return _is_styled_away(element.get("style") or "")


def _is_styled_away(text: str) -> bool:
    style: dict[str, str] = {}
    for part in re.sub(r"/\*.*?\*/", "", text[:2_000]).lower().split(";"):
        name, _, value = part.partition(":")
        style[name.strip()] = value.replace("!important", "").strip()
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    size, unit = _length(style.get("font-size") or style.get("font", "").partition("/")[0])
    if size is not None and (size <= 0 or (size <= _SMALLEST and unit in ("px", "pt"))):
        return True
    moved = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in ("absolute", "fixed"):
        moved += ["left", "top", "right", "bottom"]
    for name in moved:
        size, unit = _length(style.get(name, ""))
        if size is not None and size <= _FAR.get(unit, float("-inf")):
            return True
    return False


def _length(value: str) -> tuple[float | None, str]:
    match = _LENGTH.match(value)
    return (float(match[1]), match[2]) if match else (None, "")


def _comes_up(element: Any, targets: set[str]) -> bool:
    """Whether a visitor can reveal it: a tab's panel, a named target, or what follows a control."""
    if element.get("role") == "tabpanel" or element.get("id") in targets:
        return True
    before = next(element.itersiblings("*", preceding=True), None)
    if before is None:
        return False
    # Without an attribute of a control, scripts may make it one: a question, or a class name of an accordion.
    named = f"{element.get('class') or ''} {before.get('class') or ''}"
    return bool(before.xpath(_CONTROLS)) or _FOLDING.search(named) is not None or _asks(before)


def _asks(element: Any) -> bool:
    text = "".join(element.itertext()).strip() if len(element) < 5 else ""
    return len(text) < 300 and text.endswith(("?", "？"))
