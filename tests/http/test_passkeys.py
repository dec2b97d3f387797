"""Passkeys of owners, with an authenticator in software: what is good lets in once, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from answerback.accounts.factors.passkeys import credential_id
from answerback.settings import load_settings

from tests.fakes.authenticator import BACKUP, PRESENT, VERIFIED, Authenticator, b64
from tests.http.owners import (
    EMAIL,
    PASSKEY,
    SECURITY,
    add_app,
    add_passkey,
    codes_in,
    first_step,
    is_in,
    post,
    sign_out,
    trail,
    with_passkey,
)
from tests.http.test_admin import OWN, House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


async def options_of(house: House) -> dict[str, Any]:
    found: dict[str, Any] = (await house.browser.get(PASSKEY)).json()
    return found


async def test_passkey_signs_in_without_a_name(house: House) -> None:
    options = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    assert options["rp"]["id"] == "localhost"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none" and options["user"]["name"] == EMAIL
    key = await add_passkey(house, "Mina's phone")
    page = (await house.browser.get(SECURITY)).text
    assert "Mina&#39;s phone" in page and "never used" in page and "synced" in page
    await sign_out(house)
    asked = await options_of(house)
    assert asked["userVerification"] == "required" and asked["allowCredentials"] == []
    signed_in = await with_passkey(house, key)
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/admin/")
    house.keep_cookie(signed_in)
    assert await is_in(house)
    assert "last used" in (await house.browser.get(SECURITY)).text
    assert await trail(house) == ["passkey_added"]


async def test_first_passkey_gives_recovery_codes(house: House) -> None:
    options = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    key = Authenticator(OWN, "localhost")
    added = await post(house, "passkeys/add", passkey=key.create(options), name="Phone")
    codes = codes_in(added.text)
    assert len(codes) == 10
    await add_passkey(house, "Laptop")
    await first_step(house)
    page = (await house.browser.get("/admin/sign-in/second/")).text
    assert 'data-passkey="get"' in page and "Recovery code" in page
    assert {each["id"] for each in (await options_of(house))["allowCredentials"]} > {b64(key.id)}
    assert (await house.send("/admin/sign-in/second/", {"code": codes[3]})).status_code == 303


WRONG: dict[str, dict[str, Any]] = {
    "origin": {"origin": "https://localhost.evil.example"},
    "scheme": {"origin": "https://localhost:8000"},
    "port": {"origin": "http://localhost:8001"},
    "frame": {"crossOrigin": True},
    "type": {"type": "webauthn.create"},
    "challenge": {"challenge": b64(b"made up by somebody, not by us")},
    "no challenge": {"challenge": ""},
    "odd challenge": {"challenge": b64("é".encode()) + "A"},
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_wrong_answer_lets_nobody_in(house: House, wrong: str) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    refused = await with_passkey(house, key, **WRONG[wrong])
    assert refused.status_code == 403 and "set-cookie" not in refused.headers
    assert (await with_passkey(house, key)).status_code == 303


@pytest.mark.parametrize("change", ["rp", "unverified", "absent", "signature", "user", "unknown"])
async def test_wrong_authenticator_lets_nobody_in(house: House, change: str) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    if change == "rp":
        key.rp = "evil.example"
    if change in ("unverified", "absent"):
        key.flags = (PRESENT if change == "unverified" else VERIFIED) | BACKUP
    if change == "signature":
        key.key = Authenticator(OWN, "localhost").key
    if change == "user":
        key.user = b"another"
    if change == "unknown":
        key.id = b"another key of the same form"
    assert (await with_passkey(house, key)).status_code == 403


async def test_answer_is_good_once_and_for_a_while(house: House) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    options = await options_of(house)
    answer = {"passkey": key.get(options)}
    assert (await house.send(PASSKEY, answer)).status_code == 303
    assert (await house.send(PASSKEY, answer)).status_code == 403
    assert (await house.send(PASSKEY, {"passkey": key.get(options)})).status_code == 403  # the challenge is used
    late = await options_of(house)
    house.clock.advance(minutes=11)
    assert (await house.send(PASSKEY, {"passkey": key.get(late)})).status_code == 403


async def test_synced_key_without_a_count_replays_nothing(house: House) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    answer = {"passkey": key.get(await options_of(house), counts=False)}
    assert [(await house.send(PASSKEY, answer)).status_code for _ in range(2)] == [303, 403]
    assert (await with_passkey(house, key, counts=False)).status_code == 303


async def test_count_that_goes_back_is_refused(house: House) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    key.count = 40
    assert (await with_passkey(house, key)).status_code == 303
    key.count = 20  # a copy of the key
    assert (await with_passkey(house, key)).status_code == 403


async def test_challenge_is_for_one_purpose(house: House) -> None:
    key = await add_passkey(house)
    confirm = (await house.browser.get("/admin/confirm/passkey/")).json()
    adding = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    signing = await options_of(house)
    for options in (confirm, adding):
        assert (await house.send(PASSKEY, {"passkey": key.get(options)})).status_code == 403
    house.clock.advance(minutes=9)
    house.clock.advance(minutes=7)
    fields = {"token": await house.token(), "next": "/admin/"}
    wrong = await house.send("/admin/confirm/", fields | {"proof_passkey": key.get(signing)})
    assert wrong.status_code == 401
    fresh = (await house.browser.get("/admin/confirm/passkey/")).json()
    assert [each["id"] for each in fresh["allowCredentials"]] == [b64(key.id)]
    assert (await house.send("/admin/confirm/", fields | {"proof_passkey": key.get(fresh)})).status_code == 303


async def test_bytes_of_strangers_break_nothing(house: House) -> None:
    key = await add_passkey(house)
    good = json.loads(key.get(await options_of(house)))
    broken = [
        "", "[]", "null", '{"id": 1}', "{", '{"id": "a", "response": {}}', json.dumps(good | {"rawId": "b"}),
        json.dumps(good | {"response": good["response"] | {"authenticatorData": "AAAA"}}),
        json.dumps(good | {"response": good["response"] | {"signature": "!!"}}),
        json.dumps(good | {"response": good["response"] | {"clientDataJSON": b64(b"[1]")}}),
        json.dumps(good | {"response": good["response"] | {"clientDataJSON": b64(b"\xff")}}),
        json.dumps(good | {"type": "password"}),
    ]  # fmt: skip
    for each in broken:
        assert (await house.send(PASSKEY, {"passkey": each})).status_code in (403, 429), each
    adding = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    made = json.loads(Authenticator(OWN, "localhost").create(adding))
    for bytes in (b"", b"\xa0", b"\xff\xff", b"\xbf" * 2000):
        odd = made | {"response": made["response"] | {"attestationObject": b64(bytes)}}
        assert (await post(house, "passkeys/add", passkey=json.dumps(odd), name="x")).status_code == 400


@pytest.mark.parametrize("wrong", ["origin", "frame", "type", "challenge"])
async def test_wrong_registration_adds_nothing(house: House, wrong: str) -> None:
    changed = WRONG[wrong] | ({"type": "webauthn.get"} if wrong == "type" else {})
    options = (await house.browser.get(f"{SECURITY}passkeys/options/")).json()
    key = Authenticator(OWN, "localhost")
    refused = await post(house, "passkeys/add", passkey=key.create(options, **changed), name="Phone")
    assert refused.status_code == 400 and 'value="Phone"' in refused.text
    answer = key.create(options)
    assert (await post(house, "passkeys/add", passkey=answer, name="Phone")).status_code == 200
    assert (await post(house, "passkeys/add", passkey=answer, name="Again")).status_code == 400
    assert [row["name"] for row in await house.db.fetch_all("SELECT name FROM passkeys")] == ["Phone"]


async def test_removed_passkey_opens_nothing(house: House) -> None:
    key, other = await add_passkey(house), await add_passkey(house, "Laptop")
    await add_app(house)
    assert (await post(house, "passkeys/remove", passkey=b64(key.id))).status_code == 303
    assert (await post(house, "passkeys/remove", passkey=b64(key.id))).status_code == 404
    await sign_out(house)
    assert (await with_passkey(house, key)).status_code == 403
    assert (await with_passkey(house, other)).status_code == 303


async def test_nobody_touches_passkeys_of_others(house: House) -> None:
    key = await add_passkey(house)
    await sign_out(house)
    house.keep_cookie(await house.send(house.link, {}))
    assert (await post(house, "passkeys/remove", passkey=b64(key.id))).status_code == 404
    options = (await house.browser.get("/admin/confirm/passkey/")).json()
    house.clock.advance(minutes=1)
    fields = {"token": await house.token(), "next": "/admin/", "proof_passkey": key.get(options)}
    before = await house.db.fetch_all("SELECT hash FROM owner_sessions ORDER BY hash")
    assert (await house.send("/admin/confirm/", fields)).status_code == 401
    assert await house.db.fetch_all("SELECT hash FROM owner_sessions ORDER BY hash") == before


async def test_sign_in_page_offers_passkeys_once_there_are_some(house: House) -> None:
    cookie = house.browser.headers.pop("Cookie")
    assert "passkeys.js" not in (await house.browser.get("/admin/sign-in/")).text
    house.browser.headers["Cookie"] = cookie
    await add_passkey(house)
    await sign_out(house)
    page = (await house.browser.get("/admin/sign-in/")).text
    assert "passkeys.js" in page and 'autocomplete="username webauthn"' in page


@pytest.mark.parametrize("id", ["\\u0000", "a\\u0000b", "", "é", "a" * 1_401])
def test_impossible_ids_reach_no_database(id: str) -> None:
    assert credential_id(f'{{"id": "{id}", "response": {{}}}}') == ""


def test_passkeys_need_a_name_and_a_safe_address() -> None:
    from answerback.accounts.factors.passkeys import Passkeys
    from answerback.clock import SystemClock
    from answerback.ids import RandomIds

    offered = {}
    for url in (
        "https://comments.example.com", "http://comments.example.com", "http://localhost:8000", "https://192.0.2.7",
        "http://127.0.0.1:8000", "https://example.com/comments",
    ):  # fmt: skip
        settings = load_settings({"ANSWERBACK_PUBLIC_URL": url}, dotenv=None, make_key=False)
        offered[url] = Passkeys(settings, SystemClock(), RandomIds()).offered
    assert list(offered.values()) == [True, False, True, False, False, True]
