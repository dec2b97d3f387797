"""What each role may do: a table of all of the owner's views, tried by everybody."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.admin.rights import BY_METHOD, OTHERS, needed
from answerback.app.build import build_app
from answerback.core.roles import ROLES, Role, covers
from answerback.db.work import Work, run
from answerback.settings import load_settings

from tests.http.test_admin import PASSWORD, House, open_house

pytestmark = pytest.mark.anyio

EVERYBODY = re.compile(r"/admin/(?:sign-in|sign-out|language|notifications/stop|first-run|by-mail)/")
"""Not the owner's views: who signs in has no role yet."""
OF_ALL_SITES = "/admin/settings/new/"
"""For owners of all sites alone."""


def views(folder: Path) -> list[tuple[str, str]]:
    """Method and path of each of the owner's views, as the application has them."""
    settings = load_settings({"ANSWERBACK_DATA_DIR": str(folder)}, dotenv=None)
    paths = {str(route.path) for route in build_app(settings).routes.routes if hasattr(route, "path")}
    owned = sorted(path for path in paths if path.startswith("/admin/") and not EVERYBODY.match(path))
    return [(method, path) for path in owned for method in ("GET", "POST")]


@asynccontextmanager
async def signed_in_as(house: House, role: Role) -> AsyncIterator[House]:
    await add_owner_with_link(house.db, f"{role}@example.com", ["one"], PASSWORD, role=role)
    await house.sign_in(f"{role}@example.com")
    yield house


@pytest.mark.parametrize("role", ROLES)
async def test_each_view_asks_for_its_role(role: Role, tmp_path: Path) -> None:
    """A view that is not let into answers 403 whatever else is wrong; any other goes on to what is wrong with that."""
    async with open_house(tmp_path) as house, signed_in_as(house, role):
        token = await house.token()
        for method, path in views(tmp_path):
            address = path.replace("{site}", "one").replace("{id}", "nobody")
            if method == "GET":
                response = await house.browser.get(address)
            else:
                response = await house.send(address, {"token": token})
            if response.status_code == 405:
                continue
            let_in = covers(role, needed(method, path)) and path != OF_ALL_SITES
            assert (response.status_code == 403) == (not let_in), (method, path, role)
            if response.status_code == 403:
                assert "Your role does not allow this" in response.text


async def test_roles_hold_on_their_own_site_only(tmp_path: Path) -> None:
    """Who decides on one site and reads on another changes nothing there."""
    given: tuple[tuple[str, Role], ...] = (("one", "moderator"), ("two", "reader"))
    async with open_house(tmp_path) as house:
        for site, role in given:
            await add_owner_with_link(house.db, "both@example.com", [site], PASSWORD, role=role)
        await house.sign_in("both@example.com")
        assert {"t1", "c1"} <= set(await house.log())
        token = await house.token()
        assert (await house.send("/admin/comments/t1/hide/", {"token": token})).status_code == 404
        assert (await house.send("/admin/comments/c1/hide/", {"token": token})).status_code == 303
        states = await house.db.fetch_all("SELECT id, state FROM comments WHERE id IN ('c1', 't1') ORDER BY id")
        assert [row["state"] for row in states] == ["hidden", "published"]


async def test_the_bar_leads_where_one_may_go(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, signed_in_as(house, "reader"):
        page = (await house.browser.get("/admin/")).text
        for path in re.findall(r'<a href="(/admin/[a-z]*/?)"', page.partition("</nav>")[0]):
            assert (await house.browser.get(path)).status_code == 200
        assert "/admin/team/" not in page


@pytest.mark.parametrize("role", ROLES)
async def test_owners_are_led_to_the_addresses(role: Role, tmp_path: Path) -> None:
    def held() -> Work[None]:
        yield run(
            """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
            VALUES ('c3', 'one', 'held', '/b/', 'open', 0)"""
        )

    async with open_house(tmp_path) as house, signed_in_as(house, role):
        await house.db.write(held)
        for path in ("/admin/", "/admin/inbox/", "/admin/comments/c3/"):
            led = 'href="/admin/addresses/?site=one&amp;old=%2Fb%2F#add"' in (await house.browser.get(path)).text
            assert led == (role == "owner"), path


def test_each_right_is_of_a_view(tmp_path: Path) -> None:
    assert set(OTHERS) <= set(views(tmp_path))
    assert all(role != BY_METHOD[method] for (method, _), role in OTHERS.items())


async def test_a_form_of_a_reader_changes_nothing(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, signed_in_as(house, "reader"):
        body = urlencode({"token": await house.token()})
        response = await house.browser.post(
            "/admin/comments/c1/hide/", content=body,
            headers={"Origin": "http://localhost:8000", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert response.status_code == 403
        assert await house.db.fetch_all("SELECT state FROM comments WHERE id = 'c1'") == [{"state": "published"}]
