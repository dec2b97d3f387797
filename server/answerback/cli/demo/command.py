"""`answerback demo`: seed a site and an owner, start both servers, say where to look."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from dataclasses import replace
from typing import Any

import uvicorn

from ...accounts.owners import add_owner_with_link
from ...app.build import build_app
from ...app.serve import Server
from ...clock import SystemClock
from ...db.database import Database
from ...setting_values import MODEL_PROVIDERS
from ...settings import Settings
from ...sites.store import add_site, change_site
from ..console import say, with_database
from .local_model import NAME, local_model
from .static_site import SITE_FOLDER, SITE_KEY, DemoSite

OWNER = "owner@example.com"


def run_demo(settings: Settings, port: int, site_port: int) -> int:
    """Run until interrupted; 1 when a port is taken or there is no demo site."""
    if not SITE_FOLDER.is_dir():
        say("answerback: the demo's pages are missing; run it from the project's folder")
        return 1
    settings = replace(settings, public_url=f"http://localhost:{port}")
    origin = f"http://127.0.0.1:{site_port}"

    async def seed(db: Database) -> str | None:
        now = SystemClock().now()
        if not await db.write(lambda: add_site(SITE_KEY, {"origins": origin, "name": "Demo"}, now)):
            await db.write(lambda: change_site(SITE_KEY, {"origins": origin}, now))
        return await add_owner_with_link(db, OWNER, [], None)

    link = with_database(settings, seed)
    return asyncio.run(_serve_both(settings, port, site_port, f"{settings.public_url}{link}"))


def run_demo_with_local_model(settings: Settings, port: int, site_port: int) -> int:
    """As `run_demo`, with a small model of this machine answering. Raises SettingsError when it is not installed."""
    say("Starting a small local model. It is fast and often wrong.")
    with local_model() as model:
        settings = replace(
            settings, provider="openai", openai_base_url=model.base_url, openai_api_key=model.key, model=NAME
        )
        return run_demo(settings, port, site_port)


class _Announced(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class _Ours(_Announced, Server):
    """Our server."""


async def _serve_both(settings: Settings, port: int, site_port: int, link: str) -> int:
    server = _Ours(build_app(settings), "localhost", port)
    config = uvicorn.Config(
        DemoSite(SITE_FOLDER, settings.public_url), host="127.0.0.1", port=site_port, lifespan="off",
        access_log=False, log_level="warning", ws="none",
    )  # fmt: skip
    site = _Announced(config)

    def stop() -> None:
        server.should_exit = site.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    tasks = [asyncio.create_task(_quiet(server)), asyncio.create_task(_quiet(site))]
    both_listen = asyncio.gather(server.listens.wait(), site.listens.wait())
    first: list[asyncio.Future[Any]] = [*tasks, both_listen]
    await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
    if both_listen.done():
        _tell(settings, site_port, link)
    else:
        both_listen.cancel()
        with suppress(asyncio.CancelledError):
            await both_listen
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop()
    result = max(await asyncio.gather(*tasks))
    if result:
        say(f"answerback: where port {port} or {site_port} is taken, choose others:")
        say(f"  .venv/bin/answerback demo --port {port + 100} --site-port {site_port + 100}")
    return result


async def _quiet(server: uvicorn.Server) -> int:
    """Serve; the signals are ours, and a port that is taken is a result, not the end of the process."""
    try:
        await server._serve()
    except SystemExit:
        return 1
    return 0 if server.started else 1


def _tell(settings: Settings, site_port: int, link: str) -> None:
    providers = {
        **dict.fromkeys(MODEL_PROVIDERS, f"the model {settings.model} ({settings.provider_in_use})"),
        "openai": f"the model {settings.model} ({settings.openai_base_url or 'OpenAI'})",
        "quote": "quotes from the page (no model; set OPENAI_API_KEY or OPENAI_BASE_URL for one)",
        "off": "nobody (ANSWERBACK_PROVIDER=off)",
    }
    say(
        f"""
  Answerback is running.

  The site with the tag    http://127.0.0.1:{site_port}/
  Our server               {settings.public_url}/
  The owner's log          {settings.public_url}/admin/
  Owner's sign-in, once    {link}
  Questions are answered by {providers[settings.provider_in_use]}.

  Ctrl-C ends it."""
    )
