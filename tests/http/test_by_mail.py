"""The buttons of a mail: they decide without signing in, once, what was read, as long as their owner may."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answerback.accounts.store import credentials_of
from answerback.comments.approval import reviewables_store as reviews
from answerback.db.work import Work, run
from answerback.notify.decision_links import DecisionLinks
from answerback.notify.items import Ways, item
from answerback.notify.mail_replies import ReplyAddresses
from answerback.notify.store import News
from answerback.settings import load_settings
from answerback.sites.settings import read_site

from tests.forms import hidden_fields
from tests.http.test_admin import House, open_house

pytestmark = pytest.mark.anyio
SITE = read_site("one", {"origins": "https://one.example", "name": "One"}, daily_answers=5)


@dataclass
class Mailed:
    """A house in which a comment waits, and the links of the mail about it by what they do."""

    house: House
    links: dict[str, str]
    owner: str

    async def state(self, id: str = "c3") -> str:
        return str((await self.house.db.fetch_all("SELECT state FROM comments WHERE id = :id", id=id))[0]["state"])

    async def press(self, action: str, **headers: str) -> Any:
        return await self.house.send(self.links[action], {}, **headers)

    async def told(self, id: str, what: str) -> None:
        """A mail about something else, by the same owner's links."""
        news, now = News(id, what, "", "/a/", "A page", "", 0), self.house.clock.now()
        credentials = await self.house.db.read(lambda: credentials_of(self.owner))
        links, addresses = DecisionLinks(self.settings), ReplyAddresses(self.settings)
        ways = Ways(self.owner, now + 1_000_000, credentials, links, addresses)
        made = await self.house.db.write(lambda: item(SITE, news, ways))
        self.links.update({name: link.removeprefix("http://localhost:8000") for name, link in made.buttons})
        self.reply_to = made.reply_to

    settings: Any = None
    reply_to: str = ""


@asynccontextmanager
async def open_mailed(tmp_path: Path, **more: str) -> AsyncIterator[Mailed]:
    async with open_house(tmp_path, **more) as house:
        now = house.clock.now()
        await house.db.write(lambda: reviews.open_reviewable("one", "c3", "held", "/b/", [], now))
        owners = await house.db.fetch_all("SELECT id FROM owners WHERE email = 'one@example.com'")
        settings = load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path), **more}, dotenv=None)
        made = Mailed(house, {}, owners[0]["id"], settings)
        await made.told("c3", "held")
        yield made


@pytest.fixture
async def mailed(tmp_path: Path) -> AsyncIterator[Mailed]:
    async with open_mailed(tmp_path) as made:
        yield made


def changed(statement: str) -> Work[None]:
    yield run(statement)


async def test_button_shows_the_words_and_a_get_decides_nothing(mailed: Mailed) -> None:
    for method in ("GET", "HEAD", "GET"):
        page = await mailed.house.browser.request(method, mailed.links["approve"])
        assert page.status_code == 200
    assert "Buy &lt;pills&gt;" in page.text and "Approve this?" in page.text
    assert page.text.count('method="post" action="/admin/by-mail/') == 1
    assert "set-cookie" not in page.headers
    assert await mailed.state() == "pending"


@pytest.mark.parametrize(
    ("action", "state", "said"), [("approve", "published", "Approved"), ("hide", "hidden", "Hidden"),
                                  ("spam", "hidden", "Marked as spam")],
)  # fmt: skip
async def test_button_decides_once_and_is_audited(mailed: Mailed, action: str, state: str, said: str) -> None:
    assert said in (await mailed.press(action)).text
    assert await mailed.state() == state
    [row] = await mailed.house.db.fetch_all("SELECT actor, action, subject, state_after, reason FROM audit")
    assert (row["actor"], row["subject"], row["state_after"], row["reason"]) == (
        "one@example.com", "c3", state, "by mail",
    )  # fmt: skip
    for other in ("approve", "hide", "spam"):
        assert "Decided meanwhile: one@example.com has" in (await mailed.press(other)).text
    assert await mailed.state() == state
    assert len(await mailed.house.db.fetch_all("SELECT 1 FROM audit")) == 1


