"""Told exactly once, whatever the mail server does and whoever is killed: a mail has one name however often it goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import anyio
import pytest
from answerback.db.database import Database
from answerback.jobs.model import Job, JobFailed
from answerback.mail.transport import SmtpMailer
from answerback.notify.notices import TELL, Notices
from anyio.lowlevel import checkpoint

from tests.fakes.smtp_server import MailServer
from tests.notify.test_notices import Office, one_less
from tests.services import runtime

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with MailServer.start() as started:
        yield started


class Street(Office):
    """An office whose mail goes over a real server."""

    def __init__(self, db: Database, post: MailServer) -> None:
        super().__init__(db)
        self.server = post
        self.smtp = SmtpMailer(f"smtp://127.0.0.1:{post.port}", "Bread <post@bread.example>")
        self.notices = Notices(runtime(db, self.clock), self.smtp)

    async def run_once(self) -> list[bool]:
        """Run each job that there is; for each that failed, whether for good."""
        tell = next(kind for kind in self.notices.kinds() if kind.name == TELL)
        failed = []
        for row in await self.db.fetch_all("SELECT * FROM jobs WHERE kind = 'notice'"):
            try:
                await tell.run(Job(row["id"], TELL, row["site"], json.loads(row["data"]), 1, row["created_at"]))
            except JobFailed as error:
                failed.append(error.for_good)
            else:
                await self.db.write(lambda id=row["id"]: one_less(id))
        return failed

    async def post_comment(self, id: str) -> None:
        """One that waits; a minute goes by."""
        await self.post(id, state="pending")
        self.clock.advance(minutes=1)

    def names(self) -> list[str]:
        return [str(mail.message["Message-ID"]) for mail in self.server.mails]


@pytest.fixture
async def street(database: Database, server: MailServer) -> Street:
    server.mails.clear()
    server.answer, server.recipient = "250 taken", "250 yes"
    made = Street(database, server)
    await made.furnish()
    await made.post_comment("c1")
    await made.notices.look()
    return made


@pytest.mark.parametrize(
    ("data", "recipient", "for_good"),
    [("451 later", "250 yes", False), ("421 busy", "250 yes", False), ("250 taken", "450 full", False),
     ("554 no", "250 yes", True), ("250 taken", "550 5.7.1 policy", True)],
)  # fmt: skip
async def test_refused_notice_arrives_once_when_it_is_run_again(
    street: Street, data: str, recipient: str, for_good: bool
) -> None:
    street.server.answer, street.server.recipient = data, recipient
    assert await street.run_once() == [for_good]
    assert await street.run_once() == [for_good]
    street.server.answer, street.server.recipient = "250 taken", "250 yes"
    assert await street.run_once() == []
    assert await street.run_once() == []
    assert len(street.names()) == 1
    street.smtp.close()


async def test_killed_worker_s_mail_goes_again_under_its_name(street: Street) -> None:
    street.server.answer = ""
    run = asyncio.create_task(street.run_once())
    with anyio.fail_after(10):
        while not street.server.hanging:
            await checkpoint()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    street.server.answer = "250 taken"
    assert await street.run_once() == []
    assert len(set(street.names())) == 1
    street.smtp.close()


async def test_two_processes_that_look_at_once_tell_once(street: Street) -> None:
    await street.post_comment("c2")
    other = Notices(runtime(street.db, street.clock), street.smtp)
    await asyncio.gather(street.notices.look(), other.look(), street.notices.look())
    assert await street.run_once() == []
    told = [mail.part("plain").count(f"Words of <b>{id}</b>") for mail in street.server.mails for id in ("c1", "c2")]
    assert sum(told) == 2 and len(street.names()) == 2
    street.smtp.close()
