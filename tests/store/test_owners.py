"""Owners: the sites that they have, and what is left when some are taken from them."""

from __future__ import annotations

import pytest
from answerback.accounts import owner_sessions_store as sessions
from answerback.accounts import store
from answerback.accounts.owners import add_owner_with_link, remove_owner
from answerback.accounts.sessions import hash_secret
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.errors import AppError
from answerback.sites.store import add_site

pytestmark = pytest.mark.anyio
MINA, NOW = "mina@example.com", 1_700_000_000_000


@pytest.fixture
async def db(database: Database) -> Database:
    def sites() -> Work[None]:
        for key in ("blog", "shop"):
            yield from add_site(key, {"origins": f"https://{key}.example"}, NOW)

    await database.write(sites)
    return database


async def owners(db: Database) -> dict[str, list[str] | None]:
    return {owner.email: owner.sites for owner in await db.read(store.list_owners)}


async def test_owner_gains_no_sites_in_passing(db: Database) -> None:
    await add_owner_with_link(db, MINA, ["blog"], None)
    await add_owner_with_link(db, MINA, [], None)
    await add_owner_with_link(db, MINA, [], "a long enough one")
    assert await owners(db) == {MINA: ["blog"]}
    await add_owner_with_link(db, MINA, ["shop"], None)
    assert await owners(db) == {MINA: ["blog", "shop"]}
    await add_owner_with_link(db, MINA, [], None, all_sites=True)
    await add_owner_with_link(db, "new@example.com", [], None)
    assert await owners(db) == {MINA: None, "new@example.com": None}


async def test_owner_goes_with_the_last_site(db: Database) -> None:
    await add_owner_with_link(db, MINA, ["blog", "shop"], None)
    assert await remove_owner(db, MINA, ["blog"]) == ["shop"]
    with pytest.raises(AppError, match="not an owner of blog"):
        await remove_owner(db, MINA, ["shop", "blog"])
    assert await owners(db) == {MINA: ["shop"]}  # all of it or nothing
    assert await remove_owner(db, MINA, ["shop"]) == []
    assert await owners(db) == {}


async def test_removed_owner_is_signed_out_and_has_no_link(db: Database) -> None:
    link = await add_owner_with_link(db, MINA, [], None)
    await add_owner_with_link(db, "stays@example.com", [], None)
    secret = hash_secret(str(link).split("/")[-2])
    owner = await store.owner_by_email(db, MINA)
    assert owner is not None
    await db.write(lambda: sessions.add_session("of-a-browser", "s1", owner["id"], "", NOW, NOW + 1_000))
    with pytest.raises(AppError, match="has all sites"):
        await remove_owner(db, MINA, ["blog"])
    assert await sessions.owner_by_session(db, "of-a-browser", NOW) is not None
    await remove_owner(db, MINA, [])
    assert await sessions.owner_by_session(db, "of-a-browser", NOW) is None
    assert await db.write(lambda: store.use_owner_link(secret, NOW)) is None
    assert await owners(db) == {"stays@example.com": None}
    with pytest.raises(AppError, match="no owner"):
        await remove_owner(db, MINA, [])
