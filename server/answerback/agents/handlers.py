"""NLWeb's `/ask`, `/llms.txt`, and pages as Markdown."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import AppError, BadRequest, NotFound
from ..knowledge.store import page_text
from ..net.http import json_response, problem, read_json
from ..runtime import Runtime
from . import store
from .desk import AgentDesk, Caller
from .markdown import llms_txt, page_markdown
from .mcp_endpoint import McpEndpoint

__all__ = ["AgentHandlers"]

MODES = ("list", "summarize", "generate")
READABLE = {"Cache-Control": "public, max-age=300"}
Handler = Callable[[Request], Awaitable[Response]]


class AgentHandlers:
    """The handlers of the endpoints for programs."""

    def __init__(self, runtime: Runtime, desk: AgentDesk, mcp: McpEndpoint) -> None:
        self._db = runtime.db
        self._ids = runtime.ids
        self._public_url = runtime.settings.public_url
        self._desk = desk
        self._mcp = mcp

    def routes(self) -> list[Route]:
        """Its routes."""
        return [
            Route("/mcp", self._mcp, methods=["POST"]),
            Route("/ask", _guarded(self.ask), methods=["GET", "POST"]),
            Route("/llms.txt", _guarded(self.llms), methods=["GET"]),
            Route("/page.md", _guarded(self.page), methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """`GET /ask?query=&site=&mode=list|summarize|generate`, or the same as JSON by `POST`; with `streaming`, as
        server-sent events once the answer is complete."""
        fields: dict[str, Any] = dict(request.query_params)
        fields |= await read_json(request) if request.method == "POST" else {}
        query = fields.get("query") or ""
        query = query.get("text") if isinstance(query, dict) else query
        mode = fields.get("mode") or "list"
        named, id = fields.get("site") or "", fields.get("query_id") or self._ids.new()
        if mode not in MODES or not all(isinstance(text, str) for text in (query, named, id)):
            raise BadRequest("validation_failed", f"query: must be text; mode: must be one of {', '.join(MODES)}.")
        caller = await self._desk.caller(request, "nlweb", named)
        found = await self._found(caller, str(query), mode)
        told = {"query_id": id[:100], "site": caller.site.key, "mode": mode, **found}
        if str(fields.get("streaming", "")).lower() in ("1", "true"):
            return _streamed(told)
        return json_response(told)

    async def _found(self, caller: Caller, query: str, mode: str) -> dict[str, Any]:
        results = [
            {
                "url": item["url"], "name": item["title"] or item["url"], "site": caller.site.key,
                "score": 100 // place, "description": item["text"],
                "schema_object": {"@type": "WebPage", "url": item["url"], "name": item["title"]},
            }
            for place, item in enumerate(await self._desk.search(caller, query), 1)
        ]  # fmt: skip
        if mode == "list":
            return {"results": results}
        answer = await self._desk.ask(caller, query)
        name = "summary" if mode == "summarize" else "answer"
        return {
            "results": results,
            name: answer["answer"],
            "sources": answer["sources"],
            "supported": answer["supported"],
        }

    async def llms(self, request: Request) -> Response:
        """`GET /llms.txt?site=`: the site's pages, as of its last crawl."""
        site = await self._desk.site_of(request)
        pages = await self._db.read(lambda: store.pages(site.key))
        return _text(llms_txt(site, pages, self._public_url), "text/plain")

    async def page(self, request: Request) -> Response:
        """`GET /page.md?site=&url=`: a page's own text, as of the last crawl."""
        site, url = await self._desk.site_of(request), request.query_params.get("url", "")
        page = await page_text(self._db, site.key, url)
        if page is None or not await self._db.read(lambda: store.is_page(site.key, url)):
            raise NotFound
        return _text(page_markdown(page), "text/markdown")


def _guarded(handler: Handler) -> Handler:
    async def serve(request: Request) -> Response:
        try:
            return await handler(request)
        except AppError as error:
            return problem(error)

    return serve


def _text(text: str, media_type: str) -> Response:
    return Response(text, headers=READABLE, media_type=media_type)


def _streamed(told: dict[str, Any]) -> Response:
    id = told["query_id"]
    messages: list[dict[str, Any]] = [{"message_type": "result_batch", "query_id": id, "results": told["results"]}]
    if "summary" in told:
        messages.append({"message_type": "summary", "query_id": id, "message": told["summary"]})
    if "answer" in told:
        messages.append({"message_type": "nlws", "query_id": id, "answer": told["answer"], "items": told["sources"]})
    messages.append({"message_type": "complete", "query_id": id})
    body = "".join(f"data: {json.dumps(message, ensure_ascii=False)}\n\n" for message in messages)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="text/event-stream")
