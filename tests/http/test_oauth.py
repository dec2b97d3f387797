"""Kakao and GitHub over real HTTP: a strict OpenID provider and one that answers oddly stand in for them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.oauth_server import CLIENT_ID, OAuthServer
from tests.fakes.web_browser import WebBrowser
from tests.http.signing import BEHIND_A_PROXY, Window, change, count, refused, rows
from tests.services import Server, Site, wait_until

ADMIN_KEY = "the-admin-key-of-the-app"


@pytest.fixture(scope="module")
def kakao() -> Iterator[OAuthServer]:
    with OAuthServer.start("kakao", "strict") as server:
        yield server


@pytest.fixture(scope="module")
def github() -> Iterator[OAuthServer]:
    with OAuthServer.start("github", "strict") as server:
        yield server


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, kakao: OAuthServer, github: OAuthServer) -> Iterator[Server]:
    """Our server beside strict providers."""
    settings = BEHIND_A_PROXY | kakao.settings() | github.settings() | {"ANSWERBACK_KAKAO_ADMIN_KEY": ADMIN_KEY}
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("strict"), site, **settings) as server:
        kakao.expect(server.url)
        github.expect(server.url)
        yield server


@pytest.fixture
def server(strict: Server, kakao: OAuthServer, github: OAuthServer) -> Server:
    kakao.say()
    github.say()
    return strict


def identity(server: Server, visitor: dict[str, Any]) -> tuple[Any, ...]:
    return rows(server, "SELECT issuer, subject, email FROM identities WHERE visitor_id = ?", visitor["id"])[0]


# ---- the good ways


@pytest.mark.parametrize("provider", ["kakao", "github"])
def test_second_sign_in_finds_the_same_visitor(server: Server, provider: str, request: Any) -> None:
    stand_in: OAuthServer = request.getfixturevalue(provider)
    stand_in.say(
        user={"id": "4611686018427387905", "name": "김미나"} if provider == "kakao" else {"id": "77", "name": "Mina"}
    )
    visitor = Window(server, WebBrowser()).sign_in(provider)
    assert (visitor["kind"], visitor["name"]) == ("user", "김미나" if provider == "kakao" else "Mina")
    assert visitor["avatar_url"] is None
    subject = "4611686018427387905" if provider == "kakao" else "77"
    assert identity(server, visitor) == (stand_in.url, subject, "mina@example.com")
    stand_in.say(user={"id": subject, "name": "Another name", "login": "taken-over", "email": "else@example.com"})
    again = Window(server, WebBrowser()).sign_in(provider)
    assert (again["id"], again["name"]) == (visitor["id"], visitor["name"])
    assert not rows(server, "SELECT * FROM oauth_states")


def test_no_token_of_a_provider_is_kept(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "880"})
    Window(server, WebBrowser()).sign_in("github")
    tokens = [entry for entry in github.requests() if entry["path"] == "/user"]
    assert tokens
    assert not [row for row in rows(server, "SELECT sql FROM sqlite_master") if "access_token" in (row[0] or "")]


@pytest.mark.parametrize("provider", ["kakao", "github"])
def test_name_picture_and_address_may_be_missing(server: Server, provider: str, request: Any) -> None:
    request.getfixturevalue(provider).say(
        user={"id": "91", "name": None, "login": None, "email": None, "picture": None}
    )
    visitor = Window(server, WebBrowser()).sign_in(provider)
    assert (visitor["name"], visitor["avatar_url"], visitor["kind"]) == ("", None, "user")
    assert identity(server, visitor)[1:] == ("91", None)


@pytest.mark.parametrize("provider", ["kakao", "github"])
def test_unverified_email_is_not_kept(server: Server, provider: str, request: Any) -> None:
    request.getfixturevalue(provider).say(user={"id": "92", "email": "unsure@example.com", "verified": False})
    assert identity(server, Window(server, WebBrowser()).sign_in(provider))[2] is None


def test_accounts_are_never_merged_by_email(server: Server, kakao: OAuthServer, github: OAuthServer) -> None:
    address = {"email": "same@example.com", "verified": True, "name": "Same"}
    registered = server.call(
        "POST", "/api/user/register/",
        {"site": "demo", "email": "same@example.com", "password": "seven green lamps", "name": "Same"},
    ).json["user"]  # fmt: skip
    found = [registered["id"]]
    for provider, stand_in, id in (("kakao", kakao, "501"), ("kakao", kakao, "502"), ("github", github, "501")):
        stand_in.say(user={"id": id, **address})
        found.append(Window(server, WebBrowser()).sign_in(provider)["id"])
    assert len(set(found)) == 4


def test_reused_login_is_another_person(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "601", "login": "mina"})
    first = Window(server, WebBrowser()).sign_in("github")
    github.say(user={"id": "602", "login": "mina"})
    assert Window(server, WebBrowser()).sign_in("github")["id"] != first["id"]


def test_kakao_authorization_request_is_complete(server: Server, kakao: OAuthServer) -> None:
    page = Window(server, WebBrowser()).choose("kakao", follow=False)
    address = urlsplit(page.headers["location"])
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{kakao.url}/oauth/authorize"
    assert query["redirect_uri"] == f"{server.url}/sign-in/kakao/callback"
    assert (query["response_type"], query["client_id"]) == ("code", CLIENT_ID)
    assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
    assert "openid" in query["scope"].split() and len(query["state"]) == len(query["nonce"]) == 43
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("__Host-") and all(
        word in cookie for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/")
    )


def test_check_says_what_to_set_and_register(server: Server) -> None:
    lines = {line["part"]: line for line in json.loads(server.command("check", "--json").stdout)}
    for part in ("kakao", "github"):
        assert lines[part]["state"] == "ok", lines[part]
        assert f"{server.url}/sign-in/{part}/callback" in lines[part]["detail"]
    bent = {
        "ANSWERBACK_KAKAO_ADMIN_KEY": "", "ANSWERBACK_KAKAO_URL": "http://127.0.0.1:1",
        "ANSWERBACK_GITHUB_CLIENT_SECRET": "",
    }  # fmt: skip
    kept, server.environment = server.environment, server.environment | bent
    try:
        done = server.command("check", "--json", check=False)
    finally:
        server.environment = kept
    lines = {line["part"]: line for line in json.loads(done.stdout)}
    assert done.returncode == 1
    assert (lines["kakao"]["state"], lines["github"]["state"]) == ("error", "error")
    assert "ANSWERBACK_GITHUB_CLIENT_SECRET is missing" in lines["github"]["detail"]


# ---- the browser


def test_callback_in_another_browser_does_nothing(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "701"})
    browser, thief = WebBrowser(), WebBrowser()
    window = Window(server, browser)
    callback = window.to_callback("kakao")
    before = count(server, "visitors")
    refused(server, thief.get(callback))
    Window(server, thief).choose("kakao", follow=False)  # with a cookie of the thief's own, too
    refused(server, thief.get(callback))
    assert count(server, "visitors") == before
    assert window.exchange(browser.get(callback)).status == 201


def test_a_callback_works_once(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "702"})
    browser = WebBrowser()
    window = Window(server, browser)
    callback = window.to_callback("github")
    assert window.exchange(browser.get(callback)).status == 201
    refused(server, browser.get(callback))


def test_two_tabs_of_one_browser_do_not_disturb_each_other(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "703"})
    browser = WebBrowser()
    first, second = Window(server, browser), Window(server, browser)
    callbacks = [first.to_callback("kakao"), second.to_callback("kakao")]
    found = [second.exchange(browser.get(callbacks[1])), first.exchange(browser.get(callbacks[0]))]
    assert [reply.status for reply in found] == [201, 201]
    assert len({reply.json["visitor"]["id"] for reply in found}) == 1


def test_codes_mixed_up_between_tabs_are_refused(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "704"})
    browser = WebBrowser()
    first, second = Window(server, browser), Window(server, browser)
    one, other = (parse_qs(urlsplit(window.to_callback("kakao")).query) for window in (first, second))
    mixed = f"{server.url}/sign-in/kakao/callback?state={one['state'][0]}&code={other['code'][0]}"
    refused(server, browser.get(mixed))
    assert not rows(server, "SELECT * FROM identities WHERE subject = '704'")


@pytest.mark.parametrize("query", ["", "?code=abc", "?state=&code=abc", "?error=access_denied", "?state=guess&error=x"])
def test_callback_without_our_state_is_refused(server: Server, query: str) -> None:
    browser = WebBrowser()
    Window(server, browser).choose("kakao", follow=False)
    refused(server, browser.get(f"{server.url}/sign-in/kakao/callback{query}"))


def test_state_belongs_to_one_provider(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "705"})
    browser = WebBrowser()
    window = Window(server, browser)
    callback = window.to_callback("kakao")
    refused(server, browser.get(callback.replace("/kakao/", "/github/")))
    assert window.exchange(browser.get(callback)).status == 201  # where it belongs it is still good


def test_a_state_is_good_for_ten_minutes(server: Server) -> None:
    browser = WebBrowser()
    callback = Window(server, browser).to_callback("kakao")
    [(until,)] = rows(server, "SELECT MAX(expires_at) FROM oauth_states")
    assert 590 < until / 1000 - time.time() <= 600
    change(server, "UPDATE oauth_states SET expires_at = 1")
    refused(server, browser.get(callback))


def test_a_provider_that_is_not_set_up_does_not_exist(server: Server) -> None:
    assert WebBrowser().get(f"{server.url}/sign-in/google/callback?state=x").status == 404


@pytest.mark.parametrize("language", ["en", "ko"])
def test_declined_sign_in_is_told_in_the_right_language(server: Server, kakao: OAuthServer, language: str) -> None:
    kakao.say(deny=True)
    window = Window(server, WebBrowser(language), lang=language)
    assert {"en": "Continue with Kakao", "ko": "카카오 계정으로 계속하기"}[language] in window.page.text
    page = window.choose("kakao")
    refused(server, page, 200)
    assert {"en": "You did not sign in with Kakao.", "ko": "카카오 로그인을 취소했어요."}[language] in page.text


# ---- pictures


def picture_of(server: Server, visitor: dict[str, Any]) -> Any:
    return rows(server, "SELECT avatar_url FROM visitors WHERE id = ?", visitor["id"])[0][0]


def test_a_picture_is_fetched_once_and_served_by_us(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "901", "picture": f"{kakao.url}/pictures/good"})
    visitor = Window(server, WebBrowser()).sign_in("kakao")
    url = wait_until(lambda: picture_of(server, visitor))
    assert url.startswith(f"{server.url}/avatars/")
    page = WebBrowser().get(url)
    assert (page.status, page.headers["content-type"], page.body[:4]) == (200, "image/png", b"\x89PNG")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in page.headers["content-security-policy"]
    kakao.say(user={"id": "901", "picture": f"{kakao.url}/pictures/good"})
    assert Window(server, WebBrowser()).sign_in("kakao")["avatar_url"] == url
    assert not [entry for entry in kakao.requests() if entry["path"].startswith("/pictures/")]


@pytest.mark.parametrize("name", ["html", "svg", "typed", "huge", "away", "missing"])
def test_non_pictures_are_not_kept(server: Server, kakao: OAuthServer, github: OAuthServer, name: str) -> None:
    """`away` leads to our own server on loopback, which is not asked."""
    id = str(910 + len(name))
    away = f"{server.site.origin}/bakery.html"
    kakao.say(user={"id": id, "picture": f"{kakao.url}/pictures/{name}"}, away=away)
    visitor = Window(server, WebBrowser()).sign_in("kakao")
    wait_until(lambda: [entry for entry in kakao.requests() if entry["path"] == f"/pictures/{name}"])
    # Whoever comes next is served after the picture was looked at.
    github.say(user={"id": id, "picture": f"{github.url}/pictures/good"})
    other = Window(server, WebBrowser()).sign_in("github")
    wait_until(lambda: picture_of(server, other))
    assert picture_of(server, visitor) is None
    assert Path(server.site.folder).is_dir()


def test_private_picture_addresses_are_not_fetched(server: Server, github: OAuthServer, kakao: OAuthServer) -> None:
    for number, url in enumerate(
        [
            f"{server.url}/healthz",
            "http://169.254.169.254/latest",
            "http://[::1]:1/x",
            "file:///etc/passwd",
            "http://127.1/x",
        ]
    ):
        github.say(user={"id": str(940 + number), "picture": url})
        assert Window(server, WebBrowser()).sign_in("github")["avatar_url"] is None


# ---- Kakao tells that somebody has left


def unlink(server: Server, key: str, subject: str, method: str = "POST") -> int:
    fields = {"app_id": "1", "user_id": subject, "referrer_type": "UNLINK_FROM_APPS"}
    browser, url = WebBrowser(), f"{server.url}/sign-in/kakao/unlink"
    if method == "POST":
        return browser.post(url, fields, Authorization=f"KakaoAK {key}").status
    return browser.get(f"{url}?app_id=1&user_id={subject}", Authorization=f"KakaoAK {key}").status


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_kakao_unlink_erases_the_account(server: Server, kakao: OAuthServer, method: str) -> None:
    subject = f"95{len(method)}"
    kakao.say(user={"id": subject, "name": "Leaving"})
    server.turn_page()
    window = Window(server, WebBrowser())
    reply = window.exchange(window.choose("kakao"))
    cookie = reply.headers["set-cookie"].partition(";")[0]
    asked = server.call(
        "POST", "/api/comments/", {"site": "demo", "page": server.page, "body": "It was nice here."},
        Origin=server.site.origin, Cookie=cookie,
    )  # fmt: skip
    assert asked.status == 201
    assert server.thread()["comments"][0]["author"]["name"] == "Leaving"
    assert unlink(server, "wrong", subject, method) == 401
    assert rows(server, "SELECT * FROM identities WHERE subject = ?", subject)
    assert unlink(server, ADMIN_KEY, subject, method) == 200
    assert not rows(server, "SELECT * FROM identities WHERE subject = ?", subject)
    assert not rows(server, "SELECT * FROM visitors WHERE id = ?", reply.json["visitor"]["id"])
    comment = server.thread()["comments"][0]
    assert (comment["body"], comment["author"]["name"], comment["author"]["id"]) == ("It was nice here.", "", "")
    after = server.call("GET", f"/api/session/?site=demo&page={server.page}", Origin=server.site.origin, Cookie=cookie)
    assert after.json["visitor"] is None


def test_kakao_unlink_of_a_stranger_is_accepted(server: Server) -> None:
    assert unlink(server, ADMIN_KEY, "123456789") == 200
    assert unlink(server, ADMIN_KEY, "") == 200


def test_kakao_unlink_leaves_other_identities(server: Server, kakao: OAuthServer) -> None:
    kakao.say(user={"id": "960", "name": "Staying"})
    visitor = Window(server, WebBrowser()).sign_in("kakao")
    change(
        server,
        """INSERT INTO identities (id, site, issuer, subject, visitor_id, created_at, used_at)
        VALUES ('second-tie', 'demo', ?, '961', ?, 1, 1)""",
        kakao.url, visitor["id"],
    )  # fmt: skip
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: unlink(server, ADMIN_KEY, "961"), range(48))) == {200}
    assert rows(server, "SELECT subject FROM identities WHERE visitor_id = ?", visitor["id"]) == [("960",)]
    assert Window(server, WebBrowser()).sign_in("kakao")["id"] == visitor["id"]
    assert unlink(server, ADMIN_KEY, "960") == 200
    assert not rows(server, "SELECT * FROM visitors WHERE id = ?", visitor["id"])
