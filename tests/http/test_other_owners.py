"""What an owner of one site can do to the machine, and to other sites, by settings and webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answerback.notify.webhooks import host
from answerback.sites.refused_store import refused_origins
from answerback.sites.store import change_site

from tests.http.test_admin import NOW, House, open_house
from tests.http.test_site_settings import PAGE, error_of, now, save

pytestmark = pytest.mark.anyio
INSIDE = (
    "http://127.0.0.1:9200", "http://localhost:6379", "http://169.254.169.254", "http://[::1]:8080", "http://10.0.0.5",
    "http://db.localhost", "http://[::ffff:169.254.169.254]",
)  # fmt: skip


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


@pytest.mark.parametrize("origin", INSIDE)
async def test_private_origins_are_the_operators(house: House, origin: str) -> None:
    """A crawl reads what an origin names, and the owner reads what was crawled."""
    status, page = await save(house, origins=f"https://one.example\n{origin}")
    assert (status, error_of(page, "origins")) == (400, "Only whoever runs the server can name a private address.")
    assert (await now(house))["origins"] == "https://one.example"


async def test_private_origin_that_is_there_may_stay(house: House) -> None:
    await house.db.write(lambda: change_site("one", {"origins": "http://10.0.0.5"}, NOW))
    assert (await save(house, origins="http://10.0.0.5\nhttps://one.example"))[0] == 303
    assert (await now(house))["origins"] == "http://10.0.0.5,https://one.example"


async def test_refused_private_origin_is_not_allowed(house: House) -> None:
    asked = {"Origin": "http://127.0.0.1:9200"}
    assert (await house.browser.get("/api/comments/?site=one&page=/", headers=asked)).status_code == 403
    [found] = await house.db.read(lambda: refused_origins(["one"]))
    fields = {"token": await house.token(), "origin": found.origin}
    assert (await house.send("/admin/addresses/one/origins/add/", fields)).status_code == 403
    assert (await now(house))["origins"] == "https://one.example"


@pytest.mark.parametrize("rest", ["/token", "?token", "#token", ""])
def test_secret_part_of_a_webhooks_address_is_not_shown(rest: str) -> None:
    assert host(f"https://hooks.example:8443{rest}") == "https://hooks.example:8443"


async def test_markup_in_names_stays_text_everywhere(house: House) -> None:
    evil = '"><script>alert(1)</script>'
    assert (await save(house, name=evil))[0] == 303
    for path in (PAGE, "/admin/", "/admin/webhooks/", "/t/?site=one&page=/a/", "/embed/thread.html?site=one&page=/a/"):
        page = await house.browser.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
