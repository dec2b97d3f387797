"""`answerback demo`: seeds a site and an owner, starts both servers, prints their addresses."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ...accounts.owners import add_owner_with_link
from ...clock import SystemClock
from ...db.database import Database
from ...settings import Settings
from ...sites.store import add_site, change_site
from ..console import say, with_database
from ..side_by_side import answered_by, serve_both
from .static_site import SITE_FOLDER, SITE_KEY, DemoSite

OWNER = "owner@example.com"


def run_demo(settings: Settings, port: int, site_port: int) -> int:
    """Runs until interrupted; returns 1 if a port is taken or the demo site is missing."""
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

    async def tell() -> None:
        say(
            f"""
  Answerback is running.

  The site with the tag    {origin}/
  Our server               {settings.public_url}/
  The owner's log          {settings.public_url}/admin/
  Owner's sign-in, once    {settings.public_url}{link}
  Questions are answered by {answered_by(settings)}.

  Ctrl-C ends it."""
        )

    pages = DemoSite(SITE_FOLDER, settings.public_url)
    return asyncio.run(serve_both(settings, pages, (port, site_port), tell, "answerback demo"))


def run_demo_with_local_model(settings: Settings, port: int, site_port: int) -> int:
    """Like `run_demo`, with semantic search as well. Raises SettingsError if the model is not installed."""
    return run_demo(replace(settings, embedding="local"), port, site_port)
