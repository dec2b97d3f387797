"""Nobody reaches anything of a site through another one, and nothing unseen is reached at all (threats, row 14).

Made from the application's own table of routes: a new one has to say here what is tried at it, or why nothing is.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from answerback.app.api_table import API
from answerback.app.build import build_app
from answerback.settings import load_settings

from tests.fakes.web_browser import WebBrowser
from tests.http.members import PASSWORD
from tests.http.signing import Window, code_in, rows
from tests.http.test_sso import signed
from tests.http.two_sites import ORIGIN, QUESTION, SECRETS, World, told_of, two_sites
from tests.services import Reply


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with two_sites(tmp_path_factory.mktemp("two")) as made:
        yield made


@dataclass(frozen=True)
class Case:
    """A call that would be good on its own site: its fields; with whose token and which id it goes well, and how."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    good: tuple[str, str, int] = ("reader", "", 200)
    public: bool = False
    """Whether anybody may read it of a site."""


PAGE = {"page": "/bakery.html"}
ASK = {**PAGE, "user_input": "What does rye bread cost?", "key": "another-of-mine"}
LOGIN = {"email": "mina@example.com", "password": "seven green lamps"}
CASES: Mapping[tuple[str, str], Case] = {
    ("get", "/api/session/"): Case(PAGE),
    ("post", "/api/session/"): Case(good=("", "", 201), public=True),
    ("post", "/api/session/bearer/"): Case({"ticket": "x" * 40}, ("", "", 400)),
    ("post", "/api/session/exchange/"): Case({"code": "x" * 43, "verifier": "y" * 43}, ("", "", 400)),
    ("post", "/api/session/sso/"): Case({"token": "x.y.z"}, ("", "", 401)),
    ("post", "/api/user/register/"): Case(LOGIN | {"name": "Mina"}, ("", "", 409), public=True),
    ("post", "/api/user/login/"): Case(LOGIN, ("", "", 200), public=True),
    ("post", "/api/user/logout/"): Case(good=("another", "", 204), public=True),
    ("patch", "/api/user/"): Case({"name": "Changed"}, ("member", "", 200)),
    ("get", "/api/user/sessions/"): Case(good=("member", "", 200)),
    ("delete", "/api/user/sessions/{id}/"): Case(good=("member", "session", 204)),
    ("get", "/api/chat/gpt/"): Case(PAGE),
    ("post", "/api/chat/gpt/"): Case(ASK),
    ("delete", "/api/chat/gpt/{id}/answer/"): Case(good=("asker", "chat", 200)),
    ("get", "/api/comments/"): Case(PAGE, public=True),
    ("post", "/api/comments/"): Case({**PAGE, "body": "Hello", "ask": False, "key": "one-key-of-mine"}),
    ("get", "/api/comments/form/"): Case(public=True),
    ("post", "/api/comments/preview/"): Case({"body": "Hello"}, public=True),
    ("get", "/api/comments/{id}/"): Case(good=("", "comment", 200), public=True),
    ("patch", "/api/comments/{id}/"): Case({"body": "Changed"}, ("asker", "comment", 200)),
    ("delete", "/api/comments/{id}/"): Case(good=("asker", "comment", 204)),
    ("put", "/api/comments/{id}/vote/"): Case({"value": -1}, ("reader", "comment", 200)),
    ("post", "/api/comments/{id}/report/"): Case({"reason": "spam"}, ("reader", "answer", 204)),
    ("post", "/api/comments/{id}/answer/"): Case(good=("asker", "comment", 202)),
    ("delete", "/api/comments/{id}/answer/"): Case(good=("asker", "answer", 200)),
    ("get", "/api/comments/{id}/history/"): Case(good=("", "answer", 200), public=True),
    ("get", "/api/answered/"): Case({"q": QUESTION}, public=True),
    ("put", "/api/answers/{id}/feedback/"): Case({"helpful": False}, ("reader", "answer", 204)),
    ("get", "/api/counts/"): Case(PAGE, public=True),
    ("get", "/api/events/"): Case(PAGE, public=True),
    ("get", "/api/feed/"): Case(PAGE, public=True),
    ("get", "/api/subscriptions/"): Case(),
    ("post", "/api/subscriptions/"): Case({"topic": "replies", "channel": "feed"}, ("reader", "", 201)),
    ("delete", "/api/subscriptions/{id}/"): Case(good=("asker", "subscription", 204)),
}
# With these the session ends that a guest has brought.
ENDING = ("/api/user/register/", "/api/user/login/", "/api/user/logout/")
ADMIN_ONES = (
    "/admin/comments/{id}/",
    "/admin/visitors/{id}/",
    "/admin/knowledge/{site}/",
    "/admin/jobs/{id}/",
    "/admin/addresses/{site}/",
    "/admin/team/{site}/",
    "/admin/bans/{site}/",
    "/admin/spam/{site}/",
    "/admin/settings/{site}/",
    "/admin/start/{site}/",
    "/admin/threads/{site}/",
    "/admin/webhooks/{site}/",
    "/admin/inbox/{id}/",
    "/admin/replies/{id}/",
    "/admin/views/{id}/",
)
ADMIN_LISTS = (
    "/admin/", "/admin/inbox/", "/admin/knowledge/", "/admin/unanswered/", "/admin/addresses/", "/admin/replies/",
    "/admin/team/", "/admin/audit/", "/admin/audit/export/", "/admin/bans/", "/admin/spam/", "/admin/threads/",
    "/admin/settings/", "/admin/settings/preview/", "/admin/start/",
    "/admin/webhooks/",
)  # fmt: skip
SECURITY = (
    "", "password/", "app/begin/", "app/add/", "app/remove/", "codes/", "passkeys/options/", "passkeys/add/",
    "passkeys/remove/", "sessions/end/", "sessions/end-others/",
)  # fmt: skip
"""Of the owner's own account, below its page."""
# Nothing of a site is named at these; the addresses of a sign-in and of a report are secrets, made for one site.
NAMELESS = (
    "/", "/admin", "/assets/{name}", "/admin/sign-in/", "/admin/sign-in/{secret}/", "/admin/sign-out/",
    "/admin/sign-in/second/", "/admin/sign-in/passkey/",
    "/admin/first-run/{secret}/", "/admin/language/",
    "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/answerback.js", "/v1/answerback.js",
    "/answerback/{name}",
    "/avatars/{id}", "/.well-known/security.txt", "/robots.txt", "/reports/{id}/",
    "/admin/notifications/stop/", "/admin/by-mail/",
    *(f"/mail-in{name}" for name in ("", "/", "/bounces", "/bounces/")),
    *(f"/notifications/{name}" for name in ("", "confirm/", "stop/", "feed/")),
)  # fmt: skip
APART = ("/sign-in/", "/account/", "/t/", "/t", "/embed/", "/mcp", "/ask", "/llms.txt", "/page.md")
"""Tried further below, or in test_signing_in.py, test_accounts.py and test_agents.py."""
IDS = ("comment", "answer", "hidden", "pending", "draft", "chat", "question", "session", "subscription")
METHODS = ("get", "post", "put", "patch", "delete")
Call = tuple[str, str]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The paths of the application."""
    settings = load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path_factory.mktemp("routes"))}, dotenv=None)
    return {str(route.path) for route in build_app(settings).routes.routes if hasattr(route, "path")}


def test_every_route_has_its_case(routes: set[str]) -> None:
    calls = {path.rstrip("/") + "/" for path in routes if path.startswith("/api/")} - {"/api/openapi.json/"}
    assert calls == {path for _, path in CASES}
    assert {(call.method.lower(), call.path) for call in API} == set(CASES)
    others = {path for path in routes if not path.startswith("/api/")} - set(NAMELESS)
    left = {path for path in others if not path.startswith(APART)}
    assert {path for path in left if "{id}" not in path and "{site}" not in path} == {
        *ADMIN_LISTS, "/admin/jobs/", "/admin/settings/new/", "/admin/unanswered/dismiss/",
        "/admin/confirm/", "/admin/confirm/passkey/", *(f"/admin/security/{name}" for name in SECURITY),
        *(f"/admin/inbox/{name}/" for name in ("decide", "undo", "pulse")), "/admin/views/", "/admin/notifications/",
        "/admin/mails/", "/admin/mails/shown/",
    }  # fmt: skip
    assert all(path.startswith(ADMIN_ONES) for path in left if "{" in path)


def send(world: World, token: str, call: Call, site: str, id: str, **headers: str) -> Reply:
    """The call of a case on a site; of a stream only that it begins."""
    method, path = call
    path, fields = path.replace("{id}", id), {"site": site, **CASES[call].fields}
    if method == "get":
        path, fields = f"{path}?{urlencode(fields)}", {}
    if path.startswith("/api/events/") and not headers:
        return Reply(200, {}, b"")
    return world.call(token, method, path, fields or None, **headers)


def ids_for(world: World, call: Call) -> list[str]:
    return [world.ids[name] for name in IDS] if "{id}" in call[1] else [""]


def unseen(world: World, reply: Reply) -> bool:
    """Whether nothing of what only some may see is in a reply."""
    text = reply.body.decode()
    return not any(word in text for word in (*SECRETS, "Secret member", world.member.email))


def unchanged(world: World, before: set[tuple[Any, ...]]) -> None:
    """Nothing of `demo` is gone or different; new guests may have come, and a sign-in may have been counted."""
    after = world.state()
    assert before - after == set()
    assert {row[0] for row in after - before} <= {"visitors", "sessions", "login_failures"}


@pytest.mark.parametrize("call", CASES, ids=" ".join)
def test_nothing_of_a_site_is_reached_through_another(world: World, call: Call) -> None:
    before = world.state()
    visitor = world.begin("other") if call[1] in ENDING else world.visitor
    for id in ids_for(world, call):
        reply = send(world, visitor, call, "other", id)
        text = reply.body.decode()
        assert unseen(world, reply)
        assert not told_of(text) and world.ids["comment"] not in text and world.ids["answer"] not in text
        if "{id}" in call[1]:
            assert reply.status in ((404, 403) if "/user/" in call[1] else (404,)), text
    unchanged(world, before)


@pytest.mark.parametrize("call", CASES, ids=" ".join)
def test_session_is_bound_to_its_site(world: World, call: Call) -> None:
    before = world.state()
    for token, site in ((world.asker, "other"), (world.visitor, "demo")):
        for id in ids_for(world, call):
            reply = send(world, token, call, site, id)
            assert unseen(world, reply)
            assert CASES[call].public or reply.status in (400, 401, 403, 404), reply.body
    unchanged(world, before)


@pytest.mark.parametrize("call", CASES, ids=" ".join)
def test_page_of_one_site_cannot_call_the_other(world: World, call: Call) -> None:
    before = world.state()
    for token in (world.asker, ""):
        for id in ids_for(world, call):
            reply = send(world, token, call, "demo", id, Origin=ORIGIN)
            assert (reply.status, reply.json["code"]) == (403, "origin_not_allowed")
    # Where it came from is noted, for the owner to allow.
    assert {row for row in world.state() if row[0] != "refused_origins"} == {
        row for row in before if row[0] != "refused_origins"
    }


@pytest.mark.parametrize("call", [call for call in CASES if "{id}" in call[1]], ids=" ".join)
def test_invisible_items_are_404_for_others(world: World, call: Call) -> None:
    """Hidden, pending, draft and private things have no ids, for another visitor of their own site."""
    before = world.state()
    for name in ("hidden", "pending", "draft", "chat", "question"):
        reply = send(world, world.reader, call, "demo", world.ids[name])
        assert reply.status in ((404, 403) if "/user/" in call[1] else (404,)), f"{name}: {reply.body!r}"
        assert unseen(world, reply)
    unchanged(world, before)


def test_invisible_text_is_in_no_response(world: World) -> None:
    query = urlencode({"site": "demo", **PAGE})
    paths = [f"/api/comments/?{query}&sort={sort}" for sort in ("oldest", "newest", "best")]
    paths += [f"/api/feed/?{query}", "/api/feed/?site=demo", f"/t/?{query}", f"/api/session/?{query}"]
    paths += [
        f"/api/chat/gpt/?{query}",
        *(f"/api/answered/?site=demo&q={quote(f'What is {word}?')}" for word in SECRETS),
    ]
    for path in paths:
        for token in (world.reader, ""):
            assert unseen(world, world.call(token, "get", path)), path
    seen = world.call("", "get", f"/api/comments/?{query}").json
    counted = world.call("", "get", f"/api/counts/?{query}").json["counts"]
    assert seen["total"] == counted[PAGE["page"]] == 2  # the questions; answers are not counted
    exported = world.server.command("export", "demo", "--format", "html").stdout
    assert "1931" in exported and not any(word in exported for word in SECRETS)
    other = world.server.command("export", "other").stdout + world.server.command("export", "other", "--answers").stdout
    assert "1931" not in other and not any(word in other for word in SECRETS)


def heard(world: World, site: str, after: str, until: str) -> str:
    """What a page's stream has told since then until these words are in it."""
    path = f"/api/events/?{urlencode({'site': site, **PAGE, 'after': after})}"
    told = ""
    with urllib.request.urlopen(world.server.url + path, timeout=20) as stream:
        while until not in told:
            line = stream.readline().decode()
            assert line and not line.startswith(":"), f"nothing more comes after {told}"
            told += line
    return told


