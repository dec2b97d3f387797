"""Pages that moved, offered to the owner as aliases."""

from __future__ import annotations

from ...db.work import Work
from ...sites import aliases_store
from ...sites.settings import Site
from .store import SitePage


def seen_elsewhere(site: Site, known: SitePage | None, url: str, leads_to: str, status: str, now: int) -> Work[None]:
    """Records a page's canonical address or its permanent redirect (empty: none); comments under the old address may
    belong there."""
    reason = "redirect" if status == "moved" else "canonical"
    if leads_to:
        yield from _suggest(site, url, leads_to, reason, now)
    before = known.leads_to if known is not None and known.status == "canonical" else ""
    if before and before != (leads_to or url):
        yield from _suggest(site, before, leads_to or url, reason, now)


def _suggest(site: Site, old: str, new: str, reason: str, now: int) -> Work[None]:
    old, new = (site.pages.key(address, own_query=True) for address in (old, new))
    if old != new:
        yield from aliases_store.suggest(site.key, old, new, reason, now)
