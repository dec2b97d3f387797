"""Single sign-on over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from ....db.work import IntegrityConflict, Work
from ....errors import Unauthorized
from ....net.http import json_response
from ....runtime import Runtime
from ....sites.edge import Call
from ... import identities
from ...identities.model import NewIds
from ...privacy.blocking_store import by_identity, recognise
from ...sessions import (
    LIFETIME_SECONDS,
    NewSession,
    Session,
    Sessions,
    cookie_name,
    set_cookie,
)
from ..guest_merging import Merging
from ..oauth.handlers import PictureKeeper
from . import store
from .tokens import Claim, derive_secret, read_token

TOKEN_LIMIT = 4_096


class SiteSignOn:
    """The handler of `/api/session/sso/`; `merging` moves a guest's data to the account."""

    def __init__(self, runtime: Runtime, sessions: Sessions, pictures: PictureKeeper, merging: Merging) -> None:
        self._keys = runtime.settings.secret_key
        self._audience = runtime.settings.public_url
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sessions = sessions
        self._pictures = pictures
        self._merging = merging

    async def sign_on(self, call: Call) -> Response:
        """`POST /api/session/sso/` `{site, token}`: a session for the user whom the site's server vouches for."""
        token = call.text("token", TOKEN_LIMIT, required=True)
        salt = await store.salt_of(self._db, call.site.key)
        if salt is None:
            raise Unauthorized("sso_invalid", "Single sign-on is not set up for this site.")
        secrets = [derive_secret(key, call.site.key, salt) for key in self._keys]
        claim = read_token(token, secrets, site=call.site.key, audience=self._audience, now=self._clock.now())
        current = await self._sessions.before(call)
        new = await self._arrive(call, claim, current)
        cookie = set_cookie(cookie_name(call.site.key), new.secret, LIFETIME_SECONDS)
        return json_response({"visitor": new.visitor.public(), "ticket": new.ticket}, 201, {"Set-Cookie": cookie})

    async def _arrive(self, call: Call, claim: Claim, before: Session | None) -> NewSession:
        ids, now = NewIds(self._ids.new(), self._ids.new()), self._clock.now()
        rise = self._sessions.rising(call, before)

        def work() -> Work[NewSession]:
            if not (yield from store.use_token(call.site.key, claim.jti, claim.expires_at)):
                raise Unauthorized("sso_invalid", "The token has already been used.")
            visitor = yield from identities.sign_in(call.site.key, claim.profile, ids, now)
            if visitor.id == ids.visitor:
                yield from recognise(visitor, [by_identity(claim.profile.issuer, claim.profile.subject)], self._keys)
            yield from self._pictures.later(visitor, claim.profile.picture)
            if before is not None and before.visitor.kind == "guest":
                yield from self._merging.merge(before.visitor, visitor, now)
            return (yield from rise(visitor))

        try:
            return await self._db.write(work)
        except IntegrityConflict:  # signed in twice at once: the account exists now
            return await self._db.write(work)
