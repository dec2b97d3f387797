"""A site's settings in the browser: all of them, with what is wrong beside its field; and a new site."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from answerback.accounts.team_store import set_role
from answerback.admin import setting_fields as fields
from answerback.sites.settings import SITE_SETTINGS, check
from answerback.sites.store import change_site, settings_of

from tests.http.test_admin import NOW, House, open_house

pytestmark = pytest.mark.anyio
PAGE = "/admin/settings/?site=one"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


@pytest.fixture
async def all_sites(house: House) -> House:
    """The browser of the owner of all sites."""
    del house.browser.headers["Cookie"]
    house.keep_cookie(await house.send(house.link, {}))
    return house


def filled(page: str) -> dict[str, str]:
    """What a browser would send of the settings' form."""
    form = unescape(page).partition('class="choices"')[2]
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
    for tag in re.findall(r"<input [^>]+>", form):
        name, value = re.search(r'name="([\w-]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = value[1] if value else ""
    found |= dict(re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL))
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.findall(r'value="([^"]*)" selected', options)[0]
    return found


async def save(house: House, seen: str = "", **changes: str) -> tuple[int, str]:
    """Change these fields of the page, as it was seen, and send it."""
    form = filled(seen or (await house.browser.get(PAGE)).text) | changes
    form = {name: text for name, text in form.items() if text != "off" or name not in ("guests", "crawl")}
    response = await house.send("/admin/settings/one/save/", form)
    return response.status_code, unescape(response.text)


async def now(house: House, site: str = "one") -> dict[str, str]:
    return await house.db.read(lambda: settings_of(site))


async def trail(house: House) -> list[tuple[str, ...]]:
    rows = await house.db.fetch_all("SELECT subject, state_before, state_after FROM audit ORDER BY number")
    return [tuple(row.values()) for row in rows]


def error_of(page: str, name: str) -> str:
    found = re.search(rf'id="{name}-error">([^<]+)', page)
    return found[1] if found else ""


def test_every_setting_has_its_field() -> None:
    assert fields.KINDS.keys() == {setting.name for setting in SITE_SETTINGS}
    assert fields.KINDS.keys() >= fields.HINTS | fields.OWN_FAULTS
    assert {name for name, kind in fields.KINDS.items() if kind == "secret"} == {
        setting.name for setting in SITE_SETTINGS if setting.secret
    }
    for name in (name for name, kind in fields.KINDS.items() if kind == "choice"):
        assert [check(name, each) for each in fields.choices(name)] == [*fields.choices(name)]


async def test_untouched_form_changes_nothing(house: House) -> None:
    stored = {"hold_words": " win ,casino", "origins": "https://one.example", "moderation": "words,first"}
    await house.db.write(lambda: change_site("one", stored, NOW))
    before = await now(house)
    assert (await save(house))[0] == 303
    assert await now(house) == before
    assert await trail(house) == []


async def test_only_what_was_changed_is_written(house: House) -> None:
    status, _ = await save(
        house,
        name="Ones",
        hold_words="win\r\n casino \r\n\r\n",
        guests="off",
        ai="mention",
        **{"moderation-links": "1"},
    )
    assert status == 303
    assert await now(house) == {
        "origins": "https://one.example", "name": "Ones", "hold_words": "win,casino", "guests": "false",
        "ai": "mention", "moderation": "links",
    }  # fmt: skip
    assert sorted(await trail(house)) == [
        ("ai", "questions", "mention"), ("guests", "true", "false"), ("hold_words", "", "win,casino"),
        ("moderation", "none", "links"), ("name", "", "Ones"),
    ]  # fmt: skip
    page = (await house.browser.get(PAGE + "&kept=1")).text
    assert "Saved." in page and "win\ncasino</textarea>" in page


async def test_what_is_wrong_stands_beside_its_field(house: House) -> None:
    wrong = {"timezone": "Mars", "hold_links": "0", "origins": " ", "budget_usd": "much", "keep_audit_days": "29"}
    status, page = await save(house, name="Ones", **wrong)
    assert status == 400
    assert "5 settings need a correction." in page
    assert error_of(page, "timezone") == "Enter a time zone such as Asia/Seoul."
    assert error_of(page, "hold_links") == "Enter a whole number from 1 to 9999."
    assert error_of(page, "origins").startswith("Enter at least one address")
    assert error_of(page, "keep_audit_days") == "Enter a whole number from 30 to 9999."
    assert error_of(page, "budget_usd") == "Enter an amount such as 2.50."
    assert filled(page)["timezone"] == "Mars" and filled(page)["name"] == "Ones"
    assert await now(house) == {"origins": "https://one.example"}