async def test_decision_of_another_owner_stands(mailed: Mailed) -> None:
    await mailed.house.db.write(lambda: changed("UPDATE comments SET state = 'hidden' WHERE id = 'c3'"))
    await mailed.house.db.write(
        lambda: changed(
            """UPDATE reviewables SET state = 'spam', version = version + 1, decided_at = 1,
            decided_by = (SELECT id FROM owners WHERE email = 'all@example.com') WHERE id = 'c3'"""
        )
    )
    page = (await mailed.house.browser.get(mailed.links["approve"])).text
    assert (
        "Decided meanwhile: all@example.com has marked this as spam." in page and 'action="/admin/by-mail' not in page
    )
    assert "Decided meanwhile" in (await mailed.press("approve")).text
    assert await mailed.state() == "hidden"


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        ("UPDATE comments SET html = '<p>Buy other pills</p>' WHERE id = 'c3'", "This has changed"),
        ("UPDATE reviewables SET version = version + 1 WHERE id = 'c3'", "This has changed"),
        ("UPDATE comments SET state = 'deleted' WHERE id = 'c3'", "This has been deleted"),
        ("UPDATE owner_sites SET role = 'reader'", "You may no longer decide"),
        ("DELETE FROM owner_sites", "You may no longer decide"),
        ("UPDATE owners SET credentials = credentials + 1", "This link has expired"),
    ],
)
async def test_what_changed_meanwhile_ends_a_button(mailed: Mailed, meanwhile: str, said: str) -> None:
    await mailed.house.db.write(lambda: changed(meanwhile))
    before = await mailed.state()
    assert said in (await mailed.press("approve")).text
    assert await mailed.state() == before


async def test_language_can_be_changed_without_losing_the_link(mailed: Mailed) -> None:
    page = await mailed.house.browser.get(mailed.links["hide"])
    fields = hidden_fields(page.text, "/admin/language/")
    chosen = await mailed.house.send("/admin/language/", fields | {"lang": "ko"})
    assert chosen.headers["location"] == mailed.links["hide"]


async def test_button_expires(mailed: Mailed) -> None:
    mailed.house.clock.advance(seconds=1_001)
    assert "This link has expired" in (await mailed.press("approve")).text
    assert await mailed.state() == "pending"


async def test_altered_links_and_foreign_forms_are_refused(mailed: Mailed) -> None:
    good = mailed.links["approve"]
    for bad in (good[:-3] + "abc", "/admin/by-mail/", "/admin/by-mail/?link=x.y", good.replace("link=", "link=A")):
        assert (await mailed.house.browser.get(bad)).status_code == 404
        assert (await mailed.house.send(bad, {})).status_code == 404
    assert (await mailed.press("approve", Origin="https://evil.example")).status_code == 403
    assert await mailed.state() == "pending"


async def test_public_comment_can_be_hidden_but_only_once(mailed: Mailed) -> None:
    await mailed.told("c1", "comment")
    assert "Hidden" in (await mailed.press("hide")).text
    assert await mailed.state("c1") == "hidden"
    await mailed.house.db.write(lambda: changed("UPDATE comments SET state = 'published' WHERE id = 'c1'"))
    assert "Decided meanwhile" in (await mailed.press("hide")).text
    assert await mailed.state("c1") == "published"


async def test_mail_names_what_a_comment_answers(mailed: Mailed) -> None:
    await mailed.house.db.write(
        lambda: changed("UPDATE comments SET parent_id = 'c1', root_id = 'c1', depth = 1, page = '/a/' WHERE id = 'c3'")
    )
    news = News("c3", "held", "", "/a/", "A page", "", 0)
    made = await mailed.house.db.read(lambda: item(SITE, news, None))
    assert list(made.above) == [("<b>Mina</b>", "Is 100% rye on sale?")] and made.buttons == []
    assert re.fullmatch("Buy <pills>", made.words)
