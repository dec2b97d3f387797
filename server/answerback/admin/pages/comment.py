"""One comment with its answer, its history and the owner's actions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.responses import Response

from ...answers.corrections.correcting import NOTE_LIMIT, AnswerCorrections, version_of
from ...answers.record_store import record_of
from ...answers.reuse import store as answered
from ...comments.approval.reviewables_store import reviewable
from ...comments.posting import page_url
from ...comments.store import (
    comment_by_id,
    moderation_of,
    place,
    reply_to,
    rule_of,
    set_moderation,
    set_place,
    set_rule,
)
from ...core.approval import RULES
from ...core.comments import BODY_LIMIT, TITLE_LIMIT, URL_LIMIT, clean_title
from ...core.model import RUNNING, Comment
from ...core.versions import version
from ...db.work import Work
from ...errors import BadRequest, Conflict, NotFound, changed_meanwhile
from ...i18n.catalogue import error_text
from ...i18n.cldr import date_and_time
from ...runtime import Runtime
from ...sites.settings import AI_RULES, Site
from ...web.forms import BoundForm, Form, refused
from .. import store
from ..auth import OwnerAuth, OwnerCall, OwnerView
from ..reasons import weighed

HOLDING = tuple(rule for rule in RULES if rule not in ("none", "all"))
Change = Callable[[Site, Form], Awaitable[Comment]]


class CommentViews:
    """A comment's page, with the owner's actions on it and on its thread."""

    def __init__(self, runtime: Runtime, auth: OwnerAuth, correcting: AnswerCorrections) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._sites = runtime.sites
        self._auth = auth
        self._correcting = correcting

    def views(self) -> Mapping[str, Mapping[str, OwnerView]]:
        """Its routes."""
        below: dict[str, OwnerView] = {
            "": self.read, "correct/": self.correct, "verify/": self.verify, "withdraw/": self.withdraw,
            "pin/": self.pin, "reply/": self.answer, "rule/": self.rule,
            "holds/": self.holds, "place/": self.place,
        }  # fmt: skip
        return {f"/admin/comments/{{id}}/{end}": {"POST" if end else "GET": view} for end, view in below.items()}

    async def read(self, call: OwnerCall) -> Response:
        """`GET /admin/comments/<id>/`: a comment, or an answer with its question, sources and versions."""
        said = changed_meanwhile() if call.query("changed")["changed"] else None
        if said is not None:
            return await self._show(call, refused({}, said, error_text(said, self._auth.language(call.request))), 409)
        return await self._show(call, BoundForm(), 200)

    async def _show(self, call: OwnerCall, form: BoundForm, status: int) -> Response:
        site = await self._site(call)

        def work() -> Work[dict[str, Any]]:
            comment = yield from comment_by_id(site.key, call.id)
            if comment is None:
                raise NotFound
            question = None
            if comment.answer is not None:
                question = yield from comment_by_id(site.key, comment.answer.question_id)
            reply = yield from reply_to(site.key, call.id)
            rule = yield from rule_of(site.key, comment.page)
            holds = yield from moderation_of(site.key, comment.page)
            url, page_title = (yield from place(site.key, comment.page)) or ("", "")
            versions = yield from answered.revisions(site.key, call.id)
            review = yield from reviewable(site.key, call.id)
            record = (yield from record_of(site.key, call.id)) if comment.answer is not None else None
            return {
                "comment": comment, "question": question, "reply": reply, "rule": rule, "holds": holds,
                "versions": versions, "review": review, "record": record, "url": url, "page_title": page_title,
            }  # fmt: skip

        found = await self._db.read(work)
        comment, lang = found["comment"], self._auth.language(call.request)
        return self._auth.show(
            call, "comment", status=status, form=form, problem=form.problem, **found,
            signals=weighed(found["review"].reasons, lang) if found["review"] else [],
            title=lambda t: t("answer_on" if comment.answer else "comment_on", page=comment.page),
            seen=version_of(comment, found["question"]), seen_comment=version(comment.html, comment.author_name),
            seen_place=version(found["url"], found["page_title"]),
            rules=AI_RULES, site_rule=site.ai, holding=HOLDING, body_limit=BODY_LIMIT, note_limit=NOTE_LIMIT,
            url_limit=URL_LIMIT, title_limit=TITLE_LIMIT,
            settled=comment.answer is not None and comment.answer.state not in RUNNING,
            at=lambda moment: date_and_time(lang, moment, site.timezone),
        )  # fmt: skip

    async def correct(self, call: OwnerCall) -> Response:
        """`POST …/correct/`: replaces the answer's text with the owner's."""
        return await self._change(
            call,
            lambda site, form: self._correcting.correct(
                site,
                call.id,
                form.get("body", ""),
                form.get("note", ""),
                keep_sources="keep_sources" in form,
                seen=call.seen,
                by=call.owner.email,
            ),
        )

    async def verify(self, call: OwnerCall) -> Response:
        """`POST …/verify/`: marks the answer as verified by the owner."""
        return await self._change(
            call, lambda site, form: self._correcting.verify(site, call.id, seen=call.seen, by=call.owner.email)
        )

    async def withdraw(self, call: OwnerCall) -> Response:
        """`POST …/withdraw/`: removes the answer's text."""
        return await self._change(
            call, lambda site, form: self._correcting.withdraw(site, call.id, form.get("note", ""), by=call.owner.email)
        )

    async def pin(self, call: OwnerCall) -> Response:
        """`POST …/pin/`: `pinned` is `1` or `0`."""
        return await self._change(
            call,
            lambda site, form: self._correcting.pin(
                site, call.id, pinned=form.get("pinned") == "1", seen=call.seen, by=call.owner.email
            ),
        )

    async def answer(self, call: OwnerCall) -> Response:
        """`POST …/reply/`: posts the owner's reply."""
        return await self._change(
            call,
            lambda site, form: self._correcting.answer(
                site, call.id, form.get("body", ""), seen=call.seen, by=call.owner.email
            ),
        )

    async def rule(self, call: OwnerCall) -> Response:
        """`POST …/rule/`: sets the page's answer rule, `ai`; `default`: the site's."""

        async def change(site: Site, form: Form) -> Comment:
            rule, seen = form.get("ai", ""), call.seen
            if rule not in (*AI_RULES, "default"):
                raise BadRequest("validation_failed", "ai: unknown rule.")
            now = self._clock.now()

            def work() -> Work[Comment]:
                comment = yield from comment_by_id(site.key, call.id)
                if comment is None:
                    raise NotFound
                before = (yield from rule_of(site.key, comment.page)) or "default"
                if seen != before:
                    raise changed_meanwhile()
                yield from call.note(site.key, now, "rule", "page", comment.page, before=before, after=rule)
                yield from set_rule(site.key, comment.page, None if rule == "default" else rule, now)
                return comment

            return await self._db.write(work)

        return await self._change(call, change)

    async def holds(self, call: OwnerCall) -> Response:
        """`POST …/holds/`: sets which comments are held on the page. `mode`: `default` (the site's rules), `none`,
        `all`, or `some` (the rules in `holds`)."""

        async def change(site: Site, form: Form) -> Comment:
            mode, seen, now = form.get("mode", ""), call.seen, self._clock.now()
            wanted = ",".join(form.all("holds")) if mode == "some" else mode
            if mode not in ("default", "none", "all", "some") or (mode == "some" and not is_rules(wanted)):
                raise BadRequest("validation_failed", "holds: choose at least one.", reason="holds_none")

            def work() -> Work[Comment]:
                comment = yield from comment_by_id(site.key, call.id)
                if comment is None:
                    raise NotFound
                before = (yield from moderation_of(site.key, comment.page)) or "default"
                if seen != before:
                    raise changed_meanwhile()
                yield from call.note(site.key, now, "holds", "page", comment.page, before=before, after=wanted)
                yield from set_moderation(site.key, comment.page, None if wanted == "default" else wanted, now)
                return comment

            return await self._db.write(work)

        return await self._change(call, change)

    async def place(self, call: OwnerCall) -> Response:
        """`POST …/place/`: sets the page's address, `url`, and `title`."""

        async def change(site: Site, form: Form) -> Comment:
            url, title = page_url(site, form.get("url", "")), clean_title(form.get("title", ""))
            seen, now = call.seen, self._clock.now()
            if not url:
                raise BadRequest(
                    "validation_failed", "url: must be an address of the site.", reason="origin_not_allowed"
                )

            def work() -> Work[Comment]:
                comment = yield from comment_by_id(site.key, call.id)
                if comment is None:
                    raise NotFound
                before = (yield from place(site.key, comment.page)) or ("", "")
                if seen != version(*before):
                    raise changed_meanwhile()
                yield from call.note(site.key, now, "place", "page", comment.page, before=before[0], after=url)
                yield from set_place(site.key, comment.page, url, title, now)
                return comment

            return await self._db.write(work)

        return await self._change(call, change)

    async def _change(self, call: OwnerCall, change: Change) -> Response:
        """Makes the change and redirects back; on an error, shows the page with the input and the error."""
        try:
            comment = await change(await self._site(call), call.form)
        except (BadRequest, Conflict) as error:
            # Show the newer version, and keep the answer that the owner has typed.
            newer = ("url", "title", "ai") if error.reason == "changed_meanwhile" else ()
            typed = {name: value for name, value in call.form.items() if name not in newer}
            return await self._show(
                call, refused(typed, error, error_text(error, self._auth.language(call.request))), error.status
            )
        return self._auth.redirect(f"/admin/comments/{comment.id}/")

    async def _site(self, call: OwnerCall) -> Site:
        key = await self._db.read(lambda: store.site_of(call.owner.sites, call.id))
        if key is None:
            raise NotFound
        return await self._sites.get(key)


def is_rules(text: str) -> bool:
    """Whether this names at least one approval rule and no others."""
    return bool(text) and set(text.split(",")) <= set(HOLDING)
