"""The API's description for programs (OpenAPI 3.1), made from one table of calls."""

from __future__ import annotations

from typing import Any

from . import __version__
from .errors import CODES

CALLS: tuple[tuple[str, str, str, str], ...] = (
    ("get", "/api/session/", "200", "Who the visitor is, what is left for today, what is theirs on the page"),
    ("post", "/api/session/", "201", "Begin a guest session"),
    ("post", "/api/session/bearer/", "200", "A bearer token for where the cookie does not come back"),
    ("post", "/api/session/exchange/", "201", "The session of whom the sign-in page hands over"),
    ("post", "/api/session/sso/", "201", "The session of whom the site's own server vouches for"),
    ("post", "/api/user/register/", "201", "Register by e-mail and password"),
    ("post", "/api/user/login/", "200", "Sign in by e-mail and password"),
    ("post", "/api/user/logout/", "204", "Sign out"),
    ("patch", "/api/user/", "200", "Go by another name"),
    ("get", "/api/user/sessions/", "200", "Where one is signed in"),
    ("delete", "/api/user/sessions/{id}/", "204", "Sign out somewhere else"),
    ("get", "/api/chat/gpt/", "200", "The visitor's own questions about a page"),
    ("post", "/api/chat/gpt/", "200", "Ask about a page"),
    ("delete", "/api/chat/gpt/{id}/answer/", "200", "Stop an answer of the ask box"),
    ("get", "/api/comments/", "200", "A page's thread"),
    ("post", "/api/comments/", "201", "Leave a comment, maybe with a question"),
    ("post", "/api/comments/preview/", "200", "The HTML that a comment would have"),
    ("patch", "/api/comments/{id}/", "200", "Change one's own comment"),
    ("delete", "/api/comments/{id}/", "204", "Delete one's own comment"),
    ("put", "/api/comments/{id}/vote/", "200", "Vote"),
    ("post", "/api/comments/{id}/report/", "204", "Report a comment"),
    ("post", "/api/comments/{id}/answer/", "202", "Ask, or ask again, under a comment"),
    ("delete", "/api/comments/{id}/answer/", "200", "Stop a running answer"),
    ("get", "/api/comments/{id}/history/", "200", "What the owner has changed about an answer"),
    ("get", "/api/answered/", "200", "The answer that the site has to a question already"),
    ("put", "/api/answers/{id}/feedback/", "204", "Say whether an answer has helped"),
    ("get", "/api/counts/", "200", "How many comments pages have"),
    ("get", "/api/events/", "200", "Server-sent events of a page"),
    ("get", "/api/feed/", "200", "The newest comments as Atom"),
)


def openapi() -> dict[str, Any]:
    """The description as data."""
    problem = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    paths: dict[str, dict[str, Any]] = {}
    for method, path, status, summary in CALLS:
        parameters = [{"name": "site", "in": "query", "required": method == "get", "schema": {"type": "string"}}]
        if "{id}" in path:
            parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
        if method == "get":
            parameters.append({"name": "page", "in": "query", "required": False, "schema": {"type": "string"}})
        operation: dict[str, Any] = {
            "summary": summary,
            "parameters": parameters,
            "responses": {status: {"description": summary}, "default": problem},
        }
        if method != "get":
            operation["requestBody"] = {"content": {"application/json": {"schema": {"type": "object"}}}}
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
