"""The account page over real HTTP: name, picture, sessions, ways in, export, and the end."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from answerback.account.pictures import Pictures, read_picture
from answerback.db import Database
from answerback.seams import RandomIds, SystemClock

from tests.fakes.oauth_server import OAuthServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.signing import BEHIND_A_PROXY, Window, rows
from tests.services import Reply, Server, Site, walk

PASSWORD = "seven green lamps"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6364f8cf500f0003860180"
    "5a34d97a0000000049454e44ae426082"
)


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


@dataclass
class Member:
    """Somebody with an account, the account page open, and a session on the site."""

    server: Server
    browser: WebBrowser
    email: str
    id: str
    cookie: str

    @property
    def page(self) -> Page:
        return self.browser.get(f"{self.server.url}/account/?site=demo")

    def do(self, what: str, **fields: str) -> Page:
        """Send a form of the account page."""
        page = self.page
        hidden = {name: page.field(name) for name in ("site", "lang", "token")}
        return self.browser.post(f"{self.server.url}/account/{what}/", {**hidden, **fields})

    def call(self, method: str, path: str, data: Any = None) -> Reply:
        """A call from the site's page with the session's cookie."""
        return self.server.call(method, path, data, Origin=self.server.site.origin, Cookie=self.cookie)

    def write(self, body: str, **fields: Any) -> Any:
        data = {"site": "demo", "page": self.server.page, "body": body, "ask": False} | fields
        reply = self.call("POST", "/api/comments/", data)
        assert reply.status == 201, reply.body
        return reply.json["comment"]

    def who(self) -> Any:
        return self.call("GET", f"/api/session/?site=demo&page={self.server.page}").json["visitor"]


def open_account(server: Server, browser: WebBrowser, email: str) -> Page:
    """Sign in on the way to the account page."""
    page = browser.get(f"{server.url}/account/?site=demo")
    ways = browser.get(page.link("/sign-in/?"))
    return browser.post(ways.link("/password/"), {"email": email, "password": PASSWORD})


@pytest.fixture
def member(server: Server) -> Member:
    server.turn_page()
    return join(server)


def join(server: Server, name: str = "Mina") -> Member:
    email = f"{secrets.token_hex(6)}@example.com"
    data = {"site": "demo", "email": email, "password": PASSWORD, "name": name}
    browser = WebBrowser()
    user = server.call("POST", "/api/user/register/", data, X_Forwarded_For=browser.address).json["user"]
    window = Window(server, WebBrowser())
    signed = window.browser.post(window.page.link("/password/"), {"email": email, "password": PASSWORD})
    cookie = window.exchange(signed).headers["set-cookie"].partition(";")[0]
    page = open_account(server, browser, email)
    assert page.url.startswith(f"{server.url}/account/") and "Ways in" in page.text
    return Member(server, browser, email, user["id"], cookie)


def change(server: Server, sql: str, *values: Any) -> None:
    """Bend what is in the database, as time does."""
    connection = sqlite3.connect(server.database_url.removeprefix("sqlite:///"), timeout=10)
    with connection:
        connection.execute(sql, values)
    connection.close()


def upload(member: Member, data: bytes, token: str | None = None, **headers: str) -> Page:
    """Send a picture as a browser does."""
    page = member.page
    parts = []
    for name in ("site", "lang", "token"):
        value = token if name == "token" and token is not None else page.field(name)
        parts.append(f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = (
        '--edge\r\nContent-Disposition: form-data; name="picture"; filename="me.png"\r\nContent-Type: image/png\r\n\r\n'
    )
    body = b"".join([*parts, head.encode(), data, b"\r\n--edge--\r\n"])
    headers = {"Origin": member.server.url, "Content_Type": "multipart/form-data; boundary=edge"} | headers
    return member.browser.send(f"{member.server.url}/account/picture/", body, **headers)


# ---- who may


def test_nobody_sees_an_account_without_signing_in(server: Server) -> None:
    page = WebBrowser().get(f"{server.url}/account/?site=demo")
    assert page.status == 200 and "Sign in to see" in page.text and "Ways in" not in page.text
    for name, value in {"cache-control": "no-store", "x-content-type-options": "nosniff"}.items():
        assert page.headers[name] == value
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert WebBrowser().get(f"{server.url}/account/?site=nowhere").status == 404
    assert WebBrowser().get(f"{server.url}/account/?site=demo", Host="evil.example").status == 400


def test_the_account_page_speaks_korean(server: Server, member: Member) -> None:
    page = member.browser.get(f"{server.url}/account/?site=demo&lang=ko")
    assert "로그인 방법" in page.text and 'lang="ko"' in page.text


def test_cookies_are_worth_nothing_at_each_others_doors(server: Server, member: Member) -> None:
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


FORMS = ["name", "picture/remove", "sessions/end", "ways/remove", "erase", "sign-out"]


@pytest.mark.parametrize("what", FORMS)
def test_a_form_of_somebody_else_does_nothing(server: Server, member: Member, what: str) -> None:
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


def test_the_page_closes_after_an_hour_and_with_the_session(server: Server, member: Member) -> None:
    change(server, "UPDATE account_sessions SET expires_at = 1 WHERE visitor_id = ?", member.id)
    assert "Sign in to see" in member.page.text
    open_account(server, member.browser, member.email)
    assert "Ways in" in member.page.text
    assert member.call("POST", "/api/user/logout/", {"site": "demo"}).status == 204
    assert "Sign in to see" in member.page.text


# ---- name and picture


def test_a_name_changes_everywhere(server: Server, member: Member) -> None:
    member.write("Written before.")
    page = member.do("name", name="  Min\u202e  A  ")
    assert "Your name is changed" in page.text
    assert server.thread()["comments"][0]["author"]["name"] == "Min A"
    assert member.who()["name"] == "Min A"
    for bad in ("", "   ", "\u200b", "x" * 300):
        assert "1 to 50 characters" in member.do("name", name=bad).text
    assert member.who()["name"] == "Min A"
    script = "<script>alert(1)</script>"
    assert script not in member.do("name", name=script).body.decode()


def test_a_picture_is_given_and_taken_away(server: Server, member: Member) -> None:
    member.write("With a picture.")
    data = PNG + bytes(range(256)) * 40 + b"\r\n--edg\r\r\n\n"
    assert "done_picture" in upload(member, data).headers["location"]
    url = member.who()["avatar_url"]
    assert url.startswith(f"{server.url}/avatars/")
    served = WebBrowser().get(url)
    assert (served.body, served.headers["content-type"]) == (data, "image/png")
    assert server.thread()["comments"][0]["author"]["avatar_url"] == url
    member.do("picture/remove")
    assert member.who()["avatar_url"] is None
    assert server.thread()["comments"][0]["author"]["avatar_url"] is None
    assert WebBrowser().get(url).status == 404


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html>",
        b"GIF",
        b"\x89PNG\r\n\x1a\n<html>",
    ],
)
def test_what_is_no_picture_is_not_taken(member: Member, data: bytes) -> None:
    assert "bad_picture" in upload(member, data).headers["location"]
    assert member.who()["avatar_url"] is None


def test_pictures_come_from_our_own_page_only_and_are_small(server: Server, member: Member) -> None:
    assert upload(member, PNG, Origin="https://evil.example").status == 403
    assert upload(member, PNG, token="none").status == 403
    assert upload(member, PNG, Content_Type="text/plain").status == 415
    assert upload(member, PNG + b"x" * 600_000).status in (303, 413)
    assert member.who()["avatar_url"] is None


def test_pictures_are_known_by_their_bytes() -> None:
    kinds = {
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR": "image/png", b"\xff\xd8\xff\xe0\x00": "image/jpeg",
        b"GIF89a\x01": "image/gif", b"RIFF\x00\x00\x00\x00WEBPVP8L": "image/webp",
    }  # fmt: skip
    for data, kind in kinds.items():
        picture = read_picture(data)
        assert picture is not None and picture.media_type == kind
    assert read_picture(b"RIFF\x00\x00\x00\x00WAVEfmt ") is None


@pytest.mark.anyio
async def test_pictures_over_http_are_asked_for_with_tls_and_at_public_addresses_only() -> None:
    asked: list[tuple[str, int]] = []

    async def resolver(host: str, port: int) -> list[str]:
        asked.append((host, port))
        return ["127.0.0.1"] if host == "inside.example" else ["93.184.215.14", "10.0.0.1"]

    db = Database("sqlite://")
    pictures = Pictures(
        db, SystemClock(), RandomIds(), "http://localhost", ["https://kauth.kakao.com"], lambda *_: None, resolver
    )
    for url in ("http://k.kakaocdn.example/a.jpg", "https://inside.example/a", "https://kauth.kakao.com/x"):
        assert await pictures.fetch(url) is None
    assert asked == [("k.kakaocdn.example", 443), ("inside.example", 443), ("kauth.kakao.com", 443)][: len(asked)]
    before = len(asked)
    for url in (
        "http://127.0.0.1:8000/",
        "https://a@b.example/",
        "ftp://b.example/",
        "https://b.example:8443/",
        "//x",
        "",
    ):
        assert await pictures.fetch(url) is None
    assert [host for host, _ in asked[before:]] in ([], ["127.0.0.1"])


# ---- sessions


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


# ---- ways in


def add_github(member: Member) -> Page:
    return member.browser.get(member.page.link("/account/ways/add/github/"))


def test_a_way_in_is_added_and_removed_but_never_the_last(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3001", "email": member.email})
    assert "You can sign in this way too" in add_github(member).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] == member.id
    id = rows(server, "SELECT id FROM identities WHERE visitor_id = ?", member.id)[0][0]
    assert "is removed" in member.do("ways/remove", id=id).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] != member.id


def test_the_last_way_in_stays(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "3002"})
    browser = WebBrowser()
    visitor = Window(server, WebBrowser()).sign_in("github")
    ways = browser.get(browser.get(f"{server.url}/account/?site=demo").link("/sign-in/?"))
    page = browser.get(ways.link("/sign-in/github/start"))
    assert "only way in" in page.text
    id = rows(server, "SELECT id FROM identities WHERE visitor_id = ?", visitor["id"])[0][0]
    fields = {"site": "demo", "lang": "en", "token": page.field("token"), "id": id}
    assert "only way in" in browser.post(f"{server.url}/account/ways/remove/", fields).text
    assert rows(server, "SELECT id FROM identities WHERE id = ?", id)


def test_an_identity_of_somebody_else_is_not_taken(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3003", "email": member.email})
    other = Window(server, WebBrowser()).sign_in("github")
    assert "belongs to another account" in add_github(member).text
    assert Window(server, WebBrowser()).sign_in("github")["id"] == other["id"] != member.id


def test_a_way_in_is_added_only_with_a_fresh_proof(server: Server, member: Member, github: OAuthServer) -> None:
    github.say(user={"id": "3004"})
    change(server, "UPDATE account_sessions SET created_at = created_at - 700000 WHERE visitor_id = ?", member.id)
    assert "show once more that it is you" in add_github(member).text
    assert "show once more" in member.do("erase", sure="yes", words="delete").text
    assert not rows(server, "SELECT * FROM identities WHERE visitor_id = ?", member.id)
    assert member.who()["id"] == member.id


def test_another_persons_browser_cannot_finish_adding(server: Server, member: Member, github: OAuthServer) -> None:
    """Nor can a thief put an identity of the thief's own into somebody's account."""
    github.say(user={"id": "3005"})
    thief = join(server)
    page = thief.browser.get(thief.page.link("/account/ways/add/github/"), follow=False)
    for _ in range(20):
        if page.headers["location"].startswith(server.url):
            break
        location = page.headers["location"]
        page = thief.browser.get(location if "://" in location else f"{github.url}{location}", follow=False)
    answer = member.browser.get(page.headers["location"])
    assert answer.status == 400
    assert not rows(server, "SELECT * FROM identities WHERE subject = '3005'")


# ---- export and erasure


def test_everything_about_oneself_comes_as_json(server: Server, member: Member) -> None:
    comment = member.write("For the archive.")
    other = join(server, "Jun")
    other.write("Not for this archive.")
    page = member.browser.get(f"{server.url}/account/export/?site=demo")
    assert "attachment" in page.headers["content-disposition"]
    data = page.json
    assert [entry["body"] for entry in data["comments"]] == ["For the archive."]
    assert data["comments"][0]["id"] == comment["id"] and data["comments"][0]["created_at"].endswith("Z")
    assert data["account"][0]["email"] == member.email
    assert "Firefox · Linux" in {entry["agent"] for entry in data["sessions"]} | {"Firefox · Linux"}
    text = json.dumps(data)
    assert "argon2" not in text and "Not for this archive" not in text and "hash" not in text
    assert "Sign in to see" in WebBrowser().get(f"{server.url}/account/export/?site=demo").text


@pytest.mark.parametrize("words", ["delete", "keep"])
def test_an_account_ends_and_the_thread_stays_readable(server: Server, member: Member, words: str) -> None:
    question = member.write("When do you open?", ask=True)
    answer = next(c for c in walk(server.thread()["comments"]) if c["parent_id"] == question["id"])
    server.settled(answer["id"])
    other = join(server, "Jun")
    reply = other.write("At half past seven.", parent_id=question["id"])
    member.call("PUT", f"/api/comments/{reply['id']}/vote/", {"site": "demo", "value": 1})
    asked = {"site": "demo", "page": server.page, "user_input": "What about my secret?", "key": secrets.token_hex(8)}
    assert member.call("POST", "/api/chat/gpt/", asked).status == 200
    assert "Tick the box" in member.do("erase", words=words).text
    assert "is deleted" in member.do("erase", sure="yes", words=words).text

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


def test_sign_in_for_the_account_page_goes_nowhere_else(server: Server) -> None:
    for back in ("https://evil.example/", f"{server.url}.evil.example/", f"{server.url}@evil.example/"):
        query = {
            "site": "demo", "origin": server.url, "return_to": back, "lang": "en", "nonce": "n" * 22,
            "challenge": "c" * 43,
        }  # fmt: skip
        assert WebBrowser().get(f"{server.url}/sign-in/?{urlencode(query)}").status == 400
