"""Runs our server and a static site on another origin in one process, until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import uvicorn

from ..app.build import build_app
from ..app.serve import Server
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings
from .console import say


class _Announced(uvicorn.Server):
    """A uvicorn server with an event that is set when it listens."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class _Ours(_Announced, Server):
    """Our server."""


def at_home_only(pages: Any) -> Any:
    """Restricts an ASGI application to this machine, so that a foreign host name pointed at it (DNS rebinding) cannot
    read it."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        host = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"").decode("latin-1")
        if scope["type"] == "http" and host.partition(":")[0] not in ("127.0.0.1", "localhost"):
            await send({"type": "http.response.start", "status": 421, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"not served under this name"})
            return
        await pages(scope, receive, send)

    return serve


async def serve_both(
    settings: Settings, pages: Any, ports: tuple[int, int], begun: Callable[[], Awaitable[None]], command: str
) -> int:
    """Serves our application at `localhost` and the ASGI application `pages` at `127.0.0.1` until interrupted; `ports`
    holds both ports. Calls `begun` when both listen, and cancels it at the end. Returns the exit code: 1 if a port is
    taken, with a hint to run `command` with other ports."""
    port, site_port = ports
    server = _Ours(build_app(settings), "localhost", port)
    config = uvicorn.Config(
        at_home_only(pages),
        host="127.0.0.1",
        port=site_port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        ws="none",
    )
    site = _Announced(config)

    def stop() -> None:
        server.should_exit = site.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    tasks = [asyncio.create_task(_quiet(server)), asyncio.create_task(_quiet(site))]
    telling = asyncio.create_task(_when_both_listen(server, site, begun))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop()
    telling.cancel()
    with suppress(asyncio.CancelledError):
        await telling
    result = max(await asyncio.gather(*tasks))
    if result:
        say(f"answerback: port {port} or {site_port} is taken; choose others:")
        say(f"  {command} --port {port + 100} --site-port {site_port + 100}")
    return result


async def _when_both_listen(server: _Announced, site: _Announced, begun: Callable[[], Awaitable[None]]) -> None:
    await server.listens.wait()
    await site.listens.wait()
    await begun()


async def _quiet(server: uvicorn.Server) -> int:
    """Serves without installing signal handlers; a taken port is returned as a result and does not end the process."""
    try:
        await server._serve()
    except SystemExit:
        return 1
    return 0 if server.started else 1


def answered_by(settings: Settings) -> str:
    """Describes the provider that answers questions."""
    return {
        **dict.fromkeys(MODEL_PROVIDERS, f"the model {settings.model} ({settings.provider_in_use})"),
        "openai": f"the model {settings.model} ({settings.openai_base_url or 'OpenAI'})",
        "quote": "quotes from the site (no model; set OPENAI_API_KEY or OPENAI_BASE_URL for one)",
        "off": "nobody (ANSWERBACK_PROVIDER=off)",
    }[settings.provider_in_use]
