"""A site with a thread and those who want to hear of it, on a clock that stands until it is put forward."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from answerback.clock import SteppedClock
from answerback.comments.store import keep_thread
from answerback.core.model import Visitor
from answerback.core.subscriptions import Channel, SubscriptionKind
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.jobs import store as jobs
from answerback.jobs.model import JobFailed, Kind
from answerback.mail.transport import Mailer, MailRefused, Message, RecordingMailer
from answerback.notify import subscriptions_store
from answerback.notify.subscribing import KIND, Subscribing, Wish
from answerback.notify.subscriptions_store import Subscription
from answerback.notify.visitor_news import SPREAD, TELL, VisitorNews
from answerback.sites.settings import Site
from answerback.sites.store import add_site

from tests.services import runtime

NOON = 1_795_953_600_000  # 2026-11-29 12:00 UTC
PAGE = "/bread/"


class Killed(BaseException):
    """The process has ended."""


class Audience:
    """The site `bread`; `mails` are those that have gone out. While they are set, `refuses` is said to each, and the
    process is `killed` as soon as one was taken."""

    def __init__(self, db: Database, mailer: Mailer | None = None) -> None:
        self.db = db
        self.clock = SteppedClock(NOON)
        self.refuses: MailRefused | None = None
        self.killed = False
        self._recorded = RecordingMailer()
        self._mailer = mailer or self
        self.runtime = runtime(db, self.clock)
        self.subscribing = Subscribing(self.runtime, self._mailer)
        self.news = VisitorNews(self.runtime, self.subscribing, self._mailer)

    async def send(self, message: Message, now: int) -> None:
        if self.refuses is not None:
            raise self.refuses
        await self._recorded.send(message, now)
        if self.killed:
            raise Killed

    @property
    def mails(self) -> list[Message]:
        return self._recorded.sent

    async def furnish(self) -> None:
        settings = {"origins": "https://bread.example", "name": "Bread"}
        await self.db.write(lambda: add_site("bread", settings, NOON))
        for visitor in ("mina", "jin", "ben"):
            await self.db.write(lambda visitor=visitor: someone(visitor))
        for page, title in ((PAGE, "All about bread"), ("/rye/", "Rye")):
            url = f"https://bread.example{page}"
            await self.db.write(lambda page=page, url=url, title=title: keep_thread("bread", page, url, title, NOON))

    async def site(self) -> Site:
        return await self.runtime.sites.get("bread")

    async def wish(
        self, visitor: str, email: str, kind: SubscriptionKind = "replies", *, lang: str = "", shadow: bool = False,
        channel: Channel = "email", caller: str = "",
    ) -> Subscription:  # fmt: skip
        found = Visitor(visitor, "bread", "guest", visitor, blocked=shadow, shadow=shadow)

        def find() -> Work[Visitor]:
            yield from ()
            return found

        wish = Wish(kind, channel, PAGE, email, lang, caller or visitor)
        return await self.subscribing.subscribe(await self.site(), find, wish)

    async def follow(self, visitor: str, email: str, kind: SubscriptionKind = "replies") -> Subscription:
        """Subscribe, with the confirmation that its mail leads to."""
        made = await self.wish(visitor, email, kind)
        now = self.clock.now()
        await self.db.write(lambda: subscriptions_store.confirm(made.subscriber_id, made.visitor_id, now))
        await self.db.write(lambda: one("DELETE FROM jobs WHERE kind = :kind", kind=KIND))
        await self.db.write(lambda: one("DELETE FROM mail_counts"))
        return made

    async def after(self, minutes: float) -> list[Message]:
        """Time goes by and what is due is done; what has gone out in it."""
        before = len(self.mails)
        self.clock.advance(minutes=minutes)
        await self.news.look()
        await self.run_jobs()
        return self.mails[before:]

    async def run_jobs(self) -> None:
        """Everything that is due, and what comes of it, as the runner does."""
        kinds = {kind.name: kind for kind in (*self.news.kinds(), *self.subscribing.kinds())}
        room = dict.fromkeys((SPREAD, TELL, KIND), 50)
        while True:
            now = self.clock.now()
            found = await self.db.write(lambda: jobs.claim("tests", now, now + 30_000, room))  # noqa: B023  awaited here
            if not found:
                return
            for job in found:
                await self._run(kinds[job.kind], job)

    async def _run(self, kind: Kind, job: Any) -> None:
        now = self.clock.now()
        try:
            await kind.run(job)
        except JobFailed as failed:
            failure = failed
            if failure.for_good or job.tries >= kind.tries:
                await self.db.write(lambda: jobs.give_up("tests", job.id, now, failure.reason))
            else:
                wait = kind.retry_ms * 2 ** (job.tries - 1)
                await self.db.write(lambda: jobs.try_again("tests", job.id, now + wait, failure.reason))
        else:
            await self.db.write(lambda: jobs.finish("tests", job.id))

    async def post(
        self, id: str, author: str | None = "jin", *, to: str | None = None, state: str = "published", page: str = PAGE
    ) -> None:
        now = self.clock.now()
        await self.db.write(lambda: comment(id, author, to, state, page, now))

    async def answer(self, id: str, question: str, state: str = "done") -> None:
        now = self.clock.now()
        await self.db.write(lambda: answer(id, question, now))
        await self.set_answer(id, state=state, settled_at=now)

    async def set_answer(self, id: str, **values: Any) -> None:
        changes = ", ".join(f"{name} = :{name}" for name in values)
        await self.db.write(lambda: one(f"UPDATE answers SET {changes} WHERE id = :id", id=id, **values))

    async def set_state(self, id: str, state: str) -> None:
        await self.db.write(lambda: one("UPDATE comments SET state = :state WHERE id = :id", id=id, state=state))

    async def count(self, table: str, where: str = "1 = 1") -> int:
        return len(await self.db.fetch_all(f"SELECT 1 AS one FROM {table} WHERE {where}"))


def told(mails: Sequence[Message]) -> list[tuple[str, list[str]]]:
    """To whom each mail went, and the ids of the comments whose words are in it."""
    return [(mail.to, [word for word in mail.text.split() if word.startswith("id-")]) for mail in mails]


def one(sql: str, **values: Any) -> Work[None]:
    yield run(sql, **values)


def someone(visitor: str) -> Work[None]:
    yield run(
        """INSERT INTO visitors (id, site, kind, name, created_at) VALUES (:id, 'bread', 'guest', :id, 0)""", id=visitor
    )


def comment(id: str, author: str | None, to: str | None, state: str, page: str, now: int) -> Work[None]:
    yield run(
        """INSERT INTO comments (id, site, page, parent_id, root_id, depth, visitor_id, author_kind, author_name, body,
            html, state, created_at)
        VALUES (:id, 'bread', :page, :to, :root, :depth, :author, :kind, :name, :body, '', :state, :now)""",
        id=id, page=page, to=to, root=to or id, depth=0 if to is None else 1, author=author,
        kind="guest" if author else "owner", name=(author or "Bread").title(), body=f"Words id-{id}", state=state,
        now=now,
    )  # fmt: skip


def answer(id: str, question: str, now: int) -> Work[None]:
    yield run(
        """INSERT INTO comments (id, site, page, parent_id, root_id, depth, author_kind, author_name, body, html, state,
            created_at)
        VALUES (:id, 'bread', :page, :to, :to, 1, 'ai', 'AI', '', '', 'published', :now)""",
        id=id, page=PAGE, to=question, now=now,
    )  # fmt: skip
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state,
            queued_at, due_at, body, turn_at)
        VALUES (:id, 'thread', 'bread', :page, '', '', :to, '', '', 'queued', :now, :now, :body, :now)""",
        id=id, page=PAGE, to=question, now=now, body=f"Words id-{id}",
    )  # fmt: skip
