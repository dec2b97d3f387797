"""Erases an account, at its owner's request or when Kakao reports that the person has left."""

from __future__ import annotations

import hmac
from functools import partial
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import Response

from ...clock import Clock
from ...core.comments import is_text
from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ...errors import AppError, Unauthorized
from ...ids import Ids
from ...jobs import store as jobs
from ...net.http import problem, read_body
from ...settings import Settings
from ..credentials_store import end_everything, hold
from ..identities import store as identities
from ..pictures.avatars import KIND as PICTURE
from ..profile.changing import Told
from . import erasing_store
from .blocking_store import remember


class Erasure:
    """Erases accounts; `told` is called with the affected threads."""

    def __init__(self, settings: Settings, db: Database, clock: Clock, ids: Ids, told: Told) -> None:
        self._kakao = settings.kakao_url
        self._admin_key = settings.kakao_admin_key
        self._key = settings.secret_key[-1]
        self._db = db
        self._clock = clock
        self._ids = ids
        self._told = told

    async def erase(self, visitor: Visitor, *, keep_words: bool) -> None:
        """Erases a visitor for good. Raises as `hold` does."""
        nobody = self._ids.new()

        def work() -> Work[None]:
            yield from hold(visitor)
            yield from self._erase(visitor, nobody, keep_words=keep_words)

        await self._db.write(work)

    async def kakao_unlinked(self, request: Request) -> Response:
        """`GET`/`POST /sign-in/kakao/unlink`: a user has unlinked us at Kakao. Kakao expects 200 within three seconds,
        for unknown users too. Calls without the app's admin key change nothing."""
        try:
            given = request.headers.get("authorization", "")
            wanted = f"KakaoAK {self._admin_key}"
            if not self._admin_key or not hmac.compare_digest(given.encode(), wanted.encode()):
                raise Unauthorized("session_invalid", "This call requires the admin key.")
            subject = request.query_params.get("user_id", "")
            if request.method == "POST" and not subject:
                fields = parse_qs((await read_body(request)).decode("utf-8", "replace"), max_num_fields=20)
                subject = fields.get("user_id", [""])[0]
        except ValueError:
            return Response(status_code=400)
        except AppError as error:
            return problem(error)
        if is_text(subject):
            await self._forget(subject)
        return Response(status_code=200, headers={"Cache-Control": "no-store"})

    async def _forget(self, subject: str) -> None:
        def found() -> Work[list[Visitor]]:
            return (yield from identities.visitors_of_subject(self._kakao, subject))

        for visitor in await self._db.read(found):
            await self._db.write(partial(self._cut, visitor, subject, self._ids.new()))

    def _cut(self, visitor: Visitor, subject: str, nobody: str) -> Work[None]:
        """Removes the sign-in method and ends all sessions, or erases the account if it was the last one, in one write:
        otherwise its owner could neither sign in nor erase it."""
        for identity in (yield from identities.identities_of(visitor.id)):
            if (identity.issuer, identity.subject) == (self._kakao, subject):
                if not (yield from identities.ways_left(visitor.id, without=identity.id)):
                    yield from self._erase(visitor, nobody, keep_words=True)
                    return
                yield from identities.remove_identity(visitor.id, identity.id)
        yield from end_everything(visitor.id, self._clock.now())

    def _erase(self, visitor: Visitor, nobody: str, *, keep_words: bool) -> Work[None]:
        """Like `erasing_store.erase`, including the picture still to be fetched; a block is remembered."""
        yield from jobs.forget(PICTURE, visitor.id)
        yield from remember(visitor, self._key, self._clock.now())
        pages = yield from erasing_store.erase(visitor, nobody, keep_words=keep_words)
        yield from self._told(visitor.site, pages)
