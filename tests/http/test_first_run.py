"""From a server without owners to the first site: by a link that works once, for whoever can read what it prints."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from answerback.accounts.owners import first_owner_link
from answerback.accounts.store import remove_owner
from answerback.sites.store import settings_of

from tests.http.test_admin import House, open_house
from tests.processes import ServerProcess
from tests.services import Site

pytestmark = pytest.mark.anyio
FIELDS = {"email": "Mina@Example.com", "name": "Harbour bakery", "key": "bakery", "origins": "https://bakery.example"}


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[House]:
    """A server whose owners are gone."""
    async with open_house(tmp_path) as opened:
        for email in ("one@example.com", "all@example.com"):
            await opened.db.write(lambda email=email: remove_owner(email))
        yield opened


async def test_first_owner_comes_in_and_adds_a_site(empty: House) -> None:
    link = await first_owner_link(empty.db)
    assert "Set up Answerback" in (await empty.browser.get(link)).text
    begun = await empty.send(link, FIELDS)
    assert begun.headers["location"] == "/admin/start/?site=bakery&added=1"
    empty.keep_cookie(begun)
    page = unescape((await empty.browser.get(begun.headers["location"])).text)
    assert 'data-site="bakery"' in page and "mina@example.com" in page and "Add a passkey or a password" in page
    assert await empty.db.read(lambda: settings_of("bakery")) == {
        "origins": "https://bakery.example", "name": "Harbour bakery",
    }  # fmt: skip
    assert [row["actor"] for row in await empty.db.fetch_all("SELECT actor FROM audit")] == ["mina@example.com"]


async def test_link_works_once_and_only_the_newest(empty: House) -> None:
    before, link = await first_owner_link(empty.db), await first_owner_link(empty.db)
    for gone in (before, "/admin/first-run/guessed/"):
        assert (await empty.browser.get(gone)).status_code == 404
        assert (await empty.send(gone, FIELDS)).status_code == 404
    assert (await empty.send(link, FIELDS)).status_code == 303
    assert (await empty.browser.get(link)).status_code == 404
    assert (await empty.send(link, FIELDS | {"key": "second"})).status_code == 404
    assert await first_owner_link(empty.db) == ""
    assert len(await empty.db.fetch_all("SELECT id FROM owners")) == 1


async def test_two_at_once_make_one_owner(empty: House) -> None:
    link = await first_owner_link(empty.db)
    forms = [FIELDS | {"email": f"{name}@example.com", "key": name} for name in ("mina", "thief")]
    replies = await asyncio.gather(*(empty.send(link, form) for form in forms))
    assert sorted(reply.status_code for reply in replies) == [303, 404]
    assert len(await empty.db.fetch_all("SELECT id FROM owners")) == 1
    assert len(await empty.db.fetch_all("SELECT key FROM sites WHERE key IN ('mina', 'thief')")) == 1


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "rebound.example"}]
)
async def test_foreign_forms_set_nothing_up(empty: House, headers: dict[str, str]) -> None:
    link = await first_owner_link(empty.db)
    assert (await empty.send(link, FIELDS, **headers)).status_code in (400, 403)
    assert await empty.db.fetch_all("SELECT id FROM owners") == []


async def test_link_ends_after_a_day(empty: House) -> None:
    link = await first_owner_link(empty.db)
    empty.clock.advance(seconds=49 * 3600)  # the server's clock stands at some noon
    assert (await empty.send(link, FIELDS)).status_code == 404


async def test_bad_fields_leave_the_link_as_it_is(empty: House) -> None:
    link = await first_owner_link(empty.db)
    page = await empty.send(link, FIELDS | {"email": "mina", "origins": "bakery"})
    assert page.status_code == 400
    assert 'id="email-error"' in page.text and 'id="origins-error"' in page.text and "Harbour bakery" in page.text
    taken = await empty.send(link, FIELDS | {"key": "one"})
    assert (taken.status_code, "Another site has this key." in taken.text) == (409, True)
    assert await empty.db.fetch_all("SELECT id FROM owners") == []
    assert (await empty.send(link, FIELDS)).status_code == 303


def test_serve_prints_the_link_until_there_is_an_owner(tmp_path: Path) -> None:
    with Site.start() as site, ServerProcess.start(tmp_path, site) as server:
        said = []
        for number in range(2):
            server.stop()
            server.log = tmp_path / f"{number}.log"
            server.run()
            said.append(
                re.findall(r"at: (http://localhost:\d+)(/admin/first-run/[\w-]+/)", server.log.read_text("utf-8"))
            )
            server.command("owner", "add", "mina@example.com")
        [[(url, link)], later] = said
        assert (url, later) == (server.url, [])
        assert server.call("GET", link).status == 404
