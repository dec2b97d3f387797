"""Mails owners about each change of their factors and each sign-in from a new browser, so that they can act if it was
not them."""

from __future__ import annotations

from functools import partial
from typing import Literal

from ...db.work import Work
from ...jobs.model import Job, Kind
from ...mail.jobs import send
from ...mail.messages import sign_in_message
from ...mail.transport import Mailer
from ...runtime import Runtime
from ..store import email_of

KIND = "sign_in_notice"
Change = Literal[
    "password_changed", "passkey_added", "passkey_removed", "app_added", "app_removed", "codes_made", "code_used",
    "factors_reset", "new_browser",
]  # fmt: skip


class SignInNotices:
    """Notifies owners of sign-in changes, if the server sends mail."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._url = runtime.settings.public_url
        self._mailer = mailer

    def kinds(self) -> list[Kind]:
        """The job that sends a notice; none without a mail server."""
        return [] if self._mailer is None else [Kind(KIND, partial(self._deliver, self._mailer), tries=8)]

    def tell(self, owner_id: str, change: Change, lang: str) -> Work[None]:
        """Within the write of a change: queues the notice to its owner."""
        if self._mailer is not None:
            yield from self._jobs.put(KIND, job_data(owner_id, change, lang))

    async def _deliver(self, mailer: Mailer, job: Job) -> None:
        owner_id, change, lang = (str(job.data[name]) for name in ("owner", "change", "lang"))
        email = await self._db.read(lambda: email_of(owner_id))
        if email is not None:
            await send(mailer, sign_in_message(email, lang=lang, change=change, url=self._url), self._clock.now())


def job_data(owner_id: str, change: Change, lang: str) -> dict[str, str]:
    """The data of such a job."""
    return {"owner": owner_id, "change": change, "lang": lang}
