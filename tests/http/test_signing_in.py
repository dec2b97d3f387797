"""The sign-in page and the hand-over over real HTTP: threats 5, 6 and 8, each with nothing changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
from answerback.accounts.profile.auth import cookie_name as account_cookie
from answerback.accounts.sessions import cookie_name, hash_secret
from answerback.accounts.sign_in.flow.handlers import cookie_name as sign_in_cookie
from answerback.accounts.sign_in.oauth.flow import BROWSER_COOKIE
from answerback.admin.auth import COOKIE

from tests.fakes.web_browser import Page, WebBrowser
from tests.http.members import PASSWORD, join
from tests.http.signing import BEHIND_A_PROXY, Window, change, code_in, count, rows
from tests.services import OF_ONE_ADDRESS, Reply, Server, Site, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | OF_ONE_ADDRESS
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("signing"), site, **settings) as running:
        running.command("site", "add", "other", "--origin", "https://other.example")
        running.command("site", "add", "twin", "--origin", site.origin)
        wait_until(lambda: running.call("GET", "/api/session/?site=twin&page=/").status == 200)
        yield running


@pytest.fixture
def window(server: Server) -> Window:
    server.turn_page()
    return Window(server, WebBrowser())


def registered(window: Window, name: str = "Mina") -> Page:
    """The page that hands a new account over."""
    fields = {"name": name, "email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    page = window.browser.post(window.page.url + "register/", fields)
    assert page.status == 200, page.text
    return page


def exchange(server: Server, code: str, verifier: str, site: str = "demo", **headers: str) -> Reply:
    headers = {"Origin": server.site.origin} | headers
    return server.call("POST", "/api/session/exchange/", {"site": site, "code": code, "verifier": verifier}, **headers)


def begin(server: Server, **changes: str) -> Page:
    origin = server.site.origin
    query = {
        "site": "demo", "origin": origin, "return_to": f"{origin}/bakery.html", "lang": "en", "nonce": "n" * 22,
        "challenge": "c" * 43,
    } | changes  # fmt: skip
    return WebBrowser().get(f"{server.url}/sign-in/?{urlencode(query)}", follow=False)


# ---- where it may begin and go back to


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "{origin}.evil.example", "{origin}0", "{origin}/", "{origin} ", "HTTP{rest}"],
)
def test_sign_in_starts_from_site_origins_only(server: Server, origin: str) -> None:
    before = count(server, "sign_ins")
    wrong = origin.format(origin=server.site.origin, rest=server.site.origin[4:])
    for way_back in (f"{server.site.origin}/bakery.html", f"{wrong}/bakery.html"):
        assert begin(server, origin=wrong, return_to=way_back).status == 400
    assert count(server, "sign_ins") == before


@pytest.mark.parametrize("before", ["", "not", "www."])
@pytest.mark.parametrize("after", ["", ".evil.example", "s", ":8443", "."])
def test_lookalike_hosts_are_refused(server: Server, before: str, after: str) -> None:
    origin = f"https://{before}other.example{after}"
    page = begin(server, site="other", origin=origin, return_to=f"{origin}/bakery.html")
    assert page.status == (303 if before + after == "" else 400)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/", "//evil.example/", "/bakery.html", "javascript:alert(1)", "{origin}@evil.example/",
        "{origin}\\@evil.example/", "{origin}\\.evil.example/", "{origin}.evil.example/", "{origin}%00.evil.example/",
        "http:\t//evil.example/", "{origin}/\nSet-Cookie: a=b", "http://user@{host}/", "https:{origin}/", "data:,x", "",
        "{origin}", "http:///{host}/", "http:{host}/", "{origin}/" + "x" * 2_000,
    ],
)  # fmt: skip
def test_return_url_must_match_the_origin(server: Server, address: str) -> None:
    before = count(server, "sign_ins")
    origin = server.site.origin
    page = begin(server, return_to=address.format(origin=origin, host=origin.partition("://")[2]))
    assert page.status == 400
    assert count(server, "sign_ins") == before
    assert "evil.example" not in page.headers.get("location", "")


@pytest.mark.parametrize("changes", [{"nonce": "short"}, {"challenge": "<script>" * 6}, {"nonce": "n" * 129}])
def test_nonce_and_challenge_are_validated(server: Server, changes: dict[str, str]) -> None:
    assert begin(server, **changes).status == 400


def test_unknown_site_signs_nobody_in(server: Server) -> None:
    assert begin(server, site="nowhere").status == 404
    assert begin(server, site="other").status == 400  # which has another origin


def test_sign_in_page_has_security_headers(server: Server, window: Window) -> None:
    headers = window.page.headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    handed = registered(window)
    assert code_in(handed)
    assert handed.headers["referrer-policy"] == "same-origin"
    assert WebBrowser().get(window.page.url, Host="evil.example").status == 400


# ---- whose it is


def test_sign_in_is_bound_to_its_browser(server: Server, window: Window) -> None:
    stranger = WebBrowser()
    assert stranger.get(window.page.url).status == 404
    host, id = window.page.url.split("/")[2], window.page.url.split("/")[-2]
    stranger.cookies[host] = {sign_in_cookie(id): "s" * 43}  # the name is no secret
    assert stranger.get(window.page.url).status == 404
    fields = {"name": "Eve", "email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    before = count(server, "visitors")
    assert stranger.post(window.page.url + "register/", fields).status == 404
    assert (count(server, "visitors"), count(server, "sign_in_codes")) == (before, count(server, "sign_in_codes"))


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Content-Type": "text/plain"}, {"Origin": "{site}"}],
)
def test_forged_forms_do_nothing(server: Server, window: Window, headers: dict[str, str]) -> None:
    sent = {name.replace("-", "_"): value.format(site=server.site.origin) for name, value in headers.items()}
    sent = {"Content_Type": "application/x-www-form-urlencoded", "Origin": server.url} | sent
    body = urlencode({"name": "Eve", "email": "eve@example.com", "password": PASSWORD}).encode()
    before = count(server, "visitors")
    for form in ("register/", "password/"):
        assert window.browser.send(window.page.url + form, body, **sent).status in (403, 415)
    assert count(server, "visitors") == before


def test_old_sign_in_expires(server: Server, window: Window) -> None:
    change(server, "UPDATE sign_ins SET expires_at = 1 WHERE id = ?", window.page.url.split("/")[-2])
    assert window.browser.get(window.page.url).status == 404


# ---- the code


def test_code_works_once(server: Server, window: Window) -> None:
    page = registered(window)
    first = window.exchange(page)
    assert first.status == 201
    assert "Partitioned" in first.headers["set-cookie"]
    sessions = count(server, "sessions")
    again = window.exchange(page)
    assert (again.status, again.json["code"]) == (400, "code_invalid")
    assert count(server, "sessions") == sessions


def test_concurrent_exchanges_give_one_session(server: Server, window: Window) -> None:
    code = code_in(registered(window))
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: exchange(server, code, window.verifier).status, range(8)))
    assert sorted(replies) == [201] + [400] * 7


@pytest.mark.parametrize("wrong", ["verifier", "origin", "site", "site of the same origin", "not an origin"])
def test_wrong_verifier_uses_up_the_code(server: Server, window: Window, wrong: str) -> None:
    code, sessions = code_in(registered(window)), count(server, "sessions")
    if wrong == "verifier":
        reply = exchange(server, code, "w" * 43)
    elif wrong == "site":
        reply = exchange(server, code, window.verifier, site="other", Origin="https://other.example")
    elif wrong == "site of the same origin":
        reply = exchange(server, code, window.verifier, site="twin")
    elif wrong == "origin":
        reply = exchange(server, code, window.verifier, Origin="https://evil.example")
    else:
        data = {"site": "demo", "code": code, "verifier": window.verifier}
        reply = server.call("POST", "/api/session/exchange/", data)
    assert reply.status == (403 if wrong == "origin" else 400)
    assert count(server, "sessions") == sessions
    # A wrong origin is refused before anything is done; everybody else has seen what was not theirs.
    assert exchange(server, code, window.verifier).status == (201 if wrong == "origin" else 400)


def test_two_codes_of_one_sign_in_give_one_session(server: Server, window: Window) -> None:
    """A window that was reloaded, or gone back in, has made a second one."""
    fields = {"email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD}
    pages = [window.browser.post(window.page.url + form, fields) for form in ("register/", "password/")]
    assert len({code_in(page) for page in pages}) == 2
    assert [window.exchange(page).status for page in reversed(pages)] == [201, 400]


def test_code_expires_after_a_minute(server: Server, window: Window) -> None:
    code = code_in(registered(window))
    change(server, "UPDATE sign_in_codes SET expires_at = 1 WHERE used_at IS NULL")
    assert exchange(server, code, window.verifier).status == 400


def test_neither_code_nor_browser_is_in_the_database(server: Server, window: Window) -> None:
    code = code_in(registered(window))
    secret = next(iter(window.browser.cookies[window.page.url.split("/")[2]].values()))
    text = str(rows(server, "SELECT * FROM sign_in_codes") + rows(server, "SELECT * FROM sign_ins"))
    assert code not in text and secret not in text


# ---- what becomes of the guest


def test_guest_activity_moves_to_the_account(server: Server, window: Window) -> None:
    server.begin()
    guest = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["visitor"]["id"]
    mine = server.post("Is this asked by a guest?").json
    server.settled(mine["answer"]["id"])
    token = server.token
    server.token = ""
    other = join(server, "Tom")
    theirs = other.write("Vote for this.")
    vote = f"/api/comments/{theirs['id']}/vote/?site=demo"
    server.call("PUT", vote, {"value": 1}, Authorization=f"Bearer {token}")
    member = join(server)  # an account with some of its own
    page = window.browser.post(window.page.url + "password/", {"email": member.email, "password": PASSWORD})
    voted = member.call("PUT", vote, {"value": 1})
    assert voted.json["votes"] == {"up": 2, "down": 0}
    reply = exchange(server, code_in(page), window.verifier, Authorization=f"Bearer {token}")
    assert reply.json["visitor"]["id"] == member.id != guest
    cookie = reply.headers["set-cookie"].partition(";")[0]
    seen = server.call("GET", f"/api/session/?site=demo&page={server.page}", Origin=server.site.origin, Cookie=cookie)
    assert seen.json["quota"]["used"] == 1  # signing in is no fresh quota
    shown = {comment["id"]: comment for comment in server.thread()["comments"]}
    assert shown[mine["comment"]["id"]]["author"]["id"] == member.id
    assert shown[theirs["id"]]["votes"] == {"up": 1, "down": 0}  # nobody votes twice by signing in
    assert rows(server, "SELECT COUNT(*) FROM comments WHERE visitor_id = ?", guest) == [(0,)]
    dead = server.call("GET", f"/api/session/?site=demo&page={server.page}", Authorization=f"Bearer {token}")
    assert dead.status == 401


@pytest.mark.parametrize("way", ["register", "login"])
def test_guest_activity_moves_for_bearer_clients(server: Server, way: str) -> None:
    account = {"site": "demo", "email": f"{secrets.token_hex(6)}@example.com", "password": PASSWORD, "name": "Mina"}
    server.turn_page()
    if way == "login":
        assert server.call("POST", "/api/user/register/", account).status == 201
    server.begin()
    mine = server.post("Is this asked by a guest?").json
    server.settled(mine["answer"]["id"])
    signed = server.call("POST", f"/api/user/{way}/", account).json
    path = f"/api/session/?site=demo&page={server.page}"
    assert server.call("GET", path).json["code"] == "session_invalid"  # the guest is nobody any more
    server.token = signed["token"]
    seen = server.call("GET", path).json
    assert (seen["visitor"]["id"], seen["quota"]["used"]) == (signed["user"]["id"], 1)
    [shown] = server.thread()["comments"]
    assert (shown["author"]["id"], shown["author"]["name"]) == (signed["user"]["id"], "Mina")
    again = server.call("POST", "/api/user/login/", account).json["token"]  # somebody signed in stays so
    assert again != server.token and server.call("GET", path).json["visitor"]["id"] == signed["user"]["id"]


def test_merging_drops_votes_on_own_comments(server: Server, window: Window) -> None:
    server.begin()
    mine = server.post("Written as a guest.", ask=False).json["comment"]
    token, server.token = server.token, ""
    member, other = join(server), join(server)
    vote = f"/api/comments/{mine['id']}/vote/?site=demo"
    for each in (member, other):
        each.call("PUT", vote, {"value": 1})
    page = window.browser.post(window.page.url + "password/", {"email": member.email, "password": PASSWORD})
    exchange(server, code_in(page), window.verifier, Authorization=f"Bearer {token}")
    assert server.thread()["comments"][0]["votes"] == {"up": 1, "down": 0}
    assert rows(server, "SELECT score FROM comments WHERE id = ?", mine["id"])[0][0] == pytest.approx(0.2065, abs=1e-3)


def test_earlier_account_is_left_unchanged(server: Server, window: Window) -> None:
    one, other = join(server, "One"), join(server, "Other")
    mine = one.write("Mine.")
    page = window.browser.post(window.page.url + "password/", {"email": other.email, "password": PASSWORD})
    exchange(server, code_in(page), window.verifier, Cookie=one.cookie)
    shown = next(comment for comment in server.thread()["comments"] if comment["id"] == mine["id"])
    assert shown["author"]["name"] == "One"
    assert one.who() is None  # the rise in rights has ended the session before


# ---- sessions


def test_session_is_of_one_site_and_ends_on_sign_out(server: Server, window: Window) -> None:
    reply = window.exchange(registered(window))
    cookie = reply.headers["set-cookie"].partition(";")[0]
    bearer = server.call(
        "POST", "/api/session/bearer/", {"site": "demo", "ticket": reply.json["ticket"]}, Origin=server.site.origin
    ).json["token"]
    other = cookie.replace("answerback-session-demo", "answerback-session-other")
    look = f"?site=other&page={server.page}"
    assert (
        server.call("GET", f"/api/session/{look}", Origin="https://other.example", Cookie=other).json["visitor"] is None
    )
    assert server.call("GET", f"/api/session/{look}", Authorization=f"Bearer {bearer}").status in (400, 401, 403)
    assert (
        server.call("GET", "/admin/", Cookie=cookie.replace("answerback-session-demo", "answerback-owner")).body.find(
            b"Sign in"
        )
        > 0
    )
    out = server.call("POST", "/api/user/logout/", {"site": "demo"}, Origin=server.site.origin, Cookie=cookie)
    assert out.status == 204
    mine = f"/api/session/?site=demo&page={server.page}"
    assert server.call("GET", mine, Origin=server.site.origin, Cookie=cookie).json["visitor"] is None
    assert server.call("GET", mine, Authorization=f"Bearer {bearer}").status == 401


def test_sign_out_ends_the_calls_session(server: Server, window: Window) -> None:
    """A cookie that has come back after all is not left alive beside the token; and a dead one is no error."""
    first, second = window.exchange(registered(window)), Window(server, WebBrowser())
    cookie = first.headers["set-cookie"].partition(";")[0]
    ticket = {"site": "demo", "ticket": second.exchange(registered(second)).json["ticket"]}
    origin = server.site.origin
    token = server.call("POST", "/api/session/bearer/", ticket, Origin=origin).json["token"]
    for _ in range(2):
        out = server.call(
            "POST", "/api/user/logout/", {"site": "demo"}, Origin=origin, Cookie=cookie, Authorization=f"Bearer {token}"
        )
        assert out.status == 204 and "Max-Age=0" in out.headers["set-cookie"]
    assert rows(server, "SELECT COUNT(*) FROM sessions WHERE revoked_at IS NULL AND visitor_id IN (?, ?)",
                first.json["visitor"]["id"], second_visitor(server, token)) == [(0,)]  # fmt: skip


def second_visitor(server: Server, token: str) -> str:
    """Whose token it is, or was."""
    return str(rows(server, "SELECT visitor_id FROM sessions WHERE bearer_hash = ?", hash_secret(token))[0][0])


def test_finished_sign_in_cannot_be_reused(server: Server, window: Window) -> None:
    """Whoever sits at the same screen later finds the address of the window, and no way in by it."""
    other = window.browser.get(window.page.url)
    assert window.exchange(registered(window)).status == 201
    codes = count(server, "sign_in_codes")
    for page in (
        window.browser.get(window.page.url),
        window.browser.post(other.link("/password/"), {"email": "a@b.example", "password": PASSWORD}),
    ):
        assert (page.status, "This sign-in has expired" in page.text) == (404, True)
    assert count(server, "sign_in_codes") == codes


def test_cookie_names_do_not_collide() -> None:
    """A site may be called `owner` or `account-demo`."""
    others = (COOKIE, account_cookie("demo"), sign_in_cookie("x" * 32), BROWSER_COOKIE)
    for name in others:
        assert not name.startswith(cookie_name("")), name
