"""Template values of the account page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...i18n.catalogue import Texts
from ...i18n.cldr import date_and_time
from ...sites.settings import Site
from ..identities.store import Identity
from .store import Account, Device


def notice(code: str, texts: Texts) -> str:
    """The notice for a code in the address; empty for an unknown code."""
    try:
        return texts[code] if code.startswith(("done_", "bad_")) else ""
    except KeyError:
        return ""


def show_methods(
    site: Site, account: Account, identities: Sequence[Identity], issuers: Mapping[str, str], texts: Texts
) -> list[dict[str, Any]]:
    """The sign-in methods by name; only identities can be removed, and only if they are not the last method."""
    own = f"sso:{site.key}"
    ways: list[dict[str, Any]] = []
    if account.email and account.has_password:
        detail = account.email if account.email_verified else f"{account.email} ({texts['unconfirmed']})"
        ways.append({"id": "", "label": texts["by_password"], "detail": detail})
    elif account.email and account.email_verified:
        ways.append({"id": "", "label": texts["by_mail"], "detail": account.email})
    for identity in identities:
        label = texts("by_site", site=site.name or site.key) if identity.issuer == own else ""
        label = label or issuers.get(identity.issuer, identity.issuer)
        ways.append({"id": identity.id, "label": label, "detail": identity.email or ""})
    last = len(ways) < 2
    return [{**way, "removable": bool(way["id"]) and not last} for way in ways]


def show_devices(devices: Sequence[Device], site: Site, texts: Texts) -> list[dict[str, str]]:
    """The active sessions, each with browser, origin and start."""
    return [
        {
            "id": device.id,
            "label": device.agent or texts["unknown_agent"],
            "detail": " · ".join(
                text
                for text in (
                    device.origin.partition("://")[2],
                    texts("since", time=date_and_time(texts.lang, device.created_at, site.timezone)),
                )
                if text
            ),
        }
        for device in devices
    ]
