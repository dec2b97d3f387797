"""The OpenAPI 3.1 description, made from the table of calls and the schemas."""

from __future__ import annotations

from typing import Any

from ..version import version
from .api_table import API, EVENTS, ApiCall, Field
from .schemas import FIELDS, SCHEMAS, Schema
from .webhook_schemas import webhooks

HEADER = {"$ref": "#/components/parameters/X-Answerback"}
DESCRIPTION = "Comments that answer back. docs/api.md says more."
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "The token of createBearerToken or signIn."},
    "cookie": {
        "type": "apiKey", "in": "cookie", "name": "__Host-answerback-session-{site}",
        "description": "Set by startSession, one per site; it counts only with an `Origin` of the site.",
    },
}  # fmt: skip


def openapi() -> dict[str, Any]:
    """The description as a dictionary."""
    paths: dict[str, dict[str, Any]] = {}
    for call in API:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    problem = {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    header = {
        "name": "X-Answerback", "in": "header", "required": True, "schema": {"type": "string", "enum": ["1"]},
        "description": "Shows that the call is made by a script, not by a form of another site.",
    }  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "Answerback", "version": version(), "description": DESCRIPTION},
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "schemas": dict(SCHEMAS),
            "parameters": {"X-Answerback": header},
            "responses": {"Error": problem},
            "securitySchemes": SECURITY,
        },
    }


def _operation(call: ApiCall) -> dict[str, Any]:
    own: list[Any] = [{"bearer": []}, {"cookie": []}]
    operation: dict[str, Any] = {
        "operationId": call.name,
        "tags": [call.tag],
        "summary": call.summary,
        "security": [] if call.begins_session else own if call.session else [{}, *own],
        "parameters": _parameters(call),
        "responses": _responses(call),
    }
    if call.method != "GET":
        operation["requestBody"] = {"required": True, "content": {"application/json": _body(call)}}
    return operation


def _parameters(call: ApiCall) -> list[Any]:
    asks = call.method == "GET"
    named = [("id", "path", True, FIELDS["id"])] if "{id}" in call.path else []
    if asks:
        named += [(field.name, "query", field.needed, field.schema) for field in _fields(call)]
    parameters = [
        {"name": name, "in": place, "required": needed, "schema": schema} for name, place, needed, schema in named
    ]
    return parameters if asks else [HEADER, *parameters]


def _body(call: ApiCall) -> dict[str, Any]:
    fields = _fields(call)
    schema: Schema = {"type": "object", "properties": {field.name: field.schema for field in fields}}
    required = [field.name for field in fields if field.needed]
    example = {"site": "demo", **call.example}
    return {"schema": schema | ({"required": required} if required else {}), "example": example}


def _fields(call: ApiCall) -> list[Field]:
    """The parameters of a call; `site` is optional if a bearer token names it."""
    return [Field("site", not call.session or call.method == "GET", FIELDS["site"]), *call.fields]


def _responses(call: ApiCall) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for gives in call.gives:
        response = responses.setdefault(str(gives.status), {"description": call.summary})
        if gives.media_type == EVENTS:
            about = f"Server-sent events; {gives.schema} has the data of each by its name."
            response.setdefault("content", {})[EVENTS] = {"schema": {"type": "string", "description": about}}
        elif gives.schema:
            schema = {"$ref": f"#/components/schemas/{gives.schema}"}
            response.setdefault("content", {})[gives.media_type] = {"schema": schema}
        elif gives.status == 200:
            response.setdefault("content", {})[gives.media_type] = {"schema": {"type": "string"}}
    return responses | {"default": {"$ref": "#/components/responses/Error"}}
