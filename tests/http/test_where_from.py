"""From which address a call comes, by which limits are counted (threat 9)."""

from __future__ import annotations

import pytest
from answerback.http import address_key, client_address
from starlette.requests import Request

from tests.services import Server

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
        ("10.0.0.1", ["198.51.100.7, unknown"], ("10.0.0.0/8",), "0.0.0.0"),
    ],
)
def test_only_what_listed_proxies_wrote_is_believed(
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
def test_whoever_has_a_whole_network_counts_once(one: str, other: str, same: bool) -> None:
    assert (address_key(one, "2026-11-23", SECRET) == address_key(other, "2026-11-23", SECRET)) is same


def test_an_address_is_known_by_another_name_each_day() -> None:
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
