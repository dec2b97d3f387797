"""Jobs of many sites: one whose jobs take long leaves room for the others'."""

from __future__ import annotations

import asyncio

import pytest
from answerback.jobs.model import JobFailed

from tests.jobs.test_running import Desk, closed, desk, gone, row, until

__all__ = ["desk"]
pytestmark = pytest.mark.anyio
DAY_MS = 24 * 3_600_000


async def test_a_sites_slow_jobs_leave_room_for_others(desk: Desk) -> None:
    desk.hold = asyncio.Event()
    for site in ("slow", "slow", "slow", "other", ""):
        await desk.put(site=site)
    runner = desk.runner("one", at_once=4, of_site=1)
    runner.start()
    await until(lambda: len(desk.runs) == 3)
    assert [job.site for job in desk.runs] == ["slow", "other", ""]
    desk.hold.set()
    await gone(desk)
    assert len(desk.runs) == 5
    await closed(runner)


async def test_no_receiver_puts_a_job_off_for_longer_than_a_day(desk: Desk) -> None:
    desk.fails = [JobFailed("Later.", retry_after=999_999_999)]
    runner = desk.runner("one")
    runner.start()
    await desk.put()
    job = await row(desk, lambda job: job.error)
    await closed(runner)
    assert job.due_at == desk.clock.now() + DAY_MS
