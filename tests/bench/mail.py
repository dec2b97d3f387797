"""Mail: how many go out a second through a mail server beside us, and what a digest of many events costs."""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from multiprocessing.connection import Connection
from pathlib import Path

from answerback.accounts.owners import add_owner_with_link
from answerback.clock import SteppedClock
from answerback.comments.store import keep_thread
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.jobs.model import Job, Kind
from answerback.jobs.runner import JobRunner
from answerback.mail.jobs import send
from answerback.mail.samples import SAMPLES
from answerback.mail.transport import RecordingMailer, SmtpMailer
from answerback.migrations import migrate
from answerback.notify.notices import TELL, Notices
from answerback.sites.settings import read_site
from answerback.sites.store import add_site

from tests.fakes.smtp_server import MailServer
from tests.services import runtime

from .measuring import Row

MAILS, EVENTS = 10_000, 5_000
NOON = 1_795_953_600_000
SITE = read_site("bread", {"origins": "https://bread.example", "name": "Bread"}, daily_answers=5)


class Counted(MailServer):
    """Counts mails, and keeps none."""

    count = 0

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.count += 1
        return "250 taken"


def serve(pipe: Connection) -> None:
    """A mail server in a process of its own, until the pipe closes."""
    with Counted.start() as server:
        pipe.send(server.port)
        pipe.recv()
        assert isinstance(server, Counted)
        pipe.send(server.count)


def rss_mb() -> float:
    """Resident memory now."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1]) / 1024


async def queue(folder: Path, port: int) -> tuple[float, float]:
    """Mails a second, and megabytes more, for all of them as jobs of a real runner."""
    url = f"sqlite:///{folder}/answerback.db"
    await asyncio.to_thread(migrate, url)
    db, clock = Database(url), SteppedClock(NOON)
    await db.connect()
    parts = runtime(db, clock)
    mailer = SmtpMailer(f"smtp://127.0.0.1:{port}", "Bread <post@bread.example>")
    message, done = SAMPLES["notice"](SITE, "en", "https://comments.example"), asyncio.Event()
    left = MAILS

    async def deliver(job: Job) -> None:
        nonlocal left
        number = int(job.data["n"])
        one = type(message)(f"{number}@{number % 500}.example", message.subject, message.text, message.html, "en")
        await send(mailer, one, clock.now())
        left -= 1
        if not left:
            done.set()

    def put(first: int) -> Work[None]:
        for number in range(first, min(first + 500, MAILS)):
            yield from parts.jobs.put("note", {"n": number})

    await deliver(Job("warm", "note", "", {"n": -1}, 1, NOON))  # what is imported for the first mail is no growth
    left = MAILS
    for first in range(0, MAILS, 500):
        await db.write(lambda first=first: put(first))
    before, began = rss_mb(), time.monotonic()
    runner = JobRunner(db, clock, parts.jobs, "bench", [Kind("note", deliver, at_once=16)])
    runner.start()
    await done.wait()
    took, more = time.monotonic() - began, rss_mb() - before
    await runner.close()
    mailer.close()
    await db.close()
    return MAILS / took, more


def comments(now: int) -> Work[None]:
    """Events for one owner's digest."""
    yield from keep_thread("bread", "/a/", "https://bread.example/a/", "All about bread", now)
    for number in range(EVENTS):
        yield run(
            """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
                created_at) VALUES (:id, 'bread', '/a/', :id, 0, 'guest', 'Jin', :body, '', 'published', :now)""",
            id=f"c{number}", body="Is the rye bread baked without milk? " * 8, now=now + number,
        )  # fmt: skip


async def digest(folder: Path) -> float:
    """Milliseconds of CPU to find who is to be told of all that, and to tell them."""
    url = f"sqlite:///{folder}/answerback.db"
    await asyncio.to_thread(migrate, url)
    db, clock, mailer = Database(url), SteppedClock(NOON), RecordingMailer()
    await db.connect()
    await db.write(lambda: add_site("bread", {"origins": "https://bread.example"}, NOON))
    await add_owner_with_link(db, "mina@example.com", ["bread"], None)
    notices = Notices(runtime(db, clock), mailer)
    await notices.look()
    clock.advance(seconds=60)
    await db.write(lambda: comments(clock.now()))
    clock.advance(minutes=24 * 60)
    before = time.process_time()
    await notices.look()
    [row] = await db.fetch_all("SELECT * FROM jobs WHERE kind = 'notice'")
    [tell] = [kind for kind in notices.kinds() if kind.name == TELL]
    import orjson

    await tell.run(Job(row["id"], TELL, row["site"], orjson.loads(row["data"]), 1, row["created_at"]))
    took = 1000 * (time.process_time() - before)
    assert len(mailer.sent) == 1
    await db.close()
    return took


def mail(rounds: int, _: float, folder: Path) -> list[Row]:
    """Both, in rounds."""
    rates, growth, digests = list[float](), list[float](), list[float]()
    spawn = multiprocessing.get_context("spawn")
    for number in range(min(rounds, 3)):
        here, there = spawn.Pipe()
        server = spawn.Process(target=serve, args=(there,))
        server.start()
        for name in ("mails", "digest"):
            (folder / f"{name}-{number}").mkdir()
        rate, more = asyncio.run(queue(folder / f"mails-{number}", here.recv()))
        here.send("")
        assert here.recv() == MAILS + 1
        server.join()
        rates.append(rate)
        growth.append(more)
        digests.append(asyncio.run(digest(folder / f"digest-{number}")))
    rows = [
        Row("mail", f"{MAILS:,} mails through a local mail server", "mails/s", rates, wanted="at least 200"),
        Row("mail", "memory more by that", "MB", growth, wanted="at most 20"),
        Row("mail", f"digest of {EVENTS:,} events: CPU", "ms", digests, wanted="at most 1,000"),
    ]
    for row, holds in zip(rows, (rows[0].median >= 200, rows[1].median <= 20, rows[2].median <= 1_000), strict=True):
        row.holds = holds
    return rows