def last_event(world: World, site: str) -> str:
    path = f"/api/comments/?{urlencode({'site': site, **PAGE})}"
    id: str = world.call("", "get", path).json["last_event"]
    return id


def test_reconnecting_reader_hears_nothing_hidden(world: World) -> None:
    before = last_event(world, "demo")
    data = {"site": "demo", **PAGE, "body": f"First seen, then hidden: {SECRETS[0]}", "ask": False}
    posted = world.call(world.asker, "post", "/api/comments/", data).json["comment"]
    assert SECRETS[0] in heard(world, "demo", before, posted["id"])
    world.owner.send(f"/admin/comments/{posted['id']}/hide/")
    assert SECRETS[0] not in heard(world, "demo", before, "event: reload")


def test_streams_carry_only_visible_events_of_their_site(world: World) -> None:
    latest = {site: last_event(world, site) for site in ("demo", "other")}
    for site, token, word in (("demo", world.asker, "sentinel-demo"), ("other", world.visitor, "sentinel-other")):
        data = {"site": site, **PAGE, "body": f"A {word}", "ask": False}
        assert world.call(token, "post", "/api/comments/", data).status == 201
    own = heard(world, "demo", latest["demo"], "sentinel-demo")
    others = heard(world, "other", latest["other"], "sentinel-other")
    assert "sentinel-other" not in own and "sentinel-demo" not in others and "1931" not in others
    assert not any(word in own + others for word in SECRETS)
    assert not any(world.ids[name] in own for name in ("pending", "draft", "chat", "question"))


