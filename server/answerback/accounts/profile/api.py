"""The part of a profile that the site's page may read and change, with a visitor's rights."""

from __future__ import annotations

from starlette.responses import Response

from ...clock import Clock
from ...core.comments import NAME_LIMIT
from ...core.names import clean_name, shows_something
from ...core.times import iso
from ...db.database import Database
from ...errors import BadRequest, Forbidden, NotFound
from ...net.http import json_response
from ...sites.edge import Call
from ..sessions import Session, Sessions, writer
from . import store
from .changing import Profiles


class AccountApi:
    """The handlers of `/api/user/` and `/api/user/sessions/…`."""

    def __init__(self, db: Database, clock: Clock, sessions: Sessions, profiles: Profiles) -> None:
        self._db = db
        self._clock = clock
        self._sessions = sessions
        self._profiles = profiles

    async def rename(self, call: Call) -> Response:
        """`PATCH /api/user/` `{site, name}`: renames the visitor, on existing comments too."""
        visitor = writer((await self._member(call)).visitor, self._clock.now())
        name = clean_name(call.text("name", NAME_LIMIT, required=True))
        if not shows_something(name):
            raise BadRequest("validation_failed", "name: must have 1 to 50 characters.")
        await self._profiles.rename(visitor, name)
        return json_response({"user": {**visitor.public(), "name": name}})

    async def list_sessions(self, call: Call) -> Response:
        """`GET /api/user/sessions/`: the visitor's sessions, newest first."""
        session = await self._member(call)
        found = await self._db.read(lambda: store.devices(session.visitor.id, self._clock.now()))
        shown = [
            {
                "id": device.id, "origin": device.origin, "agent": device.agent, "created_at": iso(device.created_at),
                "current": device.id == session.id,
            }
            for device in found
        ]  # fmt: skip
        return json_response({"sessions": shown})

    async def end_session(self, call: Call) -> Response:
        """`DELETE /api/user/sessions/{id}/`: ends one of the visitor's sessions."""
        visitor = (await self._member(call)).visitor
        id, now = str(call.request.path_params["id"]), self._clock.now()
        if not await self._db.write(lambda: store.end_device(visitor.id, id, now)):
            raise NotFound
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _member(self, call: Call) -> Session:
        session = await self._sessions.require(call)
        if session.visitor.kind != "user":
            raise Forbidden("sign_in_required", "Only signed-in visitors can do this.")
        return session
