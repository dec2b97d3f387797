"""Who may call, and how bad input is answered (threats 4, 5, 12)."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from answerback.app.api_table import API
from answerback.version import version

from tests.services import Server


@pytest.mark.parametrize(
    "shape",
    ["null", "{o}.evil.example", "https://evil.example", "{o}0", "HTTP{o}", "{o}/", "{o}.", "http://127.0.0.1"],
)
def test_wrong_origin_is_refused_before_any_effect(shared: Server, shape: str) -> None:
    shared.begin()
    assert shared.thread()["total"] == 0, "what is at hand of the thread is for nobody else either"
    origin = shape.replace("{o}", shared.site.origin).replace("HTTPhttp", "HTTP")
    for method, path, data in (
        ("POST", "/api/comments/", {"site": "demo", "page": shared.page, "body": "in?"}),
        ("POST", "/api/session/", {"site": "demo"}),
        ("POST", "/api/session/", {"site": "nowhere"}),
        ("GET", f"/api/comments/?site=demo&page={shared.page}", None),
        ("OPTIONS", "/api/comments/", None),
    ):
        reply = shared.call(method, path, data, Origin=origin)
        assert (reply.status, reply.json["code"]) == (403, "origin_not_allowed")
        # The refusal can be read, which is all that can; what would follow a preflight cannot even be sent.
        assert ("access-control-allow-origin" in reply.headers) == (method != "OPTIONS")
        assert set(reply.json) == {"type", "title", "status", "code", "detail", "request_id"}
    assert shared.thread()["total"] == 0


def test_a_good_origin_may_read_and_write(shared: Server) -> None:
    reply = shared.call("POST", "/api/session/", {"site": "demo"}, Origin=shared.site.origin)
    assert reply.status == 201
    assert reply.headers["access-control-allow-origin"] == shared.site.origin
    cookie = reply.headers["set-cookie"]
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "__Host-"))
    sent = cookie.split(";")[0]
    path = f"/api/session/?site=demo&page={shared.page}"
    assert shared.call("GET", path, Cookie=sent, Origin=shared.site.origin).json["visitor"] is not None
    assert shared.call("GET", path, Cookie=sent).json["visitor"] is None


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"{", {}, "bad_json"),
        (b"[" * 5_000, {}, "bad_json"),
        (b'{"site": "demo", "x": ' + b"[" * 20 + b"]" * 20 + b"}", {}, "bad_json"),
        (b'{"site": "demo", "body": ' + b"9" * 5_000 + b"}", {}, "bad_json"),
        (b'{"x": "' + b"x" * 70_000 + b'"}', {}, "body_too_large"),
        (b"{}", {"Content_Type": "text/plain"}, "unsupported_media_type"),
        (b"{}", {"X_Answerback": "0"}, "header_required"),
        (b'{"site": "nowhere"}', {}, "site_unknown"),
        (b'{"site": "demo", "page": "/", "body": ""}', {}, "validation_failed"),
        (b'{"site": "demo", "page": "/", "body": "x", "ask": 1}', {}, "validation_failed"),
        (b'{"site": "demo", "page": "", "body": "x"}', {}, "validation_failed"),
    ],
)
def test_bad_input_gets_a_stable_code_and_changes_nothing(
    shared: Server, body: bytes, headers: dict[str, str], code: str
) -> None:
    shared.begin()
    reply = shared.call("POST", "/api/comments/", body, **headers)
    assert 400 <= reply.status < 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json["code"] == code
    assert shared.thread()["total"] == 0


@pytest.mark.parametrize(
    "path",
    ["/api/counts/?site=demo&page=%00", "/api/session/?site=demo&page=/%00", "/api/feed/?site=demo&page=%00",
     "/api/comments/%00/history/?site=demo", "/avatars/%00", "/admin/?q=%00", "/t/?site=demo&page=%00"],
)  # fmt: skip
def test_nul_in_an_address_is_refused(shared: Server, path: str) -> None:
    reply = shared.call("GET", path)
    assert (reply.status, reply.json["code"]) == (400, "validation_failed")


@pytest.mark.parametrize("call", ["session", "feed", "comments", "counts", "events", "chat/gpt"])
def test_overlong_page_is_refused(shared: Server, call: str) -> None:
    reply = shared.call("GET", f"/api/{call}/?site=demo&page=" + "x" * 501)
    assert (reply.status, reply.json["code"]) == (400, "validation_failed")


def test_idempotency_key_may_be_any_text(shared: Server) -> None:
    shared.begin()
    ids = {shared.post("Once.", key="1").json["comment"]["id"] for _ in range(2)}
    assert len(ids) == 1
    question = {"site": "demo", "page": shared.page, "user_input": "When is it open?", "key": "1"}
    assert shared.call("POST", "/api/chat/gpt/", question).status == 200
    assert shared.post("Too long.", key="k" * 65).json["code"] == "validation_failed"


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/api/comments/"), ("TRACE", "/api/comments/x/"), ("POST", "/api/openapi.json"), ("DELETE", "/healthz")],
)
def test_wrong_method_is_a_405_problem(shared: Server, method: str, path: str) -> None:
    reply = shared.call(method, path)
    assert (reply.status, reply.json["code"]) == (405, "method_not_allowed")


def test_unreadable_page_url_is_dropped(shared: Server) -> None:
    shared.begin()
    for url in ("http://[", "http://a:99999/", "//", "http://[::1", "\\\\x"):
        assert shared.post("From somewhere odd.", url=url).status == 201


def test_foreign_page_url_is_dropped(shared: Server) -> None:
    shared.begin()
    assert shared.post("From elsewhere.", url="https://evil.example/bakery.html").status == 201
    assert b"evil.example" not in shared.call("GET", f"/t/?site=demo&page={shared.page}").body


@pytest.mark.parametrize(
    "position",
    [["best", 1, "x", ""], ["best", 1e308, "x", ""], ["newest", 2**64 - 1, "x", ""], ["newest", 1.5, "x", ""],
     ["newest", True, "x", ""], ["newest", 1, "\0", ""], ["newest", 1, "x", "root"], ["replies", 1, "x", ""],
     ["replies", 1.5, "x", "root"], ["replies", 1, "x", "\0"], ["replies", 1, "x", 7], ["newest", 1], [], {}, 7],
)  # fmt: skip
def test_forged_cursor_is_refused(shared: Server, position: Any) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
    for sort in ("best", "newest"):
        reply = shared.call("GET", f"/api/comments/?site=demo&page=/&sort={sort}&cursor={cursor}")
        assert (reply.status, reply.json["code"]) == (400, "validation_failed")


def test_chunked_body_over_the_limit_is_cut_off(shared: Server) -> None:
    connection = HTTPConnection(shared.url.removeprefix("http://"), timeout=10)
    with closing(connection):
        headers = {"Content-Type": "application/json", "X-Answerback": "1"}
        parts = [b'{"site": "demo", "body": "', b"x" * 70_000, b'"}']
        connection.request("POST", "/api/comments/", iter(parts), headers, encode_chunked=True)
        reply = connection.getresponse()
        assert (reply.status, json.load(reply)["code"]) == (413, "body_too_large")


def test_head_request_of_the_event_stream_ends(shared: Server) -> None:
    connection = HTTPConnection(shared.url.removeprefix("http://"), timeout=10)
    with closing(connection):
        for method, path in (("HEAD", "/api/events/?site=demo&page=/"), ("GET", "/healthz")):
            connection.request(method, path)
            reply = connection.getresponse()
            assert reply.status == 200
            reply.read()


@pytest.mark.parametrize("number", ["9" * 5_000, "%C2%B2", "-1", "", "99"])
def test_unknown_event_id_reloads_the_thread(shared: Server, number: str) -> None:
    epoch = shared.thread()["last_event"].rpartition("-")[0]
    path = f"{shared.url}/api/events/?site=demo&page={shared.page}&after={epoch}-{number}"
    with urlopen(path, timeout=10) as stream:
        assert b"event: reload" in stream.read()


def test_a_feed_is_xml_whatever_is_in_a_comment(shared: Server) -> None:
    shared.begin()
    shared.page = "/a\x01<b>\uffff"
    assert shared.post("& so \ufffe it <goes> \x0b", name="M\uffff&M").status == 201
    feed = ElementTree.fromstring(shared.call("GET", "/api/feed/?site=demo&page=/a%01<b>%EF%BF%BF").body)
    titles = [element.text for element in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert titles[-1] == "M&M · /a<b>/"
    [generator] = feed.iter("{http://www.w3.org/2005/Atom}generator")
    assert (generator.text, generator.get("version")) == ("Answerback", version())


def test_accounts_register_sign_in_and_out(shared: Server) -> None:
    person = {"site": "demo", "email": "mina@example.com", "password": "a long enough one", "name": "Mina"}
    assert shared.call("POST", "/api/user/register/", person).status == 201
    assert shared.call("POST", "/api/user/register/", person).json["code"] == "email_taken"
    assert shared.call("POST", "/api/user/login/", person | {"password": "another one"}).json["code"] == "login_failed"
    assert shared.call("POST", "/api/user/login/", person, Origin=shared.site.origin).status == 403
    shared.token = shared.call("POST", "/api/user/login/", person).json["token"]
    assert shared.post("Hello.").json["comment"]["author"]["kind"] == "user"
    assert shared.call("POST", "/api/user/logout/", {"site": "demo"}).status == 204
    assert shared.post("Hello again.").json["code"] == "session_invalid"


def test_a_thread_is_cached_and_compressed(shared: Server) -> None:
    shared.begin()
    shared.post("A first comment, long enough to be worth compressing. " * 30)
    path = f"/api/comments/?site=demo&page={shared.page}"
    for _ in range(2):  # made anew, then from memory
        first = shared.call("GET", path, Accept_Encoding="br", Origin=shared.site.origin)
        assert first.headers["content-encoding"] == "br"
        assert {"Origin", "Accept-Encoding"} == set(first.headers["vary"].split(", "))
    assert shared.call("GET", path, If_None_Match=first.headers["etag"].removeprefix("W/")).status == 304
    assert shared.call("GET", path, If_None_Match=first.headers["etag"]).status == 304
    shared.post("A second one.")
    assert shared.call("GET", path, If_None_Match=first.headers["etag"]).status == 200


def test_votes_edits_and_deletion(shared: Server) -> None:
    shared.begin()
    mine = shared.post("First words.").json["comment"]["id"]
    path = f"/api/comments/{mine}/"
    edited = shared.call("PATCH", path, {"body": "**Better** words. <script>alert(1)</script>"})
    assert edited.json["comment"]["edited_at"]
    assert "<strong>Better</strong>" in edited.json["comment"]["html"]
    assert "<script" not in edited.json["comment"]["html"]
    author = shared.token
    shared.begin()
    assert shared.call("PUT", path + "vote/", {"value": 1}).json == {"votes": {"up": 1, "down": 0}}
    assert shared.call("PATCH", path, {"body": "Not mine."}).json["code"] == "not_yours"
    assert shared.call("DELETE", path, {}).json["code"] == "not_yours"
    shared.token = author
    assert shared.call("DELETE", path, {}).status == 204
    assert shared.thread()["comments"] == []


def test_parallel_guesses_do_not_pass_the_delay(server: Server) -> None:
    person = {"site": "demo", "email": "mina@example.com", "password": "a long enough one", "name": "Mina"}
    assert server.call("POST", "/api/user/register/", person).status == 201
    guess = person | {"password": "not the right one"}
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: server.call("POST", "/api/user/login/", guess).json["code"], range(16)))
    assert codes.count("login_failed") == 5
    assert set(codes) == {"login_failed", "too_many_requests"}


def test_old_loader_gets_the_current_part(shared: Server) -> None:
    now = shared.call("GET", "/answerback.js")
    assert now.headers["access-control-allow-origin"] == "*"
    old = shared.call("GET", "/answerback/thread-en-0000000000.js")
    assert (old.status, old.headers["cache-control"]) == (200, "public, max-age=300")
    assert shared.call("GET", "/answerback/other-0000000000.js").status == 404
    assert shared.call("GET", "/answerback/..%2F..%2Fapp.py").status == 404


def test_required_fields_of_openapi_are_required(shared: Server) -> None:
    """Each by itself, when all else is there."""
    values: dict[str, Any] = {"value": 1, "helpful": True, "email": "mina@example.com", "page": shared.page}
    person = {"site": "demo", "email": "needed@example.com", "password": "a long enough one"}
    shared.token = shared.call("POST", "/api/user/register/", person).json["token"]
    for call in API:
        method, names = call.method, [field.name for field in call.fields if field.needed]
        for missing in names:
            sent = {name: values.get(name, "a long enough one") for name in ("site", *names) if name != missing}
            sent["site"] = "demo"
            there = call.path.replace("{id}", "x") + (f"?{urlencode(sent)}" if method == "GET" else "")
            reply = shared.call(method, there, None if method == "GET" else sent)
            assert (reply.status, reply.json["code"]) == (400, "validation_failed"), (call.name, missing)
            assert missing in reply.json["detail"]
