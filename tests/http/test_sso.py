"""Sites that have users of their own sign them on: the examples of the documentation, and every way to cheat."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OctKey

from tests.http.signing import count, rows
from tests.services import Reply, Server, Site, wait_until

DOCS = Path(__file__).parents[2] / "docs" / "sign-in.md"
NOW = int(time.time())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path_factory.mktemp("sso"), site) as running:
        yield running


@pytest.fixture(scope="module")
def secret(server: Server) -> str:
    made = server.command("site", "sso", "demo").stdout.strip()
    assert len(made) == 43
    assert server.command("site", "sso", "demo").stdout.strip() == made
    return made


def claims(server: Server, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    found = {
        "iss": "demo", "aud": server.url, "sub": "user-1", "iat": now, "exp": now + 120, "name": "Mina",
        "jti": f"jti-{time.time_ns()}", "email": "mina@example.com",
    } | changes  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def signed(server: Server, secret: str, header: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode({"alg": "HS256", **(header or {})}, claims(server, **changes), OctKey.import_key(secret))


def sign_on(server: Server, token: str, **headers: str) -> Reply:
    headers = {"Origin": server.site.origin, **headers}
    return server.call("POST", "/api/session/sso/", {"site": "demo", "token": token}, **headers)


# By what each example is run, and the end of the file's name.
LANGUAGES = {"python": ([sys.executable], "py"), "js": (["node"], "mjs"), "php": (["php"], "php")}


def example(language: str) -> str:
    """The example of that language in the documentation, to the letter."""
    found = re.search(rf"```{language}\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    assert found, language
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_documented_examples_sign_a_user_on(server: Server, secret: str, language: str, tmp_path: Path) -> None:
    source, (program, suffix) = example(language), LANGUAGES[language]
    assert len([line for line in source.splitlines() if line.strip()]) <= 10
    file = tmp_path / f"sign.{suffix}"
    file.write_text(source.replace("https://comments.example.com", server.url).replace("my-blog", "demo"), "utf-8")
    environment = {"PATH": os.environ["PATH"], "ANSWERBACK_SSO_SECRET": secret}
    done = subprocess.run(
        [*program, str(file)], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr == ""
    reply = sign_on(server, done.stdout.strip())
    assert reply.status == 201, reply.body
    assert (reply.json["visitor"]["kind"], reply.json["visitor"]["name"]) == ("user", "Mina Kim")


def test_same_user_is_the_same_visitor_and_may_write(server: Server, secret: str) -> None:
    first = sign_on(server, signed(server, secret))
    cookie = first.headers["set-cookie"].partition(";")[0]
    data = {"site": "demo", "page": server.page, "body": "Signed on."}
    posted = server.call("POST", "/api/comments/", data, Origin=server.site.origin, Cookie=cookie)
    assert posted.json["comment"]["author"]["name"] == "Mina"
    again = sign_on(server, signed(server, secret, name="Another", email="else@example.com"))
    assert again.json["visitor"] == first.json["visitor"]
    assert rows(server, "SELECT issuer, subject FROM identities WHERE visitor_id = ?", first.json["visitor"]["id"]) == [
        ("sso:demo", "user-1")
    ]


def test_sign_on_replaces_the_guest_session(server: Server, secret: str) -> None:
    guest = server.call("POST", "/api/session/", {"site": "demo"}, Origin=server.site.origin)
    before = guest.headers["set-cookie"].partition(";")[0]
    after = sign_on(server, signed(server, secret), Cookie=before)
    assert after.headers["set-cookie"].partition(";")[0] != before
    path = f"/api/session/?site=demo&page={server.page}"
    assert server.call("GET", path, Origin=server.site.origin, Cookie=before).json["visitor"] is None


BENT: dict[str, dict[str, Any]] = {
    "another site's": {"iss": "other"},
    "no issuer": {"iss": None},
    "for somebody else": {"aud": "https://else.example"},
    "for somebody else too": {"aud": ["https://else.example"]},
    "for nobody": {"aud": None},
    "without a subject": {"sub": None},
    "with an empty subject": {"sub": ""},
    "with a blank subject": {"sub": "   "},
    "with a subject that is no text": {"sub": 17},
    "with a subject that is a list": {"sub": ["user-1"]},
    "with a subject that is true": {"sub": True},
    "with a subject too long": {"sub": "x" * 256},
    "over": {"iat": NOW - 600, "exp": NOW - 400},
    "good for too long": {"exp": NOW + 3600},
    "good for ever": {"exp": float("inf")},
    "with an end that is no number": {"exp": [NOW + 100]},
    "with a beginning that is a text": {"iat": str(NOW)},
    "without an end": {"exp": None},
    "without a beginning": {"iat": None},
    "from tomorrow": {"iat": NOW + 86_400, "exp": NOW + 86_500},
    "without a name of its own": {"jti": None},
    "with a name too short": {"jti": "x"},
    "with a name that is a list": {"jti": ["jti-12345678"]},
}


@pytest.mark.parametrize("changes", BENT.values(), ids=BENT.keys())
def test_invalid_token_signs_nobody_on(server: Server, secret: str, changes: dict[str, Any]) -> None:
    before = count(server, "visitors"), count(server, "sessions")
    reply = sign_on(server, signed(server, secret, **changes))
    assert reply.status in (400, 401) and reply.json["code"] in ("sso_invalid", "validation_failed")
    assert "set-cookie" not in reply.headers
    assert (count(server, "visitors"), count(server, "sessions")) == before


def test_name_cut_within_a_character_is_kept(server: Server, secret: str) -> None:
    def token(**changes: str) -> str:  # as JSON.stringify writes it: the half as an escape
        data = json.dumps(claims(server, **changes)).encode()
        return jws.serialize_compact({"alg": "HS256"}, data, OctKey.import_key(secret))

    reply = sign_on(server, token(sub="cut", name="Mina \ud83d", email="mi\ud83dna@example.com"))
    assert (reply.status, reply.json["visitor"]["name"]) == (201, "Mina")
    assert sign_on(server, token(sub="cut\ud83d")).status == 400


def test_a_token_works_once(server: Server, secret: str) -> None:
    token = signed(server, secret)
    assert [sign_on(server, token).status for _ in range(2)] == [201, 401]


def test_only_the_sites_secret_signs(server: Server, secret: str) -> None:
    good = signed(server, secret)
    head, body, signature = good.split(".")
    for token in (
        signed(server, "x" * 43), f"{head}.{body}.", f"{head}.{body}.{signature[:-4]}AAAA", "", "a", "a.b.c",
        "a" * 4_097,
        jwt.encode({"alg": "HS512"}, claims(server), OctKey.import_key(secret), algorithms=["HS512"]),
        f"eyJhbGciOiJub25lIn0.{body}.",
    ):  # fmt: skip
        assert sign_on(server, token).status in (400, 401)


def test_token_is_bound_to_its_site(server: Server, secret: str) -> None:
    server.command("site", "add", "other", "--origin", "https://other.example")
    wait_until(lambda: server.call("GET", "/api/session/?site=other&page=/").status == 200)
    other = server.command("site", "sso", "other").stdout.strip()
    assert other != secret
    assert sign_on(server, signed(server, other)).status == 401
    assert sign_on(server, signed(server, other, iss="other")).status == 401
    assert sign_on(server, signed(server, secret), Origin="https://other.example").status == 403


def test_rotating_ends_the_old_secret_and_off_ends_both(server: Server, secret: str) -> None:
    server.command("site", "add", "turning", "--origin", "https://turning.example")
    first = server.command("site", "sso", "turning").stdout.strip()
    second = server.command("site", "sso", "turning", "--rotate").stdout.strip()
    data = {"site": "turning"}
    wait_until(lambda: server.call("GET", "/api/session/?site=turning&page=/").status == 200)
    codes = []
    for key in (first, second):
        token = signed(server, key, iss="turning")
        codes.append(server.call("POST", "/api/session/sso/", {**data, "token": token}).status)
    assert codes == [401, 201]
    server.command("site", "sso", "turning", "--off")
    token = signed(server, second, iss="turning")
    assert server.call("POST", "/api/session/sso/", {**data, "token": token}).status == 401
    assert server.command("site", "sso", "nowhere", check=False).returncode == 1


def test_the_secret_is_not_in_the_database(server: Server, secret: str) -> None:
    assert secret not in str(rows(server, "SELECT * FROM sso_secrets"))
