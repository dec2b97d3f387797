"""Everything about visitors' accounts, put together for the application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from starlette.routing import Route

from ..clock import Clock
from ..db.database import Database
from ..ids import Ids
from ..mail.transport import Mailer, SmtpMailer
from ..net.fetch import Resolver, resolve
from ..settings import Settings
from ..sites.store import SiteDirectory
from ..web.pages import asset
from .handlers import SessionHandlers
from .pictures.avatars import Avatars
from .privacy.erasing import Erasure, Told
from .privacy.merging import Merging
from .privacy.sweeping import Sweeping
from .profile.api import AccountApi
from .profile.auth import AccountAuth
from .profile.handlers import AccountPages
from .sessions import Sessions
from .sign_in.flow.code_exchange import CodeExchange
from .sign_in.flow.handlers import PopupPages, SignInPages
from .sign_in.mail_link.handlers import MailLinks
from .sign_in.mail_link.outbox import MailOutbox
from .sign_in.oauth.handlers import OAuth
from .sign_in.password import PasswordAccounts
from .sign_in.sso.handlers import SiteSignOn

ASSETS = Path(__file__).parent / "profile" / "assets"


def make_mailer(settings: Settings) -> Mailer | None:
    """What sends mail, if the settings say by which server and from whom."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    return SmtpMailer(settings.smtp_url, settings.mail_from)


class OwnPages(Protocol):
    """Pages of our own origin."""

    def routes(self) -> list[Route]: ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """The parts that speak HTTP, and what has to be started and closed."""

    people: SessionHandlers
    api: AccountApi
    handover: CodeExchange
    sign_on: SiteSignOn
    post: MailOutbox
    pictures: Avatars
    sweeping: Sweeping
    erasing: Erasure
    own_pages: tuple[OwnPages, ...]

    def routes(self) -> list[Route]:
        """All addresses of visitors' pages; those of providers and mail stand before `/sign-in/{id}/`."""
        return [
            Route("/account/picture.js", asset(ASSETS / "picture.js", "text/javascript"), methods=["GET", "HEAD"]),
            Route("/avatars/{id}", self.pictures.serve, methods=["GET", "HEAD"]),
            Route("/sign-in/kakao/unlink", self.erasing.kakao_unlinked, methods=["GET", "POST"]),
            *(route for pages in self.own_pages for route in pages.routes()),
        ]

    def start(self) -> None:
        """Begin to send mail, and to take out what is over."""
        self.post.start()
        self.sweeping.start()

    async def close(self) -> None:
        """Stop sending, fetching and sweeping."""
        await self.sweeping.close()
        await self.post.close()
        await self.pictures.close()


def build_accounts(
    settings: Settings, db: Database, clock: Clock, ids: Ids, sites: SiteDirectory, sessions: Sessions, *,
    changed: Callable[[str, str], None], told: Told, resolver: Resolver = resolve,
) -> Accounts:  # fmt: skip
    """Put it together. `changed` forgets a thread's snapshot, `told` also says so to those who read it."""
    secret = settings.secret_key[-1]
    gate, popup = AccountAuth(settings, db, clock, ids), PopupPages(settings)
    by_password, merging = PasswordAccounts(db, clock, ids), Merging(db, told)
    handover = CodeExchange(db, clock, ids, sessions, merging)
    door = SignInPages(settings, db, clock, ids, sites, popup, by_password, handover, gate.open)
    post = MailOutbox(db, clock, ids, sites, make_mailer(settings), settings.public_url, secret)
    inside = (settings.kakao_url, settings.kakao_api_url, settings.github_url, settings.github_api_url)
    pictures = Avatars(db, clock, ids, settings.public_url, inside, changed, resolver)
    oauth = OAuth(settings, db, clock, ids, popup, door, pictures)
    erasing = Erasure(settings, db, clock, ids, told)
    pages = AccountPages(gate, db, clock, ids, sites, oauth, pictures, by_password, erasing, changed)
    oauth.linked = pages.linked
    mail = MailLinks(settings, db, clock, ids, sites, popup, door, post)
    door.offered, door.mail_ready, by_password.registered = oauth.offered, post.ready, post.ask_verification
    sign_on = SiteSignOn(settings, db, clock, ids, sessions, pictures, merging)
    people = SessionHandlers(clock, sessions, by_password, merging, secret)
    api = AccountApi(db, clock, sessions, changed)
    return Accounts(
        people=people, api=api, handover=handover, sign_on=sign_on, post=post, pictures=pictures,
        sweeping=Sweeping(db, clock), erasing=erasing, own_pages=(pages, mail, oauth, door),
    )  # fmt: skip
