"""One visitor: profile, trust, quota, bans and erasure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.responses import Response

from ...accounts import bans_store as bans
from ...accounts.privacy.erasing import Erasure
from ...accounts.store import set_daily_answers
from ...comments.approval.reviewables_store import stay_decided
from ...comments.updates import ThreadUpdates
from ...core.comments import REASON_LIMIT, clean_text
from ...core.model import Visitor
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import error_text
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...setting_values import limit
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView
from . import people_store as store
from .bans import DAYS, read_reason, read_until

PATH = "/admin/visitors/"
NOTE_LIMIT = 2_000


class PeopleViews:
    """A visitor's page and its actions."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, updates: ThreadUpdates, erasure: Erasure) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._updates = updates
        self._sites = runtime.sites
        self._auth = auth
        self._erasure = erasure

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        one: dict[str, OwnerView] = {
            "block/": self.block, "unblock/": self.unblock, "trust/": self.trust, "quota/": self.quota,
            "note/": self.add_note, "erase/": self.erase,
        }  # fmt: skip
        return {
            f"{PATH}{{id}}/": {"GET": self.read},
            **{f"{PATH}{{id}}/{end}": {"POST": view} for end, view in one.items()},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/visitors/<id>/`: the visitor, their comments, and whether they may write."""
        return await self._show(call, BoundForm(), 200)

    async def _show(self, call: OwnerCall, form: BoundForm, status: int) -> Response:
        known = await self._known(call)
        visitor = known.visitor
        site = await self._sites.get(visitor.site)

        def work() -> Work[tuple[list[store.Wrote], list[bans.Note], str]]:
            wrote = yield from store.latest(site.key, visitor.id)
            notes = yield from bans.notes_of(site.key, visitor.id)
            return wrote, notes, (yield from bans.reason_of(site.key, visitor.id))

        wrote, notes, reason = await self._db.read(work)
        lang = self._auth.language(call.request)
        return self._auth.show(
            call, "people", status=status, title=lambda t: visitor.name or t["guest"], known=known, visitor=visitor,
            site=site, since=date_and_time(lang, known.since, site.timezone), wrote=wrote, notes=notes, reason=reason,
            days=DAYS, form=form, problem=form.problem, banned=visitor.is_blocked(self._clock.now()),
            note_limit=NOTE_LIMIT, reason_limit=REASON_LIMIT,
            at=lambda moment: date_and_time(lang, moment, site.timezone),
        )  # fmt: skip

    async def block(self, call: OwnerCall) -> Response:
        """`POST …/block/` `{days, shadow, reason, hide}`: blocks the visitor for so many days or (empty) for good. With
        `shadow`, they do not notice; with `hide`, their comments are hidden too."""
        visitor, now = (await self._known(call)).visitor, self._clock.now()
        until, shadow, reason = read_until(call, now), "shadow" in call.form, read_reason(call)

        def work() -> Work[None]:
            yield from bans.ban(visitor.site, visitor.id, shadow=shadow, until=until, reason=reason)
            after = "shadow" if shadow else "open"
            after += "" if until is None else f", {call.form.get('days', '')} d"
            yield from call.note(visitor.site, now, "blocked", "visitor", visitor.id, after=after, reason=reason)
            if "hide" in call.form:
                yield from stay_decided(visitor.site, visitor.id)  # an undo would reveal what is hidden here
                pages = yield from store.hide_all(visitor.site, visitor.id)
                yield from self._updates.reload(visitor.site, pages)

        await self._db.write(work)
        return self._back(visitor)

    async def unblock(self, call: OwnerCall) -> Response:
        """`POST …/unblock/`: unblocks the visitor. Hidden comments stay hidden."""
        return await self._change(call, "unblocked", lambda visitor: bans.lift(visitor.site, visitor.id))

    async def trust(self, call: OwnerCall) -> Response:
        """`POST …/trust/` `{trusted}`: sets whether the visitor's comments skip the spam filter."""
        trusted = call.form.get("trusted") == "1"
        return await self._change(
            call, "trusted" if trusted else "untrusted",
            lambda visitor: bans.trust(visitor.site, visitor.id, trusted=trusted),
        )  # fmt: skip

    async def quota(self, call: OwnerCall) -> Response:
        """`POST …/quota/` `{daily_answers}`: sets the visitor's own daily answer limit; empty: the site's."""
        text = call.form.get("daily_answers", "").strip()
        try:
            if text:
                limit(text)
        except ValueError as error:
            wrong = BadRequest("validation_failed", f"daily_answers: {error}", reason="quota")
            return await self._refused(call, wrong)
        return await self._change(
            call, "quota", lambda visitor: set_daily_answers(visitor.site, visitor.id, text or None), after=text or "–"
        )

    async def add_note(self, call: OwnerCall) -> Response:
        """`POST …/note/` `{note}`: adds a note that the site's whole team can read."""
        body, now = clean_text(call.form.get("note", "")), self._clock.now()
        if not body or len(body) > NOTE_LIMIT:
            return await self._refused(call, BadRequest("validation_failed", "note: must not be empty.", reason="note"))
        note = bans.Note(call.owner.email, body, now)
        return await self._change(
            call, "noted", lambda visitor: bans.add_note(self._ids.new(), visitor.site, visitor.id, note)
        )

    async def erase(self, call: OwnerCall) -> Response:
        """`POST …/erase/` `{sure, keep_words}`: erases the visitor at their request, with all personal data and their
        comments, unless those are to stay anonymously."""
        visitor, now = (await self._known(call)).visitor, self._clock.now()
        if "sure" not in call.form:
            return await self._refused(call, BadRequest("validation_failed", "sure: must be ticked.", reason="sure"))
        keep = "keep_words" in call.form
        await self._erasure.erase(visitor, keep_words=keep)
        after = "words kept" if keep else "words deleted"
        await self._db.write(lambda: call.note(visitor.site, now, "erased", "visitor", visitor.id, after=after))
        return self._auth.redirect("/admin/")

    async def _refused(self, call: OwnerCall, error: BadRequest) -> Response:
        form = refused(call.form, error, error_text(error, self._auth.language(call.request)))
        return await self._show(call, form, error.status)

    async def _change(
        self, call: OwnerCall, action: str, change: Callable[[Visitor], Work[object]], after: str = ""
    ) -> Response:
        visitor, now = (await self._known(call)).visitor, self._clock.now()

        def work() -> Work[None]:
            yield from change(visitor)
            yield from call.note(visitor.site, now, action, "visitor", visitor.id, after=after)

        await self._db.write(work)
        return self._back(visitor)

    def _back(self, visitor: Visitor) -> Response:
        return self._auth.redirect(f"{PATH}{visitor.id}/")

    async def _known(self, call: OwnerCall) -> store.VisitorSummary:
        known = await self._db.read(lambda: store.known(call.owner.sites, call.id))
        if known is None:
            raise NotFound
        return known
