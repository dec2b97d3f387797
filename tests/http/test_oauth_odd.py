"""Providers that answer oddly: whatever does not hold signs nobody in, and is told in our words."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answerback.accounts.sign_in.oauth.client import SECONDS, ProviderFailed, calling
from answerback.accounts.sign_in.oauth.providers import configured
from answerback.clock import SystemClock
from answerback.settings import load_settings

from tests.fakes.oauth_server import CLIENT_ID, CLIENT_SECRET, OAuthServer
from tests.fakes.web_browser import WebBrowser
from tests.http.signing import BEHIND_A_PROXY, Window, count, refused, rows
from tests.processes import ServerProcess
from tests.services import Server, Site


@pytest.fixture(scope="module")
def odd_kakao() -> Iterator[OAuthServer]:
    with OAuthServer.start("kakao", "odd") as server:
        yield server


@pytest.fixture(scope="module")
def odd_github() -> Iterator[OAuthServer]:
    with OAuthServer.start("github", "odd") as server:
        yield server


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory, odd_kakao: OAuthServer, odd_github: OAuthServer) -> Iterator[Server]:
    """Our server beside providers that answer oddly."""
    settings = BEHIND_A_PROXY | odd_kakao.settings() | odd_github.settings()
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("odd"), site, **settings) as server:
        odd_kakao.expect(server.url)
        odd_github.expect(server.url)
        yield server


def unsigned(claims: dict[str, Any], header: dict[str, Any]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join([*parts, ""])


NOW = int(time.time())
BENT: dict[str, dict[str, Any]] = {
    "another audience": {"claims": {"aud": "somebody-else"}},
    "another audience, ours as azp": {"claims": {"aud": "somebody-else", "azp": CLIENT_ID}},
    "one audience more": {"claims": {"aud": [CLIENT_ID, "somebody-else"]}},
    "another azp": {"claims": {"azp": "somebody-else"}},
    "another issuer": {"claims": {"iss": "https://kauth.kakao.com.evil.example"}},
    "another nonce": {"claims": {"nonce": "replayed"}},
    "no nonce": {"claims": {"nonce": None}},
    "expired": {"claims": {"exp": NOW - 3600, "iat": NOW - 7200}},
    "no expiry": {"claims": {"exp": None}},
    "from long ago": {"claims": {"iat": NOW - 7200}},
    "not yet": {"claims": {"nbf": NOW + 3600}},
    "an empty subject": {"claims": {"sub": ""}},
    "a blank subject": {"claims": {"sub": "  "}},
    "no subject": {"claims": {"sub": None}},
    "a subject that is no text": {"claims": {"sub": {"id": 1}}},
    "another key": {"header": {"kid": "not-among-them"}},
    "no key": {"header": {"kid": None}},
    "not signed": {"id_token": unsigned({"sub": "1", "aud": CLIENT_ID}, {"alg": "none", "kid": "x"})},
    "signed by a word": {"id_token": unsigned({"sub": "1"}, {"alg": "HS256", "kid": "x"}) + "c2lnbmF0dXJl"},
    "no ID token": {"id_token": None},
    "an ID token that is none": {"id_token": "a.b.c"},
    "a profile of somebody else": {"profile": {"id": 999_999}},
    "an error": {"token": {"status": 400, "body": {"error": "invalid_grant", "error_description": "secret failure"}}},
    "an error with status 200": {"token": {"status": 200, "body": {"error": "bad_verification_code"}}},
    "nothing": {"token": {"status": 200, "body": {}}},
    "an error that is a list": {"token": {"status": 400, "body": {"error": ["invalid_grant"]}}},
    "an end that is a list": {"token": {"status": 200, "body": {"access_token": "x", "expires_in": [1]}}},
    "half a character": {"claims": {"sub": "80\ud83d"}},
    "an answer of another issuer": {"back": {"iss": "https://evil.example"}},
    "an error beside the code": {"back": {"error": "server_error", "error_description": "secret failure"}},
}  # fmt: skip


@pytest.mark.parametrize("control", BENT.values(), ids=BENT.keys())
def test_invalid_provider_answer_signs_nobody_in(odd: Server, odd_kakao: OAuthServer, control: dict[str, Any]) -> None:
    odd_kakao.say(user={"id": "801"}, **control)
    before = count(odd, "visitors"), count(odd, "sessions")
    refused(odd, Window(odd, WebBrowser()).choose("kakao"), 400)
    assert (count(odd, "visitors"), count(odd, "sessions")) == before
    assert not rows(odd, "SELECT * FROM identities WHERE subject IN ('801', '', '  ', 'None')")


def test_log_names_the_failure_but_no_provider_text(tmp_path: Path) -> None:
    with (
        OAuthServer.start("kakao", "odd") as kakao,
        Site.start() as site,
        ServerProcess.start(tmp_path, site, **kakao.settings()) as server,
    ):
        server.stop()
        server.log = tmp_path / "server.log"
        server.run()
        kakao.expect(server.url)
        kakao.say(token={"status": 400, "body": {"error": "canary", "error_description": "canary"}})
        callback = Window(server, browser := WebBrowser()).to_callback("kakao")
        refused(server, browser.get(callback))
        kakao.say(claims={"sub": "canary", "aud": "canary"})
        refused(server, Window(server, WebBrowser()).choose("kakao"))
        server.stop()
        said = server.log.read_text("utf-8")
    assert "sign-in by kakao failed (refused): audience" in said
    assert not [word for word in ("canary", CLIENT_SECRET, *callback.partition("?")[2].split("&")) if word in said]


def test_unbent_provider_signs_in(odd: Server, odd_kakao: OAuthServer) -> None:
    """So the answers above are refused for what is wrong with them, and for nothing else."""
    odd_kakao.say(user={"id": "802"})
    assert Window(odd, WebBrowser()).sign_in("kakao")["name"] == "Mina"


def test_rotated_provider_keys_are_read(odd: Server, odd_kakao: OAuthServer) -> None:
    odd_kakao.say(user={"id": "803"})
    first = Window(odd, WebBrowser()).sign_in("kakao")
    odd_kakao.say(user={"id": "803"}, rotate=True)
    found = {Window(odd, WebBrowser()).sign_in("kakao")["id"] for _ in range(3)}
    assert found == {first["id"]}


PLACES = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


@pytest.mark.anyio
@pytest.mark.parametrize("elsewhere", ["", *PLACES])
@pytest.mark.parametrize("where", ["https://evil.example", "{origin}.evil.example", "{origin}0"])
async def test_kakao_urls_follow_the_settings(tmp_path: Path, elsewhere: str, where: str) -> None:
    """Secret and code go to these addresses, and the keys come from one of them."""
    with Site.start() as site:
        found = dict.fromkeys(PLACES, site.origin) | {name: f"{site.origin}/{name}" for name in PLACES[1:]}
        if elsewhere:
            found[elsewhere] = found[elsewhere].replace(site.origin, where.format(origin=site.origin))
        (site.folder / ".well-known").mkdir()
        (site.folder / ".well-known" / "openid-configuration").write_text(json.dumps(found), "utf-8")
        texts = {
            "DATA_DIR": str(tmp_path),
            "KAKAO_URL": site.origin,
            "KAKAO_CLIENT_ID": "id",
            "KAKAO_CLIENT_SECRET": "x",
        }
        settings = load_settings({f"ANSWERBACK_{name}": text for name, text in texts.items()}, dotenv=None)
        kakao = configured(settings, SystemClock())["kakao"]
        if elsewhere:
            with pytest.raises(ProviderFailed, match="discovery"):
                await kakao.address("http://localhost/callback", "state", "v" * 43, "nonce")
        else:
            address = await kakao.address("http://localhost/callback", "state", "v" * 43, "nonce")
            assert address.startswith(f"{site.origin}/authorization_endpoint?")


@pytest.mark.parametrize("path", ["/oauth/token", "/.well-known/jwks.json"])
@pytest.mark.parametrize("how", ["500", "garbage", "huge"])
def test_provider_failure_is_told_in_our_words(odd: Server, odd_kakao: OAuthServer, path: str, how: str) -> None:
    status = 400 if (path, how) == ("/oauth/token", "garbage") else 502
    odd_kakao.say(user={"id": "804"}, fail={path: how}, header={"kid": "unknown-so-that-keys-are-read"})
    page = Window(odd, WebBrowser()).choose("kakao")
    refused(odd, page, status)
    assert ("Kakao is not responding" in page.text) == (status == 502)
    assert not rows(odd, "SELECT * FROM identities WHERE subject = '804'")


@pytest.mark.anyio
async def test_hanging_provider_times_out(odd_github: OAuthServer) -> None:
    odd_github.say(user={"id": "805"}, fail={"/login/oauth/access_token": "hang"})
    with pytest.raises(ProviderFailed, match="unavailable"):
        async with calling(CLIENT_ID, CLIENT_SECRET, seconds=0.3) as client:
            await client.fetch_token(f"{odd_github.url}/login/oauth/access_token", code="code")
    assert SECONDS <= 10


def test_missing_profile_still_signs_in(odd: Server, odd_kakao: OAuthServer) -> None:
    odd_kakao.say(user={"id": "806"}, claims={"nickname": "From the token"}, fail={"/v2/user/me": "500"})
    assert Window(odd, WebBrowser()).sign_in("kakao")["name"] == "From the token"


@pytest.mark.parametrize(
    "control",
    [
        {"token": {"status": 200, "body": {"error": "bad_verification_code", "error_description": "secret failure"}}},
        {"token": {"status": 200, "body": {"access_token": "", "token_type": "bearer"}}},
        {"profile": {}},
        {"profile": {"id": None, "login": "mina"}},
        {"profile": {"id": 0}},
        {"profile": {"id": True}},
        {"profile": {"id": "mina"}},
        {"profile": []},
    ],
    ids=str,
)
def test_github_without_an_id_signs_nobody_in(odd: Server, odd_github: OAuthServer, control: dict[str, Any]) -> None:
    odd_github.say(**control)
    before = count(odd, "visitors")
    refused(odd, Window(odd, WebBrowser()).choose("github"), 400)
    assert count(odd, "visitors") == before


def test_provider_names_become_one_line(odd: Server, odd_github: OAuthServer) -> None:
    odd_github.say(user={"id": "807", "name": "<b>Mina</b>\n\u202e" + "x" * 80})
    name = Window(odd, WebBrowser()).sign_in("github")["name"]
    assert name.startswith("<b>Mina</b> x") and len(name) == 50
    odd_github.say(user={"id": "808", "name": "Mina \ud83d", "email": "mi\ud83dna@example.com"})
    assert Window(odd, WebBrowser()).sign_in("github")["name"] == "Mina"
