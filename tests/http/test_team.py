"""Who works on a site: invited by mail or by a link, given another role, taken off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.accounts.store import remove_owner

from tests.http.owners import add_passkey, post, sign_out, with_passkey
from tests.http.test_admin import PASSWORD, House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


async def send(house: House, path: str, **fields: str) -> tuple[int, str]:
    response = await house.send(f"/admin/team/{path}/", {"token": await house.token(), **fields})
    return response.status_code, unescape(response.text)


def link_in(page: str) -> str:
    found = re.search(r"http://localhost:8000(/admin/sign-in/[\w-]+/)", page)
    return found[1] if found else ""


async def members(house: House) -> dict[str, str]:
    page = unescape((await house.browser.get("/admin/team/?site=one")).text)
    found = re.findall(r'aria-label="Role of ([^"]+)">(.*?)</select>', page, re.DOTALL)
    return {email: re.findall(r'value="(\w+)" selected', options)[0] for email, options in found}


async def id_of(house: House, email: str) -> str:
    row = await house.db.fetch_one("SELECT id FROM owners WHERE email = :email", email=email)
    assert row is not None
    return str(row["id"])


async def test_a_link_lets_somebody_in_once(house: House) -> None:
    status, page = await send(house, "one/invite", email="Mina@Example.com", role="moderator", way="link")
    assert status == 200
    link = link_in(page)
    assert link
    assert link_in((await house.browser.get("/admin/team/")).text) == ""
    assert await members(house) == {"mina@example.com": "moderator", "one@example.com": "owner"}
    used = await house.send(link, {})
    assert used.status_code == 303
    house.keep_cookie(used)
    assert "c1" in await house.log()
    assert (await house.browser.get("/admin/team/")).status_code == 403


async def test_nobody_gets_a_link_into_anothers_sites(house: House) -> None:
    """Whoever invites sees the link: of somebody who works elsewhere it would open that, too."""
    await add_owner_with_link(house.db, "two@example.com", ["two"], PASSWORD)
    await add_owner_with_link(house.db, "waiting@example.com", ["two"], None)
    for email in ("two@example.com", "waiting@example.com", "all@example.com", "one@example.com"):
        status, page = await send(house, "one/invite", email=email, role="reader", way="link")
        assert (status, link_in(page)) == (303, "")
    assert (await members(house))["two@example.com"] == "reader"
    assert (await members(house))["one@example.com"] == "owner"  # what they have stays


@pytest.mark.parametrize("used", [True, False])
async def test_a_link_seen_by_others_opens_no_other_site(house: House, used: bool) -> None:
    """One invites an address that is not theirs; the owner of another site invites it later."""
    _, page = await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    own, link = house.browser.headers.pop("Cookie"), link_in(page)
    if used:
        house.keep_cookie(await house.send(link, {}))
    stolen = house.browser.headers.get("Cookie", "")
    await add_owner_with_link(house.db, "two@example.com", ["two"], PASSWORD)
    house.browser.headers.pop("Cookie", None)
    await house.sign_in("two@example.com")
    assert (await send(house, "two/invite", email="mina@example.com", role="owner", way="link"))[0] == 303
    house.browser.headers["Cookie"] = stolen or own
    if used:
        assert (await house.browser.get("/admin/team/?site=two")).headers["location"].endswith("/admin/sign-in/")
    else:
        assert (await house.send(link, {})).status_code == 404


@pytest.mark.parametrize("way", ["password", "passkey"])
async def test_what_a_seen_link_set_opens_no_other_site(house: House, way: str) -> None:
    """Whoever has invited an address that is not theirs gives the account a password or passkey of their own."""
    _, page = await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    await sign_out(house)
    house.keep_cookie(await house.send(link_in(page), {}))
    key = await add_passkey(house) if way == "passkey" else None
    if key is None:
        assert (await post(house, "password", password="nine blue kettles")).status_code == 303
    await add_owner_with_link(house.db, "two@example.com", ["two"], PASSWORD)
    await sign_out(house)
    await house.sign_in("two@example.com")
    assert (await send(house, "two/invite", email="mina@example.com", role="owner", way="link"))[0] == 303
    await sign_out(house)
    again = await (with_passkey(house, key) if key else house.sign_in("mina@example.com", "nine blue kettles"))
    assert again.status_code == 403
    trail = await house.db.fetch_all("SELECT site, subject FROM audit WHERE action = 'factors_reset'")
    assert trail == [{"site": "one", "subject": "mina@example.com"}]


async def test_password_of_the_command_line_stays(house: House) -> None:
    await add_owner_with_link(house.db, "two@example.com", ["two"], PASSWORD)
    await send(house, "one/invite", email="two@example.com", role="reader", way="link")
    await sign_out(house)
    assert (await house.sign_in("two@example.com")).status_code == 303


async def test_no_link_is_shown_into_an_account_with_a_passkey(house: House) -> None:
    _, page = await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    own = house.browser.headers.pop("Cookie")
    house.keep_cookie(await house.send(link_in(page), {}))
    await add_passkey(house)
    await house.send("/admin/sign-out/", {"token": await house.token()})
    house.browser.headers["Cookie"] = own
    status, page = await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    assert (status, link_in(page)) == (303, "")


async def test_a_session_of_a_link_ends_with_more_rights(house: House) -> None:
    """Also when the command line gives more: whoever made the link may sit in that session."""
    _, page = await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    house.browser.headers.pop("Cookie")
    house.keep_cookie(await house.send(link_in(page), {}))
    assert (await house.browser.get("/admin/")).status_code == 200
    await add_owner_with_link(house.db, "mina@example.com", [], None, all_sites=True)
    assert (await house.browser.get("/admin/")).status_code == 303


async def test_a_bad_invitation_says_what_is_wrong(house: House) -> None:
    status, page = await send(house, "one/invite", email="mina", role="reader", way="link")
    assert status == 400
    assert 'value="mina"' in page
    assert 'aria-invalid="true"' in page
    assert (await send(house, "two/invite", email="a@b.example", role="reader", way="link"))[0] == 404


async def test_roles_change(house: House) -> None:
    await send(house, "one/invite", email="mina@example.com", role="reader", way="link")
    mina = await id_of(house, "mina@example.com")
    assert (await send(house, "one/role", member=mina, role="moderator"))[0] == 303
    assert (await members(house))["mina@example.com"] == "moderator"
    assert (await send(house, "one/role", member=mina, role="king"))[0] == 400
    assert (await send(house, "one/role", member="nobody", role="reader"))[0] == 404
    assert (await send(house, "one/role", member=await id_of(house, "all@example.com"), role="reader"))[0] == 404
    trail = await house.db.fetch_all("SELECT action, subject, state_before, state_after FROM audit ORDER BY number")
    assert [tuple(row.values()) for row in trail] == [
        ("invited", "mina@example.com", "", "reader"),
        ("role", "mina@example.com", "reader", "moderator"),
    ]


async def test_whoever_is_removed_is_out_at_once(house: House) -> None:
    _, page = await send(house, "one/invite", email="mina@example.com", role="owner", way="link")
    owner = house.browser.headers.pop("Cookie")  # signing in ends what this browser had
    house.keep_cookie(await house.send(link_in(page), {}))
    minas, house.browser.headers["Cookie"] = house.browser.headers["Cookie"], owner
    assert (await send(house, "one/remove", member=await id_of(house, "mina@example.com")))[0] == 303
    house.browser.headers["Cookie"] = minas
    assert (await house.browser.get("/admin/")).status_code == 303
    assert await house.db.fetch_all("SELECT id FROM owners WHERE email = 'mina@example.com'") == []


async def test_a_site_keeps_an_owner(house: House) -> None:
    await house.db.write(lambda: remove_owner("all@example.com"))
    own = await id_of(house, "one@example.com")
    for path, fields in (("one/role", {"role": "reader"}), ("one/remove", {})):
        status, page = await send(house, path, member=own, **fields)
        assert (status, "at least one owner" in page) == (409, True)
    assert await members(house) == {"one@example.com": "owner"}
