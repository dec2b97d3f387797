"""Sign-in with Kakao and GitHub over HTTP: the redirect to the provider and its callback."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ....core.model import Visitor
from ....db.work import IntegrityConflict, Work
from ....runtime import Runtime
from ....web.views import METHODS, WebViews
from ... import identities
from ...identities.model import NewIds, Profile
from ...privacy.blocking_store import by_identity, recognise
from ..flow.protocol import SignInFlow
from ..pace import AddressPace, caller_key
from .client import ProviderFailed
from .flow import OAuthFlow

STARTED_A_MINUTE = 60


class PictureKeeper(Protocol):
    """Queues fetching visitors' pictures."""

    def later(self, visitor: Visitor, url: str) -> Work[None]:
        """Within a sign-in's transaction: queues fetching a picture for a visitor who has none."""
        ...


@dataclass(frozen=True, slots=True)
class Flow:
    """The result of linking another sign-in method to an account; no profile if it failed."""

    account: str
    profile: Profile | None


Linked = Callable[[Request, Flow], Awaitable[Response]]


class OAuth:
    """The handlers of `/sign-in/<provider>/…`; `linked` is called when an account links another sign-in method."""

    def __init__(
        self, runtime: Runtime, flow: OAuthFlow, door: SignInFlow, views: WebViews, pictures: PictureKeeper,
        linked: Linked,
    ) -> None:  # fmt: skip
        self._settings = runtime.settings
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._flow = flow
        self._door = door
        self._views = views
        self._pictures = pictures
        self._linked = linked
        self._pace = AddressPace(runtime, "provider", STARTED_A_MINUTE)

    def routes(self) -> list[Route]:
        """All routes of provider sign-in."""
        table = {"/sign-in/{provider}/start": self.start, "/sign-in/{provider}/callback": self.callback}
        return [Route(path, self._views.guarded({"GET": call}), methods=METHODS) for path, call in table.items()]

    async def start(self, request: Request) -> Response:
        """`GET /sign-in/<provider>/start?sign_in=`: redirects to the provider."""
        sign_in = await self._door.find(request, request.query_params.get("sign_in", ""))
        await self._pace.step(caller_key(request, self._settings))
        return await self._flow.begin(request, request.path_params["provider"], sign_in=sign_in)

    async def callback(self, request: Request) -> Response:
        """`GET /sign-in/<provider>/callback`: checks the state before anything else."""
        provider = self._flow.provider(request.path_params["provider"])
        query = request.query_params
        state = await self._flow.state(request, provider, query.get("state", ""))
        if state is None:
            return self._flow.failed(request, "lost", None, provider, "state")
        sign_in = None if state.account else await self._door.find(request, state.sign_in_id)
        try:
            profile = await self._flow.profile(provider, state, query)
        except ProviderFailed as failed:
            if sign_in is None:
                return await self._linked(request, Flow(state.account, None))
            return self._flow.failed(request, failed.reason, sign_in, provider, failed.detail)
        if sign_in is None:
            return await self._linked(request, Flow(state.account, profile))
        visitor = await self._sign_in(sign_in.site, profile)
        return await self._door.finish(request, sign_in.id, visitor)

    async def _sign_in(self, site: str, profile: Profile) -> Visitor:
        ids, now = NewIds(self._ids.new(), self._ids.new()), self._clock.now()

        def work() -> Work[Visitor]:
            visitor = yield from identities.sign_in(site, profile, ids, now)
            if visitor.id == ids.visitor:
                yield from recognise(visitor, [by_identity(profile.issuer, profile.subject)], self._settings.secret_key)
            yield from self._pictures.later(visitor, profile.picture)
            return visitor

        try:
            return await self._db.write(work)
        except IntegrityConflict:  # signed in twice at once: the account exists now
            return await self._db.write(work)
