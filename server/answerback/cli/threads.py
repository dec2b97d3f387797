"""Commands for the threads of pages."""

from __future__ import annotations

import argparse
import json
from typing import Any

from ..settings import Settings
from .console import command, say, with_database
from .sites import page_key, page_of, site_of


def add_to(commands: Any) -> None:
    """Adds `thread …`."""
    thread = command(commands, "thread", _thread, "lock the thread of a page, or unlock it")
    thread.add_argument("to", choices=["lock", "unlock"], metavar="lock|unlock")
    thread.add_argument("key")
    thread.add_argument("page", type=page_key)
    thread.add_argument("--json", action="store_true")


def _thread(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..comments.store import set_locked

    site, locked, now = site_of(settings, options.key), options.to == "lock", SystemClock().now()
    page = page_of(site, options.page)
    with_database(settings, lambda db: db.write(lambda: set_locked(site.key, page, locked, now)))
    if locked:
        say(f"{page} is locked: visitors can read, vote and delete their own comments, but not write.")
    else:
        say(f"{page} is open again.")
    if options.json:
        print(json.dumps({"page": page, "locked": locked}, ensure_ascii=False))
    return 0
