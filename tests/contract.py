"""Whether responses are what the API's description says: each call of the tests is held to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from answerback.app.api_table import API, JSON, ApiCall
from answerback.app.schemas import SCHEMAS


def closed(schema: Any) -> Any:
    """A schema in which an object has no fields but those that are described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return {"additionalProperties": False, **inner} if "properties" in inner else inner


@cache
def validator(name: str) -> jsonschema_rs.Validator:
    reference = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": closed(SCHEMAS)}}
    return jsonschema_rs.Draft202012Validator(reference, validate_formats=True)


def check_object(name: str, data: Any) -> None:
    """Raises AssertionError when the data is not what the schema says: `Comment`, `PageEvents/properties/reload`."""
    found = [
        f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator(name).iter_errors(data)
    ]
    assert not found, f"{name}: {found}"


def call_of(method: str, path: str) -> ApiCall | None:
    """The call of the table behind a method and a path."""
    for call in API:  # in which `preview` comes before `{id}`
        if call.method == method and re.fullmatch(call.path.replace("{id}", "[^/]+"), path):
            return call
    return None


def check_response(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises AssertionError when a response is not among those that the call has; `headers` in small letters."""
    path = path.partition("?")[0].rstrip("/") + "/"
    if not path.startswith("/api/") or path == "/api/openapi.json/":
        return
    media_type = headers.get("content-type", "")
    if status >= 400:
        assert media_type == "application/problem+json", f"{method} {path}: {status} {media_type}"
        check_object("Error", json.loads(body))
        return
    call = call_of(method, path)
    if call is None:  # HEAD and OPTIONS
        return
    found = [each for each in call.gives if each.status == status and (not body or each.media_type == media_type)]
    assert found, f"{call.name}: {status} {media_type} is not described"
    if found[0].schema and media_type == JSON and "content-encoding" not in headers:
        check_object(found[0].schema, json.loads(body))
