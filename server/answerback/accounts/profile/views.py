"""What the account page's template is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...sites.settings import Site
from ...web.figures import local_time
from ..identities.store import Identity
from .store import Account, Device


def show_ways(
    site: Site, account: Account, identities: Sequence[Identity], issuers: Mapping[str, str], texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The ways in, each with what it is called; only identities can be removed, and only when they are not the last."""
    own = f"sso:{site.key}"
    ways: list[dict[str, Any]] = []
    if account.email and account.has_password:
        detail = account.email if account.email_verified else f"{account.email} ({texts['unconfirmed']})"
        ways.append({"id": "", "label": texts["password_way"], "detail": detail})
    elif account.email and account.email_verified:
        ways.append({"id": "", "label": texts["mail_way"], "detail": account.email})
    for identity in identities:
        label = texts["site_way"].format(site=site.name or site.key) if identity.issuer == own else ""
        label = label or issuers.get(identity.issuer, identity.issuer)
        ways.append({"id": identity.id, "label": label, "detail": identity.email or ""})
    last = len(ways) < 2
    return [{**way, "removable": bool(way["id"]) and not last} for way in ways]


def show_devices(devices: Sequence[Device], site: Site, texts: Mapping[str, str], lang: str) -> list[dict[str, str]]:
    """The living sessions, each with browser, origin and beginning."""
    return [
        {
            "id": device.id,
            "label": device.agent or texts["unknown_agent"],
            "detail": " · ".join(
                text
                for text in (
                    device.origin.partition("://")[2],
                    texts["since"].format(time=local_time(device.created_at, site.timezone, lang)),
                )
                if text
            ),
        }
        for device in devices
    ]
