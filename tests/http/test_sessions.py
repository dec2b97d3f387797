"""A session is bound to its site and origin, and a ticket is good once (threat 5)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.http.signing import change, count, rows
from tests.services import Reply, Server, wait_until

OTHER = "https://other.example"


@pytest.fixture(scope="module")
def running(running: Server) -> Iterator[Server]:
    """The site `demo` has two origins here."""
    running.change(origins=f"{running.site.origin},{OTHER}")
    yield running
    running.change(origins=running.site.origin)


def begun(server: Server, **headers: str) -> Reply:
    return server.call("POST", "/api/session/", {"site": "demo"}, **headers)


def visitor(server: Server, **headers: str) -> Reply:
    return server.call("GET", "/api/session/?site=demo&page=/", **headers)


def redeemed(server: Server, ticket: str, **headers: str) -> Reply:
    return server.call("POST", "/api/session/bearer/", {"site": "demo", "ticket": ticket}, **headers)


def test_cookie_is_bound_to_its_origin(shared: Server) -> None:
    cookie = begun(shared, Origin=shared.site.origin).headers["set-cookie"].partition(";")[0]
    assert visitor(shared, Cookie=cookie, Origin=shared.site.origin).json["visitor"]
    assert visitor(shared, Cookie=cookie, Origin=OTHER).json["visitor"] is None
    assert visitor(shared, Cookie=cookie).json["visitor"] is None


def test_cookie_needs_an_origin(shared: Server) -> None:
    cookie = begun(shared).headers["set-cookie"].partition(";")[0]
    assert visitor(shared, Cookie=cookie).json["visitor"] is None


def test_token_is_bound_to_its_origin(shared: Server) -> None:
    ticket = begun(shared, Origin=shared.site.origin).json["ticket"]
    token = redeemed(shared, ticket, Origin=shared.site.origin).json["token"]
    bearer = f"Bearer {token}"
    assert visitor(shared, Authorization=bearer, Origin=shared.site.origin).json["visitor"]
    assert visitor(shared, Authorization=bearer, Origin=OTHER).json["code"] == "session_invalid"


def test_ticket_works_once_at_its_origin(shared: Server) -> None:
    ticket = begun(shared, Origin=shared.site.origin).json["ticket"]
    for wrong, origin in ((ticket, OTHER), (ticket[:-1], shared.site.origin), ("x.y.z", shared.site.origin)):
        assert redeemed(shared, wrong, Origin=origin).json["code"] == "ticket_invalid"
    assert redeemed(shared, ticket, Origin=shared.site.origin).status == 200
    assert redeemed(shared, ticket, Origin=shared.site.origin).json["code"] == "ticket_invalid"


def test_ticket_expires_after_a_minute(shared: Server) -> None:
    [key] = (shared.folder / "data" / "secret-key").read_text("utf-8").split()

    def ticket(seconds_ago: int) -> Any:
        class Earlier(TimestampSigner):
            def get_timestamp(self) -> int:
                return super().get_timestamp() - seconds_ago

        made: Any = {"salt": "session-ticket", "signer": Earlier, "signer_kwargs": {"digest_method": hashlib.sha256}}
        [(id,)] = rows(shared, "SELECT id FROM sessions ORDER BY created_at DESC LIMIT 1")
        return URLSafeTimedSerializer(key, **made).dumps([id, "demo", shared.site.origin])

    begun(shared, Origin=shared.site.origin)
    assert redeemed(shared, ticket(62), Origin=shared.site.origin).json["code"] == "ticket_invalid"
    assert redeemed(shared, ticket(50), Origin=shared.site.origin).status == 200


def test_token_and_cookie_differ(shared: Server) -> None:
    here = shared.site.origin
    new = begun(shared, Origin=here)
    name, _, secret = new.headers["set-cookie"].partition(";")[0].partition("=")
    token = redeemed(shared, new.json["ticket"], Origin=here).json["token"]
    known = str(rows(shared, "SELECT * FROM sessions"))
    assert token.startswith("demo.")
    assert all(len(text) == 43 and text not in known for text in (secret, token[5:]))
    ids = [id for (id,) in rows(shared, "SELECT id FROM sessions")]  # whoever is signed in sees those of their own
    for guess in (secret, *ids):
        assert visitor(shared, Authorization=f"Bearer demo.{guess}", Origin=here).status == 401
    assert visitor(shared, Cookie=f"{name}={token}", Origin=here).json["visitor"] is None
    assert visitor(shared, Cookie=f"{name}={token[5:]}", Origin=here).json["visitor"] is None
    for sent in ({"Cookie": f"{name}={secret}"}, {"Authorization": f"Bearer {token}"}):
        assert visitor(shared, Origin=here, **sent).json["visitor"] == new.json["visitor"]


def test_session_expires(shared: Server) -> None:
    here = shared.site.origin
    new = begun(shared, Origin=here)
    cookie = new.headers["set-cookie"].partition(";")[0]
    token = redeemed(shared, new.json["ticket"], Origin=here).json["token"]
    change(shared, "UPDATE sessions SET expires_at = 1 WHERE visitor_id = ?", new.json["visitor"]["id"])
    assert visitor(shared, Cookie=cookie, Origin=here).json["visitor"] is None
    assert visitor(shared, Authorization=f"Bearer {token}", Origin=here).status == 401


def test_expired_rows_are_swept_while_running(server: Server) -> None:
    server.begin()
    token, server.token = server.token, ""
    server.begin()
    change(server, "UPDATE sessions SET expires_at = 1 WHERE created_at = (SELECT MIN(created_at) FROM sessions)")
    change(server, "UPDATE schedule SET due_at = 1")
    server.restart()
    wait_until(lambda: count(server, "sessions") == 1)
    assert visitor(server).json["visitor"]
    assert visitor(server, Authorization=f"Bearer {token}").status == 401
