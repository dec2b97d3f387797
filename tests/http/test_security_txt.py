"""Whom to tell of a flaw, as RFC 9116 has it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from answerback.errors import SettingsError
from answerback.settings import load_settings

from tests.services import Server, Site

PATH = "/.well-known/security.txt"
CONTACT = "ANSWERBACK_SECURITY_CONTACT"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {CONTACT: "security@harbour.example"}
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("security"), site, **settings) as running:
        yield running


def fields(server: Server) -> dict[str, str]:
    reply = server.call("GET", PATH)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    return dict(line.split(": ", 1) for line in reply.body.decode().splitlines())


def test_contact_is_named_and_expires_rolling(named: Server) -> None:
    found = fields(named)
    assert found["Contact"] == "mailto:security@harbour.example"
    assert found["Canonical"] == named.url + PATH
    expires = datetime.fromisoformat(found["Expires"])
    ahead = expires.timestamp() - named.clock.now() / 1000
    assert 170 * 86_400 < ahead < 365 * 86_400
    named.clock.advance(seconds=10 * 86_400)
    assert datetime.fromisoformat(fields(named)["Expires"]) > expires


def test_nothing_is_there_without_a_contact(server: Server) -> None:
    assert server.call("GET", PATH).status == 404


@pytest.mark.parametrize("bad", ["nobody", "http://harbour.example/", "javascript:alert(1)", "a@b\nPolicy: x"])
def test_contact_is_an_address(bad: str) -> None:
    with pytest.raises(SettingsError, match=CONTACT):
        load_settings({CONTACT: bad, "ANSWERBACK_SECRET_KEY": "k" * 32}, dotenv=None)
