"""Formulas as text: TeX where the page has it, else one line."""

from __future__ import annotations

import re
from typing import Any

FORMULA_LIMIT, DEPTH_LIMIT = 2_000, 40
_STYLE = re.compile(r"^\{\\(?:displaystyle|textstyle)\s(.*)\}$", re.DOTALL)
_BETWEEN = frozenset("=+−±×·÷<>≤≥≈≠≡→⇒∈∝∼")
_PAIRS = {"msup": "^", "msub": "_", "mover": "", "munder": "_"}


def is_tex(element: Any) -> bool:
    """Whether a script is a formula for MathJax."""
    return element.tag == "script" and (element.get("type") or "").startswith("math/")


def tex_of(element: Any) -> str:
    """The formula in such a script."""
    return (element.text or "").strip()[:FORMULA_LIMIT]


def formula(element: Any) -> str:
    """The text of a `<math>` element."""
    for annotation in element.iter("annotation"):
        if "tex" in (annotation.get("encoding") or "").lower() and annotation.text:
            return _plain(annotation.text)
    return _plain(element.get("alttext") or "") or " ".join(_linear(element, 0).split())[:FORMULA_LIMIT]


def _plain(tex: str) -> str:
    tex = " ".join(tex.split())
    styled = _STYLE.match(tex)
    return (styled[1].strip() if styled else tex)[:FORMULA_LIMIT]


def _linear(element: Any, depth: int) -> str:
    tag = str(element.tag)
    if depth > DEPTH_LIMIT or tag.startswith("annotation"):
        return ""
    if tag in ("mi", "mn", "mtext", "ms", "mo"):
        text = "".join(element.itertext()).strip()
        return f" {text} " if tag == "mo" and text in _BETWEEN else text
    parts = [_linear(child, depth + 1) for child in element]
    if tag == "mfrac" and len(parts) == 2:
        return f"{_closed(parts[0])}/{_closed(parts[1])}"
    if tag in _PAIRS and len(parts) == 2:
        return f"{parts[0]}{_PAIRS[tag]}{_closed(parts[1])}"
    if tag in ("msubsup", "munderover") and len(parts) == 3:
        return f"{parts[0]}_{_closed(parts[1])}^{_closed(parts[2])}"
    if tag == "msqrt":
        return f"√{_closed(''.join(parts))}"
    if tag == "mroot" and len(parts) == 2:
        return f"{_closed(parts[0])}^(1/{parts[1]})"
    if tag == "mfenced":
        return f"{element.get('open') or '('}{', '.join(parts)}{element.get('close') or ')'}"
    return {"mtable": "; ", "mtr": ", "}.get(tag, "").join(parts) + (" " if tag == "mspace" else "")


def _closed(part: str) -> str:
    part = part.strip()
    return part if len(part) <= 1 or part.isalnum() else f"({part})"
