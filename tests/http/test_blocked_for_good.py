"""Whom the owner has blocked or limited stays so: through a new account, and through signing in (threat 9)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answerback.accounts.privacy import merging_store
from answerback.accounts.store import add_visitor, set_daily_answers, visitor_by_id
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.sites.store import add_site

from tests.fakes.oauth_server import OAuthServer
from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import WebBrowser
from tests.http.members import PASSWORD, Member, join
from tests.http.signing import BEHIND_A_PROXY, Window, rows
from tests.http.test_mail import ask
from tests.services import Server, Site


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def github() -> Iterator[OAuthServer]:
    with OAuthServer.start("github", "strict") as server:
        yield server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, post: MailServer, github: OAuthServer) -> Iterator[Server]:
    settings = BEHIND_A_PROXY | post.settings() | github.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("blocked"), site, **settings) as running:
        github.expect(running.url)
        yield running


def blocked(server: Server, id: str) -> bool:
    return bool(rows(server, "SELECT blocked FROM visitors WHERE id = ?", id)[0][0])


def registered_again(server: Server, email: str) -> str:
    data = {"site": "demo", "email": email, "password": PASSWORD, "name": "New"}
    reply = server.call("POST", "/api/user/register/", data, X_Forwarded_For=WebBrowser().address)
    assert reply.status == 201
    return str(reply.json["user"]["id"])


def erased(member: Member, *, block: bool) -> None:
    if block:
        member.server.command("site", "visitor", "demo", member.id, "--block")
    assert "has been deleted" in member.do("erase", sure="yes", words="delete").text


def test_registering_anew_ends_no_block(server: Server) -> None:
    member, other = join(server), join(server)
    erased(member, block=True)
    erased(other, block=False)
    kept = str(rows(server, "SELECT * FROM blocked_identities"))
    assert member.email not in kept
    id = registered_again(server, member.email)
    assert blocked(server, id) and not blocked(server, registered_again(server, other.email))
    server.command("site", "visitor", "demo", id, "--unblock")
    assert rows(server, "SELECT * FROM blocked_identities") == []  # what the owner gives back is not taken again


def test_coming_in_by_mail_ends_no_block(server: Server, post: MailServer) -> None:
    member = join(server)
    post.next_to(member.email)  # which asks to confirm the address
    erased(member, block=True)
    window = Window(server, WebBrowser())
    waiting = ask(window, member.email)
    window.browser.post(post.next_to(member.email, 2).link, {})
    reply = window.exchange(window.browser.get(waiting.url))
    assert blocked(server, reply.json["visitor"]["id"])


def test_coming_in_by_a_provider_ends_no_block(server: Server, github: OAuthServer) -> None:
    github.say(user={"id": "4711", "name": "Mina"})
    first = Window(server, WebBrowser()).sign_in("github")
    server.command("site", "visitor", "demo", first["id"], "--block")
    browser = WebBrowser()
    account = f"{server.url}/account/?site=demo"
    ways = browser.get(browser.get(account).link("/sign-in/?"))
    page = browser.get(ways.link("/sign-in/github/start"))
    hidden = {name: page.field(name) for name in ("site", "lang", "token")}
    gone = browser.post(f"{server.url}/account/erase/", {**hidden, "sure": "yes", "words": "delete"})
    assert "has been deleted" in gone.text
    again = Window(server, WebBrowser()).sign_in("github")
    assert again["id"] != first["id"] and blocked(server, again["id"])


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("guest", "account", "then"),
    [("0", None, "0"), ("2", "unlimited", "2"), ("9", "3", "3"), (None, "3", "3"), ("unlimited", None, "unlimited"),
     (None, None, None)],
)  # fmt: skip
async def test_limit_of_a_guest_stays(database: Database, guest: str | None, account: str | None, then: str) -> None:
    people = Visitor("g1", "demo", "guest", ""), Visitor("m1", "demo", "user", "Mina")
    await database.write(lambda: add_site("demo", {"origins": "https://a.example"}, 1))
    for visitor, limit in zip(people, (guest, account), strict=True):
        await database.write(lambda visitor=visitor: add_visitor(visitor.id, "demo", visitor.kind, visitor.name, 1))
        await database.write(lambda visitor=visitor, limit=limit: set_daily_answers("demo", visitor.id, limit))
    await database.write(lambda: merging_store.merge(*people))
    merged = await database.read(lambda: visitor_by_id("demo", "m1"))
    assert merged is not None and merged.daily_answers == then