async def test_another_persons_change_is_not_lost(house: House) -> None:
    seen = (await house.browser.get(PAGE)).text
    await house.db.write(lambda: change_site("one", {"name": "Theirs", "hold_links": "3"}, NOW))
    status, page = await save(house, seen, name="Mine")
    assert status == 409
    assert "Someone else has changed these settings meanwhile." in page
    assert error_of(page, "name") == "Now saved: Theirs"
    assert filled(page)["name"] == "Mine" and filled(page)["hold_links"] == "3"
    assert (await now(house))["name"] == "Theirs"
    assert (await save(house, page))[0] == 303
    assert (await now(house))["name"] == "Mine" and (await now(house))["hold_links"] == "3"


async def test_secrets_are_written_and_never_shown(house: House) -> None:
    secret = "Authorization: Basic c2VjcmV0"
    assert (await save(house, crawl_header=secret))[0] == 303
    page = (await house.browser.get(PAGE)).text
    assert "c2VjcmV0" not in page and "Saved; never shown" in page
    assert (await save(house, name="Ones"))[0] == 303
    assert (await now(house))["crawl_header"] == secret
    assert (await save(house, **{"crawl_header-remove": "1"}))[0] == 303
    assert (await now(house))["crawl_header"] == ""
    assert await trail(house) == [
        ("crawl_header", "", "(set)"), ("name", "", "Ones"), ("crawl_header", "(set)", ""),
    ]  # fmt: skip


async def test_settings_are_for_owners_of_the_site(house: House) -> None:
    assert (await house.browser.get("/admin/settings/?site=two")).status_code == 404
    assert (
        await house.send("/admin/settings/two/save/", filled((await house.browser.get(PAGE)).text))
    ).status_code == 404
    owner = await house.db.fetch_one("SELECT id FROM owners WHERE email = 'one@example.com'")
    assert owner is not None
    await house.db.write(lambda: set_role("one", owner["id"], "moderator"))
    assert (await house.browser.get(PAGE)).status_code == 403


async def test_tag_and_addresses_are_shown(house: House) -> None:
    page = unescape((await house.browser.get(PAGE)).text)
    assert '<script src="http://localhost:8000/answerback.js" data-site="one" async></script>' in page
    assert '<a href="https://one.example" rel=' in page
    assert "/admin/settings/new/" not in page


async def test_owner_of_all_sites_adds_one(all_sites: House) -> None:
    fields = {"token": await all_sites.token(), "name": "Three", "key": "three", "origins": "https://three.example/"}
    added = await all_sites.send("/admin/settings/new/", fields)
    assert added.headers["location"] == "/admin/start/?site=three&added=1"
    page = unescape((await all_sites.browser.get(added.headers["location"])).text)
    assert "The site has been added." in page and 'data-site="three"' in page
    assert await now(all_sites, "three") == {"origins": "https://three.example", "name": "Three"}
    assert await trail(all_sites) == [("three", "", "https://three.example/")]


async def test_bad_site_is_refused_beside_its_fields(all_sites: House) -> None:
    token = await all_sites.token()
    bad = {"token": token, "name": "T", "key": "Three!", "origins": ""}
    page = unescape((await all_sites.send("/admin/settings/new/", bad)).text)
    assert error_of(page, "key").startswith("Use a-z") and error_of(page, "origins").startswith("Enter an address")
    assert 'value="Three!"' in page
    taken = {"token": token, "name": "T", "key": "one", "origins": "https://three.example"}
    again = await all_sites.send("/admin/settings/new/", taken)
    assert again.status_code == 409
    assert error_of(again.text, "key") == "Another site has this key."


async def test_owner_of_one_site_adds_none(house: House) -> None:
    assert (await house.browser.get("/admin/settings/new/")).status_code == 403
    fields = {"token": await house.token(), "name": "T", "key": "three", "origins": "https://three.example"}
    assert (await house.send("/admin/settings/new/", fields)).status_code == 403
    assert {row["key"] for row in await house.db.fetch_all("SELECT key FROM sites")} == {"one", "two"}


async def test_preview_is_framed_by_our_own_pages_only(house: House) -> None:
    assert "frame-src 'self'" in (await house.browser.get(PAGE)).headers["content-security-policy"]
    preview = await house.browser.get("/admin/settings/preview/?site=one&theme=ink&lang=ko")
    assert 'data-theme="ink"' in preview.text and 'data-lang="ko"' in preview.text
    policy = preview.headers["content-security-policy"]
    assert "frame-ancestors 'self'" in policy and "'unsafe" not in policy
    assert (await house.browser.get("/admin/settings/preview/?site=two")).status_code == 404
    assert (await house.browser.get("/admin/settings/preview/?site=one&theme=odd")).status_code == 400
    assert "frame-ancestors 'none'" in (await house.browser.get("/admin/team/")).headers["content-security-policy"]
