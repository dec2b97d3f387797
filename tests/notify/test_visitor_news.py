"""Visitors hear of what concerns them: once each, whatever comes between, and only while readers see it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from answerback.accounts.profile.store import own_data
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.jobs import store as jobs
from answerback.mail.transport import MailRefused
from answerback.notify import subscriptions_store
from answerback.notify.visitor_news import SPREAD, TELL

from tests.notify.audience import Audience, Killed, told

pytestmark = pytest.mark.anyio
LATER = MailRefused("code 451", for_good=False)


@pytest.fixture
async def audience(database: Database) -> AsyncIterator[Audience]:
    opened = Audience(database)
    await opened.furnish()
    await opened.post("mine", "mina")
    yield opened


async def test_reply_is_told_to_whom_it_answers_once(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.follow("ben", "ben@example.com")
    await audience.post("c1", to="mine")
    [mail] = await audience.after(1)
    assert told([mail]) == [("mina@example.com", ["id-mine", "id-c1"])]
    assert mail.subject == "New on “All about bread” · Bread"
    assert "Jin replied to you" in mail.text
    assert "https://bread.example/bread/#answerback-c1" in mail.text
    assert await audience.after(24 * 60) == []


async def test_follower_hears_of_every_comment_but_own_ones(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.post("c1", "mina")
    await audience.post("c2", "ben", page="/rye/")
    await audience.post("c3")
    await audience.post("c4", None)
    [mail] = await audience.after(1)
    assert told([mail]) == [("mina@example.com", ["id-c3", "id-c4"])]


async def test_one_event_is_one_item_however_it_concerns(audience: Audience) -> None:
    """The same address follows the thread and hears of replies, from two browsers."""
    await audience.follow("mina", "mina@example.com")
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.follow("ben", "mina@example.com", "thread")
    await audience.post("c1", to="mine")
    await audience.post("c2", "ben")
    [mail] = await audience.after(1)
    assert told([mail]) == [("mina@example.com", ["id-mine", "id-c1"])]
    assert "Jin replied to you" in mail.text


@pytest.mark.parametrize("state", ["pending", "hidden"])
async def test_unseen_comment_is_told_when_it_is_shown(audience: Audience, state: str) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine", state=state)
    assert await audience.after(3 * 24 * 60) == []
    await audience.set_state("c1", "published")
    assert len(await audience.after(1)) == 1
    await audience.set_state("c1", "hidden")
    await audience.set_state("c1", "published")
    assert await audience.after(60) == []


@pytest.mark.parametrize("state", ["hidden", "deleted"])
async def test_what_is_gone_before_the_mail_is_not_told(audience: Audience, state: str) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine")
    audience.refuses = LATER
    await audience.after(1)
    await audience.set_state("c1", state)
    audience.refuses = None
    assert await audience.after(5) == []
    assert await audience.count("jobs", f"kind = '{TELL}'") == 0


async def test_imported_old_comment_is_no_news(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.post("c1")
    assert await audience.after(25 * 60) == []


async def test_asker_hears_of_the_answer_and_of_its_changes(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.answer("a1", "mine")
    [mail] = await audience.after(1)
    assert "Your question was answered" in mail.text and "id-a1" in mail.text
    await audience.set_answer("a1", revised_at=audience.clock.now(), verified_by_owner=1)
    [mail] = await audience.after(20)
    assert "The answer to your question was corrected" in mail.text
    await audience.set_answer("a1", outdated=1, verified_by_owner=0, state="queued")
    assert await audience.after(20) == []
    await audience.set_answer("a1", state="done", outdated=0, revised_at=audience.clock.now())
    [mail] = await audience.after(20)
    assert "The page has changed, and the answer to your question with it" in mail.text


async def test_draft_is_told_when_it_is_published(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.answer("a1", "mine", "queued")
    await audience.set_state("a1", "pending")
    await audience.set_answer("a1", state="done", draft=1)
    assert await audience.after(60) == []
    await audience.set_state("a1", "published")
    assert told(await audience.after(1)) == [("mina@example.com", ["id-mine", "id-a1"])]


@pytest.mark.parametrize("state", ["failed", "withheld", "stopped"])
async def test_answer_that_came_to_nothing_is_no_news(audience: Audience, state: str) -> None:
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.answer("a1", "mine", state)
    assert await audience.after(1) == []


async def test_busy_thread_sends_one_mail_in_ten_minutes(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.post("c0")
    [first] = await audience.after(1)
    for number in range(1, 4):
        await audience.post(f"c{number}")
        assert await audience.after(1) == []
    [second] = await audience.after(8)
    assert told([second]) == [("mina@example.com", ["id-c1", "id-c2", "id-c3"])]
    assert (first.subject, first.thread, first.list_id) == (second.subject, second.thread, second.list_id)
    assert first.name != second.name


async def test_long_news_is_parted(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com", "thread")
    for number in range(25):
        await audience.post(f"c{number:02}")
    [first] = await audience.after(1)
    [second] = await audience.after(11)
    words = [word for _, ids in told([first, second]) for word in ids]
    assert words == [f"id-c{number:02}" for number in range(25)]


async def test_failing_server_delays_and_repeats_nothing(audience: Audience) -> None:
    """An hour of failures: then everything comes once, the first under the name that was tried."""
    await audience.follow("mina", "mina@example.com", "thread")
    await audience.post("c0")
    audience.refuses = LATER
    for number in range(1, 7):
        assert await audience.after(10) == []
        await audience.post(f"c{number}")
    audience.refuses = None
    mails = await audience.after(64)
    mails += await audience.after(11)
    words = [word for _, ids in told(mails) for word in ids]
    assert words == [f"id-c{number}" for number in range(7)]
    assert len({mail.name for mail in mails}) == len(mails) == 2


async def test_dead_message_can_be_run_again(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine")
    audience.refuses = MailRefused("code 554", for_good=True)
    await audience.after(1)
    [dead] = await audience.db.read(lambda: jobs.dead_jobs(["bread"], 10))
    assert (dead.kind, dead.error) == (TELL, "The mail server refused the message: code 554.")
    assert "mina@example.com" not in str(dead.data)
    audience.refuses = None
    now = audience.clock.now()
    await audience.db.write(lambda: jobs.revive([dead.id], ["bread"], now))
    assert told(await audience.after(0)) == [("mina@example.com", ["id-mine", "id-c1"])]


async def test_process_killed_after_sending_repeats_the_name(audience: Audience) -> None:
    """Mail programs show one of two messages with the same Message-ID."""
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine")
    audience.killed = True
    with pytest.raises(Killed):
        await audience.after(1)
    audience.killed = False
    await audience.post("c2", to="mine")
    [again] = await audience.after(1)
    assert (again.name, told([again])) == (audience.mails[0].name, [("mina@example.com", ["id-mine", "id-c1"])])
    assert told(await audience.after(11)) == [("mina@example.com", ["id-mine", "id-c2"])]
    assert await audience.after(24 * 60) == []


async def test_second_run_of_a_spread_tells_nobody_twice(audience: Audience) -> None:
    for number in range(30):
        await audience.follow("mina", f"{number}@example.com", "thread")
    await audience.post("c1")
    assert len(await audience.after(1)) == 30
    await audience.db.write(lambda: jobs.add("again", SPREAD, None, "bread", {"comment": "c1", "fresh": True}, 0, 0))
    assert await audience.after(60) == []


async def test_nothing_is_noted_where_nobody_listens(audience: Audience) -> None:
    await audience.post("c1", to="mine")
    assert await audience.count("subscription_news") == 0


async def test_who_has_stopped_hears_nothing_that_waits(audience: Audience) -> None:
    made = await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine")
    audience.refuses = LATER
    await audience.after(1)
    await audience.db.write(lambda: subscriptions_store.remove("bread", "mina", made.id))
    audience.refuses = None
    assert await audience.after(60) == []
    assert await audience.count("subscribers") == await audience.count("subscription_deliveries") == 0


async def test_stopped_thread_is_told_nothing_that_waits(audience: Audience) -> None:
    """The address wants something else still: of that it is told."""
    stopped = await audience.follow("mina", "mina@example.com", "thread")
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1")
    await audience.post("c2", to="mine")
    audience.refuses = LATER
    await audience.after(1)
    await audience.db.write(lambda: subscriptions_store.remove("bread", "mina", stopped.id))
    audience.refuses = None
    assert told(await audience.after(5)) == [("mina@example.com", ["id-mine", "id-c2"])]
    assert await audience.after(60) == []


async def test_export_has_nothing_that_others_want_at_an_address(audience: Audience) -> None:
    await audience.follow("mina", "shared@example.com")
    await audience.follow("ben", "shared@example.com", "thread")
    await audience.post("c1")
    assert told(await audience.after(1)) == [("shared@example.com", ["id-c1"])]
    exported = {
        name: (await audience.db.read(lambda name=name: own_data(Visitor(name, "bread", "guest", name))))
        for name in ("mina", "ben")
    }
    assert {name: len(data["notifications"]) for name, data in exported.items()} == {"mina": 0, "ben": 1}


async def test_strangers_words_carry_no_links(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.post("c1", to="mine")

    def words() -> Work[None]:
        yield run(
            "UPDATE comments SET body = 'See https://evil.example/x and www.evil.co.uk at 3.50', "
            "author_name = 'bad.example' WHERE id = 'c1'"
        )

    await audience.db.write(words)
    [mail] = await audience.after(1)
    for text in (mail.text, mail.html):
        assert "See https[:]//evil[.]example/x and www[.]evil[.]co[.]uk at 3.50" in text
        assert "bad[.]example replied to you" in text