def test_an_owner_of_one_site_does_nothing_on_the_other(world: World, routes: set[str]) -> None:
    before = world.state()
    fields = {
        "body": "x",
        "pinned": "1",
        "ai": "off",
        "url": world.server.site.origin + PAGE["page"],
        "hide": "1",
        "version": "1",
    }
    visitors = [id for (id,) in rows(world.server, "SELECT id FROM visitors WHERE site = 'demo'")]
    for path in sorted(path for path in routes if path.startswith(ADMIN_ONES)):
        ids = visitors if "visitors" in path else [world.ids[name] for name in IDS] if "{id}" in path else [""]
        for id in ids:
            full = path.replace("{id}", id).replace("{site}", "demo")
            assert world.stranger.send(full, **fields).status_code in (404, 405), full
            assert world.stranger.read(full).status_code in (404, 405), full
    assert not any(word in world.stranger.read("/admin/jobs/").text for word in (*SECRETS, *world.ids.values()))
    for path in ADMIN_LISTS:
        assert world.stranger.read(f"{path}?site=demo").status_code == 404
        for page in (path, f"{path}?q=secret", f"{path}?page=/bakery.html&q="):
            text = world.stranger.read(page).text
            assert not told_of(text) and not any(word in text for word in (*SECRETS, *world.ids.values())), page
    assert (
        world.stranger.send("/admin/unanswered/dismiss/", id=",".join(world.ids.values()), version="1").status_code
        == 404
    )
    unchanged(world, before)


