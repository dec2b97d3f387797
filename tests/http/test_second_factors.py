"""Owners sign in with an app's codes and recovery codes, on top of a password or a link, without any script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answerback.accounts.owners import reset_second_factors
from answerback.accounts.sessions import hash_secret
from answerback.accounts.store import add_owner_link

from tests.fakes.smtp_server import MailServer
from tests.http.owners import (
    EMAIL,
    SECOND,
    SECURITY,
    add_app,
    code_of,
    codes_in,
    first_step,
    is_in,
    post,
    sign_out,
    trail,
)
from tests.http.test_admin import House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


async def second(house: House, code: str) -> int:
    response = await house.send(SECOND, {"code": code})
    house.keep_cookie(response)
    status: int = response.status_code
    return status


async def test_password_alone_is_half_a_sign_in(house: House) -> None:
    app, _ = await add_app(house)
    await first_step(house)
    assert not await is_in(house)
    page = await house.browser.get(SECOND)
    assert page.status_code == 200 and "one-time-code" in page.text
    house.clock.advance(seconds=60)
    assert await second(house, "000000" if code_of(house, app) != "000000" else "111111") == 403
    assert await second(house, code_of(house, app)) == 303
    assert await is_in(house)


async def test_code_works_once_and_none_before_it(house: House) -> None:
    app, _ = await add_app(house)
    used = code_of(house, app)
    await first_step(house)
    assert await second(house, used) == 403  # it was shown when the app was set up
    assert await second(house, code_of(house, app, 1)) == 303
    for step in (-1, 0, 1):
        await first_step(house)
        assert await second(house, code_of(house, app, step)) == 403
    house.clock.advance(minutes=10)
    for step in (-2, 2):
        await first_step(house)
        assert await second(house, code_of(house, app, step)) == 403


async def test_recovery_code_works_once(house: House) -> None:
    _, codes = await add_app(house)
    assert len(set(codes)) == 10
    kept = await house.db.fetch_all("SELECT hash FROM recovery_codes")
    assert not {row["hash"] for row in kept} & {code.replace("-", "") for code in codes}
    typed = codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "l")
    await first_step(house)
    assert await second(house, typed) == 303
    await first_step(house)
    assert await second(house, codes[0]) == 403
    assert await second(house, codes[1]) == 303
    assert "8 codes are left" in (await house.browser.get(SECURITY)).text
    assert (await trail(house))[-2:] == ["code_used", "code_used"]


async def test_new_recovery_codes_void_the_old_ones(house: House) -> None:
    _, old = await add_app(house)
    new = codes_in((await post(house, "codes")).text)
    assert len(new) == 10 and not set(new) & set(old)
    assert codes_in((await house.browser.get(SECURITY)).text) == []
    await first_step(house)
    assert await second(house, old[0]) == 403
    assert await second(house, new[0]) == 303


async def test_guesses_at_codes_are_slowed_down(house: House) -> None:
    app, _ = await add_app(house)
    house.clock.advance(seconds=60)
    await first_step(house)
    for _ in range(5):
        assert await second(house, "00000a") == 403
    again = await house.send("/admin/sign-in/", {"email": EMAIL, "password": "correct horse battery"})
    assert again.status_code == 429  # and the password does not wipe the slate
    blocked = await house.send(SECOND, {"code": code_of(house, app)})
    assert blocked.status_code == 429 and int(blocked.headers["retry-after"]) >= 1


async def test_right_password_forgives_no_wrong_codes(house: House) -> None:
    await add_app(house)
    for _ in range(5):
        await first_step(house)
        assert await second(house, "00000a") == 403
    assert (await house.sign_in()).status_code == 429


async def test_link_alone_is_half_a_sign_in(house: House) -> None:
    app, _ = await add_app(house)
    row = await house.db.fetch_one("SELECT id FROM owners WHERE email = :email", email=EMAIL)
    assert row is not None
    await house.db.write(lambda: add_owner_link(hash_secret("a-link"), row["id"], house.clock.now() + 60_000))
    await sign_out(house)
    used = await house.send("/admin/sign-in/a-link/", {})
    assert used.headers["location"] == SECOND
    house.keep_cookie(used)
    assert not await is_in(house)
    assert await second(house, code_of(house, app, 1)) == 303


async def test_half_a_sign_in_ends_by_time_and_change(house: House) -> None:
    app, _ = await add_app(house)
    inside = house.browser.headers["Cookie"]
    await first_step(house)
    pending = house.browser.headers["Cookie"]
    house.browser.headers["Cookie"] = inside
    await post(house, "password", password="another horse, another battery")
    house.browser.headers["Cookie"] = pending
    assert (await house.browser.get(SECOND)).status_code == 303
    assert (await house.send(SECOND, {"code": code_of(house, app, 1)})).headers["location"] == "/admin/sign-in/"
    await first_step(house, password="another horse, another battery")
    house.clock.advance(minutes=11)
    assert (await house.browser.get(SECOND)).status_code == 303


async def test_setup_needs_a_code_of_the_same_app(house: House) -> None:
    page = await post(house, "app/begin")
    assert re.search(r'<svg [^>]*viewBox[^>]*class="segno"', page.text) and "style=" not in page.text
    [sealed] = re.findall(r'name="sealed" value="([^"]+)"', page.text)
    wrong = await post(house, "app/add", sealed=sealed, code="12345")
    assert wrong.status_code == 400 and 'id="code-error"' in wrong.text and sealed in wrong.text
    assert (await post(house, "app/add", sealed="made up", code="123456")).status_code == 404
    assert await house.db.fetch_all("SELECT owner_id FROM owner_totp") == []


async def test_secret_of_an_app_is_kept_sealed(house: House) -> None:
    app, _ = await add_app(house)
    [row] = await house.db.fetch_all("SELECT secret FROM owner_totp")
    assert app.secret not in row["secret"]
    for page in (SECURITY, "/admin/audit/"):
        assert app.secret not in (await house.browser.get(page)).text


async def test_removing_the_last_factor_ends_recovery_codes(house: House) -> None:
    await add_app(house)
    assert (await post(house, "app/remove")).headers["location"].endswith("?done=app_removed")
    assert await house.db.fetch_all("SELECT hash FROM recovery_codes") == []
    assert (await post(house, "codes")).status_code == 404
    await sign_out(house)
    assert (await house.sign_in()).headers["location"] == "/admin/"
    assert await trail(house) == ["app_added", "app_removed"]


async def test_command_resets_an_owner_who_lost_everything(house: House) -> None:
    await add_app(house)
    await reset_second_factors(house.db, EMAIL, mails=True)
    assert not await is_in(house)
    assert (await house.sign_in()).headers["location"] == "/admin/"
    [job] = await house.db.fetch_all("SELECT data FROM jobs WHERE kind = 'sign_in_notice'")
    assert '"factors_reset"' in job["data"]
    assert (await trail(house))[-1] == "factors_reset"


async def test_owner_is_mailed_each_change_in_their_language(tmp_path: Path) -> None:
    with MailServer.start() as mails:
        async with open_house(tmp_path, **mails.settings()) as house:
            await house.sign_in()
            house.browser.headers["Accept-Language"] = "ko"
            await add_app(house)
            told = await asyncio.to_thread(mails.next_to, EMAIL, 2)  # the first is of the new browser
            assert "인증 앱이 추가됐어요" in told.part("plain") and "/admin/security/" in told.part("plain")
