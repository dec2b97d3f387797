"""Everything about visitors' accounts, put together for the application."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from ..db import Database
from ..mail.mailer import Mailer, SmtpMailer
from ..own_pages import OwnPages
from ..pages.fetching import Resolver, resolve
from ..people.door import Door
from ..people.mail_links.handlers import MailLinks
from ..people.mail_links.sending import Post
from ..people.oauth.handlers import OAuth
from ..people.sessions import Sessions
from ..people.sso.handlers import Merge, SiteSignOn
from ..seams import Clock, Ids
from ..settings import Settings
from ..sites.store import SiteDirectory
from .erasing import Erasing, Told
from .gate import AccountGate
from .handlers import AccountPages
from .pictures import Pictures


def make_mailer(settings: Settings) -> Mailer | None:
    """What sends mail, if the settings say by which server and from whom."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    return SmtpMailer(settings.smtp_url, settings.mail_from)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The parts that others hold on to, the routes, and what has to be started and closed."""

    routes: list[Route]
    sign_on: SiteSignOn
    oauth: OAuth
    post: Post
    pictures: Pictures

    def start(self) -> None:
        """Begin to send mail."""
        self.post.start()

    async def close(self) -> None:
        """Stop sending and fetching."""
        await self.post.close()
        await self.pictures.close()


def build_post(settings: Settings, db: Database, clock: Clock, ids: Ids, sites: SiteDirectory) -> Post:
    """The post, which has nothing to do where no mail server is set."""
    return Post(db, clock, ids, sites, make_mailer(settings), settings.public_url, settings.secret_key[-1])


def build_accounts(
    settings: Settings, db: Database, clock: Clock, ids: Ids, sites: SiteDirectory, sessions: Sessions, *,
    gate: AccountGate, pages: OwnPages, door: Door, post: Post, merge: Merge, changed: Told, told: Told,
    resolver: Resolver = resolve,
) -> Accounts:  # fmt: skip
    """Put it together.

    `pages` guards what is read in the sign-in popup; `changed` forgets a thread's snapshot, `told` also says so to
    those who read it.
    """
    inside = (settings.kakao_url, settings.kakao_api_url, settings.github_url, settings.github_api_url)
    pictures = Pictures(db, clock, ids, settings.public_url, inside, changed, resolver)
    oauth = OAuth(settings, db, clock, ids, pages, door, pictures)
    erasing = Erasing(settings, db, clock, ids, told)
    account = AccountPages(gate, db, clock, ids, sites, oauth, pictures, erasing, changed)
    oauth.linked = account.linked
    mail = MailLinks(settings, db, clock, ids, sites, pages, door, post)
    routes = [
        Route("/avatars/{id}", pictures.serve, methods=["GET", "HEAD"]),
        Route("/sign-in/kakao/unlink", erasing.kakao_unlinked, methods=["GET", "POST"]),
        *account.routes(), *mail.routes(), *oauth.routes(),
    ]  # fmt: skip
    sign_on = SiteSignOn(settings, db, clock, ids, sessions, pictures, merge)
    return Accounts(routes, sign_on, oauth, post, pictures)
