"""What the account page's template is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ...sites.settings import Site
from ...web.pages import environment
from ..identities.store import Identity
from .store import Account, Device

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """The page's HTML; everything in `values` is escaped."""
    return environment(TEMPLATES).get_template(template).render(**values)


def local_time(moment: int, timezone: str, lang: str) -> str:
    """A moment in milliseconds as it is read there."""
    local = datetime.fromtimestamp(moment // 1000, ZoneInfo(timezone))
    if lang == "ko":
        return f"{local.year}년 {local.month}월 {local.day}일 {local:%H:%M}"
    return f"{local:%-d %b %Y, %H:%M}"


def address(base: str, site: str, **values: str) -> str:
    """The account page's address."""
    return f"{base}/account/?" + urlencode({"site": site, **{name: text for name, text in values.items() if text}})


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
