"""Where an owner is signed in, and what takes a fresh proof of who they are."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from answerback.accounts.factors.changing import Changer, FactorChanges
from answerback.accounts.factors.notices import SignInNotices
from answerback.accounts.factors.sealing import Seal
from answerback.errors import Unauthorized

from tests.http.owners import EMAIL, SECURITY, add_app, add_passkey, code_of, is_in, post, sign_out, trail
from tests.http.test_admin import PASSWORD, House, open_house
from tests.services import runtime

pytestmark = pytest.mark.anyio
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
INVITE = {"email": "mina@example.com", "role": "moderator", "way": "link"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


async def elsewhere(house: House) -> str:
    """One more session, of another browser; its cookie."""
    own = house.browser.headers.pop("Cookie")
    await house.sign_in(User_Agent=FIREFOX)
    other, house.browser.headers["Cookie"] = house.browser.headers["Cookie"], own
    return other


async def is_open(house: House, cookie: str) -> bool:
    page = await house.browser.get("/admin/", headers={"Cookie": cookie})
    return page.status_code == 200


async def confirmed(house: House, page: Any, path: str, **proof: str) -> Any:
    """Send the question for a proof with one, and with all that it carries."""
    form = re.findall(rf'<form method="post" action="{re.escape(path)}".*?</form>', page.text, re.S)[0]
    fields = {name: unescape(value) for name, value in re.findall(r'hidden" name="([^"]+)" value="([^"]*)"', form)}
    response = await house.send(path, fields | proof)
    house.keep_cookie(response)
    return response


async def test_sessions_are_listed_and_ended_one_by_one(house: House) -> None:
    other = await elsewhere(house)
    page = unescape((await house.browser.get(SECURITY)).text)
    assert "Firefox · Linux" in page and page.count("this browser") == 1
    [session] = re.findall(r'name="session" value="([^"]+)"', page)
    assert (await post(house, "sessions/end", session=session)).status_code == 303
    assert (await post(house, "sessions/end", session=session)).status_code == 404
    assert not await is_open(house, other) and await is_in(house)
    assert await trail(house) == ["session_ended"]


async def test_all_other_sessions_end_together(house: House) -> None:
    others = [await elsewhere(house), await elsewhere(house)]
    await post(house, "sessions/end-others")
    assert [await is_open(house, other) for other in others] == [False, False]
    assert await is_in(house)


@pytest.mark.parametrize("change", ["password", "app", "passkey"])
async def test_a_change_of_sign_in_ends_other_sessions(house: House, change: str) -> None:
    other = await elsewhere(house)
    if change == "password":
        assert (await post(house, change, password="another horse, another battery")).status_code == 303
    else:
        await (add_app if change == "app" else add_passkey)(house)
    assert not await is_open(house, other) and await is_in(house)


async def test_change_under_way_ends_with_its_session(house: House) -> None:
    """Somebody at an open browser adds a factor at the moment at which its owner ends that session."""
    parts = runtime(house.db, house.clock)
    changes = FactorChanges(parts, Seal(("k" * 32,)), SignInNotices(parts, None))
    [row] = await house.db.fetch_all("SELECT id, password_hash FROM owners WHERE email = :email", email=EMAIL)
    with pytest.raises(Unauthorized):
        await changes.set_password(Changer(row["id"], EMAIL, "ended meanwhile", "en"), "another hash")
    assert [row] == await house.db.fetch_all("SELECT id, password_hash FROM owners WHERE email = :email", email=EMAIL)
    assert await is_in(house)


async def test_danger_takes_a_fresh_proof(house: House) -> None:
    house.clock.advance(minutes=16)
    path = "/admin/team/one/invite/"
    asked = await house.send(path, {"token": await house.token(), **INVITE})
    assert asked.status_code == 401 and "mina@example.com" in asked.text
    assert await house.db.fetch_all("SELECT id FROM owners WHERE email = 'mina@example.com'") == []
    wrong = await confirmed(house, asked, path, proof_password="wrong horse")
    assert wrong.status_code == 401 and "mina@example.com" in wrong.text and "wrong horse" not in wrong.text
    before = house.browser.headers["Cookie"]
    good = await confirmed(house, wrong, path, proof_password=PASSWORD)
    assert good.status_code == 200 and "/admin/sign-in/" in good.text
    assert not await is_open(house, before)  # the session goes on under another secret
    token = await house.token()
    assert (await house.send(path, {"token": token, **INVITE, "email": "jin@example.com"})).status_code == 200
    house.clock.advance(minutes=16)
    assert (await house.send(path, {"token": await house.token(), **INVITE})).status_code == 401


async def test_dangerous_calls_are_those_of_the_list(house: House) -> None:
    """Each asks, and does nothing, while what is next to it goes on."""
    house.clock.advance(minutes=16)
    token = {"token": await house.token()}
    for path in (
        "team/one/role", "team/one/remove", "webhooks/one/add", "webhooks/one/rotate", "webhooks/one/save",
        "visitors/v1/erase", "security/password", "security/app/begin", "security/app/add", "security/app/remove",
        "security/codes", "security/passkeys/add", "security/passkeys/remove",
    ):  # fmt: skip
        asked = await house.send(f"/admin/{path}/", token)
        assert (asked.status_code, "proof_password" in asked.text) == (401, True), path
    settings = await house.hidden("/admin/settings/one/save/", "/admin/settings/?site=one")
    quiet = await house.send("/admin/settings/one/save/", settings | {"name": "One"})
    assert quiet.status_code == 303
    secret = await house.send("/admin/settings/one/save/", settings | {"akismet_key": "abcdef123456"})
    assert (secret.status_code, "proof_password" in secret.text) == (401, True)
    assert (await post(house, "sessions/end-others")).status_code == 303


async def test_export_is_reached_after_a_proof(house: House) -> None:
    house.clock.advance(minutes=16)
    export = "/admin/audit/export/?site=one&format=json"
    asked = await house.browser.get(export)
    assert asked.status_code == 401 and "proof_password" in asked.text
    on = await confirmed(house, asked, "/admin/confirm/", proof_password=PASSWORD)
    assert on.headers["location"] == export
    assert (await house.browser.get(export)).status_code == 200
    for evil in ("https://evil.example/", "//evil.example/", "/admin/\r\nX: y", "/sign-in/"):
        fields = {"token": await house.token(), "next": evil, "proof_password": PASSWORD}
        house.clock.advance(minutes=16)
        led = await house.send("/admin/confirm/", fields)
        house.keep_cookie(led)
        assert led.headers["location"] == "/admin/"


async def test_code_proves_and_a_used_one_does_not(house: House) -> None:
    app, codes = await add_app(house)
    house.clock.advance(minutes=16)
    path = f"{SECURITY}codes/"
    asked = await house.send(path, {"token": await house.token()})
    code = code_of(house, app)
    assert (await confirmed(house, asked, path, proof_code=code)).status_code == 200
    house.clock.advance(minutes=16)
    asked = await house.send(path, {"token": await house.token()})
    assert (await confirmed(house, asked, path, proof_code=code)).status_code == 401
    assert (await confirmed(house, asked, path, proof_code=codes[0])).status_code == 401  # void since the first


async def test_whoever_has_no_proof_is_told_how_to_get_one(house: House) -> None:
    await sign_out(house)
    house.keep_cookie(await house.send(house.link, {}))
    page = await house.browser.get(SECURITY)
    assert "a link that works once" in page.text
    house.clock.advance(minutes=16)
    asked = await house.send(f"{SECURITY}password/", {"token": await house.token(), "password": "seven green lamps"})
    assert asked.status_code == 401 and "answerback owner add all@example.com" in asked.text


async def test_owner_sets_a_password_and_comes_back_by_it(house: House) -> None:
    await sign_out(house)
    house.keep_cookie(await house.send(house.link, {}))
    weak = await post(house, "password", password="short")
    assert weak.status_code == 400 and 'id="password-error"' in weak.text
    assert (await post(house, "password", password="seven green lamps")).status_code == 303
    await sign_out(house)
    assert (await house.sign_in("all@example.com", "seven green lamps")).status_code == 303
    assert await trail(house) == ["password_changed"]


async def test_guesses_at_a_proof_are_slowed_down(house: House) -> None:
    house.clock.advance(minutes=16)
    fields = {"token": await house.token(), "next": "/admin/", "proof_password": "wrong horse"}
    said = [(await house.send("/admin/confirm/", fields)).status_code for _ in range(6)]
    assert said == [401] * 5 + [429]
    known = house.browser.headers.pop("Cookie")
    assert (await house.sign_in(EMAIL)).status_code == 429
    house.browser.headers["Cookie"] = known