def test_the_owners_pages_take_no_session_of_a_visitor(world: World, routes: set[str]) -> None:
    for path in sorted(path for path in routes if path.startswith("/admin/") and path not in NAMELESS):
        full = path.replace("{id}", world.ids["comment"]).replace("{site}", "demo")
        reply = world.call(world.asker, "get", full)
        assert unseen(world, reply) and not told_of(reply.body.decode()), full


def test_account_is_bound_to_its_site(world: World, routes: set[str]) -> None:
    place = world.server.url.partition("://")[2]
    own = world.member.browser.cookies[place]["__Host-answerback-account-demo"]
    token = world.member.page.field("token")
    thief = WebBrowser(cookies={place: {"__Host-answerback-account-other": own}})
    before = world.state()
    fields = {"site": "other", "token": token, "name": "Changed", "id": "all", "sure": "yes", "words": "delete"}
    for path in sorted(path for path in routes if path.startswith("/account/") and "." not in path):
        url = world.server.url + path.replace("{provider}", "kakao")
        for page in (thief.get(f"{url}?{urlencode(fields)}"), thief.post(url, fields)):
            assert "Secret member" not in page.text and world.member.email not in page.text, path
    unchanged(world, before)
    assert "Secret member" in world.member.page.text


def test_credentials_open_no_session_on_the_other_site(world: World) -> None:
    server = world.server
    ticket = world.call("", "post", "/api/session/", {"site": "demo"}).json["ticket"]
    window = Window(server, WebBrowser())
    signed_in = window.browser.post(window.page.link("/password/"), {"email": world.member.email, "password": PASSWORD})
    code = {"code": code_in(signed_in), "verifier": window.verifier}
    token = signed(server, server.command("site", "sso", "demo").stdout.strip())
    account = {"email": world.member.email, "password": PASSWORD}
    for what, fields in (("session/bearer", {"ticket": ticket}), ("session/exchange", code),
                         ("session/sso", {"token": token}), ("user/login", account)):  # fmt: skip
        reply = world.call("", "post", f"/api/{what}/", {"site": "other", **fields}, Origin=ORIGIN)
        assert reply.status in (400, 401, 403), (what, reply.body)
        assert unseen(world, reply) and "set-cookie" not in reply.headers


