"""Search and answers for programs, within the site's quota and budgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

from starlette.requests import Request

from ..accounts.store import add_visitor
from ..answers import quota
from ..answers import store as answers
from ..answers.following import AnswerFollower
from ..answers.intake import Question, QuestionIntake
from ..core import comments as rules
from ..core.bans import ban_of
from ..core.model import Visitor
from ..core.page_addresses import page_address
from ..core.times import day_of
from ..db.work import Work
from ..errors import BadRequest, Forbidden, LimitReached, NotFound, Unavailable
from ..knowledge.build import Knowledge
from ..logs import bind
from ..metrics import Metrics
from ..net.addresses import address_key, client_address
from ..runtime import Runtime
from ..sites.settings import Site
from ..web.views import WebViews

__all__ = ["AgentDesk", "Caller", "Via"]

Via = Literal["mcp", "nlweb"]
NAMES: Mapping[Via, str] = {"mcp": "Agent (MCP)", "nlweb": "Agent (NLWeb)"}
"""The asker's name in the log."""
MOST_RESULTS = 10
EXCERPT = 1_200
"""The most characters of a passage."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program: the site it asks about, its address, and the endpoint it uses."""

    site: Site
    address: str
    via: Via


class AgentDesk:
    """Searches and answers for programs."""

    def __init__(
        self, runtime: Runtime, knowledge: Knowledge, intake: QuestionIntake, follower: AnswerFollower,
        metrics: Metrics,
    ) -> None:  # fmt: skip
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._settings = runtime.settings
        self._secret = runtime.secret
        self._reader = knowledge.words
        self._views = WebViews(runtime.settings)
        self._intake = intake
        self._follower = follower
        self._metrics = metrics

    async def site_of(self, request: Request, named: str = "") -> Site:
        """The site of a request to our own host: the one it names, or the only one open to programs; from its own
        pages, or not from a browser. Raises BadRequest, NotFound, Forbidden."""
        self._views.check_host(request)
        key = named or request.query_params.get("site", "")
        await self._sites.refresh()
        if key:
            site = await self._sites.get(key)
        else:
            found = [site for site in self._sites.all() if site.agents != "off"]
            if len(found) != 1:
                raise BadRequest("site_required")
            site = found[0]
        if site.agents == "off":
            raise NotFound("site_unknown")
        origin = request.headers.get("origin")
        if origin not in (None, *site.origins, self._settings.public_origin):
            raise Forbidden("origin_not_allowed")
        bind(site=site.key)
        return site

    async def caller(self, request: Request, via: Via, named: str = "") -> Caller:
        """The caller. Rejects cross-site requests by a browser, such as for an image. Raises as `site_of` does."""
        site = await self.site_of(request, named)
        if "origin" not in request.headers and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Forbidden("origin_not_allowed")
        address = client_address(request, self._settings.trusted_proxies)
        ban = ban_of(site.bans, address, self._clock.now())
        if ban is not None and not ban.shadow:
            raise Forbidden("visitor_blocked")
        return Caller(site, address, via)

    async def search(self, caller: Caller, query: str, limit: int = MOST_RESULTS) -> list[dict[str, Any]]:
        """Passages that may answer the question, best first, verbatim. Raises BadRequest, LimitReached."""
        query = _question(query)
        self._metrics.agent_called(caller.via, "search")
        await self._pace(caller)
        found = await self._reader.search(caller.site.key, query, limit=max(1, min(MOST_RESULTS, limit)))
        return [
            {"url": passage.url, "title": passage.title, "heading": passage.heading, "text": passage.text[:EXCERPT]}
            for passage in found
        ]

    async def ask(self, caller: Caller, query: str, url: str = "") -> dict[str, Any]:
        """An answer from the site's pages, with its sources. Each question gets its own visitor, without earlier
        conversation; limits apply by address and site. Raises an AppError."""
        site = caller.site
        self._metrics.agent_called(caller.via, "ask")
        if site.agents != "ask":
            raise Forbidden("ai_off")
        text, address = _question(query), _address(site, url)
        page = site.pages.key(address)[: rules.PAGE_LIMIT]
        wanted = Question(page, page_address(page, address, site.pages.rules), "", text, self._ids.new(), caller.via)
        asked = await self._intake.ask_privately(site, self._somebody(site, caller.via), caller.address, wanted)
        async for _ in self._follower.follow(asked.job):
            pass
        job = await self._db.read(lambda: answers.job_by_id(site.key, asked.job.id))
        if job is None or job.state in ("failed", "withheld", "queued", "streaming"):
            raise Unavailable("answer_failed")
        return {
            "answer": job.body, "sources": [source.public() for source in job.sources], "supported": job.supported,
            "support_reason": job.support_reason, "certainty": job.certainty, "model": job.model,
        }  # fmt: skip

    def _somebody(self, site: Site, via: Via) -> Callable[[], Work[Visitor]]:
        visitor, now = Visitor(self._ids.new(), site.key, "guest", NAMES[via]), self._clock.now()

        def work() -> Work[Visitor]:
            yield from add_visitor(visitor.id, visitor.site, visitor.kind, visitor.name, now)
            return visitor

        return work

    async def _pace(self, caller: Caller) -> None:
        """Counts a search; an address may search as often a minute as it may write."""
        site, now = caller.site, self._clock.now()
        hashed = address_key(caller.address, day_of(now, site.timezone), self._secret)
        if not await self._db.write(lambda: quota.may_search(site, hashed, now)):
            raise LimitReached("too_many_requests", retry_after=60)


def _question(query: str) -> str:
    """The question's text. Raises BadRequest."""
    text = rules.clean_text(query) if isinstance(query, str) else ""
    if not 0 < len(text) <= rules.QUESTION_LIMIT:
        raise BadRequest("validation_failed", f"query: must have 1 to {rules.QUESTION_LIMIT} characters.")
    return text


def _address(site: Site, url: str) -> str:
    """The address of a page of the site. Raises BadRequest."""
    wrong = BadRequest("validation_failed", "url: must be a page of the site.")
    try:
        address = urljoin(site.origins[0], url or "/")
        parts = urlsplit(address)
    except ValueError:
        raise wrong from None
    if f"{parts.scheme}://{parts.netloc}".lower() not in site.origins or not rules.is_text(url):
        raise wrong
    return address
