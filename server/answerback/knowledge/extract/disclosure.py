"""Content behind a click, with its label: accordions, tabs, late content."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

TARGETS = ("aria-controls", "data-target", "data-bs-target", "href", "for")
MOST_LATE, MOST_SETS, MOST_LOOKED_AT, BUTTON_LIMIT = 200, 200, 3_000, 80
_PANELS = frozenset("div section p ul ol dl article table aside".split())
_TITLES = frozenset("h1 h2 h3 h4 h5 h6 dt summary legend".split())
_FOLDING = frozenset("accordion collapse collapsible collapsed toggle toggler faq question expand expander tab".split())


def put_late_content(root: Any) -> None:
    """Moves content that React streams in late (`<div hidden id="S:0">`) to its place."""
    late = list(islice(root.iterfind(".//div[@hidden]"), MOST_LATE))
    places: dict[str, Any] | None = None
    for element in late:
        prefix, sign, number = (element.get("id") or "").rpartition("S:")
        if not sign or not re.fullmatch(r"[0-9a-f]{1,6}", number):
            continue
        if places is None:
            places = {item.get("id") or "": item for item in root.iter("template")}
        element.attrib.pop("hidden")
        place = places.get(f"{prefix}B:{number}")
        if place is None:
            place = places.get(f"{prefix}P:{number}")
        parent = None if place is None else place.getparent()
        if place is None or parent is None or element in place.iterancestors():
            continue
        for following in list(islice(place.itersiblings(), MOST_LOOKED_AT)):
            if not isinstance(following.tag, str) and (following.text or "").strip() == "/$":
                break
            if isinstance(following.tag, str) and place.get("id") == f"{prefix}B:{number}":
                parent.remove(following)
        place.addnext(element)


def is_control(element: Any) -> bool:
    """Whether an element declares that a click on it reveals something."""
    if element.get("aria-expanded") or element.get("aria-controls") or element.get("role") == "tab":
        return True
    return any(name.startswith("data-") and name.endswith(("target", "toggle")) for name in element.attrib)


def is_question(text: str) -> bool:
    """Whether a label asks."""
    return text.endswith(("?", "？"))


def labels_in(root: Any) -> tuple[dict[Any, Any], set[Any]]:
    """Panels with the controls that reveal them (buttons, tabs), and those controls."""
    named = {id: element for element in root.xpath("//*[@id]") if (id := element.get("id"))}
    labels: dict[Any, Any] = {}
    controls: set[Any] = set()
    for control in _controls(root):
        panel = _panel_of(control, named)
        if panel is None or panel in labels or panel in control.iterancestors() or _is_title(control):
            continue
        labels[panel] = control
        controls.add(control)
    for tabs, panels in _sets(root):
        for tab, panel in zip(tabs, panels, strict=False):
            if panel not in labels and not _is_title(tab):
                labels[panel] = tab
                controls.add(tab)
    return labels, controls


def idle_buttons(root: Any, controls: Collection[Any]) -> set[Any]:
    """Buttons that are not part of the page's text: not in mid-sentence and with little text."""
    return {
        button
        for button in root.iter("button")
        if button not in controls and not _in_sentence(button) and not _is_title(button)
        and len("".join(button.itertext()).strip()) <= BUTTON_LIMIT
    }  # fmt: skip


def labels_of_fields(root: Any) -> set[Any]:
    """Labels of text fields, which say nothing by themselves, unlike those of choices."""
    fields = {item for item in root.iter("input", "textarea", "select") if _is_written(item)}
    named = {name for item in fields if (name := item.get("id"))}
    return {
        label
        for label in root.iter("label")
        if label.get("for") in named or any(item in fields for item in label.iter("input", "textarea", "select"))
    }


def _is_written(field: Any) -> bool:
    return field.tag != "input" or (field.get("type") or "text").lower() not in ("radio", "checkbox")


def _in_sentence(element: Any) -> bool:
    """Whether text surrounds an element on both sides."""
    before, parent = element.getprevious(), element.getparent()
    said = parent.text if before is None else before.tail
    return bool((said or "").strip()) and bool((element.tail or "").strip())


def _is_title(element: Any) -> bool:
    return any(above.tag in _TITLES for above in islice(element.iterancestors(), 4))


def _controls(root: Any) -> Iterator[Any]:
    yield from root.iter("button")
    for element in root.iterfind(".//*[@role]"):
        if element.get("role") in ("tab", "button") and element.tag != "button":
            yield element
    for element in root.iterfind(".//a[@href]"):
        href = element.get("href")
        if href.startswith("#") and len(href) > 1 and is_control(element):
            yield element


def _panel_of(control: Any, named: dict[str, Any]) -> Any:
    """The element that a control reveals: the one it names, or the one after it."""
    for target in TARGETS:
        for part in (control.get(target) or "")[:200].split():
            if (found := named.get(part.lstrip("#"))) is not None:
                return found
    if control.tag == "a" or (control.get("role") == "tab"):
        return None
    following = _next(control)
    if following is not None:
        behind = control if not (control.tail or "").strip() else None
    else:
        parent = control.getparent()
        behind = parent if parent is not None and parent.tag in _TITLES and not (parent.text or "").strip() else None
        following = None if behind is None else _next(behind)
    if behind is None or following is None or following.tag not in _PANELS or (behind.tail or "").strip():
        return None
    return following if behind is not control or _folds(control) else None


def _next(element: Any) -> Any:
    """An element's next sibling element."""
    return next(element.itersiblings("*"), None)


def _folds(control: Any) -> bool:
    if is_control(control):
        return True
    if not _FOLDING.isdisjoint(re.split(r"[\W_]+", f"{control.get('class') or ''}".lower())):
        return True
    if is_question(" ".join("".join(control.itertext()).split())):
        return True
    again = _next(_next(control))  # questions in sequence, each followed by its answer
    return (
        again is not None
        and again.tag == control.tag
        and again.getnext() is not None
        and again.getnext().tag in _PANELS
    )


def _sets(root: Any) -> Iterator[tuple[list[Any], list[Any]]]:
    """Tabs and panels that are matched by order alone."""
    for holder in islice(root.iterfind(".//*[@role='tablist']"), MOST_SETS):
        yield [tab for tab in holder.iter() if tab.get("role") == "tab"], list(_panels_behind(holder))
    named = root.xpath("//div[contains(@class, 'tabbed-set') or contains(@class, 'sd-tab-set')]")
    for holder in named[:MOST_SETS]:
        tabs = holder.xpath("div[contains(@class, 'tabbed-labels')]/*") or list(holder.iterchildren("label"))
        yield tabs, holder.xpath("div[contains(@class, 'tabbed-content')]/*") or list(holder.iterchildren("div"))


def _panels_behind(holder: Any) -> Iterator[Any]:
    following = holder.getnext()
    if following is None:
        return
    if following.get("role") != "tabpanel":
        yield from (item for item in islice(following.iter(), MOST_LOOKED_AT) if item.get("role") == "tabpanel")
    while following is not None and following.get("role") == "tabpanel":
        yield following
        following = following.getnext()
