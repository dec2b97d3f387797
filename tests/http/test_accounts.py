"""The account page over real HTTP: name, picture, sessions, ways in, export, and the end."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.fakes.oauth_server import OAuthServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD, Member, join, open_account
from tests.http.signing import BEHIND_A_PROXY, Window, change, rows
from tests.services import Server, Site, walk


@pytest.fixture(scope="module")
def github() -> Iterator[OAuthServer]:
    with OAuthServer.start("github", "strict") as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, github: OAuthServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | github.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("accounts"), site, **settings) as running:
        github.expect(running.url)
        yield running


@pytest.fixture
def member(server: Server) -> Member:
    server.turn_page()
    return join(server)


# ---- who may


def test_account_page_needs_sign_in(server: Server) -> None:
    page = WebBrowser().get(f"{server.url}/account/?site=demo")
    assert page.status == 200 and "Sign in to see" in page.text and "Sign-in methods" not in page.text
    for name, value in {"cache-control": "no-store", "x-content-type-options": "nosniff"}.items():
        assert page.headers[name] == value
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert WebBrowser().get(f"{server.url}/account/?site=nowhere").status == 404
    assert WebBrowser().get(f"{server.url}/account/?site=demo", Host="evil.example").status == 400


def test_account_page_is_korean(server: Server, member: Member) -> None:
    page = member.browser.get(f"{server.url}/account/?site=demo&lang=ko")
    assert "로그인 방법" in page.text and 'lang="ko"' in page.text


def test_account_and_owner_cookies_do_not_mix(server: Server, member: Member) -> None:
    name, value = member.cookie.split("=", 1)
    jar = member.browser.cookies[server.url.partition("://")[2]]
    own = jar["__Host-answerback-account-demo"]
    stranger = WebBrowser(
        cookies={server.url.partition("://")[2]: {name: value, "__Host-answerback-account-demo": value}}
    )
    assert "Sign in to see" in stranger.get(f"{server.url}/account/?site=demo").text
    path = f"/api/session/?site=demo&page={server.page}"
    assert server.call("GET", path, Origin=server.site.origin, Cookie=f"{name}={own}").json["visitor"] is None
    assert server.call("GET", path, Authorization=f"Bearer demo.{own}").status == 401
    jar_of_owner = WebBrowser(cookies={server.url.partition("://")[2]: {"__Host-answerback-owner": own}})
    assert "/admin/sign-in/" in jar_of_owner.get(f"{server.url}/admin/").url


FORMS = ["name", "password", "picture/remove", "sessions/end", "ways/remove", "erase", "sign-out"]


@pytest.mark.parametrize("what", FORMS)
def test_forged_form_does_nothing(server: Server, member: Member, what: str) -> None:
    page = member.page
    good = {name: page.field(name) for name in ("site", "lang", "token")}
    fields = {**good, "name": "Changed", "id": "all", "sure": "yes", "words": "delete"}
    url = f"{server.url}/account/{what}/"
    other = join(server).page.field("token")
    assert member.browser.post(url, fields, Origin="https://evil.example").status == 403
    assert member.browser.post(url, fields, Origin=server.site.origin).status == 403
    assert member.browser.post(url, fields, Origin="null").status == 403
    assert member.browser.post(url, {**fields, "token": other}).status == 403
    assert member.browser.post(url, {**fields, "token": ""}).status == 403
    assert WebBrowser().post(url, fields).status == 401
    assert member.browser.get(url).status == 405
    assert member.page.status == 200
    assert member.who()["name"] == "Mina"


def test_account_page_closes_after_an_hour_and_sign_out(server: Server, member: Member) -> None:
    change(server, "UPDATE account_sessions SET expires_at = 1 WHERE visitor_id = ?", member.id)
    assert "Sign in to see" in member.page.text
    open_account(server, member.browser, member.email)
    assert "Sign-in methods" in member.page.text
    assert member.call("POST", "/api/user/logout/", {"site": "demo"}).status == 204
    assert "Sign in to see" in member.page.text


# ---- the name


def test_new_name_shows_everywhere(server: Server, member: Member) -> None:
    member.write("Written before.")
    page = member.do("name", name="  Min\u202e  A  ")
    assert "Your name has been changed" in page.text
    assert server.thread()["comments"][0]["author"]["name"] == "Min A"
    assert member.who()["name"] == "Min A"
    for bad in ("", "   ", "\u200b", "x" * 300):
        assert "1 to 50 characters" in member.do("name", name=bad).text
    assert member.who()["name"] == "Min A"
    script = "<script>alert(1)</script>"
    assert script not in member.do("name", name=script).body.decode()


# ---- sessions


@pytest.mark.parametrize(
    ("what", "sent", "field", "status"),
    [
        ("name", {"name": "  \u200b "}, "name", 400),
        ("name", {"name": "long" * 60}, "name", 400),
        ("password", {"current": "not it", "new": "another lamp or two"}, "current", 401),
        ("password", {"current": PASSWORD, "new": "short"}, "new", 400),
        ("erase", {"words": "keep"}, "sure", 400),
    ],
)
def test_refused_input_is_shown_beside_its_field(
    member: Member, what: str, sent: dict[str, str], field: str, status: int
) -> None:
    page = member.do(what, **sent)
    assert page.status == status
    shown = re.search(rf'<p class="error" id="{field}-error">(.+?)</p>', page.text)
    assert shown and f'aria-describedby="{field}-error' in page.text
    assert page.text.count('class="error"') == 1 and 'role="alert"' not in page.text
    if what == "name":
        assert f'value="{sent["name"]}"' in page.text
    assert PASSWORD not in page.text and "another lamp" not in page.text
    assert ('value="keep" checked' in page.text) == (what == "erase")
    assert member.who()["name"] == "Mina"


def test_sessions_are_listed_and_ended(server: Server, member: Member) -> None:
    window = Window(server, WebBrowser())
    page = window.browser.post(window.page.link("/password/"), {"email": member.email, "password": PASSWORD})
    window.exchange(page)
    listed = member.page
    assert listed.text.count(server.site.origin.partition("://")[2]) >= 2
    id = rows(server, "SELECT id FROM sessions WHERE visitor_id = ? AND revoked_at IS NULL AND cookie_hash IS NOT NULL "
              "ORDER BY created_at LIMIT 1", member.id)[0][0]  # fmt: skip
    assert member.who()["id"] == member.id
    member.do("sessions/end", id=id)
    assert member.who() is None
    stranger = join(server)
    member.do("sessions/end", id=rows(server, "SELECT id FROM sessions WHERE visitor_id = ?", stranger.id)[0][0])
    assert stranger.who()["id"] == stranger.id
    member.do("sessions/end", id="all")
    alive = "SELECT * FROM sessions WHERE visitor_id = ? AND revoked_at IS NULL"
    assert not rows(server, alive, member.id)
    assert rows(server, alive, stranger.id)
    elsewhere = WebBrowser()
    open_account(server, elsewhere, member.email)
    member.do("sessions/end", id="all")
    assert "Sign in to see" in elsewhere.get(f"{server.url}/account/?site=demo").text
    assert "Sign-in methods" in member.page.text


# ---- ways in


def add_github(member: Member) -> Page:
    return member.browser.get(member.page.link("/account/ways/add/github/"))


def test_sign_in_method_is_added_and_removed(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3001", "email": member.email})
    assert "You can now sign in this way too" in add_github(member).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] == member.id
    id = rows(server, "SELECT id FROM identities WHERE visitor_id = ?", member.id)[0][0]
    assert "has been removed" in member.do("ways/remove", id=id).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] != member.id


def test_last_sign_in_method_stays(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "3002"})
    browser = WebBrowser()
    visitor = Window(server, WebBrowser()).sign_in("github")
    ways = browser.get(browser.get(f"{server.url}/account/?site=demo").link("/sign-in/?"))
    page = browser.get(ways.link("/sign-in/github/start"))
    assert "only sign-in method" in page.text
    id = rows(server, "SELECT id FROM identities WHERE visitor_id = ?", visitor["id"])[0][0]
    fields = {"site": "demo", "lang": "en", "token": page.field("token"), "id": id}
    assert "only sign-in method" in browser.post(f"{server.url}/account/ways/remove/", fields).text
    assert rows(server, "SELECT id FROM identities WHERE id = ?", id)


def test_anothers_identity_is_not_taken(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3003", "email": member.email})
    other = Window(server, WebBrowser()).sign_in("github")
    assert "belongs to another account" in add_github(member).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] == other["id"] != member.id


def test_adding_a_method_needs_fresh_proof(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3004"})
    change(server, "UPDATE account_sessions SET created_at = created_at - 700000 WHERE visitor_id = ?", member.id)
    assert "Please confirm that it is you" in add_github(member).text
    assert "Please confirm that it is you" in member.do("erase", sure="yes", words="delete").text
    assert not rows(server, "SELECT * FROM identities WHERE visitor_id = ?", member.id)
    assert member.who()["id"] == member.id


def test_link_from_elsewhere_adds_no_method(server: Server, member: Member) -> None:
    for token in ("", "&token=guess"):
        answer = member.browser.get(f"{server.url}/account/ways/add/github/?site=demo{token}", follow=False)
        assert answer.status == 403


def test_removing_a_method_needs_fresh_proof(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3007"})
    add_github(member)
    change(server, "UPDATE account_sessions SET created_at = created_at - 700000 WHERE visitor_id = ?", member.id)
    [(id,)] = rows(server, "SELECT id FROM identities WHERE visitor_id = ?", member.id)
    assert "Please confirm that it is you" in member.do("ways/remove", id=id).text
    assert rows(server, "SELECT id FROM identities WHERE visitor_id = ?", member.id) == [(id,)]


def test_adding_finishes_in_the_same_browser_only(server: Server, member: Member, github: OAuthServer) -> None:
    """Nor can a thief put an identity of the thief's own into somebody's account."""
    github.say(user={"id": "3005"})
    answer = member.browser.get(to_callback(join(server), github))
    assert answer.status == 400
    assert not rows(server, "SELECT * FROM identities WHERE subject = '3005'")


@pytest.mark.parametrize("meanwhile", ["a while has passed", "somebody else has come"])
def test_late_return_adds_no_method(server: Server, member: Member, github: OAuthServer, meanwhile: str) -> None:
    github.say(user={"id": "3006"})
    callback = to_callback(member, github)
    if meanwhile == "a while has passed":
        change(server, "UPDATE account_sessions SET created_at = created_at - 700000 WHERE visitor_id = ?", member.id)
    else:  # at the same browser, with an account of their own
        member.do("sign-out")
        open_account(server, member.browser, join(server).email)
    answer = member.browser.get(callback)
    assert (answer.status, "closed meanwhile" in answer.text) == (403, True)
    assert not rows(server, "SELECT * FROM identities WHERE subject = '3006'")


def to_callback(member: Member, github: OAuthServer) -> str:
    """Go off to add GitHub, and stop before coming back; the address of the callback."""
    page = member.browser.get(member.page.link("/account/ways/add/github/"), follow=False)
    while not page.headers["location"].startswith(member.server.url):
        location = page.headers["location"]
        page = member.browser.get(location if "://" in location else f"{github.url}{location}", follow=False)
    return page.headers["location"]


# ---- export and erasure


def test_own_data_is_exported_as_json(server: Server, member: Member) -> None:
    comment = member.write("For the archive.")
    other = join(server, "Jun")
    other.write("Not for this archive.")
    page = member.browser.get(f"{server.url}/account/export/?site=demo")
    assert "attachment" in page.headers["content-disposition"]
    data = page.json
    assert [entry["body"] for entry in data["comments"]] == ["For the archive."]
    assert data["comments"][0]["id"] == comment["id"] and data["comments"][0]["created_at"].endswith("Z")
    assert data["account"][0]["email"] == member.email
    assert len(data["account_pages"]) == 1
    assert "Firefox · Linux" in {entry["agent"] for entry in data["sessions"]} | {"Firefox · Linux"}
    text = json.dumps(data)
    assert "argon2" not in text and "Not for this archive" not in text and "hash" not in text
    assert "Sign in to see" in WebBrowser().get(f"{server.url}/account/export/?site=demo").text


@pytest.mark.parametrize("words", ["delete", "keep"])
def test_erased_account_leaves_a_readable_thread(server: Server, member: Member, words: str) -> None:
    question = member.write("When do you open?", ask=True)
    answer = next(c for c in walk(server.thread()["comments"]) if c["parent_id"] == question["id"])
    server.settled(answer["id"])
    other = join(server, "Jun")
    reply = other.write("At half past seven.", parent_id=question["id"])
    member.call("PUT", f"/api/comments/{reply['id']}/vote/", {"site": "demo", "value": 1})
    asked = {"site": "demo", "page": server.page, "user_input": "What about my secret?", "key": secrets.token_hex(8)}
    assert member.call("POST", "/api/chat/gpt/", asked).status == 200
    assert "Tick the box" in member.do("erase", words=words).text
    assert "has been deleted" in member.do("erase", sure="yes", words=words).text

    root = server.thread()["comments"][0]
    assert (root["body"], root["state"]) == (
        ("", "deleted") if words == "delete" else ("When do you open?", "published")
    )
    assert (root["author"]["id"], root["author"]["name"], root["author"]["avatar_url"]) == ("", "", None)
    bodies = {entry["body"] for entry in root["replies"]}
    assert "At half past seven." in bodies and len(bodies) == 2
    assert next(entry for entry in root["replies"] if entry["id"] == reply["id"])["votes"]["up"] == 1

    assert member.who() is None
    assert "Sign in to see" in member.page.text
    kept = dump(server)
    for trace in (member.id, member.email, "What about my secret?"):
        assert trace not in kept
    assert rows(server, "SELECT tokens_in IS NOT NULL FROM answers WHERE id = ?", answer["id"]) == [(1,)]
    data = {"site": "demo", "email": member.email, "password": PASSWORD}
    assert server.call("POST", "/api/user/login/", data).status == 401


def dump(server: Server) -> str:
    """Everything in the database as text."""
    connection = sqlite3.connect(server.database_url.removeprefix("sqlite:///"), timeout=10)
    try:
        return "\n".join(connection.iterdump())
    finally:
        connection.close()


def test_account_sign_in_returns_to_the_account(server: Server) -> None:
    for back in ("https://evil.example/", f"{server.url}.evil.example/", f"{server.url}@evil.example/"):
        query = {
            "site": "demo", "origin": server.url, "return_to": back, "lang": "en", "nonce": "n" * 22,
            "challenge": "c" * 43,
        }  # fmt: skip
        assert WebBrowser().get(f"{server.url}/sign-in/?{urlencode(query)}").status == 400


# ---- from the site's page


def test_member_renames_and_lists_sessions_by_api(server: Server, member: Member) -> None:
    member.write("Under another name.")
    assert member.call("PATCH", "/api/user/", {"site": "demo", "name": " Min\nA "}).json["user"]["name"] == "Min A"
    assert server.thread()["comments"][0]["author"]["name"] == "Min A"
    assert member.call("PATCH", "/api/user/", {"site": "demo", "name": "\u200b"}).status == 400
    listed = member.call("GET", "/api/user/sessions/?site=demo").json["sessions"]
    assert [entry["current"] for entry in listed].count(True) == 1
    assert {entry["origin"] for entry in listed} <= {server.site.origin, ""}
    current = next(entry["id"] for entry in listed if entry["current"])
    stranger = join(server)
    assert stranger.call("DELETE", f"/api/user/sessions/{current}/", {"site": "demo"}).status == 404
    assert member.call("DELETE", f"/api/user/sessions/{current}/", {"site": "demo"}).status == 204
    assert member.call("GET", "/api/user/sessions/?site=demo").status == 401


def test_guest_has_no_account(server: Server) -> None:
    server.begin()
    try:
        assert (
            server.call("PATCH", "/api/user/", {"site": "demo", "name": "Somebody"}).json["code"] == "sign_in_required"
        )
        assert server.call("GET", "/api/user/sessions/?site=demo").status == 403
    finally:
        server.token = ""


def test_owners_log_opens_after_an_erasure(server: Server, member: Member) -> None:
    asked = {"site": "demo", "page": server.page, "user_input": "Is it warm?", "key": secrets.token_hex(8)}
    assert member.call("POST", "/api/chat/gpt/", asked).status == 200
    member.write("I leave.")
    member.do("erase", sure="yes", words="keep")
    server.command("owner", "add", "owner@example.com", "--password-stdin", stdin="seven red lamps")
    owner = WebBrowser()
    page = owner.post(f"{server.url}/admin/sign-in/", {"email": "owner@example.com", "password": "seven red lamps"})
    assert page.status == 200 and "I leave." in page.text and "Is it warm?" not in page.text
