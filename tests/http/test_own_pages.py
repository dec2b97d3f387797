"""Pages of our own, and what is one person's: in no frame, no cache, for nobody else (threats 15, 18, 22)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD, Member, join
from tests.http.signing import BEHIND_A_PROXY, Window, rows
from tests.services import Server, Site

EVIL = "evil.example"
OWN = [
    "/sign-in/?site=demo", "/sign-in/none/", "/sign-in/none/register/", "/sign-in/none/reset/", "/sign-in/mail/none/",
    "/sign-in/mail/wait?sign_in=none", "/sign-in/kakao/start?sign_in=none", "/sign-in/kakao/callback?state=none",
    "/account/?site=demo", "/account/export/?site=demo", "/account/name/", "/admin/", "/admin/sign-in/",
    "/admin/sign-in/none/", "/admin/knowledge/",
]  # fmt: skip
PERSONAL = ["/api/session/?site=demo&page=/", "/api/chat/gpt/?site=demo&page=/", "/api/user/sessions/?site=demo"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with MailServer.start() as post, Site.start() as site:
        settings = BEHIND_A_PROXY | post.settings()
        with Server.start(tmp_path_factory.mktemp("own"), site, **settings) as running:
            running.command("owner", "add", "owner@example.com", "--password-stdin", stdin="seven red lamps")
            yield running


# ---- 22: frames, hosts, caches


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_own_pages_forbid_frames_and_caching(server: Server, path: str, method: str) -> None:
    page = WebBrowser().get(server.url + path, method=method, follow=False)
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy and "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"  # no code and no link goes to anybody by a Referer


@pytest.mark.parametrize("path", ["/t/?site=nowhere&page=/", "/t/?site=demo"])
def test_error_pages_are_not_cached(server: Server, path: str) -> None:
    page = WebBrowser().get(server.url + path)
    assert page.status >= 400 and page.headers["cache-control"] == "no-store"


def test_a_thread_is_cached_for_readers_of_one_language(server: Server) -> None:
    page = WebBrowser().get(server.url + "/t/?site=demo&page=/")
    assert "public" in page.headers["cache-control"] and page.headers["vary"] == "Accept-Language"


def test_handover_page_is_not_cached_or_framed(server: Server) -> None:
    window = Window(server, WebBrowser())
    page = window.browser.post(
        f"{window.page.url}register/", {"name": "Mina", "email": "handed@example.com", "password": PASSWORD}
    )
    assert "data-code" in page.body.decode()
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", [*OWN, "/account", "/admin", "/", "/t", "/answerback.js", "/healthz", *PERSONAL])
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL"])
def test_foreign_host_header_is_never_echoed(server: Server, path: str, header: str) -> None:
    value = {"Forwarded": f"host={EVIL}", "X-Original-URL": f"https://{EVIL}/"}.get(header, EVIL)
    page = WebBrowser().get(server.url + path, follow=False, **{header: value})
    assert EVIL not in page.text
    assert not [name for name, text in page.headers.items() if EVIL in text]
    if header == "Host" and path in OWN:
        assert page.status == 400


@pytest.mark.parametrize("path", PERSONAL)
def test_personal_data_is_not_cached(server: Server, path: str) -> None:
    member = join(server)
    for reply in (member.call("GET", path), server.call("GET", path), server.call("GET", path, Origin="null")):
        assert reply.headers["cache-control"] == "no-store"
        assert "Origin" in reply.headers["vary"]


# ---- 18: between people


def test_concurrent_visitors_see_nothing_of_each_other(server: Server) -> None:
    server.turn_page()
    members = [join(server, f"Person {number}") for number in range(8)]
    browsers = {member.id: member.browser for member in members}

    def live(member: Member) -> list[str]:
        """All that somebody is told, while seven others are told theirs."""
        told: list[str] = []
        own = f"said by {member.id}"
        for number in range(6):
            asked = {"site": "demo", "page": server.page, "user_input": f"{own} {number}", "key": f"{own}-{number}"}
            member.call("POST", "/api/chat/gpt/", asked)
            told += [
                member.call("GET", f"/api/session/?site=demo&page={server.page}").body.decode(),
                member.call("GET", f"/api/chat/gpt/?site=demo&page={server.page}").body.decode(),
                member.call("GET", "/api/user/sessions/?site=demo").body.decode(),
                browsers[member.id].get(f"{server.url}/account/export/?site=demo").text,
                browsers[member.id].get(f"{server.url}/account/?site=demo").text,
            ]
        return told

    with ThreadPoolExecutor(len(members)) as pool:
        for member, told in zip(members, pool.map(live, members), strict=True):
            text = "\n".join(told)
            assert f"said by {member.id}" in text and member.email in text
            for other in members:
                if other is not member:
                    assert other.id not in text and other.email not in text
            assert json.loads(told[0])["visitor"]["id"] == member.id


# ---- 15: nobody becomes an owner by coming first


def sign_in_as_owner(server: Server, email: str, password: str) -> Page:
    return WebBrowser().post(f"{server.url}/admin/sign-in/", {"email": email, "password": password})


def test_strangers_do_not_become_owners(server: Server) -> None:
    before = rows(server, "SELECT * FROM owners")
    data = {"site": "demo", "email": "owner@example.com", "password": PASSWORD, "name": "Mina"}
    token = server.call("POST", "/api/user/register/", data | {"kind": "owner", "all_sites": 1}).json["token"]
    for email, password in (("owner@example.com", PASSWORD), ("owner@example.com", ""), ("new@example.com", PASSWORD)):
        assert sign_in_as_owner(server, email, password).status in (401, 403)
    fields = {"email": "new@example.com", "password": PASSWORD}
    for path in ("/admin/register/", "/admin/owners/", "/admin/setup/", "/admin/sign-in/none/", "/admin/"):
        assert WebBrowser().post(server.url + path, fields).status in (401, 403, 404, 405)
    path = f"/api/session/?site=demo&page={server.page}"
    shown = server.call("GET", path, Authorization=f"Bearer {token}").json["visitor"]
    assert shown["kind"] == "user"
    assert "Sign in" in WebBrowser().get(f"{server.url}/admin/", Authorization=f"Bearer {token}").text
    assert rows(server, "SELECT * FROM owners") == before
    assert sign_in_as_owner(server, "owner@example.com", "seven red lamps").status == 200
