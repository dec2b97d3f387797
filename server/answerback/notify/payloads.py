"""Builds a webhook's payload when it is sent, so that nothing deleted meanwhile goes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from ..accounts.store import credentials_of, owner_role
from ..comments.approval.deciding import Action
from ..comments.approval.reviewables_store import reviewable
from ..comments.store import comment_by_id
from ..core.roles import covers
from ..core.times import iso
from ..core.versions import version
from ..core.webhooks import MESSAGES, TEST, Told, generic
from ..db.work import Work
from ..i18n.catalogue import negotiate, owner_languages, texts
from ..runtime import Runtime
from . import webhooks_store as store
from .decision_links import GOOD_MS, DecisionLink, DecisionLinks
from .items import actions
from .webhooks_store import Delivery, Webhook


class Payloads:
    """Builds the payloads of events, in each format."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._clock = runtime.clock
        self._links = DecisionLinks(runtime.settings)

    async def of(self, hook: Webhook, delivery: Delivery) -> dict[str, Any] | None:
        """The payload of a delivery; None if its subject no longer exists."""
        data = await self._db.read(lambda: self._data(delivery))
        if data is None:
            return None
        message = MESSAGES.get(hook.format)
        if message is None:
            return generic(delivery.event, delivery.at, data)
        site = await self._sites.find(hook.site)
        lang = negotiate("" if site is None else site.lang, among=owner_languages())
        title = texts(lang, "admin.webhooks")[f"events.{delivery.event.replace('.', '_')}"]
        where = data.get("title") or data.get("page", "")
        about = data.get("comment") or {"author": {"name": ""}, "body": data.get("answer", {}).get("question", "")}
        name = (site and site.name) or hook.site
        buttons = await self._db.read(lambda: self._buttons(hook, delivery)) if hook.format == "telegram" else []
        t = texts(lang, "mail.notice")
        return message(
            Told(" · ".join(filter(None, [title, name, where])), about["author"]["name"], about["body"],
                 data.get("admin_url", ""), t["open"], [(t[f"buttons.{action}"], url) for action, url in buttons])
        )  # fmt: skip

    def _buttons(self, hook: Webhook, delivery: Delivery) -> Work[list[tuple[Action, str]]]:
        """The decisions offered in a chat, made in the name of the owner who set up the webhook, if that owner may
        decide."""
        role = (yield from owner_role(hook.owner_id, hook.site)) if hook.owner_id else None
        what = delivery.event.removeprefix("comment.").replace("published", "comment")
        if role is None or not covers(role, "moderator") or not actions(what):
            return []
        comment = yield from comment_by_id(hook.site, delivery.subject)
        if comment is None:
            return []
        review = yield from reviewable(hook.site, comment.id)
        shown, seen = 0 if review is None else review.version, version(comment.html, comment.author_name)
        until, credentials = self._clock.now() + GOOD_MS, (yield from credentials_of(hook.owner_id))
        return [
            (action, self._links.url(DecisionLink(
                hook.owner_id, hook.site, comment.id, action, shown, seen, until, credentials, hook.format)))
            for action in actions(what)
        ]  # fmt: skip

    def _data(self, delivery: Delivery) -> Work[dict[str, Any] | None]:
        if delivery.event == TEST:
            return {"site": delivery.site}
        if delivery.event.startswith("comment."):
            row = yield from store.comment(delivery.site, delivery.subject)
            if row is None or (delivery.event == "comment.published" and row["state"] != "published"):
                return None
            return self._place(delivery.site, row, row["id"]) | {"comment": _comment(row)}
        row = yield from store.answer(delivery.site, delivery.subject)
        if row is None:
            return None
        return self._place(delivery.site, row, row["id"]) | {"answer": _answer(row)}

    def _place(self, site: str, row: Mapping[str, Any], id: str) -> dict[str, Any]:
        url = row["url"]
        if not url.startswith(("http://", "https://")):
            url = f"{self._url}/t/?{urlencode({'site': site, 'page': row['page']})}"
        return {
            "site": site, "page": row["page"], "title": row["title"],
            "url": url if "#" in url else f"{url}#answerback-{id}",
            "admin_url": f"{self._url}/admin/comments/{quote(id)}/",
        }  # fmt: skip


def _comment(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "parent_id": row["parent_id"], "state": row["state"],
        "author": {"kind": row["author_kind"], "name": row["author_name"]}, "body": row["body"],
        "created_at": iso(row["created_at"]),
    }  # fmt: skip


def _answer(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "state": row["state"], "draft": bool(row["draft"]), "private": row["kind"] == "chat",
        "supported": None if row["supported"] is None else bool(row["supported"]), "body": row["body"],
        "question_id": row["question_id"], "question": row["question"], "settled_at": iso(row["settled_at"]),
    }  # fmt: skip
