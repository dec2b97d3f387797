"""Shows and exports the audit trail."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse

from ...accounts import audit_store as store
from ...accounts.audit_store import Entry
from ...core.tables import cell
from ...core.times import iso
from ...errors import BadRequest, NotFound
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...web.forms import BoundForm
from ..auth import OwnerAuth, OwnerCall, OwnerView

PATH = "/admin/audit/"
ENTRIES, BATCH = 50, 500
COLUMNS = ("number", "at", "site", "actor", "action", "kind", "subject", "before", "after", "reason")


class AuditViews:
    """The decisions on an owner's sites."""

    LINK = (PATH, "audit")

    def __init__(self, runtime: Runtime, auth: OwnerAuth) -> None:
        self._db = runtime.db
        self._sites = runtime.sites
        self._auth = auth

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {PATH: {"GET": self.read}, f"{PATH}export/": {"GET": self.export}}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/audit/?site=&before=`: the newest decisions, or those before one of them."""
        query, sites = call.query("site", "before"), _chosen(call)
        before = _number(query["before"])
        found = await self._db.read(lambda: store.entries(sites, ENTRIES + 1, before))
        last = str(found[ENTRIES - 1].number) if found[ENTRIES:] else ""
        lang = self._auth.language(call.request)
        return self._auth.show(
            call, "audit", title=lambda t: t["title"], form=BoundForm(query), entries=found[:ENTRIES], query=query,
            known=ACTIONS.__contains__, at=lambda entry: date_and_time(lang, entry.at, self._zone(entry.site)),
            newest=self._auth.address(PATH, {"site": query["site"]}) if before else "",
            older=self._auth.address(PATH, {"site": query["site"], "before": last}) if last else "",
            exports={
                kind: self._auth.address(f"{PATH}export/", {"site": query["site"], "format": kind})
                for kind in ("csv", "json")
            },
        )  # fmt: skip

    async def export(self, call: OwnerCall) -> Response:
        """`GET /admin/audit/export/?site=&format=csv|json`: all decisions, newest first; the JSON has one a line."""
        kind, sites = call.query("format")["format"] or "csv", _chosen(call)
        if kind not in ("csv", "json"):
            raise BadRequest("validation_failed", "format: must be csv or json.")
        name, media_type = ("audit.csv", "text/csv") if kind == "csv" else ("audit.jsonl", "application/jsonl")
        return StreamingResponse(
            self._lines(sites, kind), media_type=media_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )  # fmt: skip

    async def _lines(self, sites: list[str], kind: str) -> AsyncIterator[bytes]:
        before: int | None = None
        if kind == "csv":
            yield _csv([COLUMNS])
        while True:
            found = await self._db.read(partial(store.entries, sites, BATCH, before))
            rows = [_row(entry) for entry in found]
            if kind == "csv":
                yield _csv([[cell(row[name]) for name in COLUMNS] for row in rows])
            else:
                yield b"".join(orjson.dumps(row) + b"\n" for row in rows)
            if len(found) < BATCH:
                return
            before = found[-1].number

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


ACTIONS = (
    "invited", "role", "removed", "hidden", "published", "spam", "not_spam", "approved", "dismissed", "blocked",
    "unblocked", "trusted", "untrusted", "quota", "noted", "erased", "banned", "unbanned", "locked", "unlocked",
    "closes", "pinned", "unpinned", "featured", "unfeatured", "rule", "holds", "place", "moved", "corrected",
    "verified", "withdrawn", "replied", "undone", "setting", "site_added", "list_loaded", "list_removed", "forgot",
    "forgotten", "crawl", "alias", "alias_removed", "job_retried", "job_discarded",
    "webhook_added", "webhook_changed", "webhook_rotated", "webhook_paused", "webhook_resumed", "webhook_removed",
    "webhook_replayed", "password_changed", "passkey_added", "passkey_removed", "app_added", "app_removed",
    "codes_made", "code_used", "factors_reset", "session_ended", "sessions_ended",
)  # fmt: skip
"""Decisions with a text; any other is shown by its name."""


def _chosen(call: OwnerCall) -> list[str]:
    """The requested sites, including the server's own entries for owners of all sites. Raises NotFound for another
    owner's site."""
    wanted = call.query("site")["site"]
    if wanted and wanted not in call.owner.sites:
        raise NotFound
    return [wanted] if wanted else [*call.owner.sites, *([""] if call.owner.all_sites else [])]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 15:
        raise BadRequest("validation_failed", "before: must be a number.")
    return int(text)


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.number, "at": iso(entry.at), "site": entry.site, "actor": entry.actor, "action": entry.action,
        "kind": entry.kind, "subject": entry.subject, "before": entry.before, "after": entry.after,
        "reason": entry.reason,
    }  # fmt: skip


def _csv(rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()
