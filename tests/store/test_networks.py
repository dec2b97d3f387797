"""What an IPv6 /48 may do together, however many of its 65,536 /64 it uses (threat 9), on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from answerback.accounts import store
from answerback.accounts.sign_in.attempts import FREE_OF_ADDRESS, FREE_TAKEN, Attempts
from answerback.accounts.sign_in.mail_link import store as mail
from answerback.accounts.sign_in.mail_link.outbox import AN_HOUR_BY_ADDRESS, HOUR_MS, MailOutbox
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.errors import LimitReached
from answerback.net.addresses import SHARES_OF_NETWORK, address_key
from answerback.sites.store import add_site

from tests import services

pytestmark = pytest.mark.anyio
CLOCK = SteppedClock()
NOW = CLOCK.now()


def key(number: int) -> str:
    return address_key(f"2001:db8:1:{number:x}::1", "today", "secret")


def network() -> str:
    return key(1).partition(".")[0]


def often(times: int, count: Callable[[], Work[object]]) -> Callable[[], Work[None]]:
    def work() -> Work[None]:
        for _ in range(times):
            yield from count()

    return work


async def nothing() -> None:
    return None


async def test_network_shares_one_password_pace(database: Database) -> None:
    attempts = Attempts(database, CLOCK)
    bucket = f"address:{network()}"
    few = FREE_OF_ADDRESS * SHARES_OF_NETWORK - 1
    await database.write(often(few, lambda: store.count_failure(bucket, NOW, 0)))
    await attempts.attempt("email:demo:a@example.com", f"address:{key(1)}", nothing)
    await attempts.attempt("email:demo:b@example.com", "address:elsewhere", nothing)
    with pytest.raises(LimitReached):
        await attempts.attempt("email:demo:c@example.com", f"address:{key(2)}", nothing)


async def test_network_shares_one_registration_pace(database: Database) -> None:
    attempts = Attempts(database, CLOCK)
    for number in range(FREE_TAKEN * SHARES_OF_NETWORK):
        await attempts.register(f"taken:{key(number)}", nothing)
    with pytest.raises(LimitReached):
        await attempts.register(f"taken:{key(999)}", nothing)


async def test_network_shares_one_mail_pace(database: Database) -> None:
    await database.write(lambda: add_site("demo", {"origins": "https://blog.example"}, NOW))
    post = MailOutbox(services.runtime(database, CLOCK), None)

    async def ask(number: int) -> None:
        await post.ask("reset", "demo", f"{number}@example.com", address=key(number), lang="en")

    await ask(1)
    few = AN_HOUR_BY_ADDRESS * SHARES_OF_NETWORK - 2
    await database.write(often(few, lambda: mail.count(f"from:{network()}", NOW, HOUR_MS)))
    await ask(2)
    with pytest.raises(LimitReached):
        await ask(3)
