"""From which address a call comes, by which limits are counted (threat 9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from answerback.accounts.sign_in.pace import Pace
from answerback.clock import SteppedClock
from answerback.errors import LimitReached
from answerback.net.addresses import address_key, client_address, shares
from starlette.requests import Request

from tests.http.signing import BEHIND_A_PROXY
from tests.services import Server, Site

SECRET = "a secret of the tests' own, long enough"


def seen_as(peer: str, written: list[str], trusted: tuple[str, ...]) -> str:
    """The address that a call from `peer` with these lines of X-Forwarded-For counts by."""
    headers = [(b"x-forwarded-for", line.encode()) for line in written]
    return client_address(Request({"type": "http", "client": (peer, 1), "headers": headers}), trusted)


@pytest.mark.parametrize(
    ("peer", "written", "trusted", "address"),
    [
        ("198.51.100.7", ["203.0.113.1"], (), "198.51.100.7"),
        ("198.51.100.7", ["203.0.113.1"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", [], ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1, 198.51.100.7"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1, 198.51.100.7, 10.0.0.2"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.1", "198.51.100.7"], ("10.0.0.0/8",), "198.51.100.7"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7:4711"], ("10.0.0.0/8",), "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8::1]:4711, 10.0.0.2:80"], ("10.0.0.0/8",), "2001:db8::1"),
        ("10.0.0.1", ["2001:db8::1"], ("10.0.0.0/8",), "2001:db8::1"),
        ("10.0.0.1", ["198.51.100.7, unknown"], ("10.0.0.0/8",), "0.0.0.0"),
    ],
)
def test_forwarded_headers_need_a_listed_proxy(
    peer: str, written: list[str], trusted: tuple[str, ...], address: str
) -> None:
    assert seen_as(peer, written, trusted) == address


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
    ],
)
def test_ipv6_network_counts_once(one: str, other: str, same: bool) -> None:
    assert (address_key(one, "2026-11-23", SECRET) == address_key(other, "2026-11-23", SECRET)) is same


def test_an_ipv6_address_counts_by_its_48_too() -> None:
    def counted(address: str) -> list[tuple[str, int]]:
        return shares("x:" + address_key(address, "2026-11-23", SECRET), 10)

    one, other, far = map(counted, ("2001:db8:1:2::1", "2001:db8:1:3::1", "2001:db8:2:2::1"))
    assert [most for _, most in one] == [10, 80]
    assert (one[0] != other[0], one[1] == other[1], one[1] != far[1]) == (True, True, True)
    assert [most for _, most in counted("198.51.100.7")] == [most for _, most in counted("::ffff:198.51.100.7")] == [10]
    assert len(counted("fe80::1%eth0")) == 2


def test_network_shares_one_pace() -> None:
    pace = Pace(SteppedClock(), 2)
    keys = [address_key(f"2001:db8:1:{number:x}::1", "2026-11-23", SECRET) for number in range(17)]
    for key in keys[:16]:
        pace.step(key)
    with pytest.raises(LimitReached):
        pace.step(keys[16])
    pace.step(address_key("2001:db8:2::1", "2026-11-23", SECRET))


def test_network_shares_one_comment_pace(tmp_path: Path) -> None:
    with Site.start() as site, Server.start(tmp_path, site, **BEHIND_A_PROXY) as server:
        server.change(address_comments_per_minute="1")
        server.begin()

        def post(where: str) -> int:
            data = {"site": "demo", "page": "/", "body": "Words.", "ask": False}
            return server.call("POST", "/api/comments/", data, X_Forwarded_For=where).status

        assert [post(f"2001:db8:1:{number}::1") for number in (1, 1)] == [201, 429]
        assert [post(f"2001:db8:1:{number}::1") for number in range(2, 10)] == [201] * 7 + [429]
        assert post("2001:db8:2::1") == 201


def test_address_key_changes_daily() -> None:
    assert len({address_key("198.51.100.7", day, SECRET) for day in ("2026-11-23", "2026-11-24")}) == 2


def test_fresh_guests_do_not_make_fresh_limits(server: Server) -> None:
    server.change(address_comments_per_minute="3")
    codes = []
    for _ in range(4):
        server.begin()
        codes.append(server.post("Words.").json.get("code"))
    assert codes == [None, None, None, "rate_limited"]
    server.token = ""
    statuses = [server.call("POST", "/api/session/", {"site": "demo"}).status for _ in range(57)]
    assert statuses == [201] * 56 + [429]
    person = {"site": "demo", "email": "mina@example.com", "password": "a long enough one", "name": "Mina"}
    assert server.call("POST", "/api/user/register/", person).json["code"] == "too_many_requests"
