"""The API as it describes itself: a program that believes every word of the description meets no surprise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from answerback.app.api_table import API, EVENTS, ApiCall
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tests.contract import check_response
from tests.services import OF_ONE_ADDRESS, Server, Site

ENDLESS = {call.name for call in API if all(gives.media_type == EVENTS for gives in call.gives)}
EXAMPLES = 6
GOLDEN = Path(__file__).parents[1] / "golden"
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@dataclass
class Described:
    """A server, ids of comments that are there, and what can be done by the description."""

    server: Server
    ids: dict[str, str]
    operations: dict[str, Any]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """A server with a signed-in visitor, who has written a comment, and a guest, who has asked something."""
    folder = tmp_path_factory.mktemp("described")
    with Site.start() as site, Server.start(folder, site, **OF_ONE_ADDRESS) as server:
        person = {"site": "demo", "email": "program@example.org", "password": "a loaf of rye bread"}
        server.token = server.call("POST", "/api/user/register/", person).json["token"]
        own = server.post("Good bread.").json["comment"]["id"]
        mine = server.token
        server.begin()
        asked = server.post("When does the bakery open on Saturdays?", ask=True).json
        server.settled(asked["answer"]["id"])
        server.token = mine
        ids = {"own": own, "other": asked["comment"]["id"], "answer": asked["answer"]["id"]}
        description = server.call("GET", "/api/openapi.json").json
        import openapi_spec_validator

        openapi_spec_validator.validate(description)
        yield Described(server, ids, operations(description, server.page, [*ids.values(), "x"]))


def operations(description: Any, page: str, ids: list[str]) -> dict[str, Any]:
    """What schemathesis makes calls of, mostly about what there is."""
    there = {"site": {"const": "demo"}, "id": {"enum": ids}, "page": {"enum": [page, "/elsewhere/"]}}
    for path in description["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter.get("schema", {}).get("type") == "string":
                    parameter["schema"] = there.get(parameter["name"], parameter["schema"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["schema"]["properties"] |= {
                    name: there[name] for name in content["schema"]["properties"].keys() & there.keys()
                }
    schema = schemathesis.openapi.from_dict(description, config=schemathesis.Config(seed=1))
    found = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    return {operation.definition.raw["operationId"]: operation for operation in found}


@pytest.mark.parametrize("call", [call for call in API if call.example], ids=lambda call: call.name)
def test_examples_are_taken(described: Described, call: ApiCall) -> None:
    whose = {"voteOnComment": "other", "reportComment": "other", "rateAnswer": "answer"}.get(call.name, "own")
    path = call.path.replace("{id}", described.ids[whose])
    assert described.server.call(call.method, path, {"site": "demo", **call.example}).status < 300


@pytest.mark.parametrize(("name", "limit"), json.loads((GOLDEN / "limits.json").read_text("utf-8"))["limits"].items())
def test_limits_count_characters(described: Described, name: str, limit: int) -> None:
    """Not bytes, and not UTF-16 units, of which each of these has two."""
    other = f"/api/comments/{described.ids['other']}/report/"
    method, path, needed = {
        "body": ("POST", "/api/comments/preview/", {}),
        "user_input": ("POST", "/api/chat/gpt/", {"page": "/long/"}),
        "name": ("PATCH", "/api/user/", {}),
        "reason": ("POST", other, {}),
        "page": ("POST", "/api/comments/", {"body": "Good bread."}),
    }[name]
    sent = {"site": "demo", **needed}
    assert described.server.call(method, path, sent | {name: "😀" * limit}).status < 300
    refused = described.server.call(method, path, sent | {name: "😀" * (limit + 1)})
    assert (refused.status, refused.json["code"]) == (400, "validation_failed")


def test_long_titles_and_addresses_are_no_errors(described: Described) -> None:
    sent = {"site": "demo", "page": "/long/", "body": "Good bread.", "title": "t" * 400, "url": "u" * 4_000}
    assert described.server.call("POST", "/api/comments/", sent).status == 201


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", [call.name for call in API if call.name not in ENDLESS])
@settings(max_examples=EXAMPLES, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_calls_give_what_is_described(
    described: Described, name: str, mode: schemathesis.GenerationMode, data: st.DataObject
) -> None:
    case = data.draw(described.operations[name].as_strategy(mode))
    headers = {"X-Answerback": "1"}
    if name != "signOut":  # the others go on as the same visitor
        headers["Authorization"] = f"Bearer {described.server.token}"
    case.call_and_validate(described.server.url, headers=headers, checks=CHECKS)


SETTINGS = {"name": "Demo", "ai": "questions", "guests": True, "edit_minutes": 15, "moderation": "none",
            "timezone": "UTC", "lang": "", "theme": "auto", "max_body": 5_000, "form": False}  # fmt: skip
THREAD: dict[str, Any] = {
    "page": "/", "comments": [], "next": None, "previous": None, "total": 0, "locked": False, "settings": SETTINGS,
    "provider": "quote", "provider_name": None, "last_event": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, "application/json", THREAD | {"more": 1}),
        (200, "application/json", {"comments": []}),
        (200, "application/json", THREAD | {"total": "0"}),
        (201, "application/json", THREAD),
        (200, "text/html", THREAD),
        (404, "application/json", {"code": "not_found"}),
        (404, "application/problem+json", {"code": "not_found"}),
    ],
)
def test_other_responses_than_described_are_noticed(status: int, media_type: str, body: Any) -> None:
    check_response(
        "GET", "/api/comments?page=/", 200, {"content-type": "application/json"}, json.dumps(THREAD).encode()
    )
    with pytest.raises(AssertionError):
        check_response("GET", "/api/comments?page=/", status, {"content-type": media_type}, json.dumps(body).encode())
