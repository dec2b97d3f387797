"""A site's bans: visitors and address prefixes."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from ...accounts import bans_store as bans
from ...core.bans import read_prefix
from ...core.comments import REASON_LIMIT, clean_line
from ...db.work import Work
from ...errors import BadRequest, NotFound
from ...i18n.catalogue import error_text
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...sites.store import note_change
from ...web.forms import BoundForm, refused
from ..auth import OwnerAuth, OwnerCall, OwnerView

BANS = "/admin/bans/"
DAYS = ("1", "7", "30", "365")
"""The lengths of temporary bans."""
DAY_MS = 86_400_000


class BanViews:
    """The bans of an owner's sites."""

    LINK = (BANS, "bans")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            BANS: {"GET": self.read},
            f"{BANS}{{site}}/add/": {"POST": self.ban_prefix},
            f"{BANS}{{site}}/remove/": {"POST": self.lift_prefix},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/bans/?site=`: banned visitors and address prefixes."""
        wanted, sites = call.query("site")["site"], call.owner.sites
        if wanted and wanted not in sites:
            raise NotFound
        return await self._list(call, wanted or (sites[0] if sites else ""), BoundForm({"site": wanted}), 200)

    async def _list(self, call: OwnerCall, site: str, form: BoundForm, status: int) -> Response:
        def work() -> Work[tuple[list[bans.BannedVisitor], list[bans.PrefixBan]]]:
            return (yield from bans.banned([site])), (yield from bans.prefix_bans(site))

        people, prefixes = await self._db.read(work)
        lang, known = self._auth.language(call.request), self._sites.known(site)
        zone = known.timezone if known else "UTC"
        return self._auth.show(
            call, "bans", status=status, title=lambda t: t["title"], chosen=site, form=form, problem=form.problem,
            people=people, prefixes=prefixes, days=DAYS, reason_limit=REASON_LIMIT,
            at=lambda moment: date_and_time(lang, moment, zone),
        )  # fmt: skip

    async def ban_prefix(self, call: OwnerCall) -> Response:
        """`POST /admin/bans/<site>/add/` `{prefix, days, shadow, reason}`."""
        site, now = self._site(call), self._clock.now()
        try:
            prefix = read_prefix(call.form.get("prefix", "")[:60])
        except ValueError as error:
            wrong = BadRequest("validation_failed", f"prefix: {error}", reason="prefix")
            form = refused(call.form, wrong, error_text(wrong, self._auth.language(call.request)))
            return await self._list(call, site, form, 400)
        ban = bans.PrefixBan(
            self._ids.new(),
            site,
            prefix,
            "shadow" in call.form,
            read_until(call, now),
            read_reason(call),
            call.owner.email,
            now,
        )

        def work() -> Work[None]:
            yield from bans.ban_prefix(ban)
            yield from note_change(now)
            yield from call.note(
                site, now, "banned", "address", prefix, after="shadow" if ban.shadow else "open", reason=ban.reason
            )

        await self._db.write(work)
        await self._sites.refresh(force=True)
        return self._auth.redirect(BANS, {"site": site})

    async def lift_prefix(self, call: OwnerCall) -> Response:
        """`POST /admin/bans/<site>/remove/` `{prefix}`."""
        site, now, prefix = self._site(call), self._clock.now(), call.form.get("prefix", "")

        def work() -> Work[None]:
            if not (yield from bans.lift_prefix(site, prefix)):
                raise NotFound
            yield from note_change(now)
            yield from call.note(site, now, "unbanned", "address", prefix)

        await self._db.write(work)
        await self._sites.refresh(force=True)
        return self._auth.redirect(BANS, {"site": site})

    def _site(self, call: OwnerCall) -> str:
        key = str(call.request.path_params["site"])
        if key not in call.owner.sites:
            raise NotFound
        return key


def read_until(call: OwnerCall, now: int) -> int | None:
    """The end of a ban in a form; None: never. Raises BadRequest."""
    days = call.form.get("days", "")
    if days and days not in DAYS:
        raise BadRequest("validation_failed", "days: unknown.")
    return now + int(days) * DAY_MS if days else None


def read_reason(call: OwnerCall) -> str:
    """The reason in a form, in the owner's words."""
    return clean_line(call.form.get("reason", ""))[:REASON_LIMIT]
