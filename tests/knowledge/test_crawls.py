"""Sites that are read by jobs of their own: a slow one holds up no other, and a cut-off one goes on elsewhere."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import anyio
import pytest
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.jobs import store as jobs
from answerback.jobs.runner import LEASE_MS, JobRunner
from answerback.knowledge.build import Knowledge
from answerback.knowledge.crawl import store
from answerback.knowledge.index import store as index
from answerback.runtime import Runtime
from answerback.sites.store import add_site
from anyio.lowlevel import checkpoint

from tests import services
from tests.fakes.openai_server import OpenAIServer

from .serving import Answer, Request, WebSite, page

pytestmark = pytest.mark.anyio


@dataclass
class Desk:
    """A server's knowledge of two sites."""

    runtime: Runtime
    knowledge: Knowledge
    clock: SteppedClock

    def runner(self, name: str) -> JobRunner:
        return JobRunner(self.runtime.db, self.clock, self.runtime.jobs, name, self.knowledge.jobs)

    async def ask_for(self, *sites: str) -> None:
        for site in sites:
            await self.runtime.db.write(lambda site=site: self.knowledge.crawls.put(site))

    async def pages(self, site: str) -> int:
        found = await self.runtime.db.read(lambda: store.site_pages(site))
        return sum(page.status == "ok" for page in found.values())

    async def has_read(self, site: str, pages: int) -> None:
        with anyio.fail_after(20):
            while await self.pages(site) < pages:
                await checkpoint()


@pytest.fixture
async def desk(database: Database, web: WebSite, other: WebSite) -> AsyncIterator[Desk]:
    clock = SteppedClock()
    for key, site in (("slow", web), ("fast", other)):
        texts = {"origins": site.origin, "crawl": "false"}
        await database.write(lambda key=key, texts=texts: add_site(key, texts, 1))
    runtime = services.runtime(database, clock)
    knowledge = Knowledge(runtime, None, pace=0)
    yield Desk(runtime, knowledge, clock)
    await knowledge.close()


@pytest.fixture
def other() -> AsyncIterator[WebSite]:
    with WebSite.start() as site:
        site.pages["/"] = page("Home", "Welcome.", links=("/a", "/b"))
        site.pages["/a"] = page("A", "The first thing.")
        site.pages["/b"] = page("B", "The second thing.")
        yield site


async def test_a_slow_site_holds_up_no_other(desk: Desk, web: WebSite) -> None:
    held, let_go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def waits(request: Request) -> Answer:
        loop.call_soon_threadsafe(held.set)
        let_go.wait(20)
        return 200, {"Content-Type": "text/html"}, page("Slow", "At last.").encode()

    web.pages["/"] = waits
    runner = desk.runner("one")
    runner.start()
    await desk.ask_for("slow")
    await held.wait()
    await desk.ask_for("fast")
    await desk.has_read("fast", 3)
    assert await desk.pages("slow") == 0
    let_go.set()
    await desk.has_read("slow", 1)
    await runner.close()


async def test_a_reading_of_a_killed_process_goes_on_elsewhere(desk: Desk, other: WebSite) -> None:
    db, now = desk.runtime.db, desk.clock.now()
    await desk.ask_for("fast")
    (job,) = await db.write(lambda: jobs.claim("killed", now, now + LEASE_MS, {"crawl": 1}))
    assert await db.write(lambda: store.begin_crawl("fast", job.id, now, now + 600_000))
    desk.clock.advance(seconds=LEASE_MS / 1000)
    runner = desk.runner("two")
    runner.start()
    await desk.has_read("fast", 3)
    await runner.close()


async def test_sites_that_are_due_get_a_job_each(desk: Desk) -> None:
    db = desk.runtime.db
    await db.write(lambda: store.make_due("fast", desk.clock.now()))
    (planned,) = [kind for kind in desk.knowledge.jobs if kind.name == "crawls"]
    for _ in range(2):
        await db.write(lambda: desk.runtime.jobs.put("crawls", key="crawls"))
        (due,) = await db.write(lambda: jobs.claim("one", desk.clock.now(), 1, {"crawls": 1}))
        await planned.run(due)
        await db.write(lambda due=due: jobs.finish("one", due.id))
    assert [(job.kind, job.site) for job in await db.read(lambda: jobs.listed_jobs(10))] == [("crawl", "fast")]


async def test_new_passages_are_embedded_once_the_model_is_back(desk: Desk, model: OpenAIServer) -> None:
    model.script(meanings=[["first"], ["second"]], embedding_status=500)
    settings = replace(desk.runtime.settings, embedding_model="small", openai_base_url=model.base_url)
    runtime = replace(desk.runtime, settings=settings)
    with_model = Desk(runtime, Knowledge(runtime, None, pace=0), desk.clock)
    runner = with_model.runner("one")
    runner.start()
    await with_model.ask_for("fast")

    async def errors() -> list[str]:
        listed = await runtime.db.read(lambda: jobs.listed_jobs(9))
        return [job.error for job in listed if job.kind == "embeddings"]

    with anyio.fail_after(20):
        while await errors() != ["The embedding model is unavailable. It answers with 500."]:
            await checkpoint()
    model.script(embedding_status=200)
    desk.clock.advance(minutes=1)
    runtime.jobs.woken.set()
    with anyio.fail_after(20):
        while await errors():
            await checkpoint()
    assert await runtime.db.read(lambda: index.without_vector("fast", "small", 0, 9)) == []
    await runner.close()
    await with_model.knowledge.close()
