"""Owners hear of what is new on their sites: once each, in their hours, as long as it is theirs to know."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator

import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.clock import SteppedClock
from answerback.comments.noted_store import note_change
from answerback.comments.store import keep_thread
from answerback.core.notices import DEFAULTS, Hours, NoticeKind, Pace
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.jobs.model import Job, JobFailed
from answerback.mail.transport import MailRefused, Message, RecordingMailer
from answerback.notify import store
from answerback.notify.notices import TELL, Notices, chosen
from answerback.sites.store import add_site

from tests.services import runtime

pytestmark = pytest.mark.anyio
NOON = 1_795_953_600_000  # 2026-11-29 12:00 UTC
ALL_DAY = Hours(8, 0, 0)


class Office:
    """Two sites and an owner of one of them, and the mail that goes out; `refuses` is said while it is set."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = SteppedClock(NOON)
        self.refuses: MailRefused | None = None
        self._mailer = RecordingMailer()
        self.notices = Notices(runtime(db, self.clock), self)
        self.owner = ""

    async def send(self, message: Message, now: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        await self._mailer.send(message, now)

    @property
    def mails(self) -> list[Message]:
        return self._mailer.sent

    async def furnish(self) -> None:
        for site, zone in (("bread", "UTC"), ("rye", "Asia/Seoul")):
            await self.db.write(
                lambda site=site, zone=zone: add_site(
                    site, {"origins": f"https://{site}.example", "name": site.title(), "timezone": zone}, NOON
                )
            )
        await add_owner_with_link(self.db, "mina@example.com", ["bread"], None)
        self.owner = (await self.db.fetch_all("SELECT id FROM owners"))[0]["id"]
        await self.after(0)
        self.clock.advance(seconds=1)

    async def after(self, minutes: float) -> list[Message]:
        """Time goes by, what is due is done, and what was refused stays; what has gone out in it."""
        self.clock.advance(minutes=minutes)
        before = len(self.mails)
        await self.notices.look()
        await self.run_jobs()
        return self.mails[before:]

    async def run_jobs(self) -> None:
        tell = next(kind for kind in self.notices.kinds() if kind.name == TELL)
        for row in await self.db.fetch_all("SELECT * FROM jobs WHERE kind = 'notice' ORDER BY created_at, id"):
            try:
                await tell.run(Job(row["id"], TELL, row["site"], json.loads(row["data"]), 1, row["created_at"]))
            except JobFailed:
                continue
            await self.db.write(lambda id=row["id"]: one_less(id))

    async def post(self, id: str, *, site: str = "bread", state: str = "published", kind: str = "guest") -> None:
        now = self.clock.now()
        await self.db.write(lambda: comment(id, site, state, kind, now))

    async def choose(self, kind: NoticeKind, pace: Pace, hours: Hours = ALL_DAY) -> None:
        [site] = [each for each in self.notices._sites.all() if each.key == "bread"]
        now = self.clock.now()
        await self.db.write(lambda: store.keep_hours(self.owner, hours, ""))
        await self.db.write(lambda: chosen(self.owner, site, kind, pace, hours, now))


def told(mail: Message) -> list[str]:
    """The ids of the comments whose words are in it."""
    return re.findall(r"Words of <b>(\w+)</b>", mail.text)


def one_less(id: str) -> Work[None]:
    yield run("DELETE FROM jobs WHERE id = :id", id=id)


def comment(id: str, site: str, state: str, kind: str, now: int) -> Work[None]:
    yield from keep_thread(site, "/a/", f"https://{site}.example/a/", "All about bread", now)
    yield run(
        """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
            created_at)
        VALUES (:id, :site, '/a/', :id, 0, :kind, 'Jin', :body, '', :state, :now)""",
        id=id, site=site, kind=kind, body=f"Words of <b>{id}</b>", state=state, now=now,
    )  # fmt: skip
    if state == "pending":
        yield run(
            """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
            VALUES (:id, :site, 'held', '/a/', 'open', :now)""",
            id=id, site=site, now=now,
        )  # fmt: skip


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    opened = Office(database)
    await opened.furnish()
    yield opened


async def test_held_comment_is_told_at_once_and_once(office: Office) -> None:
    await office.post("c1", state="pending")
    [mail] = await office.after(1)
    assert mail.to == "mina@example.com"
    assert mail.subject == "1 comment on Bread needs a decision: All about bread"
    assert "Held for approval · Jin · All about bread\nWords of <b>c1</b>\n" in mail.text
    assert "/admin/comments/c1/" in mail.text
    assert "Words of &lt;b&gt;c1&lt;/b&gt;" in mail.html
    assert await office.after(1) == []
    assert await office.after(24 * 60) == []


async def test_new_comments_are_told_once_a_day(office: Office) -> None:
    await office.post("c1")
    await office.post("c2", kind="owner")
    await office.post("c3", kind="ai")
    assert await office.after(60) == []
    await office.post("c4")
    [mail] = await office.after(20 * 60)
    assert mail.subject == "2 new comments on Bread"
    assert told(mail) == ["c1", "c4"]
    assert await office.after(24 * 60) == []


async def test_nothing_comes_in_quiet_hours_and_all_of_it_after(office: Office) -> None:
    await office.choose("review", "now", Hours(8, 12, 14))
    for number in range(3):
        await office.post(f"c{number}", state="pending")
        assert await office.after(30) == []
    [mail] = await office.after(31)
    assert mail.subject == "3 comments on Bread need a decision"


async def test_several_kinds_come_in_one_mail(office: Office) -> None:
    await office.choose("comments", "now")
    await office.post("c1")
    await office.post("c2", state="pending")
    [mail] = await office.after(1)
    assert mail.subject == "1 comment on Bread needs a decision · 1 new comment on Bread"


async def test_refused_mail_is_tried_again_under_its_name(office: Office) -> None:
    await office.post("c1", state="pending")
    office.refuses = MailRefused("code 451", for_good=False)
    assert await office.after(1) == []
    await office.post("c2", state="pending")
    assert await office.after(1) == []
    office.refuses = None
    first, second = await office.after(0)
    assert (told(first), told(second)) == (["c1"], ["c2"])
    assert first.name and first.name != second.name


async def test_what_was_decided_meanwhile_is_not_told(office: Office) -> None:
    await office.post("c1", state="pending")
    office.refuses = MailRefused("code 451", for_good=False)
    await office.after(1)
    office.refuses = None
    await office.db.write(lambda: closed("c1"))
    assert await office.after(1) == []
    assert await office.db.fetch_all("SELECT id FROM jobs WHERE kind = 'notice'") == []


def closed(id: str) -> Work[None]:
    yield run("UPDATE reviewables SET state = 'approved' WHERE id = :id", id=id)


async def test_only_owners_of_the_site_are_told(office: Office) -> None:
    await office.post("c1", site="rye", state="pending")
    assert await office.after(1) == []
    await add_owner_with_link(office.db, "all@example.com", [], None)
    await office.after(0)
    office.clock.advance(seconds=1)
    await office.post("c2", site="rye", state="pending")
    assert [mail.to for mail in await office.after(1)] == ["all@example.com"]


async def test_owner_who_has_lost_the_site_is_told_no_more(office: Office) -> None:
    await office.post("c1", state="pending")
    office.refuses = MailRefused("code 451", for_good=False)
    await office.after(1)
    office.refuses = None
    await office.db.write(taken_away)
    await office.post("c2", state="pending")
    assert await office.after(1) == []


def taken_away() -> Work[None]:
    yield run("DELETE FROM owner_sites")


async def test_choosing_again_tells_only_of_what_comes(office: Office) -> None:
    await office.choose("review", "never")
    await office.post("c1", state="pending")
    assert await office.after(1) == []
    await office.choose("review", "now")
    await office.post("c2", state="pending")
    [mail] = await office.after(1)
    assert told(mail) == ["c2"]


async def test_only_the_link_of_a_mail_stops_them(office: Office) -> None:
    url = office.notices.stop_url(office.owner)
    proof = url.rpartition("proof=")[2]
    assert not await office.notices.stop(office.owner, "0" * 32)
    assert await office.notices.address(office.owner, proof) == "mina@example.com"
    assert await office.notices.stop(office.owner, proof)
    await office.post("c1", state="pending")
    assert await office.after(1) == []


async def test_long_lists_are_cut_and_say_so(office: Office) -> None:
    for number in range(25):
        await office.post(f"c{number:02}", state="pending")
        office.clock.advance(seconds=1)
    [mail] = await office.after(1)
    assert mail.text.count("Held for approval") == 20
    assert "And more." in mail.text


async def test_nothing_is_told_twice_by_two_processes(office: Office) -> None:
    await office.post("c1", state="pending")
    office.clock.advance(minutes=1)
    other = Notices(runtime(office.db, office.clock), office)
    await office.notices.look()
    await other.look()
    assert len(await office.db.fetch_all("SELECT id FROM jobs WHERE kind = 'notice'")) == 1


async def test_changes_are_told_to_those_who_did_not_make_them(office: Office) -> None:
    await office.choose("changes", "now")
    await office.post("c1")
    await office.post("c2")
    now = office.clock.now()
    for id, what, actor in (
        ("c1", "edited", ""), ("c1", "edited", ""), ("c2", "removed", ""), ("c2", "corrected", "mina@example.com"),
    ):  # fmt: skip
        await office.db.write(lambda id=id, what=what, actor=actor: note_change("bread", id, what, now, actor))
    [mail] = await office.after(1)
    assert mail.subject == "2 comments on Bread have changed"
    assert "Edited · Jin" in mail.text and "Removed by its author · Jin" in mail.text
    assert "Answer corrected" not in mail.text
    assert await office.after(60) == []


async def test_new_kinds_are_added_to_choices_that_stay(office: Office) -> None:
    await office.choose("review", "hourly")
    await office.db.write(no_changes)
    await office.db.write(lambda: store.add_missing(office.clock.now()))
    choices = await office.db.read(lambda: store.choices_of(office.owner, ["bread"]))
    assert {choice.kind: choice.pace for choice in choices} == DEFAULTS | {"review": "hourly"}


def no_changes() -> Work[None]:
    yield run("DELETE FROM notice_choices WHERE kind = 'changes'")
