"""XML from elsewhere, element by element: no document type, no entities, nothing kept that has been read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from ...errors import BadRequest
from ..model import open_capped


def elements(path: Path, *names: str) -> Iterator[Any]:
    """The outermost elements of these local names, each complete. Raises BadRequest for what must not be read."""
    file = open_capped(path)
    open_elements: list[Any] = []
    try:
        for event, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            if local(element) in names and not any(local(outer) in names for outer in open_elements):
                yield element
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)
    except ParseError as error:
        raise BadRequest("validation_failed", f"{path} is not valid XML ({error}).") from None
    except DefusedXmlException as error:
        raise BadRequest("validation_failed", f"{path} has {type(error).__name__}, which is not read.") from None
    finally:
        file.close()


def local(element: Any) -> str:
    """An element's name without its namespace."""
    name: str = element.tag.rpartition("}")[2]
    return name


def child(element: Any, name: str) -> Any:
    """The first child of that local name, or None."""
    return next((found for found in element if local(found) == name), None)


def text(element: Any, *path: str) -> str:
    """The text at a path of local names below; empty when there is none."""
    for name in path:
        element = None if element is None else child(element, name)
    return "" if element is None else (element.text or "").strip()


def attribute(element: Any, name: str) -> str:
    """An attribute by its local name; empty when there is none."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")
