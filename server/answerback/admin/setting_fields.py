"""How the settings page groups and renders each setting."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from ..core.approval import RULES
from ..i18n.catalogue import languages
from ..sites.settings import BY_NAME, OneOf
from ..web.forms import Form

Kind = Literal["text", "long", "lines", "flag", "boxes", "choice", "number", "limit", "money", "secret"]
GROUPS: Mapping[str, Mapping[str, Kind]] = {
    "general": {
        "name": "text",
        "origins": "lines",
        "page_params": "lines",
        "timezone": "text",
        "hash_routes": "flag",
    },
    "comments": {
        "comments_per_minute": "limit",
        "address_comments_per_minute": "limit",
        "edit_minutes": "limit",
        "close_days": "number",
        "guests": "flag",
    },
    "moderation": {
        "moderation": "boxes",
        "first_comments": "number",
        "first_days": "number",
        "hold_links": "number",
        "hold_words": "lines",
        "reports_to_hide": "limit",
    },
    "spam": {"proof_of_work": "choice", "akismet_key": "secret", "spam_filter": "flag"},
    "answers": {
        "ai": "choice",
        "model": "text",
        "unsupported": "choice",
        "unlikely": "choice",
        "draft_minutes": "limit",
        "max_answers_per_thread": "limit",
        "instructions": "long",
        "answer_moderation": "choice",
        "blocked_words": "lines",
    },
    "budgets": {
        "daily_answers": "limit",
        "address_daily_answers": "limit",
        "page_daily_answers": "limit",
        "budget_answers": "limit",
        "budget_tokens": "limit",
        "budget_usd": "money",
    },
    "retention": {
        "keep_address_days": "number",
        "keep_private_days": "number",
        "keep_deleted_days": "number",
        "keep_audit_days": "number",
    },
    "appearance": {"theme": "choice", "lang": "choice"},
    "search": {
        "agents": "choice",
        "crawl_hours": "number",
        "crawl_header": "secret",
        "crawl": "flag",
        "index_threads": "flag",
    },
}
KINDS: Mapping[str, Kind] = {name: kind for group in GROUPS.values() for name, kind in group.items()}
HINTS = frozenset(
    """origins page_params timezone close_days first_days hold_words reports_to_hide akismet_key model
    draft_minutes instructions blocked_words daily_answers page_daily_answers budget_answers budget_tokens budget_usd
    crawl_header edit_minutes keep_address_days keep_private_days keep_deleted_days
    keep_audit_days""".split()
)
"""The settings whose field has a hint."""
OWN_FAULTS = frozenset("name origins page_params timezone akismet_key crawl_header crawl_hours keep_audit_days".split())
"""The settings with their own error texts; others share those of their kind."""
BOXES = ("all", *(rule for rule in RULES if rule not in ("none", "all")))
"""The approval rules with a checkbox."""


def fault(name: str) -> str:
    """The name of the text that explains an error in a setting."""
    return name if name in OWN_FAULTS else KINDS[name]


def choices(name: str) -> tuple[str, ...]:
    """The words that a setting may be, if it is an enumeration."""
    if name == "lang":
        return ("", *languages())
    read = BY_NAME[name].parse
    return read.choices if isinstance(read, OneOf) else ()


def stored(name: str, text: str) -> str:
    """A setting's text as its field would store it: normalised, for comparison."""
    kind = KINDS[name]
    if kind == "lines":
        return ",".join(part.strip() for part in re.split(r"[,\n]", text) if part.strip())
    if kind == "boxes":
        parts = {part.strip() for part in text.split(",")}
        return "all" if "all" in parts else ",".join(rule for rule in BOXES if rule in parts) or "none"
    return text.replace("\r\n", "\n").strip()


def typed(name: str, form: Form, before: str) -> str:
    """A setting's text from a form; parts that the form lacks stay as they were `before`."""
    kind = KINDS[name]
    if kind == "flag":
        return "true" if name in form else "false"
    if kind == "boxes":
        return stored(name, ",".join(each for each in BOXES if f"{name}-{each}" in form))
    if kind == "secret":
        return "" if f"{name}-remove" in form else form.get(name, "").strip() or before
    return stored(name, form.get(name, before))


def in_field(name: str, text: str) -> str:
    """The content of a setting's field for this text; a secret is never shown."""
    kind = KINDS[name]
    if kind == "secret":
        return ""
    return stored(name, text).replace(",", "\n") if kind == "lines" else text


def has_secret(form: Form) -> bool:
    """Whether a form sets or removes a secret."""
    return any(form.get(name) or f"{name}-remove" in form for name, kind in KINDS.items() if kind == "secret")
