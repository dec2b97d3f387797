"""Webhooks by Standard Webhooks (https://www.standardwebhooks.com/).

Once a minute, a job looks for each webhook's new events and adds a job for each; posting a comment does no work for
webhooks. A delivery keeps its id forever, so a receiver that answered too late recognises the retry.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

import orjson
from standardwebhooks.webhooks import Webhook as Signer

from ..accounts.store import owner_email, owners_of
from ..core.webhooks import TEST, addressed
from ..db.work import Work
from ..jobs.model import Job, JobFailed, Kind
from ..mail.jobs import send
from ..mail.messages import webhook_message
from ..mail.transport import Mailer
from ..net.deny_list import PrivateSites
from ..net.sending import HttpSender, Sent
from ..runtime import Runtime
from ..version import version
from . import webhooks_store as store
from .payloads import Payloads
from .webhooks_store import Delivery, Webhook

LOOK, DELIVER, PAUSED = "webhooks", "webhook", "webhook_paused"
LOOK_MS = 60_000
SETTLED_MS = 10_000
"""Newer rows may belong to a write that others cannot see yet."""
TRIES = 13
"""The last try comes about a day after the first."""
FAILING_MS = 24 * 3_600_000
GONE = 410


class Webhooks:
    """Delivers events to webhooks, and informs owners of failing ones."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None, sender: HttpSender | None = None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._mailer = mailer
        self._payloads = Payloads(runtime)
        self.sender = sender or HttpSender(PrivateSites(runtime.settings.private_sites))

    def kinds(self) -> list[Kind]:
        """The jobs: one looks for new events each minute; one makes a delivery and is retried for a day; one mails
        about a paused webhook."""
        kinds = [
            Kind(LOOK, lambda _: self.look(), every_ms=LOOK_MS),
            Kind(DELIVER, self._deliver, at_once=8, of_site=2, tries=TRIES, retry_ms=60_000),
        ]
        if self._mailer is not None:
            kinds.append(Kind(PAUSED, partial(self._tell, self._mailer)))
        return kinds

    async def look(self) -> None:
        """Finds new events for each webhook, and adds a job for each event."""
        until = self._clock.now() - SETTLED_MS
        for hook in await self._db.read(store.active):
            while await self._db.write(partial(self._look, hook.site, hook.id, until)):
                pass

    def _look(self, site: str, id: str, until: int) -> Work[bool]:
        """Adds deliveries for a batch of a webhook's new events; returns whether there are more."""
        hook = yield from store.webhook(site, id)
        if hook is None or not hook.active or until <= hook.told_at:
            return False
        more = False
        for event in hook.events:
            found = yield from store.news(hook, event, until)
            more = more or len(found) == store.BATCH
            for subject, key, at in found:
                yield from self._put(hook, event, subject, key, at)
        if not more:
            yield from store.told(hook, until)
        return more

    def _put(self, hook: Webhook, event: str, subject: str, key: str, at: int) -> Work[None]:
        id = f"msg_{self._ids.new()}"
        if (yield from store.put(id, hook, event, subject, key, at)):
            yield from self._jobs.put(DELIVER, {"delivery": id}, site=hook.site, key=id)

    def test(self, hook: Webhook, now: int) -> Work[None]:
        """Schedules a test delivery."""
        yield from self._put(hook, TEST, "", f"{TEST}:{self._ids.new()}", now)

    def replay(self, site: str, webhook: str, id: str) -> Work[bool]:
        """Schedules a delivery again, under its own id; returns whether it exists."""
        if not (yield from store.again(site, webhook, id)):
            return False
        yield from self._jobs.put(DELIVER, {"delivery": id}, site=site, key=id)
        return True

    async def _deliver(self, job: Job) -> None:
        found = await self._db.read(partial(store.due, str(job.data["delivery"])))
        if found is None:  # removed, or done by a run that ended before it could record it
            return
        hook, delivery = found
        url, body = await self._sent(hook, delivery)
        if body is None or not (hook.active or delivery.event == TEST):
            await self._db.write(lambda: _unsent(delivery, self._clock.now(), gone=body is None))
            return
        now = self._clock.now()
        sent = await self.sender.post(url, body, headers(delivery.id, body, hook.secrets(now), now))
        if not sent.accepted:
            raise await self._refused(job, hook, delivery, sent)
        await self._db.write(lambda: _accepted(hook, delivery, sent, self._clock.now()))

    async def _sent(self, hook: Webhook, delivery: Delivery) -> tuple[str, bytes | None]:
        """The URL and the body of a delivery; the body is None if its subject no longer exists."""
        payload = await self._payloads.of(hook, delivery)
        if payload is None:
            return hook.url, None
        url, payload = addressed(hook.format, hook.url, payload)
        return url, orjson.dumps(payload)

    async def _refused(self, job: Job, hook: Webhook, delivery: Delivery, sent: Sent) -> JobFailed:
        now, last = self._clock.now(), job.tries >= TRIES or sent.code == GONE

        def work() -> Work[bool]:
            yield from store.settle(delivery, "failed" if last else "waiting", now, sent.code, sent.problem)
            if not (yield from store.failed(hook, now, now - FAILING_MS, gone=sent.code == GONE)):
                return False
            if self._mailer is not None:
                for owner in (yield from owners_of(hook.site)):
                    yield from self._jobs.put(PAUSED, {"owner": owner, "webhook": hook.id}, site=hook.site)
            return True

        paused = await self._db.write(work)
        reason = f"The webhook has answered with status {sent.code}." if sent.code else f"The webhook: {sent.problem}."
        return JobFailed(reason, for_good=paused or sent.code == GONE, retry_after=sent.retry_after)

    async def _tell(self, mailer: Mailer, job: Job) -> None:
        site, hook, owner = job.site, str(job.data["webhook"]), str(job.data["owner"])
        found = await self._db.read(lambda: store.webhook(site, hook))
        email = await self._db.read(lambda: owner_email(owner, site))
        known = await self._sites.find(site)
        if found is None or found.active or email is None or known is None:  # settled meanwhile
            return
        link = f"{self._url}/admin/webhooks/?site={site}"
        message = webhook_message(
            email, site=known.name or known.key, lang=known.lang, address=host(found.url), link=link
        )
        await send(mailer, message, self._clock.now())


def _unsent(delivery: Delivery, now: int, *, gone: bool) -> Work[None]:
    yield from store.settle(delivery, "gone" if gone else "failed", now, problem="" if gone else "paused")


def _accepted(hook: Webhook, delivery: Delivery, sent: Sent, now: int) -> Work[None]:
    yield from store.settle(delivery, "done", now, sent.code)
    yield from store.accepted(hook)


def host(url: str) -> str:
    """The part of a URL that is safe to show to others, since the rest may be a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def new_secret() -> str:
    """A new secret in the format of Standard Webhooks: 256 bits."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def headers(id: str, body: bytes, keys: list[str], now: int) -> dict[str, str]:
    """The headers that authenticate the sender: a signature by each secret."""
    seconds = str(now // 1000)
    at = datetime.fromtimestamp(now // 1000, UTC)
    return {
        "Content-Type": "application/json", "User-Agent": f"Answerback/{version()}", "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(Signer(key).sign(id, at, body.decode()) for key in keys),
    }  # fmt: skip
