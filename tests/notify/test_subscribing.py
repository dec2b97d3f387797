"""An address is told of nothing before it has said so, cannot be flooded with questions, and ends it with one click."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from answerback.core.subscriptions import masked
from answerback.db.database import Database
from answerback.errors import AppError, BadRequest, LimitReached
from answerback.mail.transport import MailRefused, SmtpMailer
from answerback.notify import subscriptions_store as store
from answerback.notify.subscribing import KIND, PENDING_MS, TO_DOMAIN_AN_HOUR, Subscribing

from tests.fakes.smtp_server import MailServer
from tests.notify.audience import Audience, one

pytestmark = pytest.mark.anyio


@pytest.fixture
async def audience(database: Database) -> AsyncIterator[Audience]:
    opened = Audience(database)
    await opened.furnish()
    yield opened


async def test_strange_address_is_asked_in_its_language(audience: Audience) -> None:
    made = await audience.wish("mina", "Mina@Example.com", lang="ko-KR")
    assert (made.confirmed_at, made.address) == (None, "mina@example.com")
    [mail] = await audience.after(0)
    assert (mail.to, mail.lang, mail.subject) == ("mina@example.com", "ko", "Bread 알림 신청 확인")
    assert audience.subscribing.confirm_url(made.id) in mail.text
    await audience.post("mine", "mina")
    await audience.post("c1", to="mine")
    assert await audience.after(10) == []


async def test_confirmed_address_of_a_visitor_is_not_asked_again(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    assert (await audience.wish("mina", "mina@example.com", "thread")).confirmed_at is not None
    assert (await audience.wish("mina", "", "thread")).address == "mina@example.com"
    assert await audience.count("jobs", f"kind = '{KIND}'") == 0
    other = await audience.wish("ben", "mina@example.com")
    assert other.confirmed_at is None


async def test_verified_address_of_an_account_counts_at_once(audience: Audience) -> None:
    await audience.db.write(
        lambda: one("UPDATE visitors SET email = 'mina@example.com', email_verified_at = 1 WHERE id = 'mina'")
    )
    assert (await audience.wish("mina", "")).confirmed_at is not None
    assert (await audience.wish("mina", "other@example.com")).confirmed_at is None


async def test_address_that_is_none_is_refused(audience: Audience) -> None:
    for typed in ("", "mina", "mina@example.com\nBcc: x@example.com"):
        with pytest.raises(BadRequest):
            await audience.wish("mina", typed)
    assert await audience.count("subscribers") == 0


async def test_mailbox_of_a_stranger_gets_three_questions_a_day(audience: Audience) -> None:
    for number in range(12):
        made = await audience.wish(f"guest{number}", "victim@example.com", caller=f"network{number}")
        assert made.confirmed_at is None
        await audience.after(1)
    assert [mail.to for mail in audience.mails] == ["victim@example.com"] * 3
    audience.clock.advance(minutes=24 * 60)
    await audience.wish("guest99", "victim@example.com")
    assert len(await audience.after(0)) == 1


@pytest.mark.parametrize(
    ("spellings", "mails"),
    [
        (["victim+{}@example.com"], 3),
        (["vic.tim+{}@gmail.com", "v.ictim+{}@googlemail.com"], 3),
        (["vic.tim@example.com", "victim@example.com", "victim@other.example"], 9),
    ],
)
async def test_spellings_of_a_mailbox_share_its_questions(audience: Audience, spellings: list[str], mails: int) -> None:
    for number in range(12):
        typed = spellings[number % len(spellings)].format(number)
        await audience.wish(f"guest{number}", typed, caller=f"network{number}")
    assert len(await audience.after(1)) == mails


async def test_refused_questions_use_up_no_domain(audience: Audience) -> None:
    for number in range(TO_DOMAIN_AN_HOUR + 1):
        await audience.wish(f"guest{number}", "victim@example.com", caller=f"network{number}")
    await audience.after(1)
    await audience.wish("mina", "mina@example.com")
    assert [mail.to for mail in await audience.after(1)] == ["mina@example.com"]


async def test_strangers_do_not_change_a_readers_language(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.wish("stranger", "mina@example.com", lang="ko")
    await audience.after(0)
    await audience.post("mine", "mina")
    await audience.post("c1", to="mine")
    assert [mail.lang for mail in await audience.after(1)] == ["en"]
    await audience.wish("mina", "mina@example.com", "thread", lang="ko")
    await audience.post("c2", to="mine")
    assert [mail.lang for mail in await audience.after(10)] == ["ko"]


async def test_one_visitor_or_network_is_slowed_down(audience: Audience) -> None:
    with pytest.raises(LimitReached):
        for number in range(25):
            await audience.wish("mina", f"{number}@example.com", caller=f"n{number}")
    with pytest.raises(LimitReached):
        for number in range(50):
            await audience.wish(f"guest{number}", f"{number}@example.com", caller="one")


async def test_shadow_banned_visitor_sends_nobody_anything(audience: Audience) -> None:
    made = await audience.wish("mina", "victim@example.com", shadow=True)
    assert made.confirmed_at is None
    assert await audience.after(0) == []


async def test_unconfirmed_wish_expires(audience: Audience) -> None:
    made = await audience.wish("mina", "mina@example.com")
    audience.clock.advance(minutes=PENDING_MS // 60_000)
    now = audience.clock.now()
    assert await audience.db.read(lambda: store.pending(made.id, now)) is None
    assert await audience.after(0) == []


async def test_proofs_are_those_of_their_links(audience: Audience) -> None:
    subscribing = audience.subscribing
    proof = subscribing.proof("confirm", "a")
    assert subscribing.proved(proof, "confirm", "a")
    assert not subscribing.proved(proof, "confirm", "b")
    assert not subscribing.proved(proof, "a") and not subscribing.proved("", "a")


def test_masked_address_tells_only_its_owner_which_it_is() -> None:
    assert masked("mina.park@mail.example.org") == "m…@m….org"
    assert masked("x@bread.example") == "x…@b….example"


@pytest.mark.parametrize(
    ("answer", "stopped"),
    [
        ("550 5.1.1 No such user", True),
        ("550 No such user here", True),
        ("550 5.7.1 Relaying denied", False),
        ("550 Relay access denied", False),
        ("552 5.2.2 Mailbox full", False),
        ("450 4.2.1 Try again later", False),
        ("530 5.7.0 Authentication required", False),
    ],
)
async def test_only_a_mailbox_that_is_gone_stops_an_address(database: Database, answer: str, stopped: bool) -> None:
    with MailServer.start() as post:
        audience = Audience(database, SmtpMailer(f"smtp://127.0.0.1:{post.port}", "Bread <post@bread.example>"))
        await audience.furnish()
        await audience.follow("mina", "mina@example.com")
        await audience.follow("ben", "ben@example.com")
        await audience.post("mine", "mina")
        await audience.post("c1", to="mine")
        post.recipient = answer
        await audience.after(1)
        post.recipient = "250 yes"
        assert await audience.count("subscribers", "address = 'mina@example.com'") == (0 if stopped else 1)
        assert await audience.count("stopped_addresses") == int(stopped)
        rows = await database.fetch_all("SELECT hash FROM stopped_addresses")
        assert not any("mina" in row["hash"] for row in rows)
        await audience.wish("jin", "mina@example.com")
        await audience.after(0)
        assert len(post.mails) == (0 if stopped else 1)


async def test_complaint_stops_an_address_on_every_site(audience: Audience) -> None:
    await audience.follow("mina", "mina@example.com")
    await audience.subscribing.stop_address("mina@example.com", "complaint")
    assert await audience.count("subscribers") == await audience.count("subscriptions") == 0
    await audience.wish("mina", "mina@example.com")
    assert await audience.after(365 * 24 * 60) == []


async def test_server_that_refuses_the_question_is_tried_again(audience: Audience) -> None:
    await audience.wish("mina", "mina@example.com")
    audience.refuses = MailRefused("code 451", for_good=False)
    await audience.after(0)
    audience.refuses = None
    assert len(await audience.after(1)) == 1


async def test_server_without_mail_says_so(database: Database) -> None:
    audience = Audience(database)
    await audience.furnish()
    audience.subscribing = Subscribing(audience.runtime, None)
    with pytest.raises(AppError):
        await audience.wish("mina", "mina@example.com")
    assert (await audience.wish("mina", "", channel="feed")).confirmed_at is not None
