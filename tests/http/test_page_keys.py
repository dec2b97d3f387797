"""One page is one thread, whoever says it and however."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, wait_until

SAID = ("/글/", "/글", "/%EA%B8%80/", "/%ea%b8%80", "/\u1100\u1173\u11af/", "/글/index.html", "/글/?utm_source=x#top")


def post(server: Server, page: str, body: str) -> Any:
    reply = server.call("POST", "/api/comments/", {"site": "demo", "page": page, "body": body, "ask": False})
    assert reply.status == 201, reply.body
    return reply.json["comment"]


def read(server: Server, page: str) -> list[str]:
    reply = server.call("GET", f"/api/comments/?{urlencode({'site': 'demo', 'page': page})}")
    assert reply.status == 200, reply.body
    return [comment["body"] for comment in reply.json["comments"]]


def test_each_spelling_is_the_same_page(server: Server) -> None:
    server.begin()
    origin = server.site.origin
    said = [*SAID, f"{origin}/글", f"{origin}/%EA%B8%80/?fbclid=x&lang=ko"]
    bodies = [f"As said in way {number}" for number, _ in enumerate(said)]
    assert {post(server, page, body)["page"] for page, body in zip(said, bodies, strict=True)} == {"/글/"}
    for page in said:
        assert read(server, page) == bodies
    query = urlencode({"site": "demo", "page": [*said, "/other"]}, doseq=True)
    counts = server.call("GET", f"/api/counts/?{query}").json["counts"]
    assert counts == dict.fromkeys(said, len(said)) | {"/other": 0}
    plain = server.call("GET", f"/t/?site=demo&page={quote(said[-1], safe='')}")
    assert all(body in plain.body.decode() for body in bodies)


def test_a_query_counts_where_the_site_says_so(server: Server) -> None:
    server.begin()
    address = f"{server.site.origin}/board?no={{}}&page=2&utm_source=x"
    assert post(server, address.format(5), "All of it")["page"] == "/board/"
    assert post(server, "/?p=12&fbclid=x", "Twelve")["page"] == "/?p=12"
    server.command("site", "set", "demo", "page_params=no", "hash_routes=true")
    wait_until(lambda: read(server, address.format(5)) == [])
    assert post(server, address.format(6), "Six")["page"] == "/board/?no=6"
    assert post(server, f"{server.site.origin}/docs/#/guide?id=install", "Guide")["page"] == "/docs/#/guide"
    assert read(server, "/board?no=6") == ["Six"]


@pytest.mark.parametrize(("page", "status"), [("/" + "글" * 498, 201), ("/" + "글" * 499, 400), ("x" * 501, 400)])
def test_a_long_key_is_refused_and_never_cut(server: Server, page: str, status: int) -> None:
    server.begin()
    reply = server.call("POST", "/api/comments/", {"site": "demo", "page": quote(page), "body": "Long", "ask": False})
    assert reply.status == status
    if status == 400:
        assert (reply.json["code"], "500 characters" in reply.json["detail"]) == ("validation_failed", True)


def test_owners_join_addresses_on_their_page(server: Server) -> None:
    server.begin()
    post(server, "/old", "Before")
    post(server, "/new", "After")
    with sign_in(server, "owner@example.com", "demo") as owner:
        _join(server, owner)


def _join(server: Server, owner: Owner) -> None:
    refused = owner.send("/admin/addresses/demo/add/", old="/old", new="/old/")
    assert (refused.status_code, "cannot be joined" in refused.text) == (400, True)
    assert owner.send("/admin/addresses/demo/add/", old="/old", new="/new").status_code == 303
    assert sorted(read(server, "/old")) == sorted(read(server, "/new")) == ["After", "Before"]
    assert post(server, f"{server.site.origin}/old/", "Later")["page"] == "/new/"
    assert "/old/" in owner.read("/admin/addresses/?site=demo").text
    assert json.loads(server.command("site", "alias", "demo", "--json").stdout) == [{"old": "/old/", "new": "/new/"}]
    assert owner.send("/admin/addresses/demo/remove/", old="/old").status_code == 303
    assert owner.send("/admin/addresses/demo/remove/", old="/old").status_code == 404
    assert read(server, "/old") == []
