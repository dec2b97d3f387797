"""What a visitor asks to be told of, from the call to the mail and its end: a real server and a real mail server."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.fakes.smtp_server import MailServer
from tests.fakes.web_browser import WebBrowser
from tests.http.members import Member, join
from tests.http.signing import rows
from tests.services import Server, Site, wait_until

SECRET = "providers-password-4711"
MINA, JIN = "mina@example.com", "jin@example.com"


@pytest.fixture(scope="module")
def post() -> Iterator[MailServer]:
    with MailServer.start() as started:
        yield started


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, post: MailServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("subscriptions")
    with (
        Site.start() as site,
        Server.start(folder, site, ANSWERBACK_MAIL_IN_SECRET=SECRET, **post.settings()) as started,
    ):
        started.change(comments_per_minute="unlimited")
        yield started


def guest(server: Server, email: str = "", **fields: str) -> dict[str, str]:
    """A new guest, who asks to be told of replies; the subscription."""
    server.begin()
    data = {"site": "demo", "topic": "replies", "email": email} | fields
    reply = server.call("POST", "/api/subscriptions/", data)
    assert reply.status in (201, 202), reply.body
    made: dict[str, str] = reply.json["subscription"]
    return made


def listed(server: Server) -> Any:
    return server.call("GET", "/api/subscriptions/?site=demo").json


def opened(url: str, data: bytes | None = None) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as page:
        text: str = page.read().decode()
        return text


def test_reply_is_mailed_after_double_opt_in_until_one_click(server: Server, post: MailServer) -> None:
    made = guest(server, MINA)
    assert (made["state"], made["address"]) == ("pending", "m…@e….com")
    question = post.next_to(MINA)
    [link] = re.findall(r"http://\S+/notifications/confirm/\S+", question.part("plain"))
    browser = WebBrowser()
    page = browser.get(link)
    assert "Replies to your comments, and answers to your questions" in page.text
    assert listed(server)["subscriptions"][0]["state"] == "pending"  # looking changes nothing
    assert "Confirmed." in browser.post(link, {}).text
    assert listed(server) == {
        "email": True, "address": "m…@e….com", "subscriptions": [made | {"state": "active"}],
    }  # fmt: skip
    mine = server.post("My words.", ask=False, name="Mina").json["comment"]["id"]
    server.begin()
    reply = server.post("A reply.", ask=False, name="Jin", parent_id=mine).json["comment"]["id"]
    server.clock.advance(seconds=75)
    mail = post.next_to(MINA, 2)
    assert "Jin replied to you" in mail.part("plain") and "A reply." in mail.part("html")
    assert f"#answerback-{reply}" in mail.part("plain")
    assert mail.message["List-Id"] == "<demo.news.bakery.example>"
    assert mail.message["References"] == mail.message["In-Reply-To"]
    assert re.fullmatch(r"<thread\.\w+@bakery\.example>", mail.message["References"])
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<img" not in mail.part("html") and "url(" not in mail.part("html")
    stop = mail.message["List-Unsubscribe"].strip("<>")
    assert MINA in opened(stop)
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = ?", MINA) == [(1,)]
    assert "has deleted the address" in opened(stop, b"List-Unsubscribe=One-Click")
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = ?", MINA) == [(0,)]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        opened(stop)


def test_only_its_own_visitor_ends_a_subscription(server: Server) -> None:
    made = guest(server, "mine@example.com")
    path = f"/api/subscriptions/{made['id']}/"
    token = server.token
    server.begin()
    assert listed(server)["subscriptions"] == []
    assert server.call("DELETE", path, {"site": "demo"}).status == 404
    server.token = token
    assert server.call("DELETE", path, {"site": "demo"}).status == 204
    assert listed(server)["subscriptions"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"topic": "all"}, {"topic": "thread"}, {"email": "mina"}, {"email": ""}, {"channel": "fax"},
        {"topic": "thread", "channel": "feed", "page": "/bakery.html"},
    ],
)  # fmt: skip
def test_wish_that_cannot_be_is_refused(server: Server, wrong: dict[str, str]) -> None:
    server.begin()
    data = {"site": "demo", "topic": "replies", "email": MINA} | wrong
    assert server.call("POST", "/api/subscriptions/", data).status == 400


def test_page_of_an_address_ends_one_thing_or_all(server: Server, post: MailServer) -> None:
    guest(server, JIN, topic="thread", page=server.page)
    server.call("POST", "/api/subscriptions/", {"site": "demo", "topic": "replies", "email": JIN})
    [link] = re.findall(r"http://\S+/notifications/confirm/\S+", post.next_to(JIN).part("plain"))
    browser = WebBrowser()
    page = browser.post(link, {})
    assert page.text.count('name="stop"') == 3 and JIN in page.text
    wait_until(lambda: rows(server, "SELECT COUNT(*) FROM jobs WHERE kind = 'subscription_mail'") == [(0,)])
    one = page.field("stop")
    url = page.url.replace("&confirmed=1", "")
    page = browser.post(url, {"stop": one})
    assert page.text.count('name="stop"') == 2
    assert "has deleted the address" in browser.post(url, {"stop": "all"}).text
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = ?", JIN) == [(0,)]


def test_forged_or_expired_links_change_nothing(server: Server) -> None:
    made = guest(server, "forged@example.com")
    for path in ("", "stop/", "feed/", "confirm/"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            opened(f"{server.url}/notifications/{path}?id={made['id']}&proof={'0' * 32}")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        opened(f"{server.url}/notifications/stop/?id={made['id']}&proof={'0' * 32}", b"x")


def test_feed_of_replies_has_an_address_that_can_end(server: Server) -> None:
    made = guest(server, channel="feed")
    assert made["state"] == "active" and made["address"] is None
    mine = server.post("Mine.", ask=False, name="Mina").json["comment"]["id"]
    mine_too = server.post("Mine, too.", ask=False, parent_id=mine).json["comment"]["id"]
    token = server.token
    server.begin()
    reply = server.post("A reply for the feed.", ask=False, name="Jin", parent_id=mine).json["comment"]["id"]
    text = opened(made["url"])
    assert [entry.text for entry in ElementTree.fromstring(text).iter("{http://www.w3.org/2005/Atom}id")][1:] == [
        f"urn:answerback:comment:{reply}"
    ]
    assert mine_too not in text
    items = json.loads(opened(f"{made['url']}&format=json"))["items"]
    assert [item["id"] for item in items] == [reply]
    server.token = token
    assert server.call("DELETE", f"/api/subscriptions/{made['id']}/", {"site": "demo"}).status == 204
    with pytest.raises(urllib.error.HTTPError, match="404"):
        opened(made["url"])


def ask_of(member: Member, **fields: str) -> dict[str, str]:
    member.server.token = ""
    reply = member.call("POST", "/api/subscriptions/", {"site": "demo", "topic": "replies"} | fields)
    assert reply.status in (201, 202), reply.body
    made: dict[str, str] = reply.json["subscription"]
    return made


def test_account_sees_exports_and_takes_its_subscriptions_along(server: Server, post: MailServer) -> None:
    member = join(server)
    ask_of(member, email="other@example.com")
    feed = ask_of(member, channel="feed")
    page = member.browser.get(f"{server.url}/notifications/?site=demo")
    assert "Feed of replies to you" in page.text and "other@example.com" not in page.text  # not confirmed
    [link] = re.findall(r"http://\S+/notifications/confirm/\S+", post.next_to("other@example.com").part("plain"))
    member.browser.post(link, {})
    page = member.browser.get(f"{server.url}/notifications/?site=demo")
    assert "other@example.com" in page.text
    assert "/notifications/?site=demo" in member.page.text
    exported = json.loads(member.browser.get(f"{server.url}/account/export/?site=demo").text)
    assert exported["subscriptions"][0]["address"] == "other@example.com"
    member.do("erase", words="keep", sure="yes")
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = 'other@example.com'") == [(0,)]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        opened(feed["url"])


def test_account_sees_nothing_that_others_want_at_its_address(server: Server, post: MailServer) -> None:
    """Whose address it is has confirmed both, maybe without a look at who had asked."""
    shared = "shared@example.com"
    guest(server, shared)
    browser = WebBrowser()
    browser.post(re.findall(r"http://\S+/notifications/confirm/\S+", post.next_to(shared).part("plain"))[0], {})
    server.begin()
    member = join(server)
    ask_of(member, email=shared, topic="thread", page="/followed/")
    browser.post(re.findall(r"http://\S+/notifications/confirm/\S+", post.next_to(shared, 2).part("plain"))[0], {})
    listing = member.browser.get(f"{server.url}/notifications/?site=demo").text
    [link] = [html.unescape(url) for url in re.findall(r'href="([^"]+/notifications/\?id=[^"]+)"', listing)]
    page = member.browser.get(link)
    assert "/followed/" in page.text and "Replies to your comments" not in page.text
    member.browser.post(link, {"stop": "all"})
    others = "SELECT kind FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id WHERE r.address = ?"
    assert sorted(rows(server, others, shared)) == [("replies",), ("thread",)]
    member.browser.post(link, {"stop": page.field("stop")})
    assert rows(server, others, shared) == [("replies",)]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        opened(re.sub("of=[^&]+", "of=another", link))


def test_signed_out_reader_of_the_page_is_led_to_sign_in(server: Server) -> None:
    page = WebBrowser().get(f"{server.url}/notifications/?site=demo")
    assert page.url.startswith(f"{server.url}/account/?site=demo")


def test_guest_who_signs_in_keeps_what_was_asked_for(server: Server) -> None:
    guest(server, channel="feed")
    cookie_token = server.token
    email = "later@example.com"
    data = {"site": "demo", "email": email, "password": "seven green lamps", "name": "Later"}
    reply = server.call("POST", "/api/user/register/", data)
    assert reply.status == 201, reply.body
    server.token = reply.json["token"]
    assert server.token != cookie_token
    assert [each["channel"] for each in listed(server)["subscriptions"]] == ["feed"]


def report(server: Server, authorization: str, body: str) -> int:
    """What a provider that reports this is answered."""
    headers = {"Authorization": authorization, "Content-Type": "text/plain"}
    request = urllib.request.Request(f"{server.url}/mail-in/bounces/", body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def test_reported_bounce_stops_an_address(server: Server) -> None:
    guest(server, "gone@example.com")
    body = json.dumps({"RecordType": "Bounce", "Type": "HardBounce", "Email": "Gone@Example.com"})
    basic = base64.b64encode(f"answerback:{SECRET}".encode()).decode()
    for wrong in ("", "Bearer wrong", "Basic wrong"):
        assert report(server, wrong, body) == 401
    assert report(server, f"Bearer {SECRET}", "{") == 400
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = 'gone@example.com'") == [(1,)]
    assert report(server, f"Basic {basic}", body) == 200
    assert rows(server, "SELECT COUNT(*) FROM subscribers WHERE address = 'gone@example.com'") == [(0,)]
    assert rows(server, "SELECT reason FROM stopped_addresses") == [("bounce",)]
