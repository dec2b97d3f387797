"""The API's description for programs (OpenAPI 3.1), made from one table of calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import __version__
from ..comments.snapshot import MOST_ROOTS
from ..comments.store import SORTS
from ..errors import CODES

CALLS: tuple[tuple[str, str, str, str, str], ...] = (
    ("get", "/api/session/", "200", "page", "Who the visitor is, what is left for today, what is theirs on the page"),
    ("post", "/api/session/", "201", "", "Begin a guest session"),
    ("post", "/api/session/bearer/", "200", "ticket!", "A bearer token for where the cookie does not come back"),
    ("post", "/api/session/exchange/", "201", "code! verifier!", "The session of whom the sign-in page hands over"),
    ("post", "/api/session/sso/", "201", "token!", "The session of whom the site's own server vouches for"),
    ("post", "/api/user/register/", "201", "email! password! name", "Register by e-mail and password"),
    ("post", "/api/user/login/", "200", "email! password!", "Sign in by e-mail and password"),
    ("post", "/api/user/logout/", "204", "", "Sign out"),
    ("patch", "/api/user/", "200", "name!", "Go by another name"),
    ("get", "/api/user/sessions/", "200", "", "Where one is signed in"),
    ("delete", "/api/user/sessions/{id}/", "204", "", "Sign out somewhere else"),
    ("get", "/api/chat/gpt/", "200", "page!", "The visitor's own questions about a page"),
    ("post", "/api/chat/gpt/", "200", "page! user_input! url title key", "Ask about a page"),
    ("delete", "/api/chat/gpt/{id}/answer/", "200", "", "Stop an answer of the ask box"),
    ("get", "/api/comments/", "200", "page! sort cursor limit", "A page's thread"),
    ("post", "/api/comments/", "201", "page! body! url title parent_id name ask key",
     "Leave a comment, maybe with a question"),
    ("post", "/api/comments/preview/", "200", "body", "The HTML that a comment would have"),
    ("patch", "/api/comments/{id}/", "200", "body!", "Change one's own comment"),
    ("delete", "/api/comments/{id}/", "204", "", "Delete one's own comment"),
    ("put", "/api/comments/{id}/vote/", "200", "value!", "Vote"),
    ("post", "/api/comments/{id}/report/", "204", "reason", "Report a comment"),
    ("post", "/api/comments/{id}/answer/", "202", "", "Ask, or ask again, under a comment"),
    ("delete", "/api/comments/{id}/answer/", "200", "", "Stop a running answer"),
    ("get", "/api/comments/{id}/history/", "200", "", "What the owner has changed about an answer"),
    ("get", "/api/answered/", "200", "q!", "The answer that the site has to a question already"),
    ("put", "/api/answers/{id}/feedback/", "204", "helpful! reason", "Say whether an answer has helped"),
    ("get", "/api/counts/", "200", "page!", "How many comments pages have"),
    ("get", "/api/events/", "200", "page! after", "Server-sent events of a page"),
    ("get", "/api/feed/", "200", "page", "The newest comments as Atom"),
)  # fmt: skip
"""Method, path, status, what it takes beside `site` (`!`: it must be there), what it does."""
SCHEMAS: Mapping[str, Any] = {
    "ask": {"type": ["boolean", "null"], "description": "null: as the site's rule has it"},
    "helpful": {"type": "boolean"},
    "value": {"type": "integer", "enum": [1, 0, -1]},
    "sort": {"type": "string", "enum": list(SORTS)},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_ROOTS},
    "parent_id": {"type": ["string", "null"]},
    "key": {"type": "string", "maxLength": 64, "description": "the same again gives the same, once"},
}
"""Of what is no plain text."""


def openapi() -> dict[str, Any]:
    """The description as data."""
    problem = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    paths: dict[str, dict[str, Any]] = {}
    for method, path, status, takes, summary in CALLS:
        operation: dict[str, Any] = {
            "summary": summary,
            "parameters": _parameters(method, path, takes),
            "responses": {status: {"description": summary}, "default": problem},
        }
        if method != "get":
            fields = {name: _schema(name) for name, _ in (("site", False), *_taken(takes))}
            required = [name for name, needed in _taken(takes) if needed]
            schema = {"type": "object", "properties": fields, "required": required}
            operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        paths.setdefault(path, {})[method] = operation
    properties = {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CODES)},
        "detail": {"type": "string"},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Answerback", "version": __version__},
        "paths": paths,
        "components": {"schemas": {"Problem": {"type": "object", "properties": properties}}},
    }


def _taken(takes: str) -> list[tuple[str, bool]]:
    return [(name.rstrip("!"), name.endswith("!")) for name in takes.split()]


def _schema(name: str) -> dict[str, Any]:
    return dict(SCHEMAS.get(name, {"type": "string"}))


def _parameters(method: str, path: str, takes: str) -> list[dict[str, Any]]:
    named = [("site", "query", method == "get")]
    if "{id}" in path:
        named.append(("id", "path", True))
    if method == "get":
        named += [(name, "query", needed) for name, needed in _taken(takes)]
    return [{"name": name, "in": place, "required": needed, "schema": _schema(name)} for name, place, needed in named]
