"""The role that each of the owner's views requires."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.roles import Role
from ..web.forms import Form
from .setting_fields import has_secret

BY_METHOD: Mapping[str, Role] = {"GET": "reader", "POST": "moderator"}
OTHERS: Mapping[tuple[str, str], Role] = {
    ("GET", "/admin/jobs/"): "owner",
    ("POST", "/admin/jobs/{id}/retry/"): "owner",
    ("POST", "/admin/jobs/{id}/discard/"): "owner",
    ("POST", "/admin/knowledge/{site}/read/"): "owner",
    ("POST", "/admin/knowledge/{site}/forget/"): "owner",
    ("POST", "/admin/addresses/{site}/add/"): "owner",
    ("POST", "/admin/addresses/{site}/remove/"): "owner",
    ("POST", "/admin/addresses/{site}/dismiss/"): "owner",
    ("POST", "/admin/addresses/{site}/origins/add/"): "owner",
    ("POST", "/admin/addresses/{site}/origins/dismiss/"): "owner",
    ("POST", "/admin/visitors/{id}/erase/"): "owner",
    ("POST", "/admin/spam/{site}/switch/"): "owner",
    ("POST", "/admin/spam/{site}/load/"): "owner",
    ("POST", "/admin/spam/{site}/remove/"): "owner",
    ("POST", "/admin/spam/{site}/forget/"): "owner",
    ("POST", "/admin/threads/{site}/move/"): "owner",
    ("POST", "/admin/threads/{site}/rule/"): "owner",
    ("POST", "/admin/notifications/"): "reader",
    ("POST", "/admin/confirm/"): "reader",
    **{
        ("POST", f"/admin/security/{view}/"): "reader"
        for view in (
            "password",
            "app/begin",
            "app/add",
            "app/remove",
            "codes",
            "passkeys/add",
            "passkeys/remove",
            "sessions/end",
            "sessions/end-others",
        )
    },
    ("GET", "/admin/settings/"): "owner",
    ("GET", "/admin/settings/new/"): "owner",
    ("GET", "/admin/settings/preview/"): "owner",
    ("POST", "/admin/settings/new/"): "owner",
    ("POST", "/admin/settings/{site}/save/"): "owner",
    ("GET", "/admin/start/"): "owner",
    ("POST", "/admin/start/{site}/ask/"): "owner",
    ("GET", "/admin/webhooks/"): "owner",
    **{
        ("POST", f"/admin/webhooks/{{site}}/{view}/"): "owner"
        for view in ("add", "save", "rotate", "switch", "remove", "test", "replay")
    },
    ("GET", "/admin/team/"): "owner",
    ("POST", "/admin/team/{site}/invite/"): "owner",
    ("POST", "/admin/team/{site}/role/"): "owner",
    ("POST", "/admin/team/{site}/remove/"): "owner",
    ("GET", "/admin/audit/"): "owner",
    ("GET", "/admin/audit/export/"): "owner",
    ("POST", "/admin/comments/{id}/rule/"): "owner",
    ("POST", "/admin/comments/{id}/holds/"): "owner",
    ("POST", "/admin/comments/{id}/place/"): "owner",
}


def needed(method: str, path: str) -> Role:
    """The role that a view requires on its site."""
    return OTHERS.get((method, path), BY_METHOD[method])


PROOF_NEEDED = frozenset(
    {
        ("GET", "/admin/audit/export/"),
        ("POST", "/admin/visitors/{id}/erase/"),
        *(("POST", f"/admin/team/{{site}}/{view}/") for view in ("invite", "role", "remove")),
        *(("POST", f"/admin/webhooks/{{site}}/{view}/") for view in ("add", "save", "rotate")),
        *(
            ("POST", f"/admin/security/{view}/")
            for view in (
                "password", "app/begin", "app/add", "app/remove", "codes", "passkeys/add", "passkeys/remove",
            )
        ),
    }
)  # fmt: skip
"""Actions that are dangerous in the hands of somebody who finds an open browser."""


def needs_proof(method: str, path: str, form: Form) -> bool:
    """Whether a view requires a fresh proof."""
    if (method, path) == ("POST", "/admin/settings/{site}/save/"):
        return has_secret(form)
    return (method, path) in PROOF_NEEDED
