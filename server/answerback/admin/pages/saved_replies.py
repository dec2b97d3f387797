"""Saved replies that owners can choose in the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...core.comments import clean_line, clean_text
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import error_text
from ...runtime import Runtime
from ...web.forms import BoundForm, refused
from .. import saved_replies_store as store
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..saved_replies_store import BODY_LIMIT, MOST, NAME_LIMIT, VARIABLES, SavedReply

PATH = "/admin/replies/"


class SavedReplyViews:
    """The saved replies of an owner's sites."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read, "POST": self.keep}, f"{PATH}{{id}}/delete/": {"POST": self.drop}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/replies/?id=`: all replies, and a form for a new one or the one with that id."""
        return await self._show(call, BoundForm(), 200)

    async def _show(self, call: OwnerCall, form: BoundForm, status: int) -> Response:
        site = call.query("site")["site"]
        if site and site not in call.owner.sites:
            raise NotFound
        replies = await self._db.read(lambda: store.replies([site] if site else call.owner.sites))
        id = call.query("id")["id"] or form.values.get("id", "")
        edited = next((reply for reply in replies if reply.id == id), None)
        if id and edited is None:
            raise NotFound
        if edited is not None and not form.values:
            form = BoundForm({"name": edited.name, "body": edited.body, "site": edited.site})
        return self._auth.show(
            call, "saved_replies", status=status, title=lambda t: t["title"], replies=replies, edited=edited, form=form,
            problem=form.problem, variables=VARIABLES, name_limit=NAME_LIMIT, body_limit=BODY_LIMIT,
        )  # fmt: skip

    async def keep(self, call: OwnerCall) -> Response:
        """`POST /admin/replies/` `{id, site, name, body}`: adds a reply, or changes the one with that id."""
        form, now = call.form, self._clock.now()
        id, site = form.get("id", ""), form.get("site", "") or next(iter(call.owner.sites), "")
        if site not in call.owner.sites:
            raise NotFound
        try:
            name, body = clean_line(form.get("name", "")), clean_text(form.get("body", ""))
            if not 1 <= len(name) <= NAME_LIMIT:
                raise BadRequest("validation_failed", "name: must not be empty.", reason="reply_name")
            if not 1 <= len(body) <= BODY_LIMIT:
                raise BadRequest("validation_failed", "body: must not be empty.", reason="reply_body")
            reply = SavedReply(id or self._ids.new(), site, name, body)

            def work() -> Work[None]:
                if not id and (yield from store.count(site)) >= MOST:
                    raise BadRequest("validation_failed", "There are too many saved replies.", reason="reply_most")
                if id and not (yield from store.is_there(site, id)):
                    raise NotFound
                yield from store.keep(reply, now)

            await self._db.write(work)
        except BadRequest as error:
            words = error_text(error, self._auth.language(call.request))
            return await self._show(call, refused(form, error, words), error.status)
        return self._auth.redirect(PATH)

    async def drop(self, call: OwnerCall) -> Response:
        """`POST …/<id>/delete/`."""
        if not await self._db.write(lambda: store.drop(call.owner.sites, call.id)):
            raise NotFound
        return self._auth.redirect(PATH)
