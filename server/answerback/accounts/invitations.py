"""Invitations to a site's team: sent by mail, or as a link to pass on."""

from __future__ import annotations

from functools import partial

from ..core.roles import Role
from ..db.work import Work
from ..jobs.model import Job, JobFailed, Kind
from ..mail.jobs import send
from ..mail.messages import invitation_message
from ..mail.transport import Mailer
from ..runtime import Runtime
from . import team_store
from .credentials_store import note_shown_link
from .owners import LINK_HOURS
from .sessions import hash_secret
from .store import add_owner_link
from .team_store import Member

KIND = "invitation"


class Invitations:
    """Invites team members and sends invitations."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._mailer = mailer

    @property
    def by_mail(self) -> bool:
        """Whether mail can be sent."""
        return self._mailer is not None

    def kinds(self) -> list[Kind]:
        """The job that sends an invitation; none without a mail server."""
        return [] if self._mailer is None else [Kind(KIND, partial(self._deliver, self._mailer))]

    def invite(self, site: str, email: str, role: Role, *, mailed: bool, lang: str) -> Work[tuple[Member, str]]:
        """Within a write: adds a member and returns the path of a one-time link. The path is empty if the link is
        mailed, and for somebody who has other sites or has signed in, since the link would open those too: they get a
        mail."""
        added = yield from team_store.add_member(self._ids.new(), email, site, role, self._clock.now())
        theirs_alone = not added.invited or (yield from team_store.works_elsewhere(site, added.id))
        if self.by_mail and (mailed or theirs_alone):
            yield from self._jobs.put(KIND, {"owner": added.id, "lang": lang}, site=site)
            return added, ""
        if theirs_alone:
            return added, ""
        secret = self._ids.secret()
        yield from self._add_link(added.id, secret)
        yield from note_shown_link(added.id, self._clock.now())
        return added, f"/admin/sign-in/{secret}/"

    def _add_link(self, owner_id: str, secret: str) -> Work[None]:
        yield from add_owner_link(hash_secret(secret), owner_id, self._clock.now() + LINK_HOURS * 3_600_000)

    async def _deliver(self, mailer: Mailer, job: Job) -> None:
        """Sends an invitation. Each mail gets its own link, whose secret is made on sending."""
        owner_id, secret = str(job.data["owner"]), self._ids.secret()
        site = await self._sites.find(job.site)
        member = await self._db.read(lambda: team_store.member(job.site, owner_id))
        if site is None or member is None:
            raise JobFailed("Nobody is invited any more.", for_good=True)
        await self._db.write(lambda: self._add_link(owner_id, secret))
        lang, link = str(job.data["lang"]), f"{self._url}/admin/sign-in/{secret}/"
        message = invitation_message(member.email, site=site.name or site.key, lang=lang, link=link, hours=LINK_HOURS)
        await send(mailer, message, self._clock.now())