def test_signing_in_goes_back_to_its_own_site_only(world: World) -> None:
    for site, origin in (("other", world.server.site.origin), ("demo", ORIGIN)):
        query = {"site": site, "origin": origin, "return_to": f"{origin}/", "nonce": "n" * 22, "challenge": "c" * 43}
        page = WebBrowser().get(f"{world.server.url}/sign-in/?{urlencode(query)}")
        assert page.status in (400, 403)


def test_what_search_engines_read_is_of_its_own_site(world: World) -> None:
    ways = (("/t/", PAGE), ("/embed/thread.html", PAGE), ("/t/question/", {"id": world.ids["comment"]}))
    for path, query in ways:
        of = {site: world.call("", "get", f"{path}?{urlencode({'site': site, **query})}") for site in ("demo", "other")}
        assert b"1931" in of["demo"].body, path
        assert b"1931" not in of["other"].body, path


def test_each_case_works_on_its_own_site(world: World) -> None:
    """So that what was refused above was refused for being of another site; last, since it changes much."""
    tokens = {"reader": world.reader, "asker": world.asker, "another": world.begin("demo"), "": ""}
    for call in sorted(CASES, key=lambda call: call[0] == "delete"):
        who, name, status = CASES[call].good
        id = world.ids.get(name, "")
        if who == "member":
            reply = send(world, "", call, "demo", id, Origin=world.server.site.origin, Cookie=world.member.cookie)
        else:
            reply = send(world, tokens[who], call, "demo", id)
        if reply.status == 202:
            world.server.settled(world.ids["answer"])
        good = {status, 201} if call[0] == "post" and status in (200, 409) else {status}
        assert reply.status in good, (call, reply.body)
