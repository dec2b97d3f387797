"""Builds the parts that deal with visitors' accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.routing import Route

from ..jobs.model import Kind
from ..mail.transport import Mailer
from ..net.fetch import PageFetcher, Resolver, resolve
from ..runtime import Runtime
from .handlers import SessionHandlers
from .pictures.avatars import Avatars
from .pictures.fetching import PictureFetcher
from .privacy.erasing import Erasure
from .privacy.merging import Merging
from .privacy.sweeping import Sweeping
from .profile.api import AccountApi
from .profile.auth import AccountAuth
from .profile.changing import Profiles, Told
from .profile.handlers import AccountActions, AccountViews
from .sessions import Sessions
from .sign_in.flow.code_exchange import CodeExchange
from .sign_in.flow.handlers import PopupViews, SignInViews, Ways
from .sign_in.flow.return_pages import ReturnPages
from .sign_in.mail_link.handlers import MailLinks
from .sign_in.mail_link.outbox import MailOutbox
from .sign_in.oauth.flow import OAuthFlow
from .sign_in.oauth.handlers import OAuth
from .sign_in.oauth.providers import configured
from .sign_in.password import PasswordAccounts
from .sign_in.sso.handlers import SiteSignOn


class Views(Protocol):
    """Views on the server's own origin."""

    def routes(self) -> list[Route]:
        """The routes of these views."""
        ...


@dataclass(frozen=True, slots=True)
class Accounts:
    """The HTTP handlers and the jobs."""

    people: SessionHandlers
    api: AccountApi
    handover: CodeExchange
    sign_on: SiteSignOn
    pictures: Avatars
    erasing: Erasure
    jobs: tuple[Kind, ...]
    views: tuple[Views, ...]

    def routes(self) -> list[Route]:
        """All routes of visitors' pages; those of providers and mail come before `/sign-in/{id}/`."""
        return [
            Route("/avatars/{id}", self.pictures.serve, methods=["GET", "HEAD"]),
            Route("/sign-in/kakao/unlink", self.erasing.kakao_unlinked, methods=["GET", "POST"]),
            *(route for views in self.views for route in views.routes()),
        ]


def build_accounts(
    runtime: Runtime, sessions: Sessions, mailer: Mailer | None, fetcher: PageFetcher, *, changed: Told, told: Told,
    resolver: Resolver = resolve,
) -> Accounts:  # fmt: skip
    """Builds the accounts room. `changed` invalidates a thread's snapshot, `told` also notifies its readers."""
    settings, db, clock, ids = runtime.settings, runtime.db, runtime.clock, runtime.ids
    auth, popup = AccountAuth(settings, db, clock, ids), PopupViews(settings)
    post = MailOutbox(runtime, mailer)
    by_password, merging = PasswordAccounts(runtime, post.ask_verification), Merging(told)
    handover = CodeExchange(db, clock, ids, sessions, merging)
    flow = OAuthFlow(runtime, popup, configured(settings, clock))
    ways = Ways(flow.offered, post.ready, ReturnPages(fetcher), auth.visitor)
    door = SignInViews(runtime, popup, by_password, handover, auth.open, ways)
    inside = (settings.kakao_url, settings.kakao_api_url, settings.github_url, settings.github_api_url)
    pictures = Avatars(runtime, PictureFetcher(inside, resolver), changed)
    profiles, erasing = Profiles(db, changed), Erasure(settings, db, clock, ids, told)
    pages = AccountViews(runtime, auth, flow, AccountActions(profiles, pictures, by_password, erasing))
    oauth = OAuth(runtime, flow, door, popup, pictures, pages.linked)
    return Accounts(
        people=SessionHandlers(runtime, sessions, by_password, merging),
        api=AccountApi(db, clock, sessions, profiles), handover=handover,
        sign_on=SiteSignOn(runtime, sessions, pictures, merging), pictures=pictures, erasing=erasing,
        jobs=(*post.kinds(), pictures.kind(), Sweeping(db, clock).kind()),
        views=(pages, MailLinks(runtime, popup, door, post, by_password), oauth, door),
    )  # fmt: skip
