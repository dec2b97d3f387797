"""Comments over HTTP."""

from __future__ import annotations

from starlette.responses import Response

from ..accounts.sessions import Sessions
from ..accounts.sign_in.pace import AddressPace
from ..core import comments as rules
from ..core.markdown import render
from ..core.model import Comment
from ..db.work import Work
from ..errors import BadRequest, NotFound
from ..net.addresses import address_key
from ..net.http import json_response
from ..runtime import Runtime
from ..sites.edge import Call, read_page
from . import store
from .approval.attacks import Attacks
from .approval.reporting import Complaint, Reporting
from .feed import ATOM, JSON_FEED, Feed, atom, json_feed
from .posting import Posting, read_draft, read_words
from .snapshot import Snapshots, read_key, respond

NEWEST = 50
"""The number of entries in a feed."""
CONTACT_LIMIT = 254
MOST_PAGES = 100
"""The most pages counted in one call."""
CHANGES_A_MINUTE = 300
"""Edits, votes, reports and previews of one address: each is published to the page's readers, or slow to render."""


class CommentHandlers:
    """Handlers of `/api/comments/…`, `/api/counts/` and `/api/feed/`."""

    def __init__(
        self, runtime: Runtime, sessions: Sessions, posting: Posting, snapshots: Snapshots, reporting: Reporting,
        attacks: Attacks,
    ) -> None:  # fmt: skip
        self._db = runtime.db
        self._clock = runtime.clock
        self._secret = runtime.secret
        self._url = runtime.settings.public_url
        self._sessions = sessions
        self._posting = posting
        self._snapshots = snapshots
        self._reporting = reporting
        self._attacks = attacks
        self._pace = AddressPace(runtime, "changes", CHANGES_A_MINUTE)

    async def read(self, call: Call) -> Response:
        """`GET /api/comments/`, unless `ThreadReads` has served it."""
        snapshot = await self._snapshots.get(read_key(call.site, call.query))
        headers = call.request.headers
        accept = headers.get("accept-encoding", "").encode("latin-1")
        match = headers.get("if-none-match")
        told = snapshot.on(call.site, self._snapshots.about)
        status, raw, body = respond(told, accept, match.encode("latin-1") if match else None)
        response = Response(body, status)
        response.raw_headers = raw
        return response

    async def one(self, call: Call) -> Response:
        """`GET /api/comments/{id}/`: the whole comment, without replies. Raises NotFound."""
        comment = await self._db.read(lambda: store.comment_by_id(call.site.key, _id(call)))
        if comment is None or comment.state != "published":
            raise NotFound
        return json_response({"comment": comment.public()}, headers={"Cache-Control": "no-cache"})

    async def post(self, call: Call) -> Response:
        """`POST /api/comments/`."""
        posted = await self._posting.post(call.site, self._sessions.find_visitor(call), call.address, read_draft(call))
        return json_response({"comment": posted.comment.public(), **posted.data}, 201)

    async def form(self, call: Call) -> Response:
        """`GET /api/comments/form/`: the form's signed time, and a proof-of-work challenge if required."""
        form, work = "", None
        if call.site.spam_filter:
            form, work = await self._attacks.form(call.site, self._clock.now())
        return json_response({"form": form, "work": work.public() if work else None})

    async def preview(self, call: Call) -> Response:
        """`POST /api/comments/preview/`: the comment's HTML; stores nothing."""
        await self._step(call)
        return json_response({"html": render(rules.clean_text(call.text("body", rules.BODY_LIMIT)))})

    async def edit(self, call: Call) -> Response:
        """`PATCH /api/comments/{id}/`."""
        await self._step(call)
        session = await self._sessions.require_writer(call)
        comment = await self._posting.edit(
            call.site, session.visitor, call.address, _id(call), read_words(call), call.body
        )
        return json_response({"comment": comment.public()})

    async def delete(self, call: Call) -> Response:
        """`DELETE /api/comments/{id}/`."""
        await self._step(call)
        session = await self._sessions.require(call)
        await self._posting.delete(call.site, session.visitor, _id(call))
        return _nothing()

    async def vote(self, call: Call) -> Response:
        """`PUT /api/comments/{id}/vote/`."""
        await self._step(call)
        session = await self._sessions.require_writer(call)
        value = call.body.get("value")
        if isinstance(value, bool) or value not in (1, 0, -1):
            raise BadRequest("validation_failed", "value: must be 1, 0 or -1.")
        return json_response({"votes": await self._posting.vote(call.site, session.visitor, _id(call), value)})

    async def report(self, call: Call) -> Response:
        """`POST /api/comments/{id}/report/`: with a `kind`, returns a receipt."""
        await self._step(call)
        session = await self._sessions.require_writer(call)
        kind = call.text("kind", rules.ID_LIMIT)
        complaint = Complaint(
            kind or "other",
            rules.clean_text(call.text("reason", rules.REASON_LIMIT)),
            rules.clean_line(call.text("contact", CONTACT_LIMIT)),
        )
        receipt = await self._reporting.report(call.site, session.visitor, call.address, _id(call), complaint)
        if not kind:
            return _nothing()
        return json_response({"url": f"{self._url}/reports/{receipt}/"}, 201)

    async def _step(self, call: Call) -> None:
        await self._pace.step(address_key(call.address, "changes", self._secret))

    async def counts(self, call: Call) -> Response:
        """`GET /api/counts/`."""
        pages = {said: read_page(said, call.site) for said in call.query.getlist("page")}
        if not 1 <= len(pages) <= MOST_PAGES:
            raise BadRequest("validation_failed", f"page: must be there 1 to {MOST_PAGES} times.")
        counts = await self._db.read(lambda: store.counts(call.site.key, list(set(pages.values()))))
        said = {said: counts[page] for said, page in pages.items()}
        return json_response({"counts": said}, headers={"Cache-Control": "public, max-age=30"})

    async def feed(self, call: Call) -> Response:
        """`GET /api/feed/`: the newest comments as Atom, or as JSON Feed."""
        page, kind = _page_if_any(call), call.query.get("format", "atom")
        if kind not in ("atom", "json"):
            raise BadRequest("validation_failed", "format: must be atom or json.")
        key = call.site.key

        def work() -> Work[tuple[list[Comment], dict[str, str]]]:
            comments = yield from store.newest(key, page or None, NEWEST)
            return comments, (yield from store.addresses(key, {comment.page for comment in comments}))

        comments, addresses = await self._db.read(work)
        feed = Feed(
            title=call.site.name or key, url=f"{self._url}/api/feed/?{call.request.url.query}", comments=comments,
            home=call.site.origins[0], own=self._url, addresses=addresses, lang=call.site.lang,
            now=self._clock.now(),
        )  # fmt: skip
        body, media_type = (json_feed(feed), JSON_FEED) if kind == "json" else (atom(feed), ATOM)
        return Response(body, headers={"Cache-Control": "public, max-age=60", "Vary": "Origin"}, media_type=media_type)


def _page_if_any(call: Call) -> str:
    return call.page() if call.query.get("page") else ""


def _id(call: Call) -> str:
    return str(call.request.path_params["id"])


def _nothing() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store", "Vary": "Origin"})
