"""The inbox: everything that needs a decision, in one list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from ...answers import gaps_store
from ...answers.corrections.correcting import AnswerCorrections, answer_text, version_of
from ...comments.approval import reviewables_store as reviews
from ...comments.approval.deciding import ACTIONS, UNDO_MS, Action, Deciding, Order
from ...comments.approval.reviewables_store import KINDS, Reviewable
from ...comments.store import comment_by_id
from ...core.comments import BODY_LIMIT
from ...core.model import Comment
from ...core.times import iso
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound, changed_meanwhile
from ...i18n.catalogue import Texts, error_text, texts
from ...i18n.cldr import date_and_time
from ...net.http import json_response
from ...runtime import Runtime
from ...sites.settings import Site
from ...web.forms import BoundForm
from .. import saved_replies_store as saved
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..reasons import told
from . import inbox_store as store
from .inbox_store import Item, Wanted

PATH = "/admin/inbox/"
SHOWN = 25
MOST_AT_ONCE = 50
HERE = ("kind", "site", "before")


@dataclass(frozen=True, slots=True)
class Chosen:
    """An item to decide, in the version shown."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}.{self.version}"


class InboxViews:
    """The inbox and its actions."""

    LINK = (PATH, "inbox")

    def __init__(self, runtime: Runtime, auth: OwnerAuth, deciding: Deciding, correcting: AnswerCorrections) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._deciding = deciding
        self._correcting = correcting

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        return {
            PATH: {"GET": self.read},
            f"{PATH}pulse/": {"GET": self.pulse},
            f"{PATH}decide/": {"POST": self.decide},
            f"{PATH}undo/": {"POST": self.undo},
            f"{PATH}{{id}}/reply/": {"POST": self.reply},
            f"{PATH}{{id}}/correct/": {"POST": self.correct},
        }

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/inbox/?kind=&site=&before=`: open items, newest first."""
        return await self._show(call, BoundForm(), 200)

    async def _show(self, call: OwnerCall, form: BoundForm, status: int) -> Response:
        query = call.query(*HERE, "done", "undo", "late")
        sites = _chosen_sites(call, query["site"])
        wanted = _wanted(query)
        await self._sites.refresh()
        late_ids = [each for each in query["late"].split(",") if each][:MOST_AT_ONCE]

        def work() -> Work[dict[str, Any]]:
            found = yield from store.waiting(sites, wanted, SHOWN + 1)
            items = yield from store.items(found[:SHOWN])
            late = yield from store.states(call.owner.sites, late_ids)
            return {
                "counts": (yield from store.counts(sites)),
                "more": len(found) > SHOWN,
                "items": items,
                "late": late,
                "deciders": (yield from store.emails(each.decided_by for each in late if each.decided_by)),
                "replies": (yield from saved.replies(sorted({item.review.site for item in items}))),
            }

        found = await self._db.read(work)
        items: list[Item] = found["items"]
        lang = self._auth.language(call.request)
        total = sum(found["counts"].values())
        older = f"{items[-1].review.opened_at}.{items[-1].review.id}" if found["more"] else ""
        here = {name: query[name] for name in HERE if query[name]}
        return self._auth.show(
            call, "inbox", status=status, title=lambda t: f"({capped(total)}) {t['title']}" if total else t["title"],
            **found, query=query, form=form, problem=form.problem, total=total, capped=capped, kinds=KINDS, kept=here,
            tab=lambda kind: self._auth.address(PATH, {"kind": kind, "site": query["site"]}),
            newest=self._auth.address(PATH, here | {"before": ""}) if query["before"] else "",
            older=self._auth.address(PATH, here | {"before": older}) if older else "",
            chips=lambda item: told(item.review.reasons, item.reports, lang), target=_target, seen=_seen,
            done=_done(query), zone=self._zone, iso=iso, body_limit=BODY_LIMIT,
            at=lambda moment, site: date_and_time(lang, moment, self._zone(site)),
            filled=lambda reply, item: saved.filled(reply.body, self._values(item)),
        )  # fmt: skip

    def _values(self, item: Item) -> dict[str, str]:
        """The values of saved replies' variables."""
        site = self._sites.known(item.review.site)
        who = _target(item)
        return {
            "name": who.author_name.strip() if who is not None else "",
            "page": item.title or item.review.page,
            "url": item.url,
            "site": (site.name if site else "") or item.review.site,
        }

    async def pulse(self, call: OwnerCall) -> Response:
        """`GET …/pulse/?site=&ids=`: the number of open items, the newest, and which of the shown `ids` (each
        `id.version`) are decided or changed by now, as JSON for the page's script."""
        query = call.query("site", "kind", "ids")
        sites = _chosen_sites(call, query["site"])
        shown = _read_chosen([each for each in query["ids"].split(",") if each])

        def work() -> Work[dict[str, Any]]:
            counts = yield from store.counts(sites)
            newest = yield from store.waiting(sites, Wanted(query["kind"]), 1)
            now = yield from store.states(call.owner.sites, [each.id for each in shown])
            deciders = yield from store.emails(each.decided_by for each in now if each.decided_by)
            return {"counts": counts, "newest": newest, "now": now, "deciders": deciders}

        found = await self._db.read(work)
        lang = self._auth.language(call.request)
        t = texts(lang, "admin.inbox")
        versions = {each.id: each.version for each in shown}
        changed = {
            each.id: _said(t, each, found["deciders"]) for each in found["now"] if each.version != versions[each.id]
        }
        total = sum(found["counts"].values())
        newest = found["newest"][0] if found["newest"] else None
        return json_response({
            "total": total, "badge": capped(total) if total else "", "changed": changed,
            "counts": {kind: capped(count) if count else "" for kind, count in found["counts"].items()},
            "newest": f"{newest.opened_at}.{newest.id}" if newest else "",
        })  # fmt: skip

    async def decide(self, call: OwnerCall) -> Response:
        """`POST …/decide/` `{action, id, id, …, note}`: each `id` with its version. Skips and reports items that others
        have decided meanwhile."""
        action = call.form.get("action", "")
        chosen = _read_chosen(call.form.all("id"))
        if action not in (*ACTIONS, "dismiss") or not chosen:
            raise BadRequest("validation_failed", "Unknown action.")
        note = call.form.get("note", "").strip()[:500]
        done: list[Chosen] = []
        late: list[str] = []
        for each in chosen:
            try:
                review = await self._decide(call, each, action, note)
                done.append(Chosen(review.id, review.version))
            except Conflict as error:
                if error.reason != "changed_meanwhile":
                    raise
                late.append(each.id)
        return self._back(call, action, done, late)

    async def _decide(self, call: OwnerCall, chosen: Chosen, action: str, note: str) -> Reviewable:
        site, review = await self._review(call, chosen)
        # For an alert, or an answer outside any thread, any action dismisses it.
        in_thread = await self._db.read(lambda: comment_by_id(site.key, chosen.id)) is not None
        if action == "dismiss" or not in_thread:
            return await self._dismiss(site, chosen, call.owner.id)
        order = Order(_action(action), call.owner.id, version=chosen.version, note=note)
        return await self._deciding.decide(site, review.id, order)

    async def _dismiss(self, site: Site, chosen: Chosen, by: str) -> Reviewable:
        now = self._clock.now()

        def work() -> Work[Reviewable]:
            review = yield from reviews.dismiss(site.key, chosen.id, chosen.version, by, now)
            if review is None:
                raise changed_meanwhile()
            yield from gaps_store.dismiss([site.key], [chosen.id], now, now)
            return review

        return await self._db.write(work)

    async def undo(self, call: OwnerCall) -> Response:
        """`POST …/undo/` `{undo}`: undoes recent decisions; the items are open again."""
        undone = 0
        late: list[str] = []
        for each in _read_chosen(call.form.get("undo", "").split(",")):
            site, review = await self._review(call, each)
            try:
                if review.state == "dismissed":
                    await self._undismiss(site, each, call.owner.id)
                else:
                    await self._deciding.undo(site, each.id, each.version, call.owner.id)
                undone += 1
            except Conflict:
                late.append(each.id)
        return self._back(call, "undo", [Chosen("", 0)] * undone, late)

    async def _undismiss(self, site: Site, chosen: Chosen, by: str) -> None:
        now = self._clock.now()

        def work() -> Work[None]:
            since = now - UNDO_MS
            found = yield from reviews.undoable(site.key, chosen.id, chosen.version, by, since)
            if found is None:
                raise changed_meanwhile()
            yield from reviews.undo(site.key, found[0], by, now)
            yield from store.undismiss(site.key, chosen.id, since)

        await self._db.write(work)

    async def reply(self, call: OwnerCall) -> Response:
        """`POST …/<id>/reply/` `{version, seen, body}`: posts a reply as the site's owner, and approves a held
        comment."""
        chosen = _read_chosen([f"{call.id}.{call.seen}"])[0]

        async def act(site: Site, review: Reviewable) -> list[Chosen]:
            comment = await self._db.read(lambda: comment_by_id(site.key, review.id))
            target = comment
            if comment is None or comment.answer is not None:
                question = await self._question(call, comment, review.id)
                target = await self._db.read(lambda: comment_by_id(site.key, question))
            if target is None:
                raise NotFound
            answer_text(call.form.get("body", ""))
            done = []
            if target.state == "pending":
                decided = await self._deciding.decide(
                    site, target.id, Order("approve", call.owner.id, version=chosen.version)
                )
                done = [Chosen(decided.id, decided.version)]
            body, seen = call.form.get("body", ""), call.form.get("seen", "")
            await self._correcting.answer(site, target.id, body, seen=seen, by=call.owner.email)
            return done

        return await self._act(call, chosen, act, "reply")

    async def _question(self, call: OwnerCall, comment: Comment | None, id: str) -> str:
        if comment is not None and comment.answer is not None:
            return comment.answer.question_id
        found = await self._db.read(lambda: store.answer_kind(call.owner.sites, id))
        if found is None or found[1] == "chat":
            raise NotFound
        return found[2]

    async def correct(self, call: OwnerCall) -> Response:
        """`POST …/<id>/correct/` `{version, seen, body}`: replaces an answer's text with the owner's."""
        chosen = _read_chosen([f"{call.id}.{call.seen}"])[0]

        async def act(site: Site, review: Reviewable) -> list[Chosen]:
            body, seen = call.form.get("body", ""), call.form.get("seen", "")
            await self._correcting.correct(site, review.id, body, "", keep_sources=True, seen=seen, by=call.owner.email)
            return []

        return await self._act(call, chosen, act, "correct")

    async def _act(self, call: OwnerCall, chosen: Chosen, act: Any, name: str) -> Response:
        """Carries out the action and redirects back; on an error, shows the page with the input and the error."""
        site, review = await self._review(call, chosen)
        try:
            if review.state != "open" or review.version != chosen.version:
                raise changed_meanwhile()
            done = await act(site, review)
        except (BadRequest, Conflict) as error:
            if error.reason == "changed_meanwhile":
                return self._back(call, name, [], [chosen.id])
            words = error_text(error, self._auth.language(call.request))
            field = f"{name}-{chosen.id}"
            form = BoundForm({field: call.form.get("body", "")}, {field: words})
            return await self._show(call, form, error.status)
        return self._back(call, name, done or [Chosen("", 0)], [])

    async def _review(self, call: OwnerCall, chosen: Chosen) -> tuple[Site, Reviewable]:
        """The item. Raises NotFound if it belongs to none of the owner's sites."""
        found = await self._db.read(lambda: store.states(call.owner.sites, [chosen.id]))
        if not found:
            raise NotFound
        return await self._sites.get(found[0].site), found[0]

    def _back(self, call: OwnerCall, action: str, done: Sequence[Chosen], late: Sequence[str]) -> Response:
        here = {name: call.form.get(name, "") for name in HERE}
        can_undo = ",".join(str(each) for each in done if each.id)
        said = {
            "done": f"{action}.{len(done)}" if done or action == "undo" else "",
            "undo": can_undo,
            "late": ",".join(late),
        }
        return self._auth.redirect(PATH, here | said)

    def _zone(self, site: str) -> str:
        known = self._sites.known(site)
        return known.timezone if known else "UTC"


def capped(count: int) -> str:
    """A count for display."""
    return str(count) if count < store.COUNTED else f"{store.COUNTED - 1}+"


def _said(t: Texts, review: Reviewable, deciders: Mapping[str, str]) -> str:
    """What has happened to an item since it was shown."""
    if review.state == "open":
        return t["changed"]
    who = deciders.get(review.decided_by or "", "")
    return t(f"decided.{review.state}", who=who) if who else t["closed"]


def _action(name: str) -> Action:
    return next(action for action in ACTIONS if action == name)


def _target(item: Item) -> Comment | None:
    """The comment that a reply answers: the item's own, or an answer's question."""
    return item.comment if item.comment is not None and item.comment.answer is None else item.above


def _seen(comment: Comment, question: Comment | None = None) -> str:
    """The version of the text that this item's form was made for."""
    return version_of(comment, question)


def _chosen_sites(call: OwnerCall, site: str) -> list[str]:
    if site and site not in call.owner.sites:
        raise NotFound
    return [site] if site else list(call.owner.sites)


def _wanted(query: Mapping[str, str]) -> Wanted:
    if query["kind"] not in ("", *KINDS):
        raise BadRequest("validation_failed", "Unknown kind.")
    before = None
    if query["before"]:
        match = re.fullmatch(r"([0-9]{1,15})\.([A-Za-z0-9_:-]{1,200})", query["before"])
        if match is None:
            raise BadRequest("validation_failed", "Unknown position in the list.")
        before = (int(match[1]), match[2])
    return Wanted(query["kind"], before)


def _read_chosen(texts: Sequence[str]) -> list[Chosen]:
    found = []
    for text in texts[:MOST_AT_ONCE]:
        match = re.fullmatch(r"([A-Za-z0-9_:-]{1,200})\.([0-9]{1,9})", text)
        if match is None:
            raise BadRequest("validation_failed", "id: must name what was shown.")
        found.append(Chosen(match[1], int(match[2])))
    return found


def _done(query: Mapping[str, str]) -> tuple[str, int] | None:
    """The last action and its number of items."""
    match = re.fullmatch(r"(approve|hide|spam|dismiss|undo|reply|correct)\.([0-9]{1,2})", query["done"])
    return None if match is None else (match[1], int(match[2]))
