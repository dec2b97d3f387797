"""JSON Schemas of webhook payloads."""

from __future__ import annotations

from typing import Any, get_args

from ..core.model import AuthorKind, CommentState
from ..core.webhooks import EVENTS, TEST, VERSION

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TIME: Schema = {"type": "string", "format": "date-time"}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": [*properties], "properties": properties}


_COMMENT = _object(
    id=_TEXT, parent_id={"type": ["string", "null"]}, state={"type": "string", "enum": [*get_args(CommentState)]},
    author=_object(kind={"type": "string", "enum": [*get_args(AuthorKind)]}, name=_TEXT), body=_TEXT, created_at=_TIME,
)  # fmt: skip
_ANSWER = _object(
    id=_TEXT, state={"type": "string", "enum": ["done", "stopped", "failed", "withheld"]}, draft={"type": "boolean"},
    private={"type": "boolean"}, supported={"type": ["boolean", "null"]}, body=_TEXT, question_id=_TEXT, question=_TEXT,
    settled_at=_TIME,
)  # fmt: skip
_PLACE: dict[str, Schema] = {"site": _TEXT, "page": _TEXT, "title": _TEXT, "url": _TEXT, "admin_url": _TEXT}
_HEADERS = {
    "webhook-id": "The delivery: the same for each attempt.",
    "webhook-timestamp": "When it was sent, in seconds since 1970.",
    "webhook-signature": "A signature by each secret: v1,BASE64 of HMAC-SHA256 over id.timestamp.body.",
}


def _data(event: str) -> Schema:
    if event == TEST:
        return _object(site=_TEXT)
    if event.startswith("comment."):
        return _object(**_PLACE, comment=_COMMENT)
    return _object(**_PLACE, answer=_ANSWER)


def payload(event: str) -> Schema:
    """The schema of an event's payload."""
    return _object(
        type={"const": event}, version={"const": VERSION}, timestamp=_TIME, data=_data(event)
    )  # fmt: skip


def webhooks() -> dict[str, Schema]:
    """The `webhooks` of the OpenAPI description: the payload posted for each event."""
    headers = [
        {"name": name, "in": "header", "required": True, "schema": _TEXT, "description": about}
        for name, about in _HEADERS.items()
    ]
    taken = {"2XX": {"description": "Taken."}, "410": {"description": "Send nothing more."}}
    return {
        event: {
            "post": {
                "operationId": f"on {event}".title().replace(" ", "").replace(".", ""), "tags": ["webhooks"],
                "summary": f"Sent for {event}, in the format JSON.", "security": [], "parameters": headers,
                "requestBody": {"required": True, "content": {"application/json": {"schema": payload(event)}}},
                "responses": taken,
            }
        }
        for event in (*EVENTS, TEST)
    }  # fmt: skip
