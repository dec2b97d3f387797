"""Whose password is looked at next (threat 8)."""

from __future__ import annotations

import asyncio

import pytest
from answerback.accounts.sign_in.attempts import MOST_WAITING, WAITING_OF_DEVICE, Attempts
from answerback.accounts.sign_in.turns import Turns
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.errors import LimitReached

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000


async def test_one_link_has_one_password_hashed_at_a_time(database: Database) -> None:
    attempts, free = Attempts(database, SteppedClock(NOW)), asyncio.Event()
    first = asyncio.ensure_future(attempts.work("link:1", "one", free.wait))
    await asyncio.sleep(0)
    with pytest.raises(LimitReached):
        await attempts.work("link:1", "other", free.wait)
    second = asyncio.ensure_future(attempts.work("link:2", "one", free.wait))
    free.set()
    assert list(await asyncio.gather(first, second)) == [True, True]


async def test_too_many_password_checks_are_refused(database: Database) -> None:
    """A thousand guesses at once are refused at once, instead of being kept for a minute."""
    attempts, free = Attempts(database, SteppedClock(NOW)), asyncio.Event()

    async def wrong() -> None:
        await free.wait()

    guesses = [
        asyncio.ensure_future(attempts.attempt(f"email:demo:nobody-{number}", f"address:{number % 250}", wrong))
        for number in range(MOST_WAITING + 60)
    ]
    refused, _ = await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)
    assert refused == set(guesses[MOST_WAITING:])
    assert {type(guess.exception()) for guess in refused} == {LimitReached}
    free.set()
    assert await asyncio.gather(*guesses[:MOST_WAITING]) == [None] * MOST_WAITING
    assert await attempts.attempt("email:demo:mina", "address:0", succeed) is True


async def succeed() -> bool:
    return True


async def test_known_browser_passes_the_queue_but_cannot_fill_it(database: Database) -> None:
    attempts, free = Attempts(database, SteppedClock(NOW)), asyncio.Event()
    strangers = asyncio.ensure_future(attempts.attempt("email:demo:a", "address:one", free.wait))
    await asyncio.sleep(0)

    assert await attempts.attempt("email:demo:a", "address:one", succeed, device="known")
    own = [
        asyncio.ensure_future(attempts.attempt("email:demo:a", "address:one", free.wait, device="known"))
        for _ in range(WAITING_OF_DEVICE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(LimitReached):
        await attempts.attempt("email:demo:a", "address:one", succeed, device="known")
    free.set()
    assert all(await asyncio.gather(strangers, *own))


async def test_turns_go_round_by_address() -> None:
    order: list[tuple[str, int]] = []
    turns = Turns()

    async def go(address: str, number: int) -> None:
        async with turns.turn(address):
            order.append((address, number))
            await asyncio.sleep(0)

    crowd = [asyncio.ensure_future(go("crowd", number)) for number in range(5)]
    await asyncio.sleep(0)
    late = asyncio.ensure_future(go("late", 0))
    left = asyncio.ensure_future(go("left", 0))
    await asyncio.sleep(0)
    left.cancel()
    await asyncio.gather(*crowd, late)
    assert order.index(("late", 0)) <= 3
    async with turns.turn("anybody"):
        pass
